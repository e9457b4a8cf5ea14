"""The verbs for those who wait: what is still to be read and indexed, and when searches see it."""

from __future__ import annotations

import time

from papra_index.catalog.changes import last_key, last_sequence
from papra_index.catalog.content_fields import count_due
from papra_index.catalog.database import Catalog
from papra_index.catalog.extractions import count_awaiting_pages, count_pending
from papra_index.errors import SearchIndexError, WaitTimedOut
from papra_index.index.base import IndexReader
from papra_index.walks.applying.indexing import Applier
from papra_index.walks.applying.waiting import DEFAULT_SECONDS, draw_ticket, iterate_pauses, wait_for_ticket


class AwaitingVerbs:
    """What waits in an archive that is open."""

    _catalog: Catalog
    _reader: IndexReader
    _applier: Applier | None
    _has_hook: bool

    def pending_extractions(self) -> int:
        """Return how many documents await the reading of their originals, or of pages that need OCR."""
        with self._catalog.read() as connection:
            return count_pending(connection)

    def pending_ocr_pages(self) -> int:
        """Return how many pages of documents that were read await OCR."""
        with self._catalog.read() as connection:
            return count_awaiting_pages(connection)

    def pending_changes(self) -> int:
        """Return how many changes searches do not see yet (an upper bound: a document changed twice counts twice)."""
        with self._catalog.read() as connection:
            newest = last_sequence(connection)
        return max(0, newest - self._reader.sequence)

    def notice_writes(self) -> None:
        """Have what other processes wrote read and indexed at once, not at the next regular look a moment later.

        It costs some microseconds where nothing was written: for the loop of a process that works for others.
        """
        if self._catalog.has_news():
            self._wake_extraction()
            if self._applier is not None:
                self._applier.wake()
            self._wake_listeners()

    def ticket(self) -> int:
        """Return a number to wait on, here or in another process, for all that was acknowledged so far."""
        return draw_ticket(self._catalog)

    def wait_for(self, ticket: int, timeout: float = DEFAULT_SECONDS) -> None:
        """Wait until searches see what was acknowledged before `ticket`, for so many seconds. Raises WaitTimedOut."""
        wait_for_ticket(self._reader, ticket, timeout)

    def wait_until_searchable(self, timeout: float = 60.0, *, extraction: bool = True) -> None:
        """Wait until searches see every write acknowledged so far, texts of originals included unless told otherwise.

        `timeout` is in seconds. Raises WaitTimedOut, and SearchIndexError when the index still cannot be read then.
        """
        deadline = time.monotonic() + timeout
        with self._catalog.read() as connection:
            newest_key = last_key(connection)
            target = last_sequence(connection)
        waiting = 1 if extraction else 0
        for pause in iterate_pauses():
            if waiting:
                # What was added later is not waited for, or a steady stream would keep this waiting for ever.
                with self._catalog.read() as connection:
                    waiting = count_pending(connection, newest_key)
                    waiting += count_due(connection, newest_key) if self._has_hook else 0
                    target = last_sequence(connection) if not waiting else target
            try:
                if not waiting and self._reader.sequence >= target:
                    return
            except SearchIndexError:
                # An index of another version is being built anew, which takes as long as it does.
                if time.monotonic() >= deadline:
                    raise
            if time.monotonic() >= deadline:
                raise WaitTimedOut(
                    f"not searchable after {timeout:g} s: {waiting} documents await extraction, "
                    f"{self.pending_changes()} changes await the index; wait again"
                )
            time.sleep(pause)

    def _wake_extraction(self) -> None:
        raise NotImplementedError

    def _wake_listeners(self) -> None:
        raise NotImplementedError
