"""What it takes until something happens: importing the package, starting the command line, opening an archive.

    python -m benchmarks.startup --folder DIR --output startup.json

Each way is a fresh process; ways take turns, round after round, after one round that is told apart (the disk's cache is
cold then, and bytecode compiled where it is not there). `python -c pass` of the same environment is what all of them
contain. Searches are for words of which the count is known.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks.building import build_archive
from benchmarks.corpus import count_marked
from benchmarks.fts5 import HandMade, match_phrase
from benchmarks.measure import (
    Stopwatch,
    describe_environment,
    find_percentile,
    print_environment,
    print_table,
    rotate,
    write_result,
)
from benchmarks.population import Population

Result = dict[str, Any]
Command = list[str]

_WORD = "qimedium"
_BARE = "python -c pass"
_SLOWEST = 5
# Where it is set, every start compiles the whole package, which an installed one never does.
_ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
_IMPORT = re.compile(r"^import time:\s+(\d+) \|\s+(\d+) \|\s+(\S+)$", re.MULTILINE)

_OPEN = """
import json, sys, time
moments = [time.perf_counter()]
from papra_index import Archive
moments.append(time.perf_counter())
archive = Archive.open(sys.argv[1])
moments.append(time.perf_counter())
count = archive.organizations()[0].search(sys.argv[2]).documents_count
moments.append(time.perf_counter())
archive.close()
moments.append(time.perf_counter())
print(json.dumps({"count": count, "seconds": [after - before for before, after in zip(moments, moments[1:])]}))
"""
_STEPS = ("import", "open", "first search", "close")
_OPEN_FTS5 = """
import json, sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
found = connection.execute("SELECT count(*) FROM texts WHERE texts MATCH ?", (sys.argv[2],)).fetchone()
print(json.dumps({"count": found[0]}))
"""


def list_ways(folder: Path, counts: Sequence[int]) -> dict[str, Command]:
    """Return the command of each way; archives of each number of documents are in `folder`."""
    python = [sys.executable, "-c"]
    program = [sys.executable, str(Path(sys.executable).with_name("papra-index"))]
    least = str(folder / str(min(counts)))
    ways = {
        _BARE: [*python, "pass"],
        "import sqlite3": [*python, "import sqlite3"],
        "import tantivy": [*python, "import tantivy"],
        "import papra_index": [*python, "import papra_index"],
        "from papra_index import Archive": [*python, "from papra_index import Archive"],
        "papra-index --version": [*program, "--version"],
        "papra-index --help": [*program, "--help"],
        "papra-index search": [*program, "--archive", least, "search", _WORD, "--json"],
    }
    for count in counts:
        ways[f"open, search, close {count:,}"] = [*python, _OPEN, str(folder / str(count)), _WORD]
        ways[f"FTS5: the same {count:,}"] = [*python, _OPEN_FTS5, str(_find_peer(folder, count)), match_phrase([_WORD])]
    return ways


def _find_peer(folder: Path, count: int) -> Path:
    return folder / f"{count}-fts5.sqlite"


def measure_startup(folder: Path, counts: Sequence[int], rounds: int, seed: int) -> Result:
    """Build archives and peers that are missing in `folder`, then start each way so many times after the first."""
    result: Result = {"benchmark": "startup", "environment": describe_environment(folder), "counts": list(counts)}
    for count in counts:
        population = Population("documents", count, seed, organizations=1)
        build_archive(folder / str(count), population)
        with closing(HandMade(_find_peer(folder, count), population.iterate_entries(), count)):
            pass
    ways = list_ways(folder, counts)
    starts: dict[str, list[Result]] = {name: [] for name in ways}
    for turn in range(rounds + 1):
        for name in rotate(tuple(ways), turn):
            starts[name].append(_start(name, ways[name], counts))
    result["ways"] = {name: _summarize(found) | _trace_imports(ways[name]) for name, found in starts.items()}
    bare = result["ways"][_BARE]["wall_ms_p50"]
    result["headlines"] = [
        {"what": name, "value": result["ways"][name]["wall_ms_p50"], "unit": "ms", "beside": _BARE, "reference": bare}
        for name in ("import papra_index", "papra-index --help", "papra-index search")
    ]
    return result


def _start(name: str, command: Command, counts: Sequence[int]) -> Result:
    """Run a way once. Raises RuntimeError when it fails, or finds another number of documents than there are."""
    watch = Stopwatch()
    run = subprocess.run(command, capture_output=True, text=True, check=False, env=_ENVIRONMENT)
    cost = watch.stop()
    if run.returncode != 0:
        raise RuntimeError(f"{name} failed: {run.stderr}")
    told = json.loads(run.stdout) if run.stdout.startswith("{") else {}
    if "search" in name or "FTS5" in name:
        place = name.rpartition(" ")[2].replace(",", "")
        expected = count_marked(_WORD, int(place) if place.isdigit() else min(counts))
        found = told.get("count", told.get("documentsCount", told.get("documents_count")))
        if found != expected:
            raise RuntimeError(f"{name} found {found} documents, not {expected}")
    return {"wall": cost.wall, "cpu": cost.cpu, "steps": told.get("seconds", [])}


def _summarize(starts: Sequence[Result]) -> Result:
    first, *others = starts
    steps = zip(*(start["steps"] for start in others), strict=True)
    return {
        "starts": len(others),
        "first_ms": 1e3 * first["wall"],
        "wall_ms_p50": _find_median(others, "wall"),
        "wall_ms_longest": 1e3 * max(start["wall"] for start in others),
        "cpu_ms_p50": _find_median(others, "cpu"),
        "steps_ms": {name: 1e3 * find_percentile(each, 0.5) for name, each in zip(_STEPS, steps, strict=False)},
    }


def _find_median(starts: Sequence[Result], clock: str) -> float:
    return 1e3 * find_percentile([start[clock] for start in starts], 0.5)


def _trace_imports(command: Command) -> Result:
    """Return how many modules a way imports, and those that take longest by themselves, in milliseconds."""
    run = subprocess.run(
        [command[0], "-X", "importtime", *command[1:]], capture_output=True, text=True, check=True, env=_ENVIRONMENT
    )
    taken = {name: int(own) / 1e3 for own, _, name in _IMPORT.findall(run.stderr)}
    slowest = sorted(taken, key=lambda name: -taken[name])[:_SLOWEST]
    return {"modules": len(taken), "slowest_ms": {name: taken[name] for name in slowest}}


def print_result(result: Result) -> None:
    """Print the result for people."""
    print_environment(result["environment"])
    bare = result["ways"][_BARE]["cpu_ms_p50"]
    rows = [
        [
            name,
            f"{way['wall_ms_p50']:.0f}",
            f"{way['wall_ms_longest']:.0f}",
            f"{way['cpu_ms_p50']:.0f}",
            f"{way['cpu_ms_p50'] - bare:.0f}",
            str(way["modules"]),
            f"{way['first_ms']:.0f}",
        ]
        for name, way in result["ways"].items()
    ]
    headings = ["fresh process", "p50 ms", "longest ms", "CPU p50 ms", "above bare", "modules", "first start ms"]
    print_table(headings, rows)
    print("\nWithin the process, p50 in ms:\n")
    print_table(
        ["", *_STEPS],
        [
            [name, *(f"{way['steps_ms'][step]:.1f}" for step in _STEPS)]
            for name, way in result["ways"].items()
            if way["steps_ms"]
        ],
    )
    print("\nModules that take longest by themselves, in ms (one start under `-X importtime`, which slows all):\n")
    for name, way in result["ways"].items():
        if name != _BARE:
            print(f"{name}: " + ", ".join(f"{module} {own:.1f}" for module, own in way["slowest_ms"].items()))


def main() -> None:
    """Measure imports, the start of the command line, and opening archives."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--counts", type=int, nargs="+", default=[200, 10_000], help="documents of archives to open")
    parser.add_argument("--rounds", type=int, default=30, help="fresh processes of each way, after a first")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="archives of 200 and 1,000 documents, 5 rounds")
    parser.add_argument("--keep", type=Path, help="folder with the archives of an earlier run, or to keep them in")
    parser.add_argument("--output", type=Path, help="file for the result as JSON")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.counts, arguments.rounds = [200, 1_000], 5
    with tempfile.TemporaryDirectory(prefix="papra-index-benchmark-") as made:
        scratch = Path(made)
        folder = arguments.keep or scratch
        folder.mkdir(parents=True, exist_ok=True)
        result = measure_startup(folder, arguments.counts, arguments.rounds, arguments.seed)
    print_result(result)
    write_result(arguments.output, result)


if __name__ == "__main__":
    main()
