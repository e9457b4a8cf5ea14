"""The backlog of the walk `extract`: which originals and pages are to be read next, and what their outcomes mean.

Text comes first; OCR follows a few pages at a time, in turn for each document, so that a long scan holds up nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from papra_index.catalog.database import Catalog
from papra_index.catalog.extractions import (
    ExtractionOutcome,
    PendingExtraction,
    list_awaiting_ocr,
    list_awaiting_pages,
    list_unread,
)
from papra_index.catalog.recognitions import RecognitionOutcome
from papra_index.conventions.values import dataclass
from papra_index.documents import ExtractionStatus, Page
from papra_index.errors import (
    ExtractionTimedOut,
    OcrLanguageMissing,
    OcrUnavailable,
    OriginalChanged,
    OriginalNotFound,
    WorkerDied,
)
from papra_index.extraction.content import ExtractedContent, ExtractionJob, OcrTime
from papra_index.originals.base import OriginalPlace
from papra_index.originals.stores import OriginalStores
from papra_index.settings import ExtractionSettings

BLOCKING = frozenset({OcrUnavailable.code, OcrLanguageMissing.code})
"""Reasons for which OCR of a document is not to be had for now."""

_ENDED = frozenset({WorkerDied.code, ExtractionTimedOut.code})
_GONE = frozenset({OriginalNotFound.code, OriginalChanged.code})
_CHUNK = 256
_DOCUMENTS = 16
_PAGES_AT_ONCE = 8
"""Pages of a document in one OCR job: so many are lost at most when the process is killed."""

_WHOLE = 0
"""Stands for the whole original where pages are numbered from 1."""


@dataclass(frozen=True, slots=True)
class Task:
    """What a job is about: an original, or these of its pages."""

    item: PendingExtraction
    pages: tuple[int, ...] = (_WHOLE,)

    @property
    def claims(self) -> list[tuple[int, int]]:
        """What nobody else is to read meanwhile."""
        return [(self.item.key, number) for number in self.pages]


class Backlog:
    """Gives out jobs and remembers what is being read until its outcome is written."""

    def __init__(
        self,
        catalog: Catalog,
        originals: OriginalStores,
        settings: ExtractionSettings,
        ocr_cache: Path | None,
        *,
        asks_hook: bool = False,
    ) -> None:
        self._catalog = catalog
        self._originals = originals
        self._settings = settings
        self._ocr_cache = ocr_cache
        self._asks_hook = asks_hook
        self._tasks: dict[int, Task] = {}
        self._claimed: set[tuple[int, int]] = set()
        self._jobs_count = 0

    def is_empty(self) -> bool:
        """Whether nothing awaits reading, nor is being read."""
        if self._claimed:
            return False
        with self._catalog.read() as connection:
            return not (list_unread(connection, 0, 1) or list_awaiting_ocr(connection, 0, 1))

    def list_unread_jobs(self) -> Iterator[ExtractionJob | None]:
        """Yield originals to be read, and None when there is none now but the backlog is not empty."""
        while not self.is_empty():
            after = 0
            while True:
                with self._catalog.read() as connection:
                    found = list_unread(connection, after, _CHUNK)
                if not found:
                    break
                for item in found:
                    after = item.key
                    if (item.key, _WHOLE) not in self._claimed:
                        yield self._make_job(Task(item), OcrTime.LATER)
            yield None

    def list_ocr_jobs(self) -> Iterator[ExtractionJob | None]:
        """Yield pages to be recognised, some of each document in turn, and None as above."""
        while not self.is_empty():
            after = 0
            while True:
                with self._catalog.read() as connection:
                    items = list_awaiting_ocr(connection, after, _DOCUMENTS)
                if not items:
                    break
                for item in items:
                    after = item.key
                    numbers = self._choose_pages(item.key)
                    if numbers:
                        yield self._make_job(Task(item, numbers), OcrTime.NOW, frozenset(numbers))
            yield None

    def settle(self, content: ExtractedContent) -> tuple[Task, ExtractionOutcome | RecognitionOutcome]:
        """Return what a job was about and its outcome; it stays claimed until `release`."""
        task = self._tasks.pop(content.job_id)
        settled = self._settle_text(task, content) if task.pages == (_WHOLE,) else self._settle_ocr(task, content)
        if self._settings.guess_dates:
            from papra_index.walks.reading.dating import guess_first_date

            settled = replace(settled, guessed_date=guess_first_date(settled.pages))
        return task, replace(settled, version=task.item.version, asks_hook=self._asks_hook)

    def release(self, task: Task) -> None:
        """Forget a task whose outcome is written."""
        self._claimed.difference_update(task.claims)

    def forget(self) -> None:
        """Forget all that was being read; it is in the catalog still."""
        self._tasks.clear()
        self._claimed.clear()

    def _choose_pages(self, key: int) -> tuple[int, ...]:
        """Return the next pages of a document that nobody reads yet; one on which a worker ended comes alone."""
        with self._catalog.read() as connection:
            awaiting = list_awaiting_pages(connection, key)
        free = [(number, attempts) for number, attempts in awaiting if (key, number) not in self._claimed]
        fresh = [number for number, attempts in free if not attempts]
        return tuple(fresh[:_PAGES_AT_ONCE] or [number for number, _ in free[:1]])

    def _make_job(self, task: Task, ocr: OcrTime, wanted: frozenset[int] | None = None) -> ExtractionJob:
        item = task.item
        self._jobs_count += 1
        self._tasks[self._jobs_count] = task
        self._claimed.update(task.claims)
        return ExtractionJob(
            self._jobs_count,
            self._originals.locate(
                OriginalPlace(item.organization_id, item.original_id, item.arrived_at, item.reference)
            ),
            item.original_name,
            item.mime_type,
            item.ocr_languages or tuple(self._settings.ocr_languages.split("+")),
            ocr,
            wanted,
            self._ocr_cache,
            item.reference,
        )

    def _settle_text(self, task: Task, content: ExtractedContent) -> ExtractionOutcome:
        item = task.item
        attempts = item.attempts + 1
        again = content.reason == WorkerDied.code and attempts < self._settings.max_attempts
        generic = item.mime_type in {"", "application/octet-stream"}
        return ExtractionOutcome(
            document_key=item.key,
            attempts=attempts,
            # Pages that a crash left behind are read again from the first; those of a file that changed are of no use.
            pages=() if again or content.reason in _GONE else content.pages,
            status=ExtractionStatus.PENDING if again else content.status,
            mime_type=content.mime_type if generic else item.mime_type,
            reason=content.reason,
            message=content.message,
        )

    def _settle_ocr(self, task: Task, content: ExtractedContent) -> RecognitionOutcome:
        key = task.item.key
        done = () if content.reason in _GONE else tuple(page for page in content.pages if not page.awaits_ocr)
        told = set() if content.reason in _GONE else {page.number for page in content.pages}
        missing = [number for number in task.pages if number not in told]
        if content.reason in _ENDED and missing:
            # Pages come in order, so the worker ended on the first that is missing; the others are tried again.
            return self._settle_ended(key, done, missing[0], content)
        if content.reason in _ENDED:
            return RecognitionOutcome(key, done)
        return RecognitionOutcome(
            key,
            done,
            given_up=tuple(missing),
            reason=content.reason,
            message=content.message,
            blocked=content.reason in BLOCKING,
        )

    def _settle_ended(
        self, key: int, done: Sequence[Page], number: int, content: ExtractedContent
    ) -> RecognitionOutcome:
        with self._catalog.read() as connection:
            attempts = dict(list_awaiting_pages(connection, key)).get(number, 0) + 1
        if attempts < self._settings.max_attempts:
            return RecognitionOutcome(key, tuple(done), blamed=number)
        return RecognitionOutcome(key, tuple(done), (number,), None, content.reason, content.message)
