"""Searching an archive: bare engine, engine part, hydrated hits, snippets, and four peers, kind by kind.

    python -m benchmarks.search --keep FOLDER --output search.json
    python -m benchmarks.search --quick

The ways to answer a question take turns on it, pass after pass, the library and its engine first, then the peers; each
time the first pass only warms up. Percentiles are over all questions and passes of a kind.
"""

from __future__ import annotations

import argparse
import itertools
import os
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from benchmarks.building import open_filled
from benchmarks.engine import FACETS, ORDERS, EngineRoom
from benchmarks.fts5 import HandMade, Papras
from benchmarks.indexing import measure_indexing
from benchmarks.measure import describe_environment, find_percentile, rotate, write_result
from benchmarks.peers import PAGE_SIZE, Peer, Whoosh, Xapian
from benchmarks.population import KINDS as POPULATIONS
from benchmarks.population import Kind, Population
from benchmarks.questions import KINDS, Question, make_questions
from benchmarks.report import print_result
from benchmarks.xapian_peer import XapianMissing
from papra_index import Organization

Result = dict[str, Any]
Answer = Callable[[], object]

OURS = ("bare", "engine", "search", "snippets")
"""The engine's own calls on a finished query; the reader, which compiles it; `Organization.search` without and with a
snippet a hit. They take turns with each other: a peer between them would empty the processor's caches."""

_PATIENCE_SECONDS = 3_600.0
_SLOW_MS = 100.0
"""A peer that takes longer for a question is not asked again: its first answer counts."""

_INDEXED = 5_000
_AIM_ENGINE_FACTOR = 1.3
_AIM_ENGINE_MS = 0.2
_AIM_HYDRATION_MS = 0.6
_AIM_SNIPPETS_MS = 1.0
_AIM_P99_MS: dict[Kind, float] = {"documents": 50.0, "short": 100.0}
_AIM_SIZE_SHARE = 0.7


class Contest:
    """Everything that answers questions about one population."""

    def __init__(self, homes: Sequence[Organization], room: EngineRoom, peers: Sequence[Peer]) -> None:
        self.homes = homes
        self.room = room
        self.peers = peers

    def list_answers(self, question: Question) -> tuple[dict[str, Answer], dict[str, Answer]]:
        """Return what of the library and which peers can answer a question, and how."""
        home = self.homes[question.organization]
        if question.verb != "search":
            return _list_verbs(home, question), {}
        options = make_options(home, question)
        ours: dict[str, Answer] = {
            "search": lambda: home.search(question.text, **options),
            "snippets": lambda: home.search(question.text, **options, snippets=1),
        }
        if question.is_mistyped:
            return ours, {}
        prepared = self.room.prepare(question)
        ours |= {"bare": lambda: self.room.search_bare(prepared), "engine": lambda: self.room.search_engine(prepared)}
        theirs = {peer.name: _ask(peer, question) for peer in self.peers if peer.can_answer(question)}
        return ours, theirs

    def find_cpu(self, name: str, taken: float) -> float:
        """Return the processor milliseconds of an answer, which those of another process have measured themselves."""
        peer = next((peer for peer in self.peers if peer.name == name), None)
        return taken if peer is None or peer.cpu_ms is None else peer.cpu_ms


def _ask(peer: Peer, question: Question) -> Answer:
    return lambda: peer.answer(question)


def make_options(home: Organization, question: Question) -> dict[str, Any]:
    """Return the arguments of `Organization.search` for a question; a deep page is reached by its cursor."""
    options: dict[str, Any] = {"page_size": PAGE_SIZE, "relax": question.is_mistyped}
    if question.order != "relevance":
        options["sort"] = ORDERS[question.order]
    if question.facets:
        options["facets"] = FACETS
    if question.page_index:
        before = home.search(question.text, **options, page_index=question.page_index - 1)
        options |= {"cursor": before.next_cursor} if before.next_cursor else {"page_index": question.page_index}
    return options


def _list_verbs(home: Organization, question: Question) -> dict[str, Answer]:
    """Return how the library alone answers; nothing where it cannot yet."""
    verb = getattr(home, question.verb, None)
    if verb is None:
        return {}
    if question.verb == "suggest":
        return {"search": lambda: verb(question.text)}
    hits = home.search(question.text, page_size=1).hits
    return {"search": lambda: verb(hits[0].document.id)} if hits else {}


def measure_population(folder: Path, scratch: Path, population: Population, arguments: argparse.Namespace) -> Result:
    """Build what is missing in `folder`, ask all questions in every way, and return times, counts and sizes."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as opened:
        archive = opened.enter_context(open_filled(folder / f"{population.kind}", population))
        archive.wait_until_searchable(_PATIENCE_SECONDS)  # an index of another version is built anew
        homes = archive.organizations()
        room = opened.enter_context(EngineRoom(archive.folder, [home.id for home in homes]))
        peers = [opened.enter_context(closing(peer)) for peer in open_peers(folder, population, arguments.subset)]
        contest = Contest(homes, room, peers)
        kinds = {}
        for kind in KINDS:
            print(f"{population.kind}: {kind}", file=sys.stderr)
            questions = make_questions(population, kind, arguments.questions)
            kinds[kind] = measure_kind(contest, questions, arguments.passes) | compare_answers(contest, questions)
        text = _count_text(archive.folder / "catalog.sqlite")
        held = sum(file.stat().st_size for file in room.directory.iterdir())
        sizes = {"papra-index": [held, population.count, text]}
        sizes |= {peer.name: [peer.size(), peer.documents, text * peer.documents // population.count] for peer in peers}
    indexing = measure_indexing(scratch, population, min(_INDEXED, population.count))
    return {"documents": population.count, "kinds": kinds, "sizes": sizes, "indexing": indexing}


def open_peers(folder: Path, population: Population, subset: int) -> list[Peer]:
    """Return the peers, built where they are missing; those that are not installed are named and left out."""
    few = min(subset, population.count)
    kind = population.kind
    peers: list[Peer] = [
        HandMade(folder / f"{kind}-fts5.sqlite", population.iterate_entries(), population.count),
        Papras(folder / f"{kind}-papra.sqlite", population.iterate_entries(), population.count),
    ]
    for make in (Whoosh, Xapian) if few else ():
        path = folder / f"{kind}-{make.name}-{few}"
        try:
            peers.append(make(path, itertools.islice(population.iterate_entries(), few), few))
        except ModuleNotFoundError as error:
            print(f"SKIPPED {make.name}: {error}; it needs pip install --group rankers", file=sys.stderr)
        except XapianMissing as error:
            print(f"SKIPPED {make.name}: {error}", file=sys.stderr)
    return peers


def measure_kind(contest: Contest, questions: list[Question], passes: int) -> Result:
    """Time all ways to answer questions of a kind."""
    times: dict[str, list[tuple[float, float]]] = {}
    for question in questions:
        for answers in contest.list_answers(question):
            names = list(answers)
            slow: set[str] = set()
            for turn in range(passes + 1):
                for name in rotate(names, turn):
                    if turn and name in slow:
                        continue
                    wall, cpu = _time(answers[name])
                    taken = wall, contest.find_cpu(name, cpu)
                    if turn == 0 and name not in OURS and wall > _SLOW_MS:
                        slow.add(name)
                    if turn or name in slow:
                        times.setdefault(name, []).append(taken)
    names = [*OURS, *(peer.name for peer in contest.peers)]
    summary = {name: _summarize(times[name]) for name in names if name in times}
    return {"times": summary, "aims": _compare_aims({name: found["cpu_ms_p50"] for name, found in summary.items()})}


def _time(answer: Answer) -> tuple[float, float]:
    """Return milliseconds on the clock and of this thread's processor time."""
    wall, cpu = time.perf_counter_ns(), time.thread_time_ns()
    answer()
    return (time.perf_counter_ns() - wall) / 1e6, (time.thread_time_ns() - cpu) / 1e6


def _summarize(taken: list[tuple[float, float]]) -> Result:
    found: Result = {"samples": len(taken)}
    for clock, values in zip(("wall", "cpu"), zip(*taken, strict=True), strict=True):
        for percent in (50, 95, 99):
            found[f"{clock}_ms_p{percent}"] = find_percentile(values, percent / 100)
    return found


def _compare_aims(p50: dict[str, float]) -> Result:
    """Return what was measured at p50 beside the aim, in milliseconds."""
    aims: Result = {}
    if "bare" in p50:
        aims["engine_ms"] = [p50["engine"], _AIM_ENGINE_FACTOR * p50["bare"] + _AIM_ENGINE_MS]
        aims["hydration_ms"] = [p50["search"] - p50["engine"], _AIM_HYDRATION_MS]
        aims["snippets_ms"] = [p50["snippets"] - p50["search"], _AIM_SNIPPETS_MS]
    if "fts5" in p50:
        aims["fts5_ms"] = [p50["search"], p50["fts5"]]
    return aims


def compare_answers(contest: Contest, questions: list[Question]) -> Result:
    """Return how many matches there are, and for how many questions others count the same, fewer and more of them."""
    counts: list[int] = []
    compared: dict[str, Counter[str]] = {}
    hand_made = next((peer for peer in contest.peers if isinstance(peer, HandMade)), None)
    for question in questions:
        if question.verb != "search":
            continue
        page = contest.homes[question.organization].search(question.text, relax=question.is_mistyped)
        counts.append(page.documents_count)
        if question.is_mistyped:
            continue
        _, bare = contest.room.search_bare(contest.room.prepare(question))
        compared.setdefault("bare", Counter())[_compare(bare, page.documents_count)] += 1
        for peer in contest.peers:
            is_whole = hand_made is None or peer.documents == hand_made.documents
            if hand_made is None or not peer.can_answer(question) or not (is_whole or hand_made.can_answer(question)):
                continue
            expected = page.documents_count if is_whole else hand_made.count_first(question, peer.documents)
            compared.setdefault(peer.name, Counter())[_compare(peer.answer(question).count, expected)] += 1
    return {
        "questions": len(questions),
        "matches_p50": find_percentile(counts, 0.5),
        "counts": {name: dict(found) for name, found in compared.items()},
    }


def _compare(count: int, expected: int) -> str:
    return "same" if count == expected else "fewer" if count < expected else "more"


def _count_text(catalog: Path) -> int:
    connection = sqlite3.connect(f"file:{catalog}?mode=ro", uri=True)
    try:
        return int(connection.execute("SELECT sum(length(CAST(text AS BLOB))) FROM pages").fetchone()[0])
    finally:
        connection.close()


def main(arguments_given: Sequence[str] | None = None) -> None:
    """Measure searches part by part, beside the bare engine and the peers."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--documents", type=int, default=100_000, help="documents of 3 KB, in 100 organizations")
    parser.add_argument("--short", type=int, default=1_000_000, help="documents of 200 bytes, in one organization")
    parser.add_argument("--subset", type=int, default=10_000, help="documents that Whoosh and Xapian hold; 0: none")
    parser.add_argument("--questions", type=int, default=200, help="distinct questions of each kind")
    parser.add_argument("--passes", type=int, default=3, help="times each is timed, after one that is not")
    parser.add_argument(
        "--quick", action="store_true", help="2,000 documents, 6,000 short ones, 8 questions of each kind"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder of an earlier run to use, or to build in and keep")
    parser.add_argument("--output", type=Path, help="file for the result as JSON")
    arguments = parser.parse_args(arguments_given)
    if arguments.quick:
        arguments.documents, arguments.short = min(arguments.documents, 2_000), min(arguments.short, 6_000)
        arguments.questions, arguments.subset = min(arguments.questions, 8), min(arguments.subset, 300)
        arguments.passes = 1
    scratch = Path(tempfile.mkdtemp(prefix="papra-index-benchmark-"))
    try:
        folder = arguments.keep or scratch / "archives"
        folder.mkdir(parents=True, exist_ok=True)
        result: Result = {"benchmark": "search", "environment": describe_environment(folder)}
        result |= {"questions": arguments.questions, "passes": arguments.passes, "page_size": PAGE_SIZE}
        result["aims"] = {"p99_ms": _AIM_P99_MS, "size_share": _AIM_SIZE_SHARE}
        result["populations"] = {
            kind: measure_population(folder, scratch, Population(kind, count, arguments.seed), arguments)
            for kind, count in zip(POPULATIONS, (arguments.documents, arguments.short), strict=True)
            if count
        }
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    result["load_after"] = os.getloadavg()[0]
    print_result(result)
    write_result(arguments.output, result)


if __name__ == "__main__":
    main()
