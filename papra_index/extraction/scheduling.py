"""Who reads what next: small texts are sent ahead in batches, anything else one at a time, none charged for another.

A worker answers in the order it was given, so the file that took it down is the first one unanswered; those behind it
go to the next worker.
"""

from __future__ import annotations

import selectors
import time
from collections import deque
from collections.abc import Iterator
from functools import lru_cache
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from papra_index.documents import ExtractionStatus
from papra_index.errors import ExtractionError, ExtractionTimedOut, WorkerDied
from papra_index.extraction.content import ExtractedContent, ExtractionJob
from papra_index.extraction.detection import HEAD_BYTES, UNKNOWN, detect_mime_type
from papra_index.extraction.messages import decode_page

if TYPE_CHECKING:
    from papra_index.extraction.workers import Crew, WorkerProcess

_MAX_AHEAD = 32
_MAX_AHEAD_BYTES = 32 * 1024
_TEXT_SUFFIXES = frozenset({".txt", ".md", ".markdown", ".csv", ".tsv", ".log", ".text"})
_MAX_FAILED_STARTS = 3
_ASK_SECONDS = 0.1


class Extraction:
    """One run of a crew over jobs: which are waiting, which are with workers, which outcomes are there to hand on."""

    def __init__(self, crew: Crew, jobs: Iterator[ExtractionJob | None], later: Iterator[ExtractionJob | None]) -> None:
        self._crew = crew
        self._jobs = jobs
        self._later = later
        self._waiting: deque[ExtractionJob] = deque()
        self._outcomes: list[ExtractedContent] = []
        self._selector = selectors.DefaultSelector()
        self._exhausted = False
        self._failed_starts = 0

    def run(self) -> Iterator[ExtractedContent]:
        """Yield outcomes until jobs and workers are done or the pool is closed."""
        with self._selector:
            for worker in self._crew.workers:
                self._selector.register(worker.bell, selectors.EVENT_READ, worker)
            while True:
                self._feed_workers()
                paused = time.monotonic()
                yield from self._outcomes
                self._outcomes = []
                busy = [worker for worker in self._crew.workers if worker.unanswered]
                if self._crew.is_closed or not (busy or self._waiting):
                    return
                for worker in busy:
                    worker.excuse(time.monotonic() - paused)
                deadline = min((worker.deadline for worker in busy), default=0.0)
                self._collect(deadline if self._exhausted else min(deadline, time.monotonic() + _ASK_SECONDS))

    def _feed_workers(self) -> None:
        while (job := self._next_job()) is not None:
            ahead = _count_ahead(job)
            worker = self._find_room(ahead)
            if worker is None:
                self._waiting.appendleft(job)
                return
            batch = [job]
            while len(worker.unanswered) + len(batch) < ahead and (job := self._next_job()) is not None:
                if _count_ahead(job) != ahead:
                    self._waiting.appendleft(job)
                    break
                batch.append(job)
            if not worker.give(batch, ahead):
                self._waiting.extendleft(reversed(batch))
                self._bury(worker)
        self._feed_spare_workers()

    def _feed_spare_workers(self) -> None:
        """Give those who have nothing to do what may wait."""
        crew = self._crew
        while not crew.is_closed and sum(bool(worker.unanswered) for worker in crew.workers) < crew.count:
            job = next(self._later, None)
            if job is None:
                return
            idle = (worker for worker in crew.workers if not worker.unanswered)
            worker = next(idle, None) or self._add_worker()
            if worker is None or not worker.give([job], 1, may_wait=True):
                self._waiting.append(job)
                if worker is not None:
                    self._bury(worker)

    def _add_worker(self, extra: int = 0) -> WorkerProcess | None:
        if (new := self._crew.add_worker(extra)) is not None:
            self._selector.register(new.bell, selectors.EVENT_READ, new)
        return new

    def _next_job(self) -> ExtractionJob | None:
        if self._waiting:
            return self._waiting.popleft()
        if not self._exhausted and not self._crew.is_closed:
            try:
                return next(self._jobs)
            except StopIteration:
                self._exhausted = True
        return None

    def _find_room(self, ahead: int) -> WorkerProcess | None:
        """Return the worker that should have the next job: one with room, a new one, or none."""
        workers = self._crew.workers
        idle = min(workers, key=lambda worker: len(worker.unanswered), default=None)
        if idle is not None and not idle.unanswered:
            return idle
        # One more than the count while others are at what may wait: what comes in now is not behind it.
        if (new := self._add_worker(extra=int(any(worker.may_wait for worker in workers)))) is not None:
            return new
        # A worker busy with one large file gets nothing behind it; half-empty queues of small ones are filled up.
        if idle is not None and ahead == idle.ahead > 1 and len(idle.unanswered) <= ahead // 2:
            return idle
        return None

    def _collect(self, deadline: float) -> None:
        for key, _ in self._selector.select(max(0.0, deadline - time.monotonic())):
            worker: WorkerProcess = key.data
            messages = worker.receive()
            if messages is None:
                self._bury(worker)
            else:
                self._take(worker, messages)
        now = time.monotonic()
        for worker in list(self._crew.workers):
            if worker.unanswered and worker.deadline <= now:
                self._end_hanging(worker)

    def _take(self, worker: WorkerProcess, messages: list[list[Any]]) -> None:
        for message in messages:
            kind = message[0]
            if kind == "page":
                worker.pages.append(decode_page(message[2]))
            elif kind == "done":
                self._outcomes.append(worker.answer(message))
            elif kind == "ocr":
                worker.add_ocr_page()
            elif kind == "ready":
                worker.is_ready = True
                self._failed_starts = 0
            elif kind == "retire":
                self._replace(worker)

    def _end_hanging(self, worker: WorkerProcess) -> None:
        # Pages that it sent in silence are kept, and give it more time.
        self._take(worker, worker.receive() or [])
        if not worker.unanswered or worker.deadline > time.monotonic():
            return
        self._charge(worker, ExtractionTimedOut(f"reading was stopped: not done within {worker.elapsed:.0f} seconds"))
        self._replace(worker)

    def _bury(self, worker: WorkerProcess) -> None:
        errors = worker.read_errors()
        status = worker.kill()
        if not self._crew.is_closed:
            if worker.is_ready and worker.unanswered:
                cause = f"signal {-status}" if status < 0 else f"status {status}"
                self._charge(worker, WorkerDied(f"the reading process crashed or ran out of memory ({cause})"))
            elif not worker.is_ready:
                self._failed_starts += 1
                if self._failed_starts >= _MAX_FAILED_STARTS:
                    raise WorkerDied(f"worker processes do not start: {errors or f'status {status}'}")
        self._replace(worker)

    def _charge(self, worker: WorkerProcess, error: ExtractionError) -> None:
        """Make the outcome of the job that a worker was at when it had to end."""
        pages, seconds = tuple(worker.pages), worker.elapsed
        job = worker.finish_job()
        has_text = any(page.text for page in pages)
        status = ExtractionStatus.PARTIAL if has_text else ExtractionStatus.FAILED
        mime_type = _detect_type(job)
        self._outcomes.append(
            ExtractedContent(job.job_id, pages, mime_type, status, error.code, error.message, seconds)
        )

    def _replace(self, worker: WorkerProcess) -> None:
        """Put a worker away; the jobs it had not begun go to the next one."""
        self._selector.unregister(worker.bell)
        self._waiting.extendleft(reversed(worker.unanswered))
        worker.unanswered.clear()
        self._crew.discard([worker])


@lru_cache(maxsize=64)
def _count_ahead(job: ExtractionJob) -> int:
    """Return how many jobs like this one may wait at a worker: many for small texts, by name and size."""
    if PurePath(job.name).suffix.lower() not in _TEXT_SUFFIXES:
        return 1
    try:
        return _MAX_AHEAD if job.path.stat().st_size <= _MAX_AHEAD_BYTES else 1
    except OSError:
        return 1


def _detect_type(job: ExtractionJob) -> str:
    try:
        # A pipe that took the place of a file would keep this waiting for ever.
        if not job.path.is_file():
            return job.declared_type or UNKNOWN
        with job.path.open("rb") as file:
            return detect_mime_type(file.read(HEAD_BYTES), job.name, job.declared_type, job.path)
    except OSError:
        return job.declared_type or UNKNOWN
