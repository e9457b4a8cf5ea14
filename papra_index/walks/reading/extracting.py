"""The walk `extract`: originals awaiting text -> isolated workers -> pages in the catalog; first text, then OCR.

One process of an archive does it at a time, elected by an OS lock; what it was reading when it ended is still awaiting
text in the catalog, page by page, so the next one goes on from there.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from papra_index.catalog.database import Catalog
from papra_index.catalog.extractions import ExtractionOutcome, store_extractions
from papra_index.catalog.recognitions import store_recognitions
from papra_index.catalog.rereading import list_failed, retry_extractions
from papra_index.conventions.durability import FileLock
from papra_index.errors import ArchiveClosed, DiskFull
from papra_index.extraction.content import ExtractionLimits
from papra_index.extraction.ocr_cache import OcrCache
from papra_index.extraction.workers import WorkerPool
from papra_index.originals.stores import OriginalStores
from papra_index.settings import ExtractionSettings
from papra_index.walks.reading.backlog import BLOCKING, Backlog, Task

_UNWRITTEN = 512
_UNWRITTEN_CHARACTERS = 32_000_000
_POLL_SECONDS = 0.5
_RETRY_SECONDS = 2.0
_LOOK_AGAIN_SECONDS = 60.0
"""How often OCR programs and languages that were missing are looked for again."""

logger = logging.getLogger(__name__)


class Extraction:
    """The background thread that reads originals, while it holds the archive's extraction lock."""

    def __init__(
        self,
        catalog: Catalog,
        originals: OriginalStores,
        lock_file: Path,
        settings: ExtractionSettings,
        ocr_cache: Path | None = None,
        *,
        asks_hook: bool = False,
    ) -> None:
        self._check_space = originals.check_space
        self._catalog = catalog
        self._ocr_cache = ocr_cache
        self._backlog = Backlog(catalog, originals, settings, ocr_cache, asks_hook=asks_hook)
        self._lock = FileLock(lock_file)
        self._settings = settings
        self._wake = threading.Event()
        self._closed = False
        self._pool: WorkerPool | None = None
        self._look_again_at = 0.0
        self._thread = threading.Thread(target=self._run, name="papra-index-extraction", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Look for originals awaiting text now."""
        self._wake.set()

    def close(self) -> None:
        """Stop reading; what is not read yet stays pending in the catalog."""
        self._closed = True
        self._wake.set()
        if (pool := self._pool) is not None:
            pool.close()
        self._thread.join()
        self._lock.close()

    def _run(self) -> None:
        while not self._closed and not self._lock.try_acquire():
            self._wake.wait(_POLL_SECONDS)
            self._wake.clear()
        if self._ocr_cache is not None and not self._closed:
            OcrCache(self._ocr_cache).sweep()
        while not self._closed:
            try:
                self._wake.clear()
                self._retry_blocked()
                if self._backlog.is_empty():
                    self._wake.wait(_POLL_SECONDS)
                else:
                    self._check_space()
                    self._pool = self._pool or self._start_workers()
                    self._read_backlog(self._pool)
            except ArchiveClosed:
                break
            except DiskFull as error:
                logger.warning("originals are not read until there is space: %s", error)
                self._wake.wait(_RETRY_SECONDS)
            except Exception as error:
                if not self._closed:
                    logger.warning("originals could not be read; trying again in %g s: %s", _RETRY_SECONDS, error)
                    logger.debug("originals could not be read", exc_info=True)
                    self._wake.wait(_RETRY_SECONDS)
        if self._pool is not None:
            self._pool.close()

    def _start_workers(self) -> WorkerPool:
        limits = ExtractionLimits.from_settings(self._settings)
        return WorkerPool(self._settings.workers, limits)

    def _read_backlog(self, pool: WorkerPool) -> None:
        """Read all that is pending, and what comes meanwhile; outcomes are written while others are being read."""
        self._backlog.forget()
        writing: deque[tuple[Future[Any], int, Task]] = deque()
        unwritten = 0
        for content in pool.extract(self._backlog.list_unread_jobs(), self._backlog.list_ocr_jobs()):
            if self._closed:
                break
            task, outcome = self._backlog.settle(content)
            length = sum(len(page.text) for page in outcome.pages)
            if isinstance(outcome, ExtractionOutcome):
                writing.append((self._catalog.submit(store_extractions, [outcome], patient=True), length, task))
            else:
                writing.append((self._catalog.submit(store_recognitions, [outcome], patient=True), length, task))
            unwritten += length
            while writing and (writing[0][0].done() or len(writing) > _UNWRITTEN or unwritten > _UNWRITTEN_CHARACTERS):
                future, length, task = writing.popleft()
                future.result()
                self._backlog.release(task)
                unwritten -= length
        for future, _, task in writing:
            future.result()
            self._backlog.release(task)

    def _retry_blocked(self) -> None:
        """Have documents tried again whose OCR program or language was missing and is there now."""
        if time.monotonic() < self._look_again_at:
            return
        self._look_again_at = time.monotonic() + _LOOK_AGAIN_SECONDS
        with self._catalog.read() as connection:
            blocked = list_failed(connection, BLOCKING)
        if not blocked:
            return
        from papra_index.extraction.ocr import can_recognize

        default = tuple(self._settings.ocr_languages.split("+"))
        readable = {wanted for wanted in {languages or default for _, languages in blocked} if can_recognize(wanted)}
        ready = [key for key, languages in blocked if (languages or default) in readable]
        if ready:
            self._catalog.write(retry_extractions, ready)
