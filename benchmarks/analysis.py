"""What each analysis of text costs an index in bytes and processor time, and what is found by it.

Folders of text files, one language each, or generated texts where none is given: every variant writes the same
documents to an index of its own. Compounds are judged by the word list of the tests.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import tantivy

from benchmarks.corpus import Corpus
from benchmarks.measure import describe_environment, print_environment, print_table, write_result
from papra_index.conventions.language import detect_language
from papra_index.conventions.principals import Reach
from papra_index.index.base import IndexDocument, IndexRequest
from papra_index.index.hyphenation import find_hyphenated
from papra_index.index.tantivy.analysis import prepare_text, register_analyzers, split_words
from papra_index.index.tantivy.fragments import list_fragments, list_pairs
from papra_index.index.tantivy.pieces import analyze_pieces
from papra_index.index.tantivy.reader import TantivyReader
from papra_index.index.tantivy.schema import build_document, build_schema
from papra_index.index.tantivy.stems import stem_text
from papra_index.index.tantivy.writer import TantivyWriter
from papra_index.query.expression import Text
from papra_index.results import Sort, SortField

COMPOUNDS = Path(__file__).parent.parent / "tests" / "index" / "compounds.txt"
_COMPOUND_KINDS = {"head": "last part of a compound", "middle": "middle part", "no": "no part, not to be found"}

FINDS = (
    ("amount in another style", "", "total 1.234,56 EUR", "1234.56"),
    ("amount in another style", "", "total 1,234.56", "1.234,56"),
    ("amount in another style", "", "total 1234.56", "1.234,56"),
    ("amount in another style", "", "total 1 234,56", "1'234.56"),
    ("amount in another style", "", "104,696 people", "104696"),
    ("day in another style", "", "of 12.03.2025", "2025-03-12"),
    ("day in another style", "", "of 2025-03-12", "12. März 2025"),
    ("day in another style", "", "of 12. März 2025", "12/03/2025"),
    ("day in another style", "", "of March 12, 2025", "12.03.2025"),
    ("code in whole or in parts", "", "5UH1-42", "UH1"),
    ("code in whole or in parts", "", "INV_2024-001", "inv2024001"),
    ("code in whole or in parts", "", "INV_2024-001", "2024-001"),
    ("code in whole or in parts", "", "DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
    ("code in whole or in parts", "", "DE89370400440532013000", "DE89 3704 0044"),
    ("code in whole or in parts", "", "john.doe@example.com", "example.com"),
    ("word over a line end", "", "the infor-\nmation", "information"),
    ("word over a line end", "de", "die Kranken-\nversicherung", "Krankenversicherungen"),
    ("part of a run without blanks", "ja", "東京都庁の天気", "京都"),
    ("part of a run without blanks", "ja", "このPDFファイル", "PDF"),
    ("part of a run without blanks", "th", "ประเทศไทย", "ไทย"),
    ("part of a run without blanks", "ko", "대한민국서울", "서울"),
)
"""Kind, language of the text, the text, and the query that is to find it."""

_LONG = 8  # letters of the words whose endings are tried
_LEAST_ENDING = 4
_HEAP_BYTES = 128_000_000

Result = dict[str, Any]
Values = dict[str, object]
Analysis = Callable[[IndexDocument], Values | tantivy.Document]


@dataclass(frozen=True, slots=True)
class Cost:
    """What one variant cost: index bytes for each byte of text, microseconds of analysis and in all for a document."""

    index_share: float
    analysis_us: float
    total_us: float


def _fold(document: IndexDocument) -> Values:
    return {"name": prepare_text(document.name), "content": prepare_text(document.content)}


def _add_stems(document: IndexDocument) -> Values:
    return _fold(document) | {"stems": stem_text(document.language, f"{document.name}\n{document.content}")}


def _add_fragments(document: IndexDocument) -> Values:
    values = _fold(document)
    joined = [word for _, _, word in find_hyphenated(document.content)]
    found = analyze_pieces(document.language, document.content, ())
    texts = str(values["content"]), str(values["name"])
    fragments = list_fragments(document, *texts, joined, may_have_days=found.may_have_days)
    return values | {"fragments": " ".join((*fragments, *found.fragments))}


def _add_compounds(document: IndexDocument) -> Values:
    found = analyze_pieces(document.language, document.content, document.name.split())
    return _fold(document) | {"fragments": " ".join(found.compounds)}


def _add_pairs(document: IndexDocument) -> Values:
    values = _fold(document)
    pairs, inner = list_pairs(document, str(values["content"]), str(values["name"]))
    return values | {"pairs": pairs, "fragments": " ".join(inner)}


def _add_endings(document: IndexDocument) -> Values:
    """All endings of long words: what an infix field of contents would hold, instead of compounds."""
    values = _fold(document)
    words = {word for word in split_words(str(values["content"])) if len(word) >= _LONG and word.isalpha()}
    endings = (word[start:] for word in words for start in range(1, len(word) - _LEAST_ENDING + 1))
    return values | {"fragments": " ".join(endings)}


VARIANTS: dict[str, Analysis] = {
    "folded words": _fold,
    "and stems": _add_stems,
    "and fragments": _add_fragments,
    "and compounds": _add_compounds,
    "and endings of long words": _add_endings,
    "and pairs": _add_pairs,
    "all, as an archive has it": build_document,
}


def read_documents(folder: Path | None, count: int) -> list[IndexDocument]:
    """Return documents of the text files of a folder, or generated ones."""
    if folder is None:
        texts: Iterator[tuple[str, str]] = ((file.name, file.text) for file in Corpus().iterate_files(count))
    else:
        paths = sorted(folder.rglob("*.txt"))[:count]
        texts = ((path.name, path.read_text(encoding="utf-8")) for path in paths)
    return [_make_document(key, name, text, detect_language(text)) for key, (name, text) in enumerate(texts, 1)]


def _make_document(key: int, name: str, text: str, language: str | None) -> IndexDocument:
    return IndexDocument(
        key=key,
        organization_key=1,
        name=name,
        content=text,
        mime_type="text/plain",
        size=len(text),
        created_at=key,
        updated_at=key,
        document_date=None,
        extraction="done",
        original_name=name,
        language=language,
    )


def measure_variant(variant: str, documents: Sequence[IndexDocument], rounds: int) -> Cost:
    """Index the documents in a temporary folder and return what that cost, the best of the rounds for times."""
    text_bytes = sum(len(document.content.encode()) for document in documents)
    analyses, totals, share = [], [], 0.0
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            index = tantivy.Index(build_schema(), folder)
            register_analyzers(index)
            writer = index.writer(_HEAP_BYTES, 1)
            began = time.process_time()
            spent = 0.0
            for document in documents:
                start = time.thread_time()
                made = VARIANTS[variant](document)
                spent += time.thread_time() - start
                if isinstance(made, dict):
                    made = tantivy.Document.from_dict({"key": document.key, **made}, build_schema())
                writer.add_document(made)
            writer.commit()
            writer.wait_merging_threads()
            totals.append(time.process_time() - began)
            analyses.append(spent)
            share = sum(path.stat().st_size for path in Path(folder).iterdir()) / text_bytes
    scale = 1e6 / len(documents)
    return Cost(share, min(analyses) * scale, min(totals) * scale)


def count_finds() -> dict[str, dict[str, int]]:
    """Return of each kind of text and query how many there are, and are found as typed and widened."""
    cases = [*FINDS, *_read_compounds()]
    counts: dict[str, dict[str, int]] = {}
    with tempfile.TemporaryDirectory() as folder:
        writer = TantivyWriter.open(Path(folder))
        documents = [
            _make_document(key, "", text, language or None) for key, (_, language, text, _) in enumerate(cases)
        ]
        writer.apply(documents, [])
        writer.commit(1)
        writer.close()
        reader = TantivyReader.open(Path(folder))
        sort = Sort(SortField.RELEVANCE)
        for key, (kind, _, _, query) in enumerate(cases):
            found = counts.setdefault(kind, {"count": 0, "as typed": 0, "widened": 0})
            found["count"] += 1
            for label, is_wide in (("as typed", False), ("widened", True)):
                request = IndexRequest((Reach(1),), Text(query), sort, limit=len(cases), widening=is_wide)
                found[label] += key in reader.search(request).keys
    return counts


def _read_compounds() -> list[tuple[str, str, str, str]]:
    rows = [line.split() for line in COMPOUNDS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return [(_COMPOUND_KINDS[kind], language, compound, word) for language, compound, word, kind in rows]


def measure_analysis(folders: Sequence[Path | None], count: int, rounds: int) -> Result:
    """Return the finds, and the costs of all variants for each folder."""
    result: Result = {"environment": describe_environment(Path(tempfile.gettempdir())), "finds": count_finds()}
    result["costs"] = {}
    for folder in folders:
        documents = read_documents(folder, count)
        label = f"{'generated' if folder is None else folder.name}, {len(documents)} documents"
        costs = {variant: measure_variant(variant, documents, rounds) for variant in VARIANTS}
        result["costs"][label] = {variant: asdict(cost) for variant, cost in costs.items()}
    return result


def print_result(result: Result) -> None:
    """Print the finds and a table of costs for each folder."""
    print_environment(result["environment"])
    rows = [[kind, *map(str, found.values())] for kind, found in result["finds"].items()]
    print_table(["text and query", "count", "found as typed", "widened"], rows)
    for label, costs in result["costs"].items():
        print()
        rows = [
            [variant, f"{cost['index_share']:.3f}", f"{cost['analysis_us']:.0f} µs", f"{cost['total_us']:.0f} µs"]
            for variant, cost in costs.items()
        ]
        print_table([label, "index / text", "analysis", "CPU in all"], rows)


def main() -> None:
    """Measure what each analysis of text costs, and what it finds."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER", help="text files (.txt) of one language")
    parser.add_argument("--count", type=int, default=1_000, help="documents of each folder")
    parser.add_argument("--rounds", type=int, default=3, help="the best of so many counts for times")
    parser.add_argument("--quick", action="store_true", help="200 documents of each folder, one round")
    parser.add_argument("--output", type=Path, help="file for the result as JSON")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.count, arguments.rounds = min(arguments.count, 200), 1
    result = measure_analysis(arguments.folders or [None], arguments.count, arguments.rounds)
    print_result(result)
    write_result(arguments.output, result)


if __name__ == "__main__":
    main()
