"""Durable writes of threads and processes, when searches see them, a dying applier, and reindexing beside searches."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks.building import open_filled
from benchmarks.measure import (
    TIMES_HEADINGS,
    TreeSampler,
    describe_environment,
    describe_times,
    format_times,
    print_environment,
    print_table,
    read_tree_rss,
    rotate,
    write_result,
)
from benchmarks.players import Player, play
from benchmarks.population import Population
from benchmarks.writers import SETTINGS
from papra_index import Archive
from papra_index.index.generations import Generations

_SHAPES = ((1, 1), (1, 8), (4, 1), (4, 8))
_WRITERS = 4
_READERS = 2
_KILLS = 3
_KILL_SECONDS = 1.0
_PATIENCE_SECONDS = 600.0
_PAGE = 100


def _enlist(role: str, folder: Path, number: int = 0, count: int = 0, threads: int = 1) -> Player:
    return Player("writers", role, folder, number, count, threads)


def _describe_times(told: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return percentiles over all calls of all processes."""
    return describe_times([seconds for each in told for seconds in each["seconds"]])


@contextmanager
def _new_archive(scratch: Path) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(dir=scratch)) / "archive"
    with Archive.open(folder, settings=SETTINGS) as archive:
        archive.create_organization("Home").create_tag("paid")
    try:
        yield folder
    finally:
        shutil.rmtree(folder.parent)


def measure_rates(scratch: Path, count: int, rounds: int) -> list[dict[str, Any]]:
    """Add `count` documents in all by each number of processes and threads, one call each."""
    runs: dict[tuple[int, int], dict[str, Any]] = {}
    for turn in range(rounds):
        for processes, threads in rotate(_SHAPES, turn):
            with _new_archive(scratch) as folder:
                share = count // processes
                told, wall = play([_enlist("add", folder, n, share, threads) for n in range(processes)])
                with Archive.open(folder, settings=SETTINGS.without_background()) as archive:
                    held = archive.organizations()[0].statistics().documents_count
            run = _describe_times(told) | {
                "per_second": share * processes / wall,
                "is_right": held == share * processes,
            }
            best = runs.get((processes, threads))
            if best is None or run["per_second"] > best["per_second"]:
                runs[processes, threads] = run
    return [{"processes": shape[0], "threads": shape[1], **runs[shape]} for shape in _SHAPES]


def measure_searchable(scratch: Path, count: int) -> dict[str, Any]:
    """Add documents with `wait_for="searchable"`, in the process that applies and beside it."""
    found = {}
    for place in ("in the applier", "beside it"):
        with _new_archive(scratch) as folder, ExitStack() as opened:
            if place == "beside it":
                opened.enter_context(Archive.open(folder, settings=SETTINGS))
            found[place] = _describe_times(play([_enlist("wait", folder, 1, count)])[0])
    return found


def measure_turmoil(scratch: Path, count: int) -> dict[str, Any]:
    """Four processes write `count` mixed operations each, others search, one applies and rebuilds and is killed."""
    with _new_archive(scratch) as folder:
        readers = [_enlist("read", folder) for _ in range(_READERS)]
        writers = [_enlist("mix", folder, number, count) for number in range(_WRITERS)]
        ended = threading.Event()
        killed: list[float] = []
        killer = threading.Thread(target=_kill_appliers, args=(folder, ended, killed))
        killer.start()
        for reader in readers:
            reader.begin()
        told, wall = play(writers)
        ended.set()
        killer.join()
        read = [reader.finish() for reader in readers]
        return (
            _describe_times(told)
            | {"seconds": wall, "killed": len(killed) - 1, "searches": _describe_times(read)}
            | _judge(folder, told)
            | {"doubled_on_pages": sum(each["doubled"] for each in read)}
        )


def _kill_appliers(folder: Path, ended: threading.Event, killed: list[float]) -> None:
    """Start who applies and kill it, three times; then leave one until the others have written."""
    while len(killed) <= _KILLS:
        applier = _enlist("apply", folder)
        applier.begin()
        if len(killed) < _KILLS:
            time.sleep(_KILL_SECONDS)
        else:
            ended.wait()
        applier.kill()
        killed.append(time.perf_counter())


def _judge(folder: Path, told: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Compare catalog and searches with what was acknowledged, and the idle index with one that is built anew."""
    live: dict[str, str] = {}
    trashed: dict[str, str] = {}
    for each in told:
        live |= each["live"]
        trashed |= each["trashed"]
    with Archive.open(folder, settings=SETTINGS) as archive:
        archive.wait_until_searchable(_PATIENCE_SECONDS, extraction=False)
        (home,) = archive.organizations()
        found: list[str] = []
        cursor = None
        while True:
            page = home.search("", page_size=_PAGE, cursor=cursor)
            found += [hit.document.id for hit in page.hits]
            cursor = page.next_cursor
            if cursor is None or not page.hits:
                break
        counted = home.search("common", relax=False).documents_count
        statistics = home.statistics()
        lost = [document_id for document_id, name in live.items() if home.get(document_id).name != name]
        lost += set(live) - set(found)
        used = _measure_index(folder)
        archive.rebuild_index()
        fresh = _measure_index(folder)
    extra = len(found) - len(set(found)) + len(set(found) - set(live)) + max(0, counted - len(live))
    return {
        "live": len(live),
        "lost": len(lost) + max(0, len(live) - counted) + abs(statistics.deleted_documents_count - len(trashed)),
        "doubled": extra,
        "index_bytes": used,
        "fresh_bytes": fresh,
    }


def _measure_index(folder: Path) -> int:
    current = Generations(folder / "index").find_current()
    assert current is not None
    return sum(path.stat().st_size for path in current.iterdir())


def measure_reindex(scratch: Path, count: int, seed: int, rounds: int) -> dict[str, Any]:
    """Rebuild the index of `count` documents of 3 KB, beside the bare engine's; search meanwhile and when idle."""
    folder = scratch / "reindexed"
    open_filled(folder, Population("documents", count, seed)).close()
    runs: dict[str, list[dict[str, Any]]] = {"reindex": [], "bare engine": []}
    for turn in range(rounds):
        for name in rotate(tuple(runs), turn):
            target = folder if name == "reindex" else Path(tempfile.mkdtemp(dir=scratch))
            player = _enlist("rebuild" if name == "reindex" else "bare", target, seed, count)
            before = read_tree_rss(player.process.pid)
            with TreeSampler(player.process.pid) as memory:
                [told], _ = play([player])
            runs[name].append(told | {"peak_bytes": memory.peak_rss, "grown_bytes": memory.peak_rss - before})
            if name != "reindex":
                shutil.rmtree(target)
    best = {name: min(each, key=lambda run: run["cpu"]) for name, each in runs.items()}
    with Archive.open(folder, settings=SETTINGS.without_background()) as archive:
        idle = _search_while(archive, None)
        busy = _search_while(archive, _enlist("rebuild", folder, seed, count))
    result = {name: run | {"per_second": count / run["wall"]} for name, run in best.items()}
    return result | {
        "count": count,
        "searches": {"idle": idle, "during reindex": busy},
        "is_right": all(run["documents"] == count for run in best.values()),
    }


def _search_while(archive: Archive, player: Player | None) -> dict[str, float]:
    """Search with one thread while a process works, or for some seconds; return the rate and percentiles."""
    home = max(archive.organizations(), key=lambda each: each.statistics().documents_count)
    words = [count.word for count in home.terms("a", limit=50)] or ["a"]
    if player is not None:
        player.begin()
    seconds: list[float] = []
    began = time.perf_counter()
    while player.process.poll() is None if player is not None else time.perf_counter() - began < 3.0:
        started = time.perf_counter()
        home.search(words[len(seconds) % len(words)])
        seconds.append(time.perf_counter() - started)
    wall = time.perf_counter() - began
    if player is not None:
        player.finish()
    return _describe_times([{"seconds": seconds}]) | {"per_second": len(seconds) / wall}


def print_result(result: dict[str, Any]) -> None:
    """Print the result for people."""
    print_environment(result["environment"])
    headings = ["writes", "per second", *TIMES_HEADINGS]
    rows = [
        [f"{run['processes']} processes, {run['threads']} threads", f"{run['per_second']:,.0f}", *format_times(run)]
        for run in result["rates"]
    ]
    rows += [[f"until searchable, {place}", "", *format_times(run)] for place, run in result["searchable"].items()]
    turmoil, reindex = result["turmoil"], result["reindex"]
    rows.append(["mixed, applier killed", f"{turmoil['calls'] / turmoil['seconds']:,.0f}", *format_times(turmoil)])
    rows += [
        [f"searches, {name}", f"{run['per_second']:,.0f}", *format_times(run)]
        for name, run in reindex["searches"].items()
    ]
    print_table(headings, rows)
    print(
        f"\n{turmoil['calls']:,} mixed operations, applier killed {turmoil['killed']} times: {turmoil['lost']} lost, "
        f"{turmoil['doubled'] + turmoil['doubled_on_pages']} doubled; index {turmoil['index_bytes'] / 1e6:.1f} MB, "
        f"built anew {turmoil['fresh_bytes'] / 1e6:.1f} MB"
    )
    for name in ("reindex", "bare engine"):
        run = reindex[name]
        print(
            f"{name}: {run['per_second']:,.0f} documents/s, {1e6 * run['cpu'] / reindex['count']:,.0f} µs of CPU each, "
            f"peak RSS {run['peak_bytes'] / 1e6:,.0f} MB ({run['grown_bytes'] / 1e6:,.0f} MB above its beginning)"
        )


def measure_durability(scratch: Path, counts: dict[str, int], seed: int, rounds: int) -> dict[str, Any]:
    """Measure all; `counts` are those of writes, waits, mixed operations of a process, and documents to reindex."""
    result: dict[str, Any] = {"environment": describe_environment(scratch), "counts": counts}
    result["rates"] = measure_rates(scratch, counts["writes"], rounds)
    result["searchable"] = measure_searchable(scratch, counts["waits"])
    result["turmoil"] = measure_turmoil(scratch, counts["mixed"])
    result["reindex"] = measure_reindex(scratch, counts["documents"], seed, rounds)
    turmoil = result["turmoil"]
    result["is_right"] = (
        all(run["is_right"] for run in result["rates"])
        and not turmoil["lost"] + turmoil["doubled"] + turmoil["doubled_on_pages"]
        and result["reindex"]["is_right"]
    )
    return result


def main() -> None:
    """Measure what durable writes cost, when searches see them, and what rebuilding the index does to both."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--writes", type=int, default=4_000, help="documents added by each number of processes")
    parser.add_argument("--waits", type=int, default=200, help="documents whose search is waited for")
    parser.add_argument("--mixed", type=int, default=500, help="mixed operations of each of four processes")
    parser.add_argument("--documents", type=int, default=100_000, help="documents of which the index is built anew")
    parser.add_argument("--rounds", type=int, default=2, help="the best of so many counts")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="a twentieth of the writes, 2,000 documents, one round")
    parser.add_argument("--folder", type=Path, help="where to write, on the disk that is to be measured")
    parser.add_argument("--output", type=Path, help="file for the result as JSON")
    arguments = parser.parse_args()
    counts = {name: getattr(arguments, name) for name in ("writes", "waits", "mixed", "documents")}
    if arguments.quick:
        counts = {"writes": 200, "waits": 20, "mixed": 200, "documents": 2_000}
    scratch = Path(tempfile.mkdtemp(prefix="papra-index-benchmark-", dir=arguments.folder))
    try:
        result = measure_durability(scratch, counts, arguments.seed, 1 if arguments.quick else arguments.rounds)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    print_result(result)
    write_result(arguments.output, result)
    if not result["is_right"]:
        sys.exit("something was lost, doubled or not there: these speeds mean nothing")


if __name__ == "__main__":
    main()
