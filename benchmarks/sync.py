"""Syncing a folder of text files: the first time beside `add`, again without a change, and after a few changes.

    python -m benchmarks.sync --count 100000 --folder DIR

Nothing is read by extraction, so that what is measured is the sync: files hashed or copied, originals and rows durable.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from benchmarks.corpus import Corpus
from benchmarks.measure import (
    Stopwatch,
    describe_environment,
    find_percentile,
    print_environment,
    print_table,
    rotate,
    write_result,
)
from papra_index import Archive, ExtractionSettings, Organization, Settings, SyncReport, Upload

_SETTINGS = Settings(extraction=ExtractionSettings(background=False))
_IN_FOLDER = 1_000
_CHANGED_SHARE = 0.01
_AIM_UNCHANGED_SECONDS = 3.0

Run = dict[str, Any]


class OpenCount:
    """Counts the files below a folder that this process opens, from Python, while it is on."""

    def __init__(self, folder: Path) -> None:
        self.count = 0
        self.is_on = False
        self._folder = os.fsencode(folder)
        sys.addaudithook(self._note)  # for good: it cannot be taken away

    def _note(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.is_on and event == "open" and isinstance(arguments[0], str | bytes):
            self.count += os.fsencode(arguments[0]).startswith(self._folder)

    def measure(self, verb: Callable[[], SyncReport]) -> Run:
        """Return what a sync costs and did."""
        self.count, self.is_on = 0, True
        watch = Stopwatch()
        report = verb()
        cost = watch.stop()
        self.is_on = False
        names = ("files", "unchanged", "added", "changed", "moved", "restored", "duplicates", "trashed")
        told = {name: getattr(report, name) for name in names}
        return {"wall_seconds": cost.wall, "cpu_seconds": cost.cpu, "opened": self.count, **told}


def write_tree(folder: Path, count: int, seed: int, *, flat: bool = False) -> int:
    """Write texts into folders of a thousand (with `flat` into one), a day old, and return their bytes."""
    yesterday, size = time.time() - 86_400, 0
    for number, file in enumerate(Corpus(seed).iterate_files(count)):
        path = folder / ("" if flat else f"{number // _IN_FOLDER:04}") / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text, encoding="utf-8")
        os.utime(path, (yesterday, yesterday))
        size += len(file.text.encode())
    return size


def change_tree(folder: Path, count: int) -> dict[str, int]:
    """Change, move and delete a hundredth of the files each; return how many that were."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    chosen = paths[:: max(1, count // max(3, 3 * int(count * _CHANGED_SHARE)))]
    changed, moved, deleted = chosen[::3], chosen[1::3], chosen[2::3]
    for path in changed:
        path.write_text(path.read_text(encoding="utf-8") + " changed", encoding="utf-8")
    for path in moved:
        path.rename(path.with_name(f"moved-{path.name}"))
    for path in deleted:
        path.unlink()
    return {"changed": len(changed), "moved": len(moved), "trashed": len(deleted)}


def run_mode(
    tree: Path, scratch: Path, count: int, mode: Literal["copy", "in-place"], opened: OpenCount, *, add_first: bool
) -> dict[str, Run]:
    """Measure one way of keeping originals, in archives of its own; the tree is as it was afterwards."""
    runs: dict[str, Run] = {}
    first: list[Callable[[], None]] = [
        lambda: runs.update(add=_measure_add(tree, scratch / "add", mode)),
        lambda: runs.update(_measure_syncs(tree, scratch / "sync", count, mode, opened)),
    ]
    for measure in first if add_first else reversed(first):
        measure()
    return runs


def _measure_add(tree: Path, place: Path, mode: str) -> Run:
    with Archive.open(place, settings=_SETTINGS) as archive:
        home = archive.create_organization("Home")
        paths = sorted(path for path in tree.rglob("*") if path.is_file())
        watch = Stopwatch()
        added = sum(
            outcome.error is None
            for outcome in home.add_stream(Upload(path, in_place=mode == "in-place") for path in paths)
        )
        cost = watch.stop()
    return {"wall_seconds": cost.wall, "cpu_seconds": cost.cpu, "added": added}


def _measure_syncs(
    tree: Path, place: Path, count: int, mode: Literal["copy", "in-place"], opened: OpenCount
) -> dict[str, Run]:
    changing = tree.with_name("changing")
    shutil.copytree(tree, changing)
    runs: dict[str, Run] = {}
    with Archive.open(place, settings=_SETTINGS) as archive:
        home: Organization = archive.create_organization("Home")
        runs["first"] = opened.measure(lambda: home.sync(changing, originals=mode))
        runs["unchanged"] = opened.measure(lambda: home.sync(changing))
        expected = change_tree(changing, count)
        runs["dry run"] = opened.measure(lambda: home.sync(changing, dry_run=True))
        runs["changes"] = opened.measure(lambda: home.sync(changing))
        for run in (runs["dry run"], runs["changes"]):
            run["is_right"] = all(run[name] == number for name, number in expected.items())
        runs["unchanged"]["is_right"] = runs["unchanged"]["unchanged"] == runs["first"]["added"] == count
    changing.rename(place.with_name("tree"))  # removing it would cost the runs that follow
    return runs


def measure_sync(tree: Path, scratch: Path, count: int, rounds: int) -> dict[str, Any]:
    """Measure both ways in interleaved rounds."""
    opened = OpenCount(tree.with_name("changing"))
    found: dict[str, list[dict[str, Run]]] = {"copy": [], "in-place": []}
    modes: list[Literal["copy", "in-place"]] = ["copy", "in-place"]
    for turn in range(rounds):
        for mode in rotate(modes, turn):
            place = scratch / f"{mode}-{turn}"
            place.mkdir()
            found[mode].append(run_mode(tree, place, count, mode, opened, add_first=turn % 2 == 0))
    summary = {mode: _summarize(runs) for mode, runs in found.items()}
    is_right = all(run.get("is_right", True) for runs in found.values() for turn in runs for run in turn.values())
    opens = max(turn["unchanged"]["opened"] for runs in found.values() for turn in runs)
    return {
        "environment": describe_environment(scratch),
        "count": count,
        "runs": found,
        "summary": summary | {"opened_unchanged": opens, "is_right": is_right},
    }


def _summarize(runs: list[dict[str, Run]]) -> dict[str, dict[str, float]]:
    return {
        name: {value: find_percentile([turn[name][value] for turn in runs], 0.5) for value in
               ("wall_seconds", "cpu_seconds")}
        for name in runs[0]
    }  # fmt: skip


def print_result(result: dict[str, Any]) -> None:
    """Print the tables of a result."""
    count, summary = result["count"], result["summary"]
    print_environment(result["environment"])
    print(f"{count:,} files, {result['bytes'] / 1e6:.1f} MB; medians of {len(result['runs']['copy'])} rounds\n")
    rows = [
        [f"{name}, {mode}", f"{run['wall_seconds']:.2f} s", f"{run['cpu_seconds']:.2f} s",
         f"{count / run['wall_seconds']:,.0f}"]
        for mode in ("copy", "in-place")
        for name, run in summary[mode].items()
    ]  # fmt: skip
    print_table(["", "in all", "CPU", "files/s"], rows)
    slowest = max(summary[mode]["unchanged"]["wall_seconds"] for mode in ("copy", "in-place"))
    print()
    print_table(
        ["papra-index sync", "measured", "aim"],
        [
            ["files opened without a change", f"{summary['opened_unchanged']:,}", "0"],
            ["seconds without a change", f"{slowest:.2f} s", f"{_AIM_UNCHANGED_SECONDS:.0f} s for 100,000"],
            ["counts are right", "yes" if summary["is_right"] else "NO", "yes"],
        ],
    )


def main(line: list[str] | None = None) -> None:
    """Measure syncing a folder of text files."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="files")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--flat", action="store_true", help="all files in one folder")
    parser.add_argument("--folder", type=Path, help="where to write, on the disk that is to be measured")
    parser.add_argument("--quick", action="store_true", help="2,000 files, one round")
    parser.add_argument("--output", type=Path, help="file for the result as JSON")
    arguments = parser.parse_args(line)
    if arguments.quick:
        arguments.count, arguments.rounds = min(arguments.count, 2_000), 1
    scratch = Path(tempfile.mkdtemp(prefix="papra-index-benchmark-", dir=arguments.folder))
    try:
        size = write_tree(scratch / "tree", arguments.count, arguments.seed, flat=arguments.flat)
        result = measure_sync(scratch / "tree", scratch, arguments.count, arguments.rounds) | {"bytes": size}
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    print_result(result)
    write_result(arguments.output, result)
    if not result["summary"]["is_right"] or result["summary"]["opened_unchanged"]:
        sys.exit("a sync did not find what changed, or opened what did not: these times mean nothing")


if __name__ == "__main__":
    main()
