"""Whether memory stays flat: peaks of searching, listing, adding, rebuilding and exporting, in archives of two sizes.

    python -m benchmarks.memory --folder DIR --output memory.json

Each task is a fresh process (`benchmarks.residents`) that has opened an archive of documents of 3 KB and is watched
every 20 ms until it is done. What a document adds to the peak is the difference of both sizes over that of their
documents; the number that each task tells is compared with the one it should.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.building import build_archive
from benchmarks.corpus import count_marked
from benchmarks.measure import (
    Stopwatch,
    TreeSampler,
    describe_environment,
    print_environment,
    print_table,
    write_result,
)
from benchmarks.players import Player
from benchmarks.population import Population
from benchmarks.residents import TASKS

Result = dict[str, Any]

_SECONDS = 0.02
_PEAKS = ("anonymous", "rss", "pss")
_HEADINGS = {"anonymous": "own", "rss": "RSS", "pss": "PSS"}


def measure_memory(folder: Path, scratch: Path, counts: Sequence[int], rounds: int, seed: int) -> Result:
    """Build archives that are missing in `folder`, then do each task in each of them, round after round."""
    result: Result = {"benchmark": "memory", "environment": describe_environment(folder), "counts": list(counts)}
    for count in counts:
        build_archive(folder / str(count), Population("documents", count, seed, organizations=1))
    peaks: dict[str, dict[str, Result]] = {name: {} for name in TASKS}
    for _ in range(rounds):
        for name in TASKS:
            for count in counts:
                found = _watch_task(name, folder / str(count), scratch, count, seed)
                known = peaks[name].setdefault(str(count), found)
                for peak in _PEAKS:
                    known[peak] = max(known[peak], found[peak])
    result["tasks"] = {name: _compare_sizes(found, counts) for name, found in peaks.items()}
    result["headlines"] = [
        {"what": name, "value": task["growth_bytes_per_document"]["anonymous"], "unit": "bytes/document"}
        for name, task in result["tasks"].items()
        if name != "rest"
    ]
    return result


def _watch_task(name: str, folder: Path, scratch: Path, count: int, seed: int) -> Result:
    """Do one task and return its peaks in bytes. Raises RuntimeError when it had to do with the wrong documents."""
    own = Path(tempfile.mkdtemp(dir=scratch))
    if name == "add":
        folder = shutil.copytree(folder, own / "archive")
    player = Player("residents", name, folder, count, seed)
    watch = Stopwatch()
    with TreeSampler(player.process.pid, _SECONDS) as sampler:
        player.begin({"scratch": str(own)})
        told = player.finish()["documents"]
    cost = watch.stop()
    shutil.rmtree(own)
    every = {"rest": 0, "search": count_marked("qocommon", count), "add": count_marked("qocommon", 2 * count)}
    if told != every.get(name, count):
        raise RuntimeError(f"{name} in an archive of {count} documents had to do with {told}")
    return {
        "anonymous": sampler.peak_anonymous,
        "rss": sampler.peak_rss,
        "pss": sampler.peak_pss,
        "seconds": cost.wall,
        "documents": told,
    }


def _compare_sizes(found: dict[str, Result], counts: Sequence[int]) -> Result:
    least, most = min(counts), max(counts)
    small, large = found[str(least)], found[str(most)]
    growth = {peak: (large[peak] - small[peak]) / max(most - least, 1) for peak in _PEAKS}
    return {"sizes": found, "growth_bytes_per_document": growth}


def print_result(result: Result) -> None:
    """Print the result for people."""
    print_environment(result["environment"])
    print("Peaks in MB (own: without mapped files), and bytes that each further document adds to them:\n")
    headings = [f"{count:,}: {_HEADINGS[peak]}" for count in result["counts"] for peak in _PEAKS]
    rows = [
        [
            name,
            *(f"{task['sizes'][str(count)][peak] / 1e6:.0f}" for count in result["counts"] for peak in _PEAKS),
            *(f"{task['growth_bytes_per_document'][peak]:,.0f}" for peak in _PEAKS),
        ]
        for name, task in result["tasks"].items()
    ]
    print_table(["task", *headings, *(f"a document: {_HEADINGS[peak]}" for peak in _PEAKS)], rows)


def main() -> None:
    """Measure the memory of what goes through all documents, in archives of two sizes."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--counts", type=int, nargs=2, default=[5_000, 20_000], help="documents of both archives")
    parser.add_argument("--rounds", type=int, default=1, help="the highest peak of so many counts")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="archives of 400 and 1,600 documents, one round")
    parser.add_argument("--keep", type=Path, help="folder with the archives of an earlier run, or to keep them in")
    parser.add_argument("--folder", type=Path, help="where to write what is removed afterwards")
    parser.add_argument("--output", type=Path, help="file for the result as JSON")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.counts, arguments.rounds = [400, 1_600], 1
    with tempfile.TemporaryDirectory(prefix="papra-index-benchmark-", dir=arguments.folder) as made:
        scratch = Path(made)
        folder = arguments.keep or scratch / "archives"
        folder.mkdir(parents=True, exist_ok=True)
        result = measure_memory(folder, scratch, arguments.counts, arguments.rounds, arguments.seed)
    print_result(result)
    write_result(arguments.output, result)


if __name__ == "__main__":
    main()
