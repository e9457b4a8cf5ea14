"""How large the index is and what of it: terms, postings, positions, columns, beside bare Tantivy and FTS5.

    python -m benchmarks.size --output size.json
    python -m benchmarks.size FOLDER... --output size.json     # folders of text files instead of generated ones

The same names and texts go into each engine at once, without any of the archive around it; sizes are those after the
engine's own merges. Words of known frequency are counted in all of them.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks.corpus import MARKERS, list_corpus
from benchmarks.fts5 import HandMade
from benchmarks.indexing import count_words, index_entries
from benchmarks.measure import describe_environment, print_environment, print_table, write_result
from benchmarks.population import FIRST_DAY, Entry, Population
from benchmarks.questions import Question

Result = dict[str, Any]

KINDS = {
    ".term": "terms",
    ".idx": "postings",
    ".pos": "positions",
    ".fast": "columns",
    ".fieldnorm": "lengths",
    ".store": "stored",
}
"""Ends of the names of Tantivy's files (tantivy, `SegmentComponent`), and what is in them; the rest is lists."""


def measure_size(scratch: Path, sources: dict[str, Sequence[Entry]]) -> Result:
    """Index each source in all engines; return bytes by what they are for. Raises RuntimeError for wrong counts."""
    result: Result = {"benchmark": "size", "environment": describe_environment(scratch), "sources": {}}
    for name, entries in sources.items():
        indexed = index_entries(scratch, entries)
        engines = {engine: _name_kinds(indexed[engine]["files"]) for engine in ("papra-index", "bare")}
        engines["fts5"] = _measure_fts5(scratch / "fts5.sqlite", entries)
        text = indexed["text_bytes"]
        result["sources"][name] = {"documents": len(entries), "text_bytes": text, "engines": engines}
    first = next(iter(result["sources"].values()))
    shares = {engine: sum(kinds.values()) / first["text_bytes"] for engine, kinds in first["engines"].items()}
    result["headlines"] = [
        {"what": "index", "value": shares["papra-index"], "unit": "of the text", "beside": name, "reference": share}
        for name, share in shares.items()
        if name != "papra-index"
    ]
    return result


def _name_kinds(files: dict[str, int]) -> dict[str, int]:
    kinds = dict.fromkeys([*KINDS.values(), "lists"], 0)
    for ending, held in files.items():
        kinds[KINDS.get(ending, "lists")] += held
    return kinds


def _measure_fts5(file: Path, entries: Sequence[Entry]) -> dict[str, int]:
    with closing(HandMade(file, entries, len(entries))) as peer:
        held = peer.size()
        counts = {word: peer.answer(Question(0, (word,))).count for word in MARKERS}
    if counts != (expected := count_words(entries)):
        raise RuntimeError(f"fts5 finds {counts}, not {expected}")
    file.unlink()
    return {"index": held}


def read_folder(folder: Path) -> list[Entry]:
    """Return the text files of a folder and its sub-folders; bytes that are not UTF-8 are replaced."""
    return [
        Entry(number, 0, path.name, path.read_text(encoding="utf-8", errors="replace"), (), FIRST_DAY)
        for number, path in enumerate(list_corpus(folder))
    ]


def print_result(result: Result) -> None:
    """Print a table for each source."""
    print_environment(result["environment"])
    columns = [*KINDS.values(), "lists"]
    for name, source in result["sources"].items():
        count, text = source["documents"], source["text_bytes"]
        print(f"{name}: {count:,} documents, {text / count:,.0f} bytes of text each. Bytes a document:\n")
        rows = [
            [
                engine,
                f"{sum(kinds.values()) / count:,.0f}",
                f"{sum(kinds.values()) / text:.2f}",
                *(f"{kinds[kind] / count:,.0f}" if kind in kinds else "" for kind in columns),
            ]
            for engine, kinds in source["engines"].items()
        ]
        print_table(["engine", "in all", "of the text", *columns], rows)
        print()


def main() -> None:
    """Measure the size of the index by what it is for, beside peers."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("folders", type=Path, nargs="*", help="folders of text files; else generated ones")
    parser.add_argument("--documents", type=int, default=10_000, help="generated documents of 3 KB")
    parser.add_argument("--short", type=int, default=50_000, help="generated documents of 200 bytes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="1,000 documents and 5,000 short ones")
    parser.add_argument("--output", type=Path, help="file for the result as JSON")
    given = parser.parse_args()
    if given.quick:
        given.documents, given.short = 1_000, 5_000
    sources: dict[str, Sequence[Entry]] = {str(folder): read_folder(folder) for folder in given.folders}
    if not sources:
        sources["documents"] = list(
            Population("documents", given.documents, given.seed, organizations=1).iterate_entries()
        )
        sources["short"] = list(Population("short", given.short, given.seed).iterate_entries())
    with tempfile.TemporaryDirectory(prefix="papra-index-benchmark-") as made:
        scratch = Path(made)
        result = measure_size(scratch, sources)
    print_result(result)
    write_result(given.output, result)


if __name__ == "__main__":
    main()
