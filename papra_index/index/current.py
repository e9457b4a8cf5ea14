"""The reader of whichever generation answers: it follows the CURRENT pointer, so callers never know of a swap."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from papra_index.errors import SearchIndexError
from papra_index.index.base import IndexMatches, IndexRequest
from papra_index.index.generations import Generations
from papra_index.index.tantivy.reader import TantivyReader

_PATIENCE_SECONDS = 10.0
_POLL_SECONDS = 0.01


class CurrentReader:
    """An IndexReader over the generations of an index folder; shared between threads."""

    def __init__(self, generations: Generations) -> None:
        self._generations = generations
        self._opening = threading.Lock()
        self._state: tuple[int, int] | None = None
        self._reader: TantivyReader | None = None

    def search(self, request: IndexRequest) -> IndexMatches:
        """Return one page of matches from the generation that answers now.

        Raises SearchIndexError when there is none and none comes up within ten seconds.
        """
        return self._follow().search(request)

    @property
    def sequence(self) -> int:
        """The change sequence that searches from now on include at least; 0 while there is no generation."""
        if self._generations.find_current() is None:
            return 0
        return self._follow().sequence

    def _follow(self) -> TantivyReader:
        state = self._generations.read_state()
        reader = self._reader
        if reader is not None and state == self._state:
            return reader
        with self._opening:
            return self._open_current()

    def _open_current(self) -> TantivyReader:
        """Open the generation CURRENT names, waiting a little for one that is being built."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            state = self._generations.read_state()
            if self._reader is not None and state == self._state:
                return self._reader
            current = self._generations.find_current()
            try:
                if current is not None:
                    self._reader = _open_reader(current)
                    self._state = state
                    return self._reader
            except SearchIndexError:
                if time.monotonic() > deadline:
                    raise
            if time.monotonic() > deadline:
                raise SearchIndexError("the search index is being built: try again when it is ready")
            time.sleep(_POLL_SECONDS)


def _open_reader(folder: Path) -> TantivyReader:
    return TantivyReader.open(folder)
