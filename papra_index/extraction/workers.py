"""The pool of isolated workers, as plain child processes: `multiprocessing` would run the caller's `__main__` again.

One thread feeds all workers and collects what they send; what a file does to its worker stays with that worker.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import weakref
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from papra_index.documents import Page
from papra_index.errors import ExtractionError, WorkerDied
from papra_index.extraction.content import ExtractedContent, ExtractionJob, ExtractionLimits
from papra_index.extraction.messages import (
    MessageBuffer,
    decode_content,
    encode_job,
    encode_limits,
    pack_message,
)
from papra_index.extraction.scheduling import Extraction

_WORKER_MODULE = "papra_index.extraction.worker"
_ERRORS_FILE = "stderr"
_START_SECONDS = 60.0
_RECEIVE_BYTES = 1 << 16


class WorkerProcess:
    """One child process, its socket and the jobs it has not answered yet, in the order they were sent."""

    def __init__(self, limits: ExtractionLimits) -> None:
        self.unanswered: deque[ExtractionJob] = deque()
        self.pages: list[Page] = []
        self.is_ready = False
        self.ahead = 1
        self.may_wait = False
        self._limits = limits
        self._ocr_pages = 0
        self._since = time.monotonic()
        self._messages = MessageBuffer()
        self._folder = tempfile.mkdtemp(prefix="papra-index-worker-")
        self.connection, child_end = socket.socketpair()
        self.bell, child_bell = socket.socketpair()
        with child_end, child_bell:
            try:
                self._process = _start_process([child_end.fileno(), child_bell.fileno()], self._folder)
            except OSError as error:
                self.close()
                shutil.rmtree(self._folder, ignore_errors=True)
                raise WorkerDied(f"worker processes do not start: {error}") from error
        self._send([encode_limits(limits)])

    @property
    def deadline(self) -> float:
        """When the first unanswered job has had its time, by the monotonic clock."""
        limits = self._limits
        allowed = limits.seconds + len(self.pages) * limits.seconds_per_page
        allowed += self._ocr_pages * limits.seconds_per_ocr_page
        return self._since + (allowed if self.is_ready else allowed + _START_SECONDS)

    @property
    def elapsed(self) -> float:
        """Seconds that the first unanswered job has had."""
        return round(time.monotonic() - self._since, 3)

    def give(self, jobs: list[ExtractionJob], ahead: int, *, may_wait: bool = False) -> bool:
        """Send jobs to be read, of a kind of which so many may wait here; False when the worker is gone already.

        `may_wait` marks those that give way to others.
        """
        if not self._send([encode_job(job) for job in jobs]):
            return False
        self.ahead = ahead
        self.may_wait = may_wait
        if not self.unanswered:
            self._since = time.monotonic()
        self.unanswered.extend(jobs)
        return True

    def receive(self) -> list[list[Any]] | None:
        """Return the messages that arrived, or None when the worker is gone and has left nothing.

        Its bell rings when there are some to look at; pages lie there without that.
        """
        messages: list[list[Any]] = []
        try:
            with suppress(BlockingIOError):
                self.bell.recv(_RECEIVE_BYTES, socket.MSG_DONTWAIT)
            while received := self.connection.recv(_RECEIVE_BYTES, socket.MSG_DONTWAIT):
                messages += self._messages.take(received)
        except BlockingIOError:
            return messages
        except (OSError, ValueError):
            return messages or None
        return messages or None

    def close(self) -> None:
        """Close this end of the connection."""
        self.connection.close()
        self.bell.close()

    def answer(self, message: list[Any]) -> ExtractedContent:
        """Return the outcome in a message; the next job's time begins now."""
        content = decode_content(message, self.pages)
        self.finish_job()
        return content

    def finish_job(self) -> ExtractionJob:
        """Take the first unanswered job off the list."""
        self.pages = []
        self._ocr_pages = 0
        self._since = time.monotonic()
        self.may_wait = False
        return self.unanswered.popleft()

    def add_ocr_page(self) -> None:
        """Give the present job more time."""
        self._ocr_pages += 1

    def excuse(self, seconds: float) -> None:
        """Leave out of the job's time what the caller took between two outcomes."""
        self._since += seconds

    def kill(self) -> int:
        """End the process and what it started, and return its exit status; may be called again."""
        if self._process.returncode is None:
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                self._process.kill()
            self._process.wait()
            shutil.rmtree(self._folder, ignore_errors=True)
        return self._process.returncode

    def read_errors(self) -> str:
        """Return the last line that the process wrote to its standard error."""
        try:
            text = (Path(self._folder) / _ERRORS_FILE).read_text("utf-8", "replace")
        except OSError:
            return ""
        return text.strip().rpartition("\n")[2][-300:]

    def _send(self, messages: list[list[object]]) -> bool:
        try:
            self.connection.sendall(b"".join(map(pack_message, messages)))
        except OSError:
            return False
        return True


class Crew:
    """The workers of a pool: at most `count` of them, none once it is closed."""

    def __init__(self, count: int, limits: ExtractionLimits) -> None:
        self.limits = limits
        self.workers: list[WorkerProcess] = []
        self.is_closed = False
        self.count = count
        self._changing = threading.Lock()

    def add_worker(self, extra: int = 0) -> WorkerProcess | None:
        """Start another worker; None when there are enough, `extra` more than the count."""
        with self._changing:
            if self.is_closed or len(self.workers) >= self.count + extra:
                return None
            worker = WorkerProcess(self.limits)
            self.workers.append(worker)
            return worker

    def discard(self, workers: list[WorkerProcess]) -> None:
        """End workers and forget them."""
        with self._changing:
            for worker in workers:
                worker.kill()
                worker.close()
                if worker in self.workers:
                    self.workers.remove(worker)

    def close(self) -> None:
        """End all processes; their sockets say so to whoever waits for them, and are left to `discard`."""
        with self._changing:
            self.is_closed = True
            for worker in self.workers:
                worker.kill()


class WorkerPool:
    """Isolated workers that read files; started when first needed, replaced when they crash or hang.

    `count` 0 means one per core. Used by one thread at a time; `close` may be called from any.
    """

    def __init__(self, count: int = 0, limits: ExtractionLimits | None = None) -> None:
        self._crew = Crew(count or _count_cores(), limits or ExtractionLimits())
        self._extracting = threading.Lock()
        # Children must not outlive a pool that nobody closed, nor be ended by a fork of its process.
        self._finalizer = weakref.finalize(self, _end_crew, self._crew, os.getpid())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End all workers at once; a running `extract` ends without outcomes for what was not read. Idempotent."""
        self._crew.close()
        if self._extracting.acquire(blocking=False):
            try:
                self._finalizer()
            finally:
                self._extracting.release()

    def extract(
        self, jobs: Iterable[ExtractionJob | None], later: Iterable[ExtractionJob | None] = ()
    ) -> Iterator[ExtractedContent]:
        """Yield the outcome of every job, in the order they are done.

        Jobs are taken from the iterable as workers can use them, not before; it must not block: while others are
        being read it may give None for "none just now", and is asked again soon. Those of `later` are taken one at a
        time by workers that have nothing else to do, and while all are at such jobs one more worker reads what comes
        in among the others. Whatever a file does
        to its worker ends in that file's outcome: `extraction.worker_died` or `extraction.timed_out`, with the pages
        read until then.
        Raises WorkerDied when workers cannot be started at all, ExtractionError when the pool is closed or in use.
        """
        if self._crew.is_closed or not self._extracting.acquire(blocking=False):
            raise ExtractionError("this pool is closed or already extracting: make one pool per thread")
        try:
            yield from Extraction(self._crew, iter(jobs), iter(later)).run()
        finally:
            # What is still being read was asked for by a caller who has left.
            workers = self._crew.workers
            self._crew.discard([worker for worker in workers if worker.unanswered or self._crew.is_closed])
            self._extracting.release()


def _end_crew(crew: Crew, owner: int) -> None:
    if os.getpid() == owner:
        crew.close()
        crew.discard(list(crew.workers))


def _start_process(descriptors: list[int], folder: str) -> subprocess.Popen[bytes]:
    with (Path(folder) / _ERRORS_FILE).open("wb") as errors:
        return subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-P", "-m", _WORKER_MODULE, *map(str, descriptors), folder],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            pass_fds=descriptors,
            start_new_session=True,
            cwd="/",
            env=_make_environment(folder),
        )


def _count_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _make_environment(folder: str) -> dict[str, str]:
    """Return the environment of a worker: it finds what its parent finds, and its temporary files go away with it."""
    environment = dict(os.environ)
    environment.update(TMPDIR=folder, OMP_THREAD_LIMIT="1")
    # Relative entries would be looked up in another folder there.
    paths = [entry for entry in sys.path if entry and Path(entry).is_absolute()]
    package = str(Path(__file__).parents[2])
    environment["PYTHONPATH"] = os.pathsep.join(paths if package in paths else [*paths, package])
    return environment
