"""Searching one index directory: every search sees the newest checkpointed commit, for the price of one `stat`."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import tantivy

from papra_index.errors import IndexUnusable, InvalidPageRequest
from papra_index.explanations import AnalyzedWord, ScorePart
from papra_index.index.base import (
    FacetName,
    FeedbackTerm,
    FeedbackText,
    IndexMatches,
    IndexRequest,
    SimilarityRequest,
    SimilarMatch,
    WordCount,
    WordField,
)
from papra_index.index.tantivy.analysis import register_analyzers
from papra_index.index.tantivy.checkpoint import Stamp, check_checkpoint, read_checkpoint, stamp_checkpoint
from papra_index.index.tantivy.compiler import compile_request
from papra_index.index.tantivy.explaining import analyze_text, explain_scores
from papra_index.index.tantivy.failures import translate_failures, translate_open_failures
from papra_index.index.tantivy.feedback import choose_terms
from papra_index.index.tantivy.schema import build_schema, fingerprint
from papra_index.index.tantivy.similarity import find_copies, find_similar
from papra_index.index.tantivy.stems import weigh_rarity
from papra_index.index.tantivy.vocabulary import is_quickly_walked, list_words
from papra_index.results import SortField

Facets = dict[str, tuple[tuple[str, int], ...]]

_FACET_FIELDS: Mapping[FacetName, str] = {"tag": "tags", "mime_type": "mime_type", "month": "created_month"}
_FACET_VALUES = 60_000  # below the engine's limit of buckets, so that no count is cut short by a segment's share

_SHALLOW = 10_000
"""Pages that end above this rank are searched for at once; before deeper ones the matches are counted."""

_ORDER_FIELDS: Mapping[SortField, str] = {
    SortField.CREATED_AT: "created_order",
    SortField.UPDATED_AT: "updated_order",
    SortField.DOCUMENT_DATE: "date_order",
    SortField.NAME: "name_order",
    SortField.SIZE: "size_order",
}


class TantivyReader:
    """Searches the newest commit of the index in one directory; safe to share between threads.

    When the directory is removed (its generation was replaced), searches go on with the last commit that was seen.
    """

    def __init__(self, directory: Path, index: tantivy.Index) -> None:
        self._directory = directory
        self._index = index
        self._lock = threading.Lock()
        self._stamp: Stamp | None = None
        self._sequence = 0

    @classmethod
    def open(cls, directory: Path) -> TantivyReader:
        """Open the index in `directory`.

        Raises IndexUnusable when there is none, it is damaged or was written by another version; SearchIndexError when
        the system refuses.
        """
        with translate_open_failures(f"open the index in {directory}"):
            checkpoint = read_checkpoint(directory)
            if checkpoint is not None:
                check_checkpoint(directory, checkpoint, fingerprint())
            index = tantivy.Index.open(str(directory))
            if index.schema != build_schema():
                raise IndexUnusable(f"the index in {directory} has another schema: rebuild it")
            index.config_reader("manual")
            register_analyzers(index)
            reader = cls(directory, index)
            reader._reload_if_newer()
            return reader

    @property
    def sequence(self) -> int:
        """The change sequence that searches from now on include at least; 0 before the first commit."""
        with translate_failures("read the newest commit"):
            self._reload_if_newer()
        return self._sequence

    def search(self, request: IndexRequest) -> IndexMatches:
        """Return one page of matches.

        By relevance, equal scores on a page come newest first, and so does a search without words. Raises
        InvalidPageRequest for a negative `first` or a `limit` below 1, SearchIndexError when the engine fails.
        """
        if request.first < 0 or request.limit < 1:
            raise InvalidPageRequest(f"first is {request.first}, limit {request.limit}: give at least 0 and 1")
        with translate_failures("search"):
            self._reload_if_newer()
            # One searcher for the whole request: addresses of hits mean nothing to another.
            searcher = self._index.searcher()
            query, ranked, loosened, _ = compile_request(request, searcher)
            facets = _count_facets(searcher, query, request.facets) if request.facets else {}
            limit = request.limit
            if request.first + limit > _SHALLOW:
                # The engine makes room for all hits up to the last one asked for, so no more is asked for than exist.
                count = _count_matches(searcher.search(query, 1))
                if request.first >= count:
                    return IndexMatches((), (), count, facets, loosened)
                limit = min(limit, count - request.first)
            search = _search_by_score if ranked else _search_in_order
            return replace(search(searcher, query, replace(request, limit=limit), facets), loosened=loosened)

    def choose_terms(self, texts: Sequence[FeedbackText]) -> tuple[FeedbackTerm, ...]:
        """Return what documents that were found speak of. Raises SearchIndexError when the engine fails."""
        with translate_failures("choose terms"):
            self._reload_if_newer()
            return choose_terms(self._index.searcher(), texts)

    def explain(self, request: IndexRequest, keys: Sequence[int]) -> dict[int, tuple[ScorePart, ...]]:
        """Return what the scores of documents consist of, by key: one small search for each part of the query.

        Empty where the request does not rank. Raises SearchIndexError when the engine fails.
        """
        with translate_failures("explain a score"):
            self._reload_if_newer()
            return explain_scores(self._index.searcher(), request, keys)

    def analyze(self, text: str, language: str | None) -> tuple[AnalyzedWord, ...]:
        """Return the words of a text as they are looked for, with their stems in documents of a language."""
        return analyze_text(text, language)

    def list_words(
        self, request: IndexRequest, field: WordField, beginning: str, *, limit: int | None, quickly: bool = False
    ) -> tuple[WordCount, ...] | None:
        """Return words of a field that begin so, with the documents of the request that hold each, most first.

        With `quickly`, None where there are too many to look at while somebody types. Raises SearchIndexError when the
        engine fails.
        """
        with translate_failures("list words"):
            self._reload_if_newer()
            searcher = self._index.searcher()
            if quickly and not is_quickly_walked(searcher, beginning):
                return None
            query = compile_request(request, searcher).query
            return list_words(searcher, query, field, beginning, limit)

    def measure_rarity(self, word: str) -> float:
        """Return how much a folded word in the content counts by being rare, as BM25 has it.

        Raises SearchIndexError when the engine fails.
        """
        with translate_failures("measure rarity"):
            self._reload_if_newer()
            searcher = self._index.searcher()
            return weigh_rarity(searcher.num_docs, searcher.doc_freq("content", word))

    def find_similar(self, request: SimilarityRequest) -> tuple[SimilarMatch, ...]:
        """Return documents that share distinctive words with one. Raises SearchIndexError when the engine fails."""
        with translate_failures("find similar documents"):
            self._reload_if_newer()
            return find_similar(self._index.searcher(), request)

    def find_copies(self, request: SimilarityRequest) -> tuple[int, ...]:
        """Return documents that may be copies of one. Raises SearchIndexError when the engine fails."""
        with translate_failures("find copies"):
            self._reload_if_newer()
            return find_copies(self._index.searcher(), request)

    def _reload_if_newer(self) -> None:
        if stamp_checkpoint(self._directory) == self._stamp:
            return
        with self._lock:
            stamp = stamp_checkpoint(self._directory)
            if stamp is None or stamp == self._stamp:
                return
            # Read before the reload, so that what is then open includes at least this sequence.
            checkpoint = read_checkpoint(self._directory)
            self._index.reload()
            if checkpoint is not None:
                self._sequence = checkpoint.sequence
            self._stamp = stamp


def _search_by_score(
    searcher: tantivy.Searcher, query: tantivy.Query, request: IndexRequest, facets: Facets
) -> IndexMatches:
    result = searcher.search(query, request.limit, offset=request.first)
    keys = _read_keys(searcher, result)
    # The engine orders equal scores by where it keeps the documents.
    rows = sorted(((score, key) for (score, _), key in zip(result.hits, keys, strict=True)), reverse=True)
    return IndexMatches(
        keys=tuple(key for _, key in rows),
        scores=tuple(score for score, _ in rows),
        documents_count=_count_matches(result),
        facets=facets,
    )


def _search_in_order(
    searcher: tantivy.Searcher, query: tantivy.Query, request: IndexRequest, facets: Facets
) -> IndexMatches:
    by_relevance = request.sort.field is SortField.RELEVANCE
    result = searcher.search(
        query,
        request.limit,
        offset=request.first,
        order_by_field="created_order" if by_relevance else _ORDER_FIELDS[request.sort.field],
        order=tantivy.Order.Desc if by_relevance or request.sort.descending else tantivy.Order.Asc,
    )
    keys = _read_keys(searcher, result)
    return IndexMatches(
        keys=tuple(keys),
        scores=(0.0,) * len(keys),
        documents_count=_count_matches(result),
        facets=facets,
    )


def _count_matches(result: tantivy.SearchResult) -> int:
    return cast("int", result.count)  # type: ignore[attr-defined]


def _read_keys(searcher: tantivy.Searcher, result: tantivy.SearchResult) -> list[int]:
    return cast("list[int]", searcher.fast_field_values("key", [address for _, address in result.hits]))


def _count_facets(searcher: tantivy.Searcher, query: tantivy.Query, names: tuple[FacetName, ...]) -> Facets:
    wanted = {
        name: {"terms": {"field": _FACET_FIELDS[name], "size": _FACET_VALUES, "segment_size": _FACET_VALUES}}
        for name in names
    }
    counted = searcher.aggregate(query, wanted)
    facets: Facets = {}
    for name in names:
        values = [(_name_value(bucket["key"]), bucket["doc_count"]) for bucket in counted[name]["buckets"]]
        facets[name] = tuple(sorted(values, key=lambda value: (-value[1], value[0])))
    return facets


def _name_value(key: str | float) -> str:
    return key if isinstance(key, str) else str(int(key))
