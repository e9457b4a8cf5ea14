"""The reader that every search asks: the index, and the catalog in its place while an index is built."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from papra_index.catalog.changes import SEQUENCE_COUNTER
from papra_index.catalog.database import Catalog
from papra_index.conventions.durability import is_locked
from papra_index.conventions.principals import Reach
from papra_index.errors import IndexRebuilding
from papra_index.index.base import (
    Correction,
    FeedbackTerm,
    FeedbackText,
    IndexMatches,
    IndexReader,
    IndexRequest,
    IndexSummary,
    SimilarityRequest,
    SimilarMatch,
    WordCount,
    WordField,
)
from papra_index.query.expression import TextField
from papra_index.values.explanations import AnalyzedWord, ScorePart
from papra_index.walks.searching.catalog_search import search_catalog, summarize_catalog


class FallbackReader:
    """An IndexReader that answers without an index, too: `stand_in` of what it returns tells so.

    Searches and summaries do; what only the dictionary of an index knows (similar documents, words to complete and to
    correct by) raises IndexRebuilding, or adds nothing where it would only have widened a search. Where the archive is
    only read, `behind` of what it returns tells of changes that an index lacks and nobody is applying.
    """

    def __init__(self, reader: IndexReader, catalog: Catalog, applier_lock: Path) -> None:
        self._reader = reader
        self._catalog = catalog
        self._applier_lock = applier_lock

    def search(self, request: IndexRequest) -> IndexMatches:
        """Return one page of matches. Raises SearchIndexError."""
        try:
            found = self._reader.search(request)
        except IndexRebuilding:
            return search_catalog(self._catalog, request)
        return replace(found, behind=self._count_missing()) if self._catalog.is_read_only else found

    def summarize(self, request: IndexRequest) -> IndexSummary:
        """Return what all matches amount to. Raises SearchIndexError."""
        try:
            found = self._reader.summarize(request)
        except IndexRebuilding:
            return summarize_catalog(self._catalog, request)
        return replace(found, behind=self._count_missing()) if self._catalog.is_read_only else found

    def choose_terms(
        self, reach: Sequence[Reach], texts: Sequence[FeedbackText], limit: int
    ) -> tuple[FeedbackTerm, ...]:
        """Return what documents that were found speak of; nothing without an index."""
        try:
            return self._reader.choose_terms(reach, texts, limit)
        except IndexRebuilding:
            return ()

    def explain(self, request: IndexRequest, keys: Sequence[int]) -> Mapping[int, tuple[ScorePart, ...]]:
        """Return what the scores of documents consist of; nothing without an index."""
        try:
            return self._reader.explain(request, keys)
        except IndexRebuilding:
            return {}

    def measure_rarity(self, reach: Sequence[Reach], word: str) -> float:
        """Return how much a word counts by being rare; without an index all count the same."""
        try:
            return self._reader.measure_rarity(reach, word)
        except IndexRebuilding:
            return 1.0

    def find_corrections(
        self, reach: Sequence[Reach], word: str, field: TextField, *, mistakes: int = 2
    ) -> tuple[Correction, ...]:
        """Return what a word may have been meant as; nothing without an index."""
        try:
            return self._reader.find_corrections(reach, word, field, mistakes=mistakes)
        except IndexRebuilding:
            return ()

    def analyze(self, text: str, language: str | None) -> tuple[AnalyzedWord, ...]:
        """As the index does. Raises SearchIndexError."""
        return self._reader.analyze(text, language)

    def list_words(
        self, request: IndexRequest, field: WordField, beginning: str, *, limit: int | None, quickly: bool = False
    ) -> tuple[WordCount, ...] | None:
        """As the index does. Raises SearchIndexError."""
        return self._reader.list_words(request, field, beginning, limit=limit, quickly=quickly)

    def find_similar(self, request: SimilarityRequest) -> tuple[SimilarMatch, ...]:
        """As the index does. Raises SearchIndexError."""
        return self._reader.find_similar(request)

    def find_copies(self, request: SimilarityRequest) -> tuple[int, ...]:
        """As the index does. Raises SearchIndexError."""
        return self._reader.find_copies(request)

    @property
    def sequence(self) -> int:
        """The change sequence that searches of the index include at least; 0 without one."""
        try:
            return self._reader.sequence
        except IndexRebuilding:
            return 0

    def _count_missing(self) -> int:
        """Return how many changes the index lacks for good; where some process applies them, it has them soon."""
        missing = self._catalog.read_counter(SEQUENCE_COUNTER) - self._reader.sequence
        return missing if missing > 0 and not is_locked(self._applier_lock) else 0
