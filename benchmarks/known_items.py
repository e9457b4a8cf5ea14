"""Whether the document that somebody remembers comes first, by words mistyped, misread or cut off, too.

    python -m benchmarks.known_items FOLDER --output known-items.json

`FOLDER` holds real texts in sub-folders named by language. Every system gets the same queries in one run.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import tantivy

from benchmarks.fts5 import Fts5Archive, match_phrase
from benchmarks.measure import describe_environment, find_percentile, print_environment, print_table, write_result
from benchmarks.remembered import read_documents
from benchmarks.texts import open_texts
from papra_index import Archive, Upload
from papra_index.evaluation.mining import KnownDocument, KnownItem, Miner, group_kinds

DEPTH = 10
RANKS = (1, 5, 10)
OURS = "papra_index"
_PATIENCE_SECONDS = 600.0

Finder = Callable[[str], list[int]]
"""From a query to the numbers of the first ten documents."""

Result = dict[str, Any]


@contextmanager
def open_archive(documents: Sequence[KnownDocument], *, relax: bool = True) -> Iterator[Finder]:
    """Our own search, with its defaults."""
    with Archive.in_memory() as archive:
        home = archive.create_organization("Known items")
        uploads = (
            Upload(
                f"{document.number}\n{document.text}".encode(),
                name=document.name,
                mime_type="text/plain",
                content=document.text,
            )
            for document in documents
        )
        numbers = {}
        for document, outcome in zip(documents, home.add_stream(uploads), strict=True):
            if outcome.document_id is None:
                raise RuntimeError(f"{document.name} was not added: {outcome.error}")
            numbers[outcome.document_id] = document.number
        archive.wait_until_searchable(_PATIENCE_SECONDS)
        yield lambda query: [numbers[hit.document.id] for hit in home.search(query, page_size=DEPTH, relax=relax).hits]


@contextmanager
def open_fts5(documents: Sequence[KnownDocument], *, by_time: bool) -> Iterator[Finder]:
    """FTS5 as Papra asks it: each word's tokens as a phrase that ends in a beginning, all of them; newest first."""
    with tempfile.TemporaryDirectory() as folder:
        peer = Fts5Archive(Path(folder) / "peer.sqlite")
        peer.add((document.number, document.name, document.text, document.number) for document in documents)

        def find(query: str) -> list[int]:
            match = " AND ".join(match_phrase([word.replace('"', " ")]) for word in query.split())
            return peer.search(match, by_time=by_time, limit=DEPTH)

        yield find
        peer.close()


@contextmanager
def open_tantivy(documents: Sequence[KnownDocument]) -> Iterator[Finder]:
    """The bare engine: one field of folded words, any of them, by BM25."""
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("number", fast=True)
    builder.add_text_field("text", tokenizer_name="plain", index_option="freq")
    schema = builder.build()
    index = tantivy.Index(schema)
    simple = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.lowercase())
    analyzer = simple.filter(tantivy.Filter.ascii_fold()).build()
    index.register_tokenizer("plain", analyzer)
    writer = index.writer(64_000_000, 1)
    for document in documents:
        values = {"number": document.number, "text": f"{document.name}\n{document.text}"}
        writer.add_document(tantivy.Document.from_dict(values, schema))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def find(query: str) -> list[int]:
        terms = [tantivy.Query.term_query(schema, "text", word) for word in analyzer.analyze(query)]
        found = searcher.search(tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms]), DEPTH)
        return [int(number) for number in searcher.fast_field_values("number", [hit[1] for hit in found.hits])]  # type: ignore[arg-type]

    yield find


SYSTEMS: dict[str, Callable[[Sequence[KnownDocument]], AbstractContextManager[Finder]]] = {
    OURS: open_archive,
    "without relaxing": partial(open_archive, relax=False),
    "FTS5 as in Papra": partial(open_fts5, by_time=True),
    "FTS5 by rank": partial(open_fts5, by_time=False),
    "tantivy, any word": open_tantivy,
}


def measure_known_items(folder: Path, names: Sequence[str], count: int, seed: int, part: str = "all") -> Result:
    """Return for each system the rank of the known document of each query, 0 where it is not among the first ten.

    `part` takes queries of every other document, `train` or `test`, so that what is chosen on one is judged on the
    other. Raises ValueError for a folder without texts.
    """
    documents = read_documents(folder, seed)
    items = Miner(documents, seed).mine(count)
    if part != "all":
        items = [item for item in items if item.number % 2 == (part == "test")]
    print(f"{len(documents):,} documents, {len(items):,} queries", file=sys.stderr)
    systems: Result = {}
    for name in names:
        with SYSTEMS[name](documents) as find:
            ranks, times = [], []
            for item in items:
                began = time.thread_time_ns()
                found = find(item.query)
                times.append((time.thread_time_ns() - began) / 1e6)
                ranks.append(found.index(item.number) + 1 if item.number in found else 0)
        systems[name] = {"ranks": ranks, "cpu_ms": times}
    return {
        "benchmark": "known_items",
        "environment": describe_environment(folder),
        "documents": len(documents),
        "part": part,
        "seed": seed,
        "items": [[item.kind, item.language, item.query, item.number] for item in items],
        "systems": systems,
    }


def count_successes(ranks: Sequence[int], depth: int) -> float:
    """Return the share of ranks, 0 for not found, that are among the first `depth`."""
    return sum(0 < rank <= depth for rank in ranks) / max(len(ranks), 1)


def print_result(result: Result) -> None:
    """Print success at 1, 5 and 10 by kind and by language, and what a query costs."""
    print_environment(result["environment"])
    items = [KnownItem(*fields) for fields in result["items"]]
    systems: Result = result["systems"]
    rows = []
    places = {item: place for place, item in enumerate(items)}
    groups: list[tuple[str, list[KnownItem]]] = list(group_kinds(items))
    groups += [(language, [item for item in items if item.language == language]) for language in _languages(items)]
    for label, chosen in [*groups, ("all", items)]:
        ranks = [[system["ranks"][places[item]] for item in chosen] for system in systems.values()]
        cells = [" ".join(f"{count_successes(found, depth):.2f}" for depth in RANKS) for found in ranks]
        rows.append([label, str(len(chosen)), *cells])
    print_table(["success at 1, 5, 10", "queries", *systems], rows)
    print()
    times = [
        [label, *(f"{find_percentile(system['cpu_ms'], share):.2f}" for system in systems.values())]
        for label, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("most", 1.0))
    ]
    print_table(["processor ms of a query", *systems], times)


def _languages(items: Sequence[KnownItem]) -> list[str]:
    return sorted({item.language for item in items})


def main() -> None:
    """Measure how often a remembered document is found, and how high up."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument(
        "folder", type=Path, nargs="?", help="texts in sub-folders such as en, de, fr, es, it; else made up"
    )
    parser.add_argument("--count", type=int, default=50, help="queries of each kind in each language (default: 50)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--part", choices=("train", "test", "all"), default="all", help="every other document's queries"
    )
    parser.add_argument("--system", action="append", choices=list(SYSTEMS), help="only this one (repeatable)")
    parser.add_argument("--quick", action="store_true", help="10 queries of each kind")
    parser.add_argument("--output", type=Path, help="file for the result as JSON")
    arguments = parser.parse_args()
    count = min(arguments.count, 10) if arguments.quick else arguments.count
    with open_texts(arguments.folder, arguments.seed) as folder:
        try:
            result = measure_known_items(
                folder, arguments.system or list(SYSTEMS), count, arguments.seed, arguments.part
            )
        except ValueError as error:
            parser.error(str(error))
    print_result(result)
    write_result(arguments.output, result)


if __name__ == "__main__":
    main()
