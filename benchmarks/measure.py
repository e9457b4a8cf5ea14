"""What all benchmarks measure with: clocks, percentiles, memory of a process tree, the machine's description, JSON."""

from __future__ import annotations

import json
import os
import platform
import resource
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

_Item = TypeVar("_Item")

_REPOSITORY = Path(__file__).parent.parent
_LIBRARIES = ("papra-index", "tantivy", "sqlalchemy")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")
_SHARED_EVERY = 4  # the kernel adds up shared memory slowly: only so often
_ENOUGH_FOR_P999 = 1_000  # of fewer calls it would be the longest of them


def find_percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which a share (0.5, 0.95) of the values lies, between neighbours in proportion."""
    ordered = sorted(values)
    if not ordered:
        return 0.0
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def describe_times(seconds: Sequence[float]) -> dict[str, Any]:
    """Return the number of calls and, in milliseconds, exact percentiles and the longest; None for p99.9 of few."""
    milliseconds = [1e3 * each for each in seconds]
    return {
        "calls": len(milliseconds),
        "ms_p50": find_percentile(milliseconds, 0.5),
        "ms_p99": find_percentile(milliseconds, 0.99),
        "ms_p999": find_percentile(milliseconds, 0.999) if len(milliseconds) >= _ENOUGH_FOR_P999 else None,
        "ms_longest": max(milliseconds, default=0.0),
    }


TIMES_HEADINGS = ("p50 ms", "p99 ms", "p99.9 ms", "longest ms")


def format_times(described: dict[str, Any]) -> list[str]:
    """Return the cells under `TIMES_HEADINGS` for what `describe_times` returned."""
    values = [described[name] for name in ("ms_p50", "ms_p99", "ms_p999", "ms_longest")]
    return ["" if value is None else f"{value:,.2f}" for value in values]


def rotate(items: Sequence[_Item], turn: int) -> Iterator[_Item]:
    """Yield all items, beginning with another one each turn, so that none is always first after a pause."""
    for place in range(len(items)):
        yield items[(place + turn) % len(items)]


@dataclass(frozen=True, slots=True)
class Cost:
    """What something took, in seconds: on the clock, and of processors (of children that ended, too)."""

    wall: float
    cpu: float


class Stopwatch:
    """Measures from its making on."""

    def __init__(self) -> None:
        self._cpu = _count_cpu_seconds()
        self._wall = time.perf_counter()

    def stop(self) -> Cost:
        """Return what was taken until now."""
        wall = time.perf_counter() - self._wall
        return Cost(wall, _count_cpu_seconds() - self._cpu)


def _count_cpu_seconds() -> float:
    usages = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


class TreeSampler:
    """Watches the memory of a process and all below it while a block runs, in a thread.

    `peak_rss` counts memory that processes share once for each of them, `peak_pss` once in all; `peak_anonymous` leaves
    out what is files mapped into memory, which the kernel takes back when it needs to. In bytes, 0 without a /proc.
    """

    def __init__(self, process: int, seconds: float = 0.05) -> None:
        self.peak_rss = 0
        self.peak_pss = 0
        self.peak_anonymous = 0
        self.peak_processes = 0
        self._process = process
        self._seconds = seconds
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> TreeSampler:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        turn = 0
        while not self._ended.wait(self._seconds):
            tree = list_tree(self._process)
            self.peak_processes = max(self.peak_processes, len(tree))
            sizes = [_read_memory(process) for process in tree]
            self.peak_rss = max(self.peak_rss, sum(rss for rss, _ in sizes))
            self.peak_anonymous = max(self.peak_anonymous, sum(anonymous for _, anonymous in sizes))
            if turn % _SHARED_EVERY == 0:
                self.peak_pss = max(self.peak_pss, sum(map(_read_pss, tree)))
            turn += 1


def list_tree(process: int) -> list[int]:
    """Return a process and all its descendants that run now."""
    found = [process]
    for parent in found:
        try:
            tasks = list(Path(f"/proc/{parent}/task").iterdir())
        except OSError:
            continue
        for task in tasks:
            try:
                found += map(int, (task / "children").read_text().split())
            except OSError:
                continue
    return found


def count_tree_cpu(process: int) -> float:
    """Return the processor seconds of a process and all below it so far, those that it waited for included.

    Those that ended are counted in hundredths of a second, the others exactly; one that is gone gives 0. Linux only.
    """
    return sum(map(_read_cpu, list_tree(process)))


def read_tree_rss(process: int) -> int:
    """Return the bytes of memory of a process and all below it now, shared ones once for each."""
    return sum(_read_memory(each)[0] for each in list_tree(process))


def read_tree_anonymous(process: int) -> int:
    """As `read_tree_rss`, without mapped files, which the kernel takes back when it needs to."""
    return sum(_read_memory(each)[1] for each in list_tree(process))


def _read_cpu(process: int) -> float:
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        ended = (int(fields[13]) + int(fields[14])) / _TICKS
        # clock_getcpuclockid(3): the clock of all threads of a process.
        return ended + time.clock_gettime((~process << 3) | 2)
    except OSError:
        return 0.0


def _read_memory(process: int) -> tuple[int, int]:
    """Return the bytes of memory of a process, and those of them that are no mapped file's."""
    try:
        resident, shared = map(int, Path(f"/proc/{process}/statm").read_text().split()[1:3])
    except (OSError, ValueError):
        return 0, 0
    return resident * _PAGE_BYTES, (resident - shared) * _PAGE_BYTES


def _read_pss(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def describe_environment(folder: Path) -> dict[str, Any]:
    """Return what a number depends on: the machine, the file system under `folder`, versions, commit, time and load."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _describe_commit(),
        "cpu": _find_line(Path("/proc/cpuinfo"), "model name") or platform.processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "file_system": _find_file_system(folder),
        "kernel": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "versions": {name: version(name) for name in _LIBRARIES},
        "load": os.getloadavg()[0],
    }


def write_result(path: Path | None, result: dict[str, Any]) -> None:
    """Write a result as JSON; nothing without a path."""
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table in Markdown, so that it can be pasted."""
    widths = [max(len(row[place]) for row in (headings, *rows)) for place in range(len(headings))]
    ruler = ["-" * width for width in widths]
    for row in (headings, ruler, *rows):
        print("| " + " | ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)) + " |")


def print_environment(environment: dict[str, Any]) -> None:
    """Print on two lines what the numbers below depend on."""
    memory = environment["memory_bytes"] / 1e9
    machine = f"{environment['cores']} cores of {environment['cpu']}, {memory:.0f} GB, {environment['file_system']}"
    print(f"{machine}; load {environment['load']:.1f}; commit {environment['commit']}, {environment['date']}")
    versions = ", ".join(f"{name} {number}" for name, number in environment["versions"].items())
    print(f"Python {environment['python']}, SQLite {environment['sqlite']}, {versions}\n")


def _describe_commit() -> str:
    try:
        shown = subprocess.run(
            ["git", "-C", str(_REPOSITORY), "describe", "--always", "--dirty", "--abbrev=12"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return shown.stdout.strip()


def _find_line(file: Path, name: str) -> str:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "")


def _find_file_system(folder: Path) -> str:
    try:
        lines = Path("/proc/mounts").read_text(encoding="utf-8").splitlines()
    except OSError:
        return "unknown"
    mounts = {fields[1]: fields[2] for fields in map(str.split, lines)}
    path = folder.resolve()
    return next((mounts[str(place)] for place in (path, *path.parents) if str(place) in mounts), "unknown")
