"""The worst query that the limits allow, built on purpose: each family of costly parts fills a query, then mixtures.

    python -m benchmarks.worst ARCHIVE --seconds 300

asks the largest organization of an archive, such as `benchmarks.search --keep` leaves. A query that takes over a second
of processor time is a fault of the compiler's bounds; the bounds aim at `AIM_MS` in 100,000 documents.
"""

from __future__ import annotations

import argparse
import itertools
import random
import string
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.building import open_filled
from benchmarks.corpus import Corpus
from benchmarks.measure import print_table, write_result
from benchmarks.population import Population
from papra_index import Archive, Organization, Settings, Sort, SortField
from papra_index.query.tokens import MAX_QUERY_LENGTH, MAX_TOKENS
from papra_index.settings import ExtractionSettings

Found = tuple[float, str, str, str]
"""Milliseconds of processor time, what the query was asked with, its name, and the query."""

_ROWS = 15
_MADE = 5_000

LIMIT_MS = 1_000
"""What no query may take, of processor time."""

AIM_MS = 700

OPTIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "by name": {"sort": Sort(SortField.NAME)},
    "facets": {"facets": ("tag", "mime_type", "month")},
    "snippets": {"snippets": 3, "page_size": 100},
    "any": {"matching": "any"},
    "feedback": {"matching": "any", "feedback": True, "snippets": 3},
    "matched": {"matched": True},
    "explain": {"explain": True},
}
"""What a query is asked with."""


def make_families(corpus: Corpus, generator: random.Random) -> dict[str, list[str]]:
    """Return parts of queries by what makes them costly, each as costly as it gets."""
    letters = list(string.ascii_lowercase + string.digits)
    pairs = [one + other for one in string.ascii_lowercase for other in "aeiourstn"]
    generator.shuffle(pairs)
    common = list(corpus.vocabulary[:150])
    rare = list(corpus.vocabulary[5_000:5_150])
    tails = [f"{one} {letter}" for one in common[:40] for letter in letters]
    generator.shuffle(tails)
    months = [
        f"{field}:20{year}-{month:02}" for field in ("date", "created") for year in range(15, 25) for month in (3, 7)
    ]
    return {
        "letters": letters,
        "pairs of letters": pairs,
        "common words": common,
        "rare words": rare,
        "phrases ending in a letter": [f'"{tail}"' for tail in tails],
        "phrases of common words": [
            f'"{one} {other} {third}"' for one, other, third in zip(common, common[1:], common[2:], strict=False)
        ],
        "phrases with slop": [f'"{one} {other}"~100' for one, other in itertools.pairwise(common)],
        "near": [f"{one} NEAR/100 {other}" for one, other in itertools.pairwise(common)],
        "patterns": [f"*{ending}" for ending in ("a", "ai", "ou", "es", "tr", "ba")],
        "patterns within": [f"{one}*{other}" for one in "bstpk" for other in ("a", "ou", "e")],
        "one sign for any": [f"?{one}?{other}*" for one in "aeiou" for other in "rstln"],
        "exact": [f'="{word}"' for word in common],
        "notes and original names": [
            f"{field}:{letter}" for letter in letters for field in ("original", "notes", "name")
        ],
        "sizes": [f"size:>{size}" for size in range(150)],
        "dates": months,
        "tags and types": [
            "tag:paid",
            "tag:tax",
            "type:pdf,txt",
            "ext:txt",
            "lang:de,en,fr",
            "has:tags",
            "mime:text/*",
        ],
        "hyphened": ["-".join(common[place : place + 6]) for place in range(0, 140, 6)],
        "questions": [f"what is {one} and {other}?" for one, other in itertools.pairwise(common)],
    }


def fill_query(parts: Iterable[str], joint: str, sign: str = "") -> str:
    """Return as many parts as the limits of a query allow, joined."""
    query, tokens = "", 0
    for part in itertools.cycle(list(parts)):
        longer = f"{query}{joint}{sign}{part}" if query else f"{sign}{part}"
        tokens += 1 + bool(joint.strip()) + bool(sign)
        if len(longer) > MAX_QUERY_LENGTH or tokens > MAX_TOKENS:
            return query
        query = longer
    return query


def iterate_queries(families: dict[str, list[str]], generator: random.Random) -> Iterator[tuple[str, str]]:
    """Yield a name and a query: each family alone, joined in every way, then random mixtures without end."""
    joints = {"all of": (" ", ""), "any of": (" OR ", ""), "none of": (" ", "-"), "not all of": (" OR ", "-")}
    for family, (name, (joint, sign)) in itertools.product(families, joints.items()):
        yield f"{name} {family}", fill_query(families[family], joint, sign)
    names = list(families)
    while True:
        chosen = generator.sample(names, generator.randrange(2, 5))
        parts = [generator.choice(families[name]) for _ in range(100) for name in chosen]
        name, (joint, sign) = generator.choice(list(joints.items()))
        yield f"{name} {', '.join(sorted(chosen))}", fill_query(parts, joint, sign)


def find_worst(home: Organization, corpus: Corpus, seconds: float, seed: int) -> list[Found]:
    """Return (processor milliseconds, options, name, query), the slowest first, of what was tried in that time."""
    generator = random.Random(seed)
    end = time.monotonic() + seconds
    found = []
    for name, query in iterate_queries(make_families(corpus, generator), generator):
        for options, arguments in OPTIONS.items():
            began = time.thread_time()
            home.search(query, **arguments)
            found.append(((time.thread_time() - began) * 1e3, options, name, query))
        if time.monotonic() > end:
            break
    return sorted(found, reverse=True)


def judge_slowest(found: list[Found]) -> str:
    """Return what the slowest of some searches is, beside limit and aim, in a sentence."""
    taken, options, name, _ = found[0]
    beyond = {f"over {bound:,}": sum(one[0] > bound for one in found) for bound in (LIMIT_MS, AIM_MS)}
    counts = ", ".join(f"{count} {bound}" for bound, count in beyond.items())
    verdict = "above" if taken > LIMIT_MS else "within"
    return (
        f"The worst, {name} ({options}), took {taken:,.0f} ms of CPU: {verdict} the limit of {LIMIT_MS:,}; {counts} ms."
    )


def list_slowest(found: list[Found]) -> list[list[str]]:
    """Return a row for the slowest search of each family or mixture, the slowest first."""
    slowest: dict[str, list[str]] = {}
    for taken, options, name, query in found:
        slowest.setdefault(name, [f"{taken:.0f}", options, name, query[:60].replace("|", " ")])
    return list(slowest.values())[:_ROWS]


def _open_archive(folder: Path | None, opened: ExitStack, seed: int) -> Archive:
    if folder is None:
        scratch = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="papra-index-benchmark-")))
        return opened.enter_context(open_filled(scratch / "archive", Population("documents", _MADE, seed)))
    settings = Settings(extraction=ExtractionSettings(background=False))
    return opened.enter_context(Archive.open(folder, settings=settings, create=False))


def main() -> None:
    """Search for the slowest query that the limits allow."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("archive", type=Path, nargs="?", help="an archive; without it one of 5,000 documents is made")
    parser.add_argument("--seconds", type=float, default=300.0, help="how long to try; all families take some minutes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="20 seconds")
    parser.add_argument("--output", type=Path, help="file for the result as JSON")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.seconds = min(arguments.seconds, 20.0)
    with ExitStack() as opened:
        archive = _open_archive(arguments.archive, opened, arguments.seed)
        archive.wait_until_searchable(3_600.0)
        home = max(archive.organizations(), key=lambda home: home.statistics().documents_count)
        documents = home.statistics().documents_count
        found = find_worst(home, Corpus(arguments.seed), arguments.seconds, arguments.seed)
    print(f"{len(found)} searches of an organization of {documents:,} documents.\n{judge_slowest(found)}\n")
    print_table(["CPU ms", "asked", "query", "begins"], list_slowest(found))
    result = {"benchmark": "worst", "documents": documents, "limit_ms": LIMIT_MS, "aim_ms": AIM_MS}
    write_result(arguments.output, result | {"found": found[:100]})


if __name__ == "__main__":
    main()
