"""When the index is built anew by itself, while the one that answers goes on and is kept up to date: after a rebuild
was interrupted, and when more than half of the index is dead.

The rebuild has a thread of its own, so that changes become searchable meanwhile; the index it builds has no dead
documents, so there is no other until as many have died again.
"""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path

from papra_index.catalog.database import Catalog
from papra_index.conventions.durability import FileLock
from papra_index.errors import ArchiveClosed
from papra_index.index.engine import count_segment_documents
from papra_index.index.generations import Generations
from papra_index.settings import IndexSettings
from papra_index.values.rebuilds import RebuildProgress
from papra_index.walks.applying.rebuild import rebuild_index

_PAUSE_SECONDS = 5.0
_MAX_PAUSE_SECONDS = 3_600.0

logger = logging.getLogger(__name__)


class Renewal:
    """Rebuilds in the background of an applier; used by the applier's thread alone."""

    def __init__(self, catalog: Catalog, generations: Generations, lock_file: Path, settings: IndexSettings) -> None:
        self._catalog = catalog
        self._generations = generations
        self._lock = FileLock(lock_file)
        self._settings = settings
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._pause = _PAUSE_SECONDS
        self._not_before = 0.0
        self._judged: tuple[Path, int] | None = None

    def consider(self, current: Path, sequence: int) -> None:
        """Begin a rebuild where that is worth it and nobody is at one; `sequence` is that of the index now."""
        if self._thread is not None and self._thread.is_alive():
            return
        if time.monotonic() < self._not_before:
            return
        reason = self._find_reason(current, sequence)
        if reason is None or not self._lock.try_acquire():
            return
        self._lock.release()
        logger.info("the index is built anew beside the one that answers: %s", reason)
        self._thread = threading.Thread(target=self._rebuild, name="papra-index-renewal", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop; what is done of a rebuild is kept."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()
        self._lock.close()

    def _find_reason(self, current: Path, sequence: int) -> str | None:
        if self._generations.find_unfinished(current) is not None:
            return "a rebuild was interrupted"
        if self._judged == (current, sequence):
            return None
        self._judged = current, sequence
        live, dead = count_segment_documents(current)
        least = self._settings.max_dead_documents
        return f"{dead} of its {live + dead} documents are dead" if least and dead >= least and dead > live else None

    def _rebuild(self) -> None:
        try:
            count = rebuild_index(self._catalog, self._generations, self._settings, self._lock, self._stop_when_closing)
        except ArchiveClosed:
            return
        except Exception as error:
            logger.warning("the index could not be built anew; trying again in %g s: %s", self._pause, error)
            logger.debug("the index could not be built anew", exc_info=True)
            self._not_before = time.monotonic() + self._pause
            self._pause = min(2 * self._pause, _MAX_PAUSE_SECONDS)
            self._judged = None
        else:
            logger.info("the index was built anew: %d documents", count)
            self._pause = _PAUSE_SECONDS

    def _stop_when_closing(self, _progress: RebuildProgress) -> None:
        if self._closing.is_set():
            raise ArchiveClosed("the archive is closed: the index is built on when it is opened again")
