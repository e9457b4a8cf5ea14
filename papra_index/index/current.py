"""The reader of whichever generation answers: it follows the CURRENT pointer, so callers never know of a swap."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from papra_index.conventions.principals import Reach
from papra_index.conventions.values import dataclass
from papra_index.errors import IndexDamaged, IndexRebuilding, IndexUnusable, SearchIndexError
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
from papra_index.index.engine import FileFault, FileWatch, open_reader
from papra_index.index.generations import Generations
from papra_index.query.expression import TextField
from papra_index.values.explanations import AnalyzedWord, ScorePart

_PATIENCE_SECONDS = 1.0
_POLL_SECONDS = 0.01
_CHECKED_AT_OPEN = 32_000_000  # bytes: a hundredth of a second
_CHECKED_AFTER_FAILURE = 1_000_000_000
_EXAMINATION_PAUSE_SECONDS = 60.0

_NO_INDEX = (
    "no search index can be used here, and the archive is open for reading only: have one built where it may be written"
)

State = tuple[int, int] | None
"""What `Generations.read_state` returns."""

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class _Opened:
    """A generation that is open, the state of the pointer it was opened in, and what watches its files."""

    state: State
    folder: Path
    reader: IndexReader
    watch: FileWatch


class CurrentReader:
    """An IndexReader over the generations of an index folder; shared between threads.

    Damage that it meets has the generation set aside. All its verbs raise IndexRebuilding where no generation can be
    used: searches wait for one, but no longer than a second after the first of them found it missing.
    """

    def __init__(self, generations: Generations, *, is_repaired: bool = True) -> None:
        """Read `generations`; unless `is_repaired`, one that cannot be used is not waited for, as nobody mends it."""
        self._generations = generations
        self._is_repaired = is_repaired
        self._opening = threading.Lock()
        # Each is one value, replaced whole: threads look at them without the lock.
        self._opened: _Opened | None = None
        self._waiting: tuple[State, float] | None = None
        self._examined_at = -_EXAMINATION_PAUSE_SECONDS

    def search(self, request: IndexRequest) -> IndexMatches:
        """Return one page of matches from the generation that answers now. Raises SearchIndexError."""
        return self._ask(lambda reader: reader.search(request))

    def summarize(self, request: IndexRequest) -> IndexSummary:
        """Return what all matches amount to, by the generation that answers now; raises as `search`."""
        return self._ask(lambda reader: reader.summarize(request))

    def choose_terms(
        self, reach: Sequence[Reach], texts: Sequence[FeedbackText], limit: int
    ) -> tuple[FeedbackTerm, ...]:
        """Return what documents that were found speak of, by the generation that answers now; raises as `search`."""
        return self._ask(lambda reader: reader.choose_terms(reach, texts, limit))

    def explain(self, request: IndexRequest, keys: Sequence[int]) -> Mapping[int, tuple[ScorePart, ...]]:
        """Return what the scores of documents consist of, by the generation that answers now; raises as `search`."""
        return self._ask(lambda reader: reader.explain(request, keys))

    def analyze(self, text: str, language: str | None) -> tuple[AnalyzedWord, ...]:
        """Return the words of a text as they are looked for, by the generation that answers now; raises as `search`."""
        return self._ask(lambda reader: reader.analyze(text, language))

    def list_words(
        self, request: IndexRequest, field: WordField, beginning: str, *, limit: int | None, quickly: bool = False
    ) -> tuple[WordCount, ...] | None:
        """Return words that begin so from the generation that answers now; raises as `search`."""
        return self._ask(lambda reader: reader.list_words(request, field, beginning, limit=limit, quickly=quickly))

    def measure_rarity(self, reach: Sequence[Reach], word: str) -> float:
        """Return how much a word counts by being rare, by the generation that answers now; raises as `search`."""
        return self._ask(lambda reader: reader.measure_rarity(reach, word))

    def find_similar(self, request: SimilarityRequest) -> tuple[SimilarMatch, ...]:
        """Return documents that share distinctive words with one; raises as `search`."""
        return self._ask(lambda reader: reader.find_similar(request))

    def find_copies(self, request: SimilarityRequest) -> tuple[int, ...]:
        """Return documents that may be copies of one; raises as `search`."""
        return self._ask(lambda reader: reader.find_copies(request))

    def find_corrections(
        self, reach: Sequence[Reach], word: str, field: TextField, *, mistakes: int = 2
    ) -> tuple[Correction, ...]:
        """Return what a word may have been meant as, by the generation that answers now; raises as `search`."""
        return self._ask(lambda reader: reader.find_corrections(reach, word, field, mistakes=mistakes))

    @property
    def sequence(self) -> int:
        """The change sequence that searches from now on include at least; 0 while there is no generation."""
        if self._generations.find_current() is None:
            return 0
        return self._follow().reader.sequence

    def _ask(self, ask: Callable[[IndexReader], _Answer]) -> _Answer:
        while True:
            opened = self._follow()
            if (fault := opened.watch.look()) is not None and self._set_aside(opened, fault):
                continue
            try:
                return ask(opened.reader)
            except SearchIndexError:
                fault = self._examine(opened.watch)
                if fault is None or not self._set_aside(opened, fault):
                    raise

    def _set_aside(self, opened: _Opened, fault: FileFault) -> bool:
        """Have a damaged generation answer no more; return whether it does not."""
        self._generations.set_aside(opened.folder, f"{fault.name} {fault.fault}")
        return self._generations.read_state() != opened.state

    def _examine(self, watch: FileWatch) -> FileFault | None:
        """Return what of the files explains a failure; computing their checksums is not for every failure of many."""
        now = time.monotonic()
        if now < self._examined_at + _EXAMINATION_PAUSE_SECONDS:
            return watch.check(0)
        self._examined_at = now
        return watch.check(_CHECKED_AFTER_FAILURE, anywhere=True)

    def _follow(self) -> _Opened:
        while True:
            opened = self._opened
            state = self._generations.read_state()
            if opened is not None and opened.state == state:
                return opened
            failure: SearchIndexError
            try:
                found = self._open_current()
                if found is not None:
                    return found
                failure = IndexRebuilding("the search index is being built: try again when it is ready")
            except IndexUnusable as error:
                failure = IndexRebuilding("the search index is being rebuilt: try again when it is ready")
                failure.__cause__ = error
            except SearchIndexError as error:
                failure = error
            if not self._is_repaired:
                raise IndexRebuilding(_NO_INDEX) from failure
            if time.monotonic() > self._started_waiting(state) + _PATIENCE_SECONDS:
                raise failure
            time.sleep(_POLL_SECONDS)

    def _open_current(self) -> _Opened | None:
        """Open the generation CURRENT names unless another thread has; None while it names none that is sound."""
        with self._opening:
            # Read before the name, so that a swap in between is noticed by the next search.
            state = self._generations.read_state()
            if self._opened is not None and self._opened.state == state:
                return self._opened
            current = self._generations.find_current()
            if current is None:
                return None
            # Before the engine is asked, which trusts what it opens.
            watch = FileWatch(current)
            fault = watch.check(_CHECKED_AT_OPEN)
            if fault is not None:
                self._generations.set_aside(current, f"{fault.name} {fault.fault}")
                return None
            try:
                reader = open_reader(current)
            except IndexDamaged:
                self._generations.set_aside(current, "the engine cannot open it")
                return None
            self._opened = _Opened(state, current, reader, watch)
            self._waiting = None
            return self._opened

    def _started_waiting(self, state: State) -> float:
        """Return when a search first found nothing to open in this state of the pointer."""
        waiting = self._waiting
        if waiting is None or waiting[0] != state:
            waiting = self._waiting = state, time.monotonic()
        return waiting[1]
