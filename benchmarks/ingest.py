"""Adding a folder of text files through the command line, beside the limits: bare Tantivy, and bare copies with syncs.

    python -m benchmarks.ingest --count 10000 --rounds 3

Runs are interleaved. What is written stays until the end: ext4 allocates slowly for minutes after many files were
removed, which would be charged to whoever comes next.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import tantivy

from benchmarks.corpus import MARKERS, count_marked, list_corpus, write_corpus
from benchmarks.fts5 import Fts5Archive
from benchmarks.indexing import create_bare_index
from benchmarks.measure import (
    Stopwatch,
    TreeSampler,
    describe_environment,
    find_percentile,
    print_environment,
    print_table,
    rotate,
    write_result,
)
from papra_index import Archive, Settings
from papra_index.settings import ExtractionSettings

_REPOSITORY = Path(__file__).parent.parent
_HEAP_BYTES = 64_000_000
_AIM_SHARE = 0.8
_AIM_RSS_BYTES = 500_000_000
_AIM_SEARCHABLE_SECONDS = 1.0

Run = dict[str, Any]
Runner = Callable[[Path, Path, int], Run]
"""Takes the folder of files, a folder to write to that does not exist yet, and the number of files."""


def run_tantivy(folder: Path, target: Path, count: int) -> Run:
    """Read the files and write name and content into a bare index: one thread, one commit."""
    target.mkdir()
    watch = Stopwatch()
    index = create_bare_index(target)
    writer = index.writer(_HEAP_BYTES, 1)
    for path in list_corpus(folder):
        writer.add_document(tantivy.Document(name=path.name, content=path.read_text(encoding="utf-8")))
    writer.commit()
    cost = watch.stop()
    writer.wait_merging_threads()
    index.reload()
    found = {word: _count_bare(index, word) for word in MARKERS}
    return _describe_run(count, cost.wall, cost.cpu) | {"is_right": _is_right(found, count)}


def run_copy(folder: Path, target: Path, count: int) -> Run:
    """Copy the files one by one, syncing each and then the directory that names it."""
    watch = Stopwatch()
    for path in list_corpus(folder):
        copy = target / path.relative_to(folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        with copy.open("wb") as stream:
            stream.write(path.read_bytes())
            stream.flush()
            os.fsync(stream.fileno())
        directory = os.open(copy.parent, os.O_RDONLY)
        os.fsync(directory)
        os.close(directory)
    cost = watch.stop()
    return _describe_run(count, cost.wall, cost.cpu) | {"is_right": len(list_corpus(target)) == count}


def run_fts5(folder: Path, target: Path, count: int) -> Run:
    """Read the files and insert them into a hand-made table with an FTS5 index, in one transaction."""
    target.mkdir()
    watch = Stopwatch()
    archive = Fts5Archive(target / "peer.sqlite")
    files = enumerate(list_corpus(folder))
    archive.add((key, path.name, path.read_text(encoding="utf-8"), key) for key, path in files)
    cost = watch.stop()
    found = {word: archive.count(word) for word in MARKERS}
    archive.close()
    return _describe_run(count, cost.wall, cost.cpu) | {"is_right": _is_right(found, count)}


def run_command(folder: Path, target: Path, count: int) -> Run:
    """Run `papra-index add` on a new archive; it ends when all is read and searchable."""
    command = [*_find_program(), "--archive", str(target)]
    subprocess.run([*command, "init"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    run = _run_watched([*command, "add", str(folder)], count)
    run["is_right"] = _check_archive(target, count)
    return run


def run_library(folder: Path, target: Path, count: int) -> Run:
    """Add the same files by `Organization.add_stream`, which tells when all was durable and when all was searchable."""
    run = _run_watched([sys.executable, "-m", "benchmarks.library", str(folder), str(target)], count)
    run |= json.loads(run.pop("output"))
    run["is_right"] = _check_archive(target, count)
    return run


RUNNERS: dict[str, Runner] = {
    "bare tantivy": run_tantivy,
    "bare copy, synced": run_copy,
    "papra-index add": run_command,
    "library": run_library,
    "FTS5 by hand": run_fts5,
}


def measure_ingest(folder: Path, scratch: Path, count: int, rounds: int) -> Run:
    """Run everything in every round, each time beginning with another; return runs and what they come to."""
    result: Run = {"benchmark": "ingest", "environment": describe_environment(scratch), "count": count}
    result["bytes"] = sum(path.stat().st_size for path in list_corpus(folder))
    runs: dict[str, list[Run]] = {name: [] for name in RUNNERS}
    for turn in range(rounds):
        for name in rotate(list(RUNNERS), turn):
            target = scratch / f"{name.replace(' ', '-')}-{turn}"
            runs[name].append(RUNNERS[name](folder, target, count))
            print(f"round {turn + 1}, {name}: {runs[name][-1]['files_per_second']:,.0f} files/s", file=sys.stderr)
    return result | {"runs": runs, "summary": _summarize(runs), "load_after": os.getloadavg()[0]}


def _summarize(runs: dict[str, list[Run]]) -> Run:
    """Return medians over the rounds, and the aims with what was reached."""
    speeds = {name: _find_median(runs[name], "files_per_second") for name in runs}
    limit = min(speeds["bare tantivy"], speeds["bare copy, synced"])
    return {
        "files_per_second": speeds,
        "cpu_us_per_file": {name: _find_median(runs[name], "cpu_us_per_file") for name in runs},
        "stage_us_per_file": {name: _find_stage(runs["library"], name) for name in runs["library"][0]["stages"]},
        "share_of_slower_limit": speeds["papra-index add"] / limit,
        "peak_rss_bytes": max(run["peak_rss_bytes"] for run in runs["papra-index add"]),
        "peak_pss_bytes": max(run["peak_pss_bytes"] for run in runs["papra-index add"]),
        "searchable_after_seconds": max(run["searchable_after_seconds"] for run in runs["library"]),
        "is_right": all(run["is_right"] for members in runs.values() for run in members),
        "aims": {
            "share_of_slower_limit": _AIM_SHARE,
            "peak_rss_bytes": _AIM_RSS_BYTES,
            "searchable_after_seconds": _AIM_SEARCHABLE_SECONDS,
        },
    }


def _find_median(runs: list[Run], name: str) -> float:
    return find_percentile([run[name] for run in runs], 0.5)


def _find_stage(runs: list[Run], name: str) -> float:
    """Return the median of the microseconds that a stage takes for a file."""
    return find_percentile([run["stages"][name] / run["added"] * 1e6 for run in runs], 0.5)


def _describe_run(count: int, wall: float, cpu: float) -> Run:
    return {
        "wall_seconds": wall,
        "cpu_seconds": cpu,
        "files_per_second": count / wall,
        "cpu_us_per_file": cpu / count * 1e6,
    }


def _run_watched(command: list[str], count: int) -> Run:
    """Run a program to its end, watching the memory of its process tree; raises RuntimeError when it fails."""
    with tempfile.TemporaryFile("w+") as output:
        watch = Stopwatch()
        with (
            subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, cwd=_REPOSITORY, text=True) as process,
            TreeSampler(process.pid) as sampler,
        ):
            process.wait()
        cost = watch.stop()
        output.seek(0)
        text = output.read()
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with status {process.returncode}: {text.strip()[-500:]}")
    return _describe_run(count, cost.wall, cost.cpu) | {
        "peak_rss_bytes": sampler.peak_rss,
        "peak_pss_bytes": sampler.peak_pss,
        "peak_processes": sampler.peak_processes,
        "output": text.strip(),
    }


def _find_program() -> list[str]:
    """Return the installed console script, or what it consists of where it is not on hand."""
    script = Path(sys.executable).with_name("papra-index")
    return [str(script)] if script.exists() else [sys.executable, "-c", "from papra_index.cli import main; main()"]


def _check_archive(folder: Path, count: int) -> bool:
    """Return whether an archive holds all files and finds the known words in exactly the files that have them."""
    with Archive.open(folder, settings=Settings(extraction=ExtractionSettings(background=False))) as archive:
        [home] = archive.organizations()
        found = {word: home.search(word).documents_count for word in MARKERS}
        return home.statistics().documents_count == count and _is_right(found, count)


def _is_right(found: dict[str, int], count: int) -> bool:
    return found == {word: count_marked(word, count) for word in MARKERS}


def _count_bare(index: tantivy.Index, word: str) -> int:
    query = tantivy.Query.term_query(index.schema, "content", word)
    return int(index.searcher().search(query, 1).count)  # type: ignore[attr-defined]


def print_result(result: Run) -> None:
    """Print the tables of a result."""
    summary = result["summary"]
    print_environment(result["environment"])
    rounds = len(result["runs"]["library"])
    print(f"{result['count']:,} files, {result['bytes'] / 1e6:.1f} MB; medians of {rounds} rounds\n")
    rows = [
        [name, f"{speed:,.0f}", f"{result['count'] / speed:.2f} s", f"{summary['cpu_us_per_file'][name]:,.0f} µs"]
        for name, speed in summary["files_per_second"].items()
    ]
    print_table(["", "files/s", "in all", "CPU per file"], rows)
    print()
    print_table(
        ["library, by stage", "CPU per file"],
        [[name, f"{cost:,.0f} µs"] for name, cost in summary["stage_us_per_file"].items()],
    )
    memory, delay = summary["peak_rss_bytes"] / 1e6, summary["searchable_after_seconds"]
    reached = [
        ["of the slower limit", f"{summary['share_of_slower_limit']:.2f}", f"at least {_AIM_SHARE}"],
        ["peak RSS of the process tree", f"{memory:.0f} MB", f"under {_AIM_RSS_BYTES / 1e6:.0f} MB"],
        ["PSS at most", f"{summary['peak_pss_bytes'] / 1e6:.0f} MB", ""],
        ["searchable after the last add", f"{delay:.2f} s", f"within {_AIM_SEARCHABLE_SECONDS:.0f} s"],
        ["answers are right", "yes" if summary["is_right"] else "NO", "yes"],
    ]
    print()
    print_table(["papra-index add", "measured", "aim"], reached)


def main() -> None:
    """Measure adding a folder of text files beside its limits."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="files")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where to write, on the disk that is to be measured")
    parser.add_argument("--quick", action="store_true", help="2,000 files, one round")
    parser.add_argument("--output", type=Path, help="file for the result as JSON")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.count, arguments.rounds = min(arguments.count, 2_000), 1
    scratch = Path(tempfile.mkdtemp(prefix="papra-index-benchmark-", dir=arguments.folder))
    try:
        write_corpus(scratch / "corpus", arguments.count, arguments.seed)
        result = measure_ingest(scratch / "corpus", scratch, arguments.count, arguments.rounds)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    print_result(result)
    write_result(arguments.output, result)
    if not result["summary"]["is_right"]:
        sys.exit("a search did not find what was added: these speeds mean nothing")


if __name__ == "__main__":
    main()
