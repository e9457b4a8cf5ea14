"""Searching an archive of text files: bare engine, engine part, hydrated hits, snippets, and FTS5 as the peer.

    python -m benchmarks.search --count 10000 --queries 100

The ways to answer a query take turns on it, pass after pass, the library and its engine first, then the peer; each
time the first pass only warms up. Of each query the median of its passes counts; the percentiles are over queries.
"""

from __future__ import annotations

import argparse
import itertools
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.corpus import Corpus
from benchmarks.engine import BareQuery, EngineRoom
from benchmarks.fts5 import Fts5Archive
from benchmarks.measure import (
    describe_environment,
    find_percentile,
    print_environment,
    print_table,
    rotate,
    write_result,
)
from benchmarks.queries import KINDS, TAG, BenchmarkQuery, make_queries
from papra_index import Archive, Organization, Settings, Upload
from papra_index.settings import ExtractionSettings

PAGE_SIZE = 25
_TAGGED_EVERY = 10
_PATIENCE_SECONDS = 600.0
_AIM_ENGINE_FACTOR = 1.3
_AIM_ENGINE_MS = 0.2
_AIM_HYDRATION_MS = 0.8
_AIM_SNIPPETS_MS = 1.2

Result = dict[str, Any]
Answer = Callable[[], object]

ROTATIONS = (("bare", "engine", "search", "snippets"), ("fts5", "fts5 snippets"))
"""What takes turns. A peer between two searches of the library would empty the processor's caches for the second."""

VARIANTS = tuple(name for rotation in ROTATIONS for name in rotation)
"""The ways to answer: the engine's own calls on a finished query; the reader, which compiles it; `Organization.search`
without and with a snippet a hit; SQLite without and with `snippet()`."""


@dataclass(frozen=True, slots=True)
class Opponents:
    """Everything that answers queries over the same texts."""

    home: Organization
    room: EngineRoom
    peer: Fts5Archive


def build_archive(archive: Archive, count: int, seed: int) -> Organization:
    """Fill a new archive with the texts of a seed, tag every tenth, and wait until all is searchable."""
    home = archive.create_organization("Home")
    files = Corpus(seed).iterate_files(count)
    uploads = (Upload(file.text.encode(), name=Path(file.name).name, mime_type="text/plain") for file in files)
    tag = home.create_tag(TAG, color="#2ECC71")
    for number, outcome in enumerate(home.add_stream(uploads)):
        if outcome.document_id is None:
            raise RuntimeError(f"file {number} was not added: {outcome.error}")
        if number % _TAGGED_EVERY == 0:
            home.tag(outcome.document_id, tag.id)
    archive.wait_until_searchable(_PATIENCE_SECONDS)
    return home


def build_peer(file: Path, count: int, seed: int) -> Fts5Archive:
    """Put the same texts and tags into SQLite."""
    peer = Fts5Archive(file)
    texts = enumerate(Corpus(seed).iterate_files(count))
    peer.add((number, Path(text.name).name, text.text, number) for number, text in texts)
    peer.tag(TAG, range(0, count, _TAGGED_EVERY))
    return peer


def measure_search(folder: Path, scratch: Path, count: int, queries: int, passes: int, seed: int) -> Result:
    """Build what is missing in `folder`, answer all queries in every way, and return times and counts."""
    if not (folder / "catalog.sqlite").exists():
        with Archive.open(folder) as archive:
            build_archive(archive, count, seed)
    peer = build_peer(scratch / "peer.sqlite", count, seed)
    result: Result = {"benchmark": "search", "environment": describe_environment(folder), "count": count}
    with Archive.open(folder, settings=Settings(extraction=ExtractionSettings(background=False))) as archive:
        archive.wait_until_searchable(_PATIENCE_SECONDS)  # an index of another version is built anew
        [home] = archive.organizations()
        if home.statistics().documents_count != count:
            raise RuntimeError(f"{folder} holds {home.statistics().documents_count} documents, not {count}")
        with EngineRoom(folder, home.id) as room:
            opponents = Opponents(home, room, peer)
            asked = make_queries(Corpus(seed), queries, seed)
            kinds = {kind: _measure_kind(opponents, asked[kind], passes) for kind in KINDS}
    peer.close()
    result |= {"queries": queries, "passes": passes, "page_size": PAGE_SIZE, "kinds": kinds}
    return result | {"load_after": os.getloadavg()[0]}


def _measure_kind(opponents: Opponents, queries: list[BenchmarkQuery], passes: int) -> Result:
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in VARIANTS}
    for query in queries:
        bare = opponents.room.prepare(query)
        answers = _make_answers(opponents, query, bare)
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in VARIANTS}
        for rotation, turn in itertools.product(ROTATIONS, range(passes + 1)):
            for name in rotate(rotation, turn):
                cost = _time(answers[name])
                if turn:
                    taken[name].append(cost)
        for name in VARIANTS:
            walls, cpus = zip(*taken[name], strict=True)
            times[name].append((find_percentile(walls, 0.5), find_percentile(cpus, 0.5)))
    return _summarize(times) | _compare_answers(opponents, queries)


def _make_answers(opponents: Opponents, query: BenchmarkQuery, bare: BareQuery) -> dict[str, Answer]:
    home, room, peer = opponents.home, opponents.room, opponents.peer
    sort = query.sort
    return {
        "bare": lambda: room.search_bare(bare),
        "engine": lambda: room.search_engine(bare),
        "search": lambda: home.search(query.text, page_size=PAGE_SIZE, sort=sort),
        "snippets": lambda: home.search(query.text, page_size=PAGE_SIZE, sort=sort, snippets=1),
        "fts5": lambda: peer.search(query.match, query.tag, by_time=sort is not None),
        "fts5 snippets": lambda: peer.search(query.match, query.tag, by_time=sort is not None, snippets=True),
    }


def _time(answer: Answer) -> tuple[float, float]:
    """Return milliseconds on the clock and of this thread's processor time."""
    wall, cpu = time.perf_counter_ns(), time.thread_time_ns()
    answer()
    return (time.perf_counter_ns() - wall) / 1e6, (time.thread_time_ns() - cpu) / 1e6


def _summarize(times: dict[str, list[tuple[float, float]]]) -> Result:
    summary: Result = {}
    for name, taken in times.items():
        walls, cpus = zip(*taken, strict=True)
        summary[name] = {
            "cpu_ms_p50": find_percentile(cpus, 0.5),
            "cpu_ms_p95": find_percentile(cpus, 0.95),
            "wall_ms_p50": find_percentile(walls, 0.5),
            "wall_ms_p95": find_percentile(walls, 0.95),
        }
    p50 = {name: summary[name]["cpu_ms_p50"] for name in VARIANTS}
    engine_limit = _AIM_ENGINE_FACTOR * p50["bare"] + _AIM_ENGINE_MS
    return {
        "times": summary,
        "aims": {
            "engine_ms": [p50["engine"], engine_limit],
            "hydration_ms": [p50["search"] - p50["engine"], _AIM_HYDRATION_MS],
            "snippets_ms": [p50["snippets"] - p50["search"], _AIM_SNIPPETS_MS],
        },
    }


def _compare_answers(opponents: Opponents, queries: list[BenchmarkQuery]) -> Result:
    """Return how many queries have the same answer everywhere, and how large the answers are."""
    agreeing, counts, hits, shown = 0, [], [], []
    for query in queries:
        page = opponents.home.search(query.text, page_size=PAGE_SIZE, sort=query.sort, snippets=1)
        bare = opponents.room.prepare(query)
        keys, bare_count = opponents.room.search_bare(bare)
        engine = opponents.room.search_engine(bare)
        rows, peer_count = opponents.peer.search(query.match, query.tag, by_time=query.sort is not None)
        is_same_page = query.sort is None or [row[1] for row in rows] == [hit.document.name for hit in page.hits]
        is_same_count = page.documents_count == bare_count == engine.documents_count == peer_count
        agreeing += is_same_page and is_same_count and sorted(keys) == sorted(engine.keys) and not page.issues
        counts.append(page.documents_count)
        hits.append(len(page.hits))
        shown.append(sum(bool(hit.snippets) for hit in page.hits))
    return {
        "queries": len(queries),
        "agreeing": agreeing,
        "matches_p50": find_percentile(counts, 0.5),
        "hits_p50": find_percentile(hits, 0.5),
        "hits_with_snippet_share": sum(shown) / max(sum(hits), 1),
    }


def print_result(result: Result) -> None:
    """Print the tables of a result."""
    print_environment(result["environment"])
    print(f"{result['count']:,} documents; processor milliseconds of the searching thread, p50 / p95 over queries\n")
    rows = []
    for kind, found in result["kinds"].items():
        times = [f"{time['cpu_ms_p50']:.2f} / {time['cpu_ms_p95']:.2f}" for time in found["times"].values()]
        rows.append([kind, f"{found['matches_p50']:.0f}", *times, f"{found['agreeing']} of {found['queries']}"])
    print_table(["query", "matches", *VARIANTS, "same answers"], rows)
    print("\nAgainst the aims, at p50 (measured / aim, ms):\n")
    aims = ("engine_ms", "hydration_ms", "snippets_ms")
    reached = [
        [kind, *(f"{found['aims'][aim][0]:.2f} / {found['aims'][aim][1]:.2f}" for aim in aims)]
        for kind, found in result["kinds"].items()
    ]
    print_table(["query", "engine part", "hits", "snippets"], reached)


def main() -> None:
    """Measure searches of an archive of text files, part by part and beside SQLite's FTS5."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="documents")
    parser.add_argument("--queries", type=int, default=100, help="distinct queries of each kind")
    parser.add_argument("--passes", type=int, default=3, help="times each is timed, after one that is not")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--archive", type=Path, help="archive of an earlier run to use, or to build and keep")
    parser.add_argument("--output", type=Path, help="file for the result as JSON")
    arguments = parser.parse_args()
    scratch = Path(tempfile.mkdtemp(prefix="papra-index-benchmark-"))
    try:
        folder = arguments.archive or scratch / "archive"
        result = measure_search(folder, scratch, arguments.count, arguments.queries, arguments.passes, arguments.seed)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    print_result(result)
    write_result(arguments.output, result)


if __name__ == "__main__":
    main()
