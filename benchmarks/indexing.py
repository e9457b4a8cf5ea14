"""How fast documents become an index: the library's analysis, language detection included, beside a bare loop."""

from __future__ import annotations

import itertools
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tantivy

from benchmarks.corpus import MARKERS
from benchmarks.measure import Stopwatch
from benchmarks.population import Entry, Population
from papra_index.conventions.language import detect_language
from papra_index.index.base import IndexDocument
from papra_index.index.tantivy.writer import TantivyWriter

_HEAP_BYTES = 256_000_000
_BATCH = 500


def measure_indexing(scratch: Path, population: Population, count: int) -> dict[str, Any]:
    """Index the first documents in both ways (`index_entries`)."""
    return index_entries(scratch, list(itertools.islice(population.iterate_entries(), count)))


def index_entries(scratch: Path, entries: Sequence[Entry]) -> dict[str, Any]:
    """Index documents in both ways; return documents per CPU second, and bytes by the ends of the names of files.

    Raises RuntimeError where an index does not have the words of known frequency in as many documents as there are.
    """
    size = sum(len(entry.text.encode()) for entry in entries)
    result: dict[str, Any] = {"documents": len(entries), "text_bytes": size}
    for name, build in (("bare", _build_bare), ("papra-index", _build_ours)):
        folder = scratch / f"indexing {name}"
        folder.mkdir()
        watch = Stopwatch()
        build(folder, entries)
        cost = watch.stop()
        _check_words(name, folder, entries)
        files: Counter[str] = Counter()
        for file in folder.iterdir():
            files[file.suffix] += file.stat().st_size
        shutil.rmtree(folder)
        result[name] = {
            "documents_per_cpu_second": len(entries) / cost.cpu,
            "size_share": files.total() / size,
            "files": dict(files),
        }
    return result


def count_words(entries: Sequence[Entry]) -> dict[str, int]:
    """Return in how many documents each word of `MARKERS` is."""
    return {word: sum(word in entry.text.casefold() for entry in entries) for word in MARKERS}


def _check_words(name: str, folder: Path, entries: Sequence[Entry]) -> None:
    searcher = tantivy.Index.open(str(folder)).searcher()
    counts = {word: searcher.doc_freq("content", word) for word in MARKERS}
    if counts != (expected := count_words(entries)) or searcher.num_docs != len(entries):
        raise RuntimeError(f"{name} has {counts} in {searcher.num_docs} documents, not {expected} in {len(entries)}")


def create_bare_index(folder: Path) -> tantivy.Index:
    """Return a new index of names and contents, folded by the engine itself."""
    builder = tantivy.SchemaBuilder()
    for field in ("name", "content"):
        builder.add_text_field(field, tokenizer_name="folded", index_option="position")
    index = tantivy.Index(builder.build(), str(folder))
    analyzer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    folding = analyzer.filter(tantivy.Filter.lowercase()).filter(tantivy.Filter.ascii_fold())
    index.register_tokenizer("folded", folding.build())
    return index


def _build_bare(folder: Path, entries: Sequence[Entry]) -> None:
    writer = create_bare_index(folder).writer(_HEAP_BYTES, 1)
    for entry in entries:
        writer.add_document(tantivy.Document(name=entry.name, content=entry.text))
    writer.commit()
    writer.wait_merging_threads()


def _build_ours(folder: Path, entries: Sequence[Entry]) -> None:
    writer = TantivyWriter.open(folder, _HEAP_BYTES)
    for start in range(0, len(entries), _BATCH):
        writer.apply([_describe(entry) for entry in entries[start : start + _BATCH]], ())
    writer.commit(len(entries))
    writer.close()


def _describe(entry: Entry) -> IndexDocument:
    return IndexDocument(
        key=entry.number + 1,
        organization_key=entry.organization + 1,
        name=entry.name,
        content=entry.text,
        mime_type="text/plain",
        size=len(entry.text),
        created_at=entry.date * 1_000,
        updated_at=entry.date * 1_000,
        document_date=entry.date * 1_000,
        extraction="done",
        original_name=entry.name,
        language=detect_language(entry.text),
        page_count=1,
    )
