"""What each analysis of text costs an index in bytes and processor time, and what is found by it.

Folders of text files, one language each, or generated texts where none is given: every variant writes the same
documents to an index of its own. Compounds are judged by the word list of the tests.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import tantivy

from benchmarks.corpus import Corpus
from papra_index.folding import fold_text
from papra_index.index.base import IndexDocument
from papra_index.index.compounds import COMPOUNDING, is_compound, list_compound_keys, list_part_keys
from papra_index.index.hyphenation import find_hyphenated
from papra_index.index.stemming import choose_stemmer
from papra_index.index.tantivy.analysis import prepare_text, register_analyzers, split_words
from papra_index.index.tantivy.fragments import list_compounds, list_fragments, list_pairs
from papra_index.index.tantivy.schema import build_document, build_schema
from papra_index.index.tantivy.stems import stem_text
from papra_index.language import detect_language

PAIRS_OF_WORDS = Path(__file__).parent.parent / "tests" / "index" / "compounds.txt"
_LONG = 8  # letters of the words whose endings are tried
_LEAST_ENDING = 4
_HEAP_BYTES = 128_000_000

Values = dict[str, object]
Analysis = Callable[[IndexDocument], Values | tantivy.Document]


@dataclass(frozen=True, slots=True)
class Cost:
    """What one variant cost: index bytes for each byte of text, microseconds of analysis and in all for a document."""

    variant: str
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
    found = list_fragments(document, str(values["content"]), str(values["name"]), joined)
    return values | {"fragments": " ".join(found)}


def _add_compounds(document: IndexDocument) -> Values:
    pieces = set(f"{document.name}\n{document.content}".split())
    return _fold(document) | {"fragments": " ".join(list_compounds(document.language, pieces))}


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
    return [
        IndexDocument(
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
            language=detect_language(text),
        )
        for key, (name, text) in enumerate(texts, 1)
    ]


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
    return Cost(variant, share, min(analyses) * scale, min(totals) * scale)


def count_compounds() -> dict[str, tuple[int, int]]:
    """Return of each kind of pair in the word list how many are found, and how many there are."""
    counts: dict[str, tuple[int, int]] = {}
    for line in PAIRS_OF_WORDS.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        language, compound, word, kind = line.split()
        part_keys = list_part_keys(language, fold_text(word))
        found = any(
            key.startswith(part_key) and is_compound(language, key, part_key)
            for key in list_compound_keys(language, fold_text(compound))
            for part_key in part_keys
        )
        finds, count = counts.get(kind, (0, 0))
        counts[kind] = finds + found, count + 1
    return counts


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure all variants and print them as a table, or as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, help="folders of text files, one language each")
    parser.add_argument("--count", type=int, default=1_000, help="documents of each folder")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", type=Path, help="write all numbers there as JSON")
    asked = parser.parse_args(arguments)
    numbers: dict[str, object] = {"compounds": count_compounds()}
    print(f"compounds found: {numbers['compounds']}")
    for folder in asked.folders or [None]:
        documents = read_documents(folder, asked.count)
        compounding = sum(choose_stemmer(document.language) in COMPOUNDING for document in documents)
        label = "generated" if folder is None else folder.name
        print(f"\n{label}: {len(documents)} documents, {compounding} in languages of compounds")
        for variant in VARIANTS:
            cost = measure_variant(variant, documents, asked.rounds)
            numbers[f"{label}, {variant}"] = [cost.index_share, cost.analysis_us, cost.total_us]
            print(f"{variant:28} {cost.index_share:.3f} {cost.analysis_us:7.0f} us {cost.total_us:7.0f} us")
    if asked.output:
        asked.output.write_text(json.dumps(numbers, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
