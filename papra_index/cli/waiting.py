"""Waiting, in sight of the person who waits, until originals are read and searches see them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from papra_index.cli.output import open_console
from papra_index.cli.stopping import StopRequest, catch_interrupt

if TYPE_CHECKING:
    from papra_index.archive import Archive
    from papra_index.cli.progress import IngestDisplay

_POLL_SECONDS = 0.1
_LEAST_IDLE = 9
_MOST_IDLE_SECONDS = 2.0
"""Counting takes longer in a large archive: some times as long passes until the next."""


class BackgroundWatch:
    """Looks now and then at what waits to be read and indexed, and shows it."""

    def __init__(self, archive: Archive, display: IngestDisplay) -> None:
        self._archive = archive
        self._display = display
        self._next = 0.0

    def look(self) -> None:
        """Show what waits, unless that was just done."""
        if time.monotonic() >= self._next:
            self.count_waiting()

    def count_waiting(self) -> int:
        """Show what waits and return how much that is."""
        began = time.monotonic()
        extractions = self._archive.pending_extractions()
        changes = self._archive.pending_changes()
        self._display.show_waiting(extractions, self._archive.pending_ocr_pages(), changes)
        ended = time.monotonic()
        self._next = ended + min(_MOST_IDLE_SECONDS, max(_POLL_SECONDS, _LEAST_IDLE * (ended - began)))
        return extractions + changes

    def wait(self, stop: StopRequest) -> bool:
        """Wait until nothing is left to read and to index; return False if Ctrl-C ended it before."""
        while self.count_waiting():
            while time.monotonic() < self._next:
                if stop.made:
                    return False
                time.sleep(min(_POLL_SECONDS, max(0.0, self._next - time.monotonic())))
        return True


def wait_for_reading(archive: Archive) -> bool:
    """Wait until everything is read and searchable; return False if Ctrl-C ended it before."""
    from papra_index.cli.progress import IngestDisplay

    with catch_interrupt() as stop, IngestDisplay(open_console(errors=True)) as display:
        return BackgroundWatch(archive, display).wait(stop)
