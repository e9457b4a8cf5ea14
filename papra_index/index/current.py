"""The reader of whichever generation answers: it follows the CURRENT pointer, so callers never know of a swap."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence

from papra_index.conventions.principals import Reach
from papra_index.errors import IndexUnusable, SearchIndexError
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
from papra_index.index.engine import open_reader
from papra_index.index.generations import Generations
from papra_index.query.expression import TextField
from papra_index.values.explanations import AnalyzedWord, ScorePart

_PATIENCE_SECONDS = 10.0
_POLL_SECONDS = 0.01

State = tuple[int, int] | None
"""What `Generations.read_state` returns."""


class CurrentReader:
    """An IndexReader over the generations of an index folder; shared between threads."""

    def __init__(self, generations: Generations) -> None:
        self._generations = generations
        self._opening = threading.Lock()
        # Each is one value, replaced whole: threads look at them without the lock.
        self._opened: tuple[State, IndexReader] | None = None
        self._waiting: tuple[State, float] | None = None

    def search(self, request: IndexRequest) -> IndexMatches:
        """Return one page of matches from the generation that answers now.

        Raises SearchIndexError when there is none that can be used. Searches wait for one that is being built, but no
        longer than ten seconds after the first of them found it missing.
        """
        return self._follow().search(request)

    def summarize(self, request: IndexRequest) -> IndexSummary:
        """Return what all matches amount to, by the generation that answers now; raises as `search`."""
        return self._follow().summarize(request)

    def choose_terms(
        self, reach: Sequence[Reach], texts: Sequence[FeedbackText], limit: int
    ) -> tuple[FeedbackTerm, ...]:
        """Return what documents that were found speak of, by the generation that answers now; raises as `search`."""
        return self._follow().choose_terms(reach, texts, limit)

    def explain(self, request: IndexRequest, keys: Sequence[int]) -> Mapping[int, tuple[ScorePart, ...]]:
        """Return what the scores of documents consist of, by the generation that answers now; raises as `search`."""
        return self._follow().explain(request, keys)

    def analyze(self, text: str, language: str | None) -> tuple[AnalyzedWord, ...]:
        """Return the words of a text as they are looked for, by the generation that answers now; raises as `search`."""
        return self._follow().analyze(text, language)

    def list_words(
        self, request: IndexRequest, field: WordField, beginning: str, *, limit: int | None, quickly: bool = False
    ) -> tuple[WordCount, ...] | None:
        """Return words that begin so from the generation that answers now; raises as `search`."""
        return self._follow().list_words(request, field, beginning, limit=limit, quickly=quickly)

    def measure_rarity(self, reach: Sequence[Reach], word: str) -> float:
        """Return how much a word counts by being rare, by the generation that answers now; raises as `search`."""
        return self._follow().measure_rarity(reach, word)

    def find_similar(self, request: SimilarityRequest) -> tuple[SimilarMatch, ...]:
        """Return documents that share distinctive words with one; raises as `search`."""
        return self._follow().find_similar(request)

    def find_copies(self, request: SimilarityRequest) -> tuple[int, ...]:
        """Return documents that may be copies of one; raises as `search`."""
        return self._follow().find_copies(request)

    def find_corrections(
        self, reach: Sequence[Reach], word: str, field: TextField, *, mistakes: int = 2
    ) -> tuple[Correction, ...]:
        """Return what a word may have been meant as, by the generation that answers now; raises as `search`."""
        return self._follow().find_corrections(reach, word, field, mistakes=mistakes)

    @property
    def sequence(self) -> int:
        """The change sequence that searches from now on include at least; 0 while there is no generation."""
        if self._generations.find_current() is None:
            return 0
        return self._follow().sequence

    def _follow(self) -> IndexReader:
        while True:
            opened = self._opened
            state = self._generations.read_state()
            if opened is not None and opened[0] == state:
                return opened[1]
            failure: SearchIndexError
            try:
                reader = self._open_current()
                if reader is not None:
                    return reader
                failure = SearchIndexError("the search index is being built: try again when it is ready")
            except IndexUnusable as error:
                failure = SearchIndexError("the search index is being rebuilt: try again when it is ready")
                failure.__cause__ = error
            except SearchIndexError as error:
                failure = error
            if time.monotonic() > self._started_waiting(state) + _PATIENCE_SECONDS:
                raise failure
            time.sleep(_POLL_SECONDS)

    def _open_current(self) -> IndexReader | None:
        """Open the generation CURRENT names unless another thread has; None while it names none."""
        with self._opening:
            # Read before the name, so that a swap in between is noticed by the next search.
            state = self._generations.read_state()
            if self._opened is not None and self._opened[0] == state:
                return self._opened[1]
            current = self._generations.find_current()
            if current is None:
                return None
            reader = open_reader(current)
            self._opened = state, reader
            self._waiting = None
            return reader

    def _started_waiting(self, state: State) -> float:
        """Return when a search first found nothing to open in this state of the pointer."""
        waiting = self._waiting
        if waiting is None or waiting[0] != state:
            waiting = self._waiting = state, time.monotonic()
        return waiting[1]
