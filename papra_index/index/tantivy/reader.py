"""Searching one index directory: every search sees the newest checkpointed commit, for the price of one `stat`."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import tantivy

from papra_index.conventions.principals import Reach
from papra_index.errors import IndexUnusable, InvalidPageRequest
from papra_index.index.base import (
    Correction,
    FeedbackTerm,
    FeedbackText,
    IndexMatches,
    IndexRequest,
    IndexSummary,
    SimilarityRequest,
    SimilarMatch,
    WordCount,
    WordField,
)
from papra_index.index.tantivy.aggregations import count_facets, summarize_matches
from papra_index.index.tantivy.analysis import register_analyzers, tokenize
from papra_index.index.tantivy.census import Census
from papra_index.index.tantivy.checkpoint import Stamp, check_checkpoint, read_checkpoint, stamp_checkpoint
from papra_index.index.tantivy.compiler import compile_request
from papra_index.index.tantivy.explaining import analyze_text, explain_scores
from papra_index.index.tantivy.failures import translate_failures, translate_open_failures
from papra_index.index.tantivy.feedback import choose_terms
from papra_index.index.tantivy.filters import match_reach
from papra_index.index.tantivy.lexicon import Lexicon
from papra_index.index.tantivy.opening import can_lock, open_index
from papra_index.index.tantivy.property_ranking import search_by_property
from papra_index.index.tantivy.ranking import search_by_score, search_in_order
from papra_index.index.tantivy.schema import build_schema, fingerprint, list_fields
from papra_index.index.tantivy.similarity import find_copies, find_similar
from papra_index.index.tantivy.stems import weigh_rarity
from papra_index.index.tantivy.typos import find_corrections
from papra_index.index.tantivy.vocabulary import is_quickly_walked, list_words
from papra_index.query.expression import TextField
from papra_index.results import Sort, SortField
from papra_index.values.explanations import AnalyzedWord, ScorePart


class TantivyReader:
    """Searches the newest commit of the index in one directory; safe to share between threads.

    When the directory is removed (its generation was replaced), searches go on with the last commit that was seen.
    """

    def __init__(self, directory: Path, index: tantivy.Index) -> None:
        self._directory = directory
        self._index = index
        self._lock = threading.Lock()
        self._stamp: Stamp | None = None
        self._opened = _open_searcher(index)  # one value, replaced whole: searches read it without the lock
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
            index = _open_with_analyzers(directory)
            if index.schema != build_schema():
                raise IndexUnusable(f"the index in {directory} has another schema: rebuild it")
            reader = cls(directory, index)
            reader._reload_if_newer()
            return reader

    @property
    def sequence(self) -> int:
        """The change sequence that searches from now on include at least; 0 before the first commit."""
        if stamp_checkpoint(self._directory) == self._stamp:
            return self._sequence
        # The next search opens what this tells of; whoever waits need not open every commit.
        checkpoint = read_checkpoint(self._directory)
        return self._sequence if checkpoint is None else checkpoint.sequence

    def search(self, request: IndexRequest) -> IndexMatches:
        """Return one page of matches.

        By relevance, equal scores on a page come newest first, and so does a search without words. Raises
        InvalidPageRequest for a negative `first`, a `limit` below 1 or an `after` by relevance, SearchIndexError when
        the engine fails.
        """
        if request.first < 0 or request.limit < 1:
            raise InvalidPageRequest(f"first is {request.first}, limit {request.limit}: give at least 0 and 1")
        if request.after is not None and request.sort.field is SortField.RELEVANCE:
            raise InvalidPageRequest("an order by relevance has no places to go on from: page it by first")
        with translate_failures("search"):
            self._reload_if_newer()
            # One searcher for the whole request: addresses of hits mean nothing to another.
            searcher, lexicon = self._opened
            compiled = compile_request(request, searcher, lexicon)
            if compiled.ranked:
                matches = search_by_score(searcher, compiled.query, request)
            elif request.order is not None and not isinstance(request.sort.field, SortField):
                matches = search_by_property(searcher, compiled.query, request, request.order)
            else:
                matches = search_in_order(self._index, searcher, compiled.query, request)
            facets, amounts = count_facets(searcher, compiled.query, request) if request.facets else ({}, {})
            bounded = replace(matches, loosened=compiled.loosened, dropped=compiled.dropped)
            return replace(bounded, facets=facets, amounts=amounts)

    def summarize(self, request: IndexRequest) -> IndexSummary:
        """Return what all matches amount to. Raises SearchIndexError when the engine fails."""
        with translate_failures("summarize a search"):
            self._reload_if_newer()
            searcher, lexicon = self._opened
            counted = replace(request, sort=Sort(SortField.CREATED_AT))
            compiled = compile_request(counted, searcher, lexicon)
            found = summarize_matches(searcher, compiled.query, request.measured)
            return replace(found, loosened=compiled.loosened, dropped=compiled.dropped)

    def choose_terms(
        self, reach: Sequence[Reach], texts: Sequence[FeedbackText], limit: int
    ) -> tuple[FeedbackTerm, ...]:
        """Return what documents that were found speak of. Raises SearchIndexError when the engine fails."""
        with translate_failures("choose terms"):
            self._reload_if_newer()
            return choose_terms(Census(self._index.searcher(), reach), texts, limit)

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

    def measure_rarity(self, reach: Sequence[Reach], word: str) -> float:
        """Return how much a folded word in the content counts by being rare, as BM25 has it.

        Raises SearchIndexError when the engine fails.
        """
        with translate_failures("measure rarity"):
            self._reload_if_newer()
            census = Census(self._index.searcher(), reach)
            return weigh_rarity(census.documents_count, census.count_term("content", word))

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

    def find_corrections(
        self, reach: Sequence[Reach], word: str, field: TextField, *, mistakes: int = 2
    ) -> tuple[Correction, ...]:
        """Return what a word may have been meant as; none for what is no single word to the index.

        Raises SearchIndexError when the engine fails.
        """
        with translate_failures("look for words like another"):
            self._reload_if_newer()
            if tokenize(word) != [word]:
                return ()
            return find_corrections(self._index.searcher(), match_reach(reach), list_fields(field), word, mistakes)

    def _reload_if_newer(self) -> None:
        if stamp_checkpoint(self._directory) == self._stamp:
            return
        with self._lock:
            stamp = stamp_checkpoint(self._directory)
            if stamp is None or stamp == self._stamp:
                return
            # Read before the reload, so that what is then open includes at least this sequence.
            checkpoint = read_checkpoint(self._directory)
            if can_lock(self._directory):
                self._index.reload()
            else:
                self._index = _open_with_analyzers(self._directory)
            self._opened = _open_searcher(self._index)
            if checkpoint is not None:
                self._sequence = checkpoint.sequence
            self._stamp = stamp


def _open_with_analyzers(directory: Path) -> tantivy.Index:
    index = open_index(directory)
    register_analyzers(index)
    return index


def _open_searcher(index: tantivy.Index) -> tuple[tantivy.Searcher, Lexicon]:
    """Return a searcher of what is open now, and what is found out of its documents from search to search."""
    searcher = index.searcher()
    return searcher, Lexicon(searcher)
