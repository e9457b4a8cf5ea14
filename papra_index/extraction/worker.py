"""The isolated reader: takes jobs from the socket it inherits, sends pages as they are done, then the outcome.

Everything heavy is imported at its first use, so an idle worker stays small. Outcomes of small texts wait for one
another and go out together; before foreign code runs, everything is sent, so that a crash is charged to the right file.
"""

from __future__ import annotations

import os
import resource
import select
import signal
import socket
import sys
import threading
import time
from collections import deque
from contextlib import suppress
from pathlib import Path

from papra_index.conventions.references import check_unchanged, describe_change
from papra_index.documents import ExtractionStatus, Page
from papra_index.errors import OriginalNotFound
from papra_index.extraction.content import ExtractedContent, ExtractionJob, ExtractionLimits
from papra_index.extraction.detection import UNKNOWN
from papra_index.extraction.messages import (
    MessageBuffer,
    decode_job,
    decode_limits,
    encode_content,
    encode_page,
    pack_message,
)
from papra_index.extraction.reading import Observer, extract_content

_RECEIVE_BYTES = 1 << 16
_SEND_BYTES = 1 << 15

# So many pages may lie in the socket before the parent is woken for them, for so long.
_SILENT_PAGES = 32
_SILENT_SECONDS = 0.1

RETIRE_SHARE = 0.3
"""A worker that grew beyond this part of its memory leaves after its file; a fresh one costs less than it holds."""

_MAX_FILE_BYTES = 1 << 30
_MAX_OPEN_FILES = 256

_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000
_MEMORY_FILE = Path("/proc/self/statm")


class Worker(Observer):
    """Serves one connection until its other end closes."""

    def __init__(self, connection: socket.socket, bell: int) -> None:
        self._connection = connection
        self._bell = bell
        self._silent_pages = 0
        self._silent_bytes = 0
        self._rung = time.monotonic()
        self._limits = ExtractionLimits()
        self._job_id = 0
        self._quick = True
        self._outgoing = bytearray()

    def serve(self) -> None:
        """Read jobs one after the other until the connection closes."""
        waiting: deque[ExtractionJob] = deque()
        messages = MessageBuffer()
        self._send(["ready"])
        while received := self._receive():
            for message in messages.take(received):
                if message[0] == "job":
                    waiting.append(decode_job(message))
                else:
                    self._limits = decode_limits(message)
                    _limit_resources(self._limits)
            while waiting:
                self._read(waiting.popleft())
            if _get_memory() > RETIRE_SHARE * self._limits.memory_bytes:
                self._send(["retire"])
                return

    def begin_reading(self, _mime_type: str, quick: bool, /) -> None:
        """Send what waits before anything runs that could take this process with it."""
        self._quick = quick
        if not quick:
            self._flush()

    def begin_ocr(self, page_number: int) -> None:
        """Say that the deadline has to move on."""
        self._send(["ocr", self._job_id, page_number])

    def take_page(self, page: Page, /) -> bool:
        """Send a page at once, as the next one may be the last thing this process does.

        It is safe in the socket; the parent is woken for several together, as that costs more than a page of text.
        """
        if self._quick:
            return False
        self._outgoing += pack_message(["page", self._job_id, encode_page(page)])
        is_due = time.monotonic() - self._rung >= _SILENT_SECONDS
        self._flush(rings=is_due or self._silent_pages >= _SILENT_PAGES)
        self._silent_pages += 1
        return True

    def _read(self, job: ExtractionJob) -> None:
        self._job_id = job.job_id
        self._queue(encode_content(self._extract(job)))

    def _extract(self, job: ExtractionJob) -> ExtractedContent:
        """Read the file of a job; what of one that is referenced is not the referenced file is not text of it."""
        if job.reference is None:
            return extract_content(job, self._limits, self)
        try:
            before = check_unchanged(job.reference)
            content = extract_content(job, self._limits, self)
            if check_unchanged(job.reference) != before:
                raise describe_change(job.reference.path)
        except OriginalNotFound as error:
            kind = job.declared_type or UNKNOWN
            return ExtractedContent(job.job_id, (), kind, ExtractionStatus.FAILED, error.code, error.message)
        return content

    def _receive(self) -> bytes:
        # Outcomes are held back only while more jobs are there to be read.
        if self._outgoing and not select.select([self._connection], [], [], 0)[0]:
            self._flush()
        return self._connection.recv(_RECEIVE_BYTES)

    def _queue(self, message: list[object]) -> None:
        self._outgoing += pack_message(message)
        if len(self._outgoing) >= _SEND_BYTES:
            self._flush()

    def _send(self, message: list[object]) -> None:
        self._outgoing += pack_message(message)
        self._flush()

    def _flush(self, rings: bool = True) -> None:
        if not self._outgoing:
            return
        # What lies unseen must not fill the socket, or sending would never end.
        for start in range(0, len(self._outgoing), _SEND_BYTES):
            piece = self._outgoing[start : start + _SEND_BYTES]
            self._connection.sendall(piece)
            self._silent_bytes += len(piece)
            if rings or self._silent_bytes >= _SEND_BYTES:
                os.write(self._bell, b"!")
                self._silent_pages = self._silent_bytes = 0
                self._rung = time.monotonic()
        self._outgoing.clear()


def run_worker(descriptor: int, bell: int, folder: str) -> None:
    """Serve the socket of an inherited descriptor, ringing the bell of another when the parent should look at it;
    `folder` is this worker's own, for temporary files."""
    leave_network()
    with socket.socket(fileno=descriptor) as connection:
        threading.Thread(target=_watch_parent, args=(descriptor, folder), daemon=True).start()
        with suppress(BrokenPipeError, ConnectionResetError):
            Worker(connection, bell).serve()
    _remove_folder(folder)


def leave_network() -> bool:
    """Give this process and its children a network of their own that leads nowhere; return whether that was allowed.

    On Linux only (unshare(2)): root may, others where user namespaces are open to them. Must be called before threads.
    """
    if sys.platform != "linux":
        return False
    import ctypes

    unshare = ctypes.CDLL(None).unshare
    return any(unshare(flags) == 0 for flags in (_NEW_NETWORK, _NEW_USER | _NEW_NETWORK))


def _watch_parent(descriptor: int, folder: str) -> None:
    """End the whole session when the other end closes, even while foreign code never comes back."""
    watch = select.poll()
    watch.register(descriptor, getattr(select, "POLLRDHUP", 0))
    watch.poll()
    _remove_folder(folder)
    os.killpg(0, signal.SIGKILL)


def _remove_folder(folder: str) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)


def _limit_resources(limits: ExtractionLimits) -> None:
    _lower_limit(resource.RLIMIT_CORE, 0)
    _lower_limit(resource.RLIMIT_FSIZE, _MAX_FILE_BYTES)
    _lower_limit(resource.RLIMIT_NOFILE, _MAX_OPEN_FILES)
    # macOS takes the limit of address space and does not keep it.
    if sys.platform == "linux":
        _lower_limit(resource.RLIMIT_AS, limits.memory_bytes)


def _lower_limit(kind: int, value: int) -> None:
    _, hard = resource.getrlimit(kind)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (value, value))


def _get_memory() -> int:
    """Return the bytes of memory in use; where that cannot be known, the most that was ever in use."""
    try:
        with _MEMORY_FILE.open("rb") as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    except OSError:
        # Not on Linux, where the peak of a child begins with that of its parent.
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    run_worker(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
