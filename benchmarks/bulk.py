"""Upserts of records without files: `Organization.bulk` end to end, beside the bare engine and an SQLite insert."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import tantivy

from benchmarks.indexing import create_bare_index
from benchmarks.measure import (
    Cost,
    Stopwatch,
    TreeSampler,
    describe_environment,
    print_environment,
    print_table,
    read_tree_rss,
    write_result,
)
from benchmarks.population import Entry, Population
from papra_index import Archive, BulkStatus, PutRequest
from papra_index.settings import Settings

_AIM_RATE = 3_000.0
_AIM_SEARCHABLE_SECONDS = 1.0
_GROUP = 500
_HEAP_BYTES = 64_000_000


def _iterate_requests(entries: Sequence[Entry], mark: str) -> Iterator[PutRequest]:
    """Yield records of some 250 characters with a date and, here and there, tags."""
    for entry in entries:
        moment = datetime.fromtimestamp(entry.date, UTC)
        yield PutRequest(
            f"record:{entry.number}",
            name=entry.name,
            content=entry.text + mark,
            document_date=moment,
            tags=entry.tags,
        )


def _put(archive: Archive, entries: Sequence[Entry], mark: str) -> tuple[dict[BulkStatus, int], Cost, float]:
    """Put all records; return the outcomes by status, what it cost, and how long after the end searches saw them."""
    home = archive.organizations()[0]
    statuses: dict[BulkStatus, int] = {}
    watch = Stopwatch()
    for outcome in home.bulk(_iterate_requests(entries, mark)):
        statuses[outcome.status] = statuses.get(outcome.status, 0) + 1
    ended = time.perf_counter()
    archive.wait_until_searchable(600.0)
    return statuses, watch.stop(), time.perf_counter() - ended


def _measure_way(archive: Archive, entries: Sequence[Entry], name: str, mark: str) -> dict[str, Any]:
    statuses, cost, delay = _put(archive, entries, mark)
    expected = {"create": "created", "unchanged": "unchanged", "update": "updated"}[name]
    whole = _describe(len(entries), cost)
    return whole | {
        "put_per_second": len(entries) / (cost.wall - delay),
        "searchable_after": delay,
        "is_right": statuses == {BulkStatus(expected): len(entries)},
    }


@contextmanager
def _index_beside(folder: Path) -> Iterator[Archive]:
    """Open an archive that another process indexes, as one does under `papra-index serve`."""
    context = multiprocessing.get_context("spawn")
    ready, ended = context.Event(), context.Event()
    process = context.Process(target=_hold_open, args=(folder, ready, ended))
    process.start()
    try:
        ready.wait()
        with Archive.open(folder, settings=Settings().without_background()) as archive:
            yield archive
    finally:
        ended.set()
        process.join()


def _hold_open(folder: Path, ready: Event, ended: Event) -> None:
    with Archive.open(folder):
        ready.set()
        ended.wait()


def _write_bare(folder: Path, entries: list[Entry]) -> Cost:
    """Add names and contents to the engine, a commit at the end."""
    folder.mkdir()
    watch = Stopwatch()
    writer = create_bare_index(folder).writer(_HEAP_BYTES, 1)
    for entry in entries:
        writer.add_document(tantivy.Document(name=entry.name, content=entry.text))
    writer.commit()
    writer.wait_merging_threads()
    return watch.stop()


def _write_sqlite(file: Path, entries: list[Entry]) -> Cost:
    """Insert or replace the records in one table, a synced transaction for each group."""
    watch = Stopwatch()
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
        connection.execute("CREATE TABLE records (id TEXT PRIMARY KEY, name TEXT, content TEXT, date INTEGER)")
        for start in range(0, len(entries), _GROUP):
            connection.execute("BEGIN IMMEDIATE")
            rows = [(f"record:{e.number}", e.name, e.text, e.date) for e in entries[start : start + _GROUP]]
            connection.executemany("INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?)", rows)
            connection.execute("COMMIT")
    return watch.stop()


def measure_bulk(scratch: Path, count: int, seed: int) -> dict[str, Any]:
    """Put records, put them again unchanged, then changed; return rates per second of the clock and of processors."""
    ways: dict[str, Any] = {}
    # Made before anything is measured: making them costs as much as writing them.
    entries = list(Population("short", count, seed).iterate_entries())
    before = read_tree_rss(os.getpid())
    with TreeSampler(os.getpid()) as memory:
        with Archive.open(scratch / "archive") as archive:
            archive.create_organization("Records")
            for name, mark in (("create", ""), ("unchanged", ""), ("update", " changed")):
                ways[name] = _measure_way(archive, entries, name, mark)
            found = archive.organizations()[0].search("changed", relax=False).documents_count
        with _index_beside(scratch / "beside") as archive:
            archive.create_organization("Records")
            ways["create, indexed by another process"] = _measure_way(archive, entries, "create", "")
    ways["bare engine"] = _describe(count, _write_bare(scratch / "bare", entries))
    ways["SQLite insert"] = _describe(count, _write_sqlite(scratch / "records.sqlite", entries))
    is_right = found == count and all(way.get("is_right", True) for way in ways.values())
    return {
        "environment": describe_environment(scratch),
        "count": count,
        "ways": ways,
        "peak_bytes": memory.peak_rss - before,
        "is_right": is_right,
    }


def _describe(count: int, cost: Cost) -> dict[str, Any]:
    return {"per_second": count / cost.wall, "cpu_microseconds": cost.cpu / count * 1e6}


def print_result(result: dict[str, Any]) -> None:
    """Print the result for people."""
    print_environment(result["environment"])
    rows = [
        [
            name,
            f"{way['put_per_second']:,.0f}" if "put_per_second" in way else "",
            f"{way['per_second']:,.0f}",
            f"{way['cpu_microseconds']:,.0f}",
            f"{way['searchable_after']:.2f} s" if "searchable_after" in way else "",
        ]
        for name, way in result["ways"].items()
    ]
    print_table([f"{result['count']:,} records", "put/s", "searchable/s", "µs of CPU each", "searchable after"], rows)
    print(f"\naims: {_AIM_RATE:,.0f}/s created and searchable, within {_AIM_SEARCHABLE_SECONDS:.0f} s of the end")
    print(
        f"memory at most {result['peak_bytes'] / 1e6:,.0f} MB above that of the records; "
        f"answers are right: {result['is_right']}"
    )


def main() -> None:
    """Measure upserts of records without files."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--count", type=int, default=100_000, help="records")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where to write, on the disk that is to be measured")
    parser.add_argument("--quick", action="store_true", help="5,000 records")
    parser.add_argument("--output", type=Path, help="file for the result as JSON")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.count = min(arguments.count, 5_000)
    scratch = Path(tempfile.mkdtemp(prefix="papra-index-benchmark-", dir=arguments.folder))
    try:
        result = measure_bulk(scratch, arguments.count, arguments.seed)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    print_result(result)
    write_result(arguments.output, result)
    if not result["is_right"]:
        sys.exit("not all records became what they were to be: these speeds mean nothing")


if __name__ == "__main__":
    main()
