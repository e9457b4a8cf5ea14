"""The walk `extract`: originals awaiting text -> isolated workers -> pages in the catalog.

One process of an archive does it at a time, elected by an OS lock; what it was reading when it ended is still awaiting
text in the catalog, so the next one goes on from there.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from papra_index.catalog.database import Catalog
from papra_index.catalog.extractions import (
    ExtractionOutcome,
    PendingExtraction,
    list_pending,
    store_extractions,
)
from papra_index.documents import ExtractionStatus
from papra_index.durability import FileLock
from papra_index.errors import ArchiveClosed
from papra_index.extraction.content import ExtractedContent, ExtractionJob, ExtractionLimits
from papra_index.extraction.workers import WorkerPool
from papra_index.originals.local import LocalOriginals, OriginalPlace
from papra_index.settings import ExtractionSettings

_RETRIED = frozenset({"extraction.worker_died"})
_CHUNK = 256
_UNWRITTEN = 512
_UNWRITTEN_CHARACTERS = 32_000_000
_POLL_SECONDS = 0.5
_RETRY_SECONDS = 2.0

logger = logging.getLogger(__name__)


class Extraction:
    """The background thread that reads originals, while it holds the archive's extraction lock."""

    def __init__(
        self, catalog: Catalog, originals: LocalOriginals, lock_file: Path, settings: ExtractionSettings
    ) -> None:
        self._catalog = catalog
        self._originals = originals
        self._lock = FileLock(lock_file)
        self._settings = settings
        self._wake = threading.Event()
        self._closed = False
        self._pool: WorkerPool | None = None
        self._reading: dict[int, PendingExtraction] = {}
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
        while not self._closed:
            try:
                self._wake.clear()
                if self._has_pending():
                    self._pool = self._pool or self._start_workers()
                    self._read_pending(self._pool)
                else:
                    self._wake.wait(_POLL_SECONDS)
            except ArchiveClosed:
                break
            except Exception:
                if not self._closed:
                    logger.exception("originals could not be read; trying again")
                    self._wake.wait(_RETRY_SECONDS)
        if self._pool is not None:
            self._pool.close()

    def _start_workers(self) -> WorkerPool:
        limits = ExtractionLimits(seconds=self._settings.seconds, max_pages=self._settings.max_pages)
        return WorkerPool(self._settings.workers, limits)

    def _has_pending(self) -> bool:
        with self._catalog.read() as connection:
            return bool(list_pending(connection, 0, 1))

    def _read_pending(self, pool: WorkerPool) -> None:
        """Read all that is pending, and what comes meanwhile; outcomes are written while others are being read."""
        self._reading.clear()
        writing: deque[tuple[Future[Any], int]] = deque()
        unwritten = 0
        for content in pool.extract(self._list_jobs()):
            if self._closed:
                break
            outcome = self._settle_content(content)
            length = sum(len(page.text) for page in outcome.pages)
            writing.append((self._catalog.submit(store_extractions, [outcome]), length))
            unwritten += length
            while writing and (writing[0][0].done() or len(writing) > _UNWRITTEN or unwritten > _UNWRITTEN_CHARACTERS):
                future, length = writing.popleft()
                future.result()
                unwritten -= length
        for future, _ in writing:
            future.result()

    def _list_jobs(self) -> Iterator[ExtractionJob | None]:
        """Yield what is pending, and None when there is nothing new but others are being read still."""
        after = 0
        while not self._closed:
            with self._catalog.read() as connection:
                pending = list_pending(connection, after, _CHUNK)
            if not pending:
                if not self._reading:
                    return
                yield None
            for item in pending:
                after = item.key
                self._reading[item.key] = item
                languages = item.ocr_languages or tuple(self._settings.ocr_languages.split("+"))
                path = self._originals.locate(OriginalPlace(item.organization_id, item.id, item.created_at))
                yield ExtractionJob(item.key, path, item.original_name, item.mime_type, languages)

    def _settle_content(self, content: ExtractedContent) -> ExtractionOutcome:
        item = self._reading.pop(content.job_id)
        attempts = item.attempts + 1
        again = content.reason in _RETRIED and attempts < self._settings.max_attempts
        generic = item.mime_type in {"", "application/octet-stream"}
        return ExtractionOutcome(
            document_key=item.key,
            attempts=attempts,
            pages=content.pages,
            status=ExtractionStatus.PENDING if again else content.status,
            mime_type=content.mime_type if generic else item.mime_type,
            reason=content.reason,
            message=content.message,
        )
