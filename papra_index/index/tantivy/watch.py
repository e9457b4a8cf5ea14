"""Notices that files of an index directory are not as they were written, cheaply enough for every search.

Segment files never change once they are listed, so a size, a time of change or an inode that is another one is reason
to compute a checksum; what the disk alters without a trace is found by checksums of some files now and then.
"""

from __future__ import annotations

import os
import random
import threading
import time
from pathlib import Path

from papra_index.index.tantivy.checkpoint import CHECKPOINT_NAME, read_checkpoint
from papra_index.index.tantivy.segment_files import FileFault, check_json, check_segment_file, list_segment_files
from papra_index.index.tantivy.segments import read_commit

LIST_NAME = "meta.json"
_PAUSE_SECONDS = 0.05  # a look takes 2 µs a file

Stamp = tuple[int, int, int]
"""Size, time of change in nanoseconds, and inode."""


class FileWatch:
    """The files of the newest commit of an index directory, as they were when they were first seen; for all threads."""

    def __init__(self, directory: Path, pause_seconds: float = _PAUSE_SECONDS) -> None:
        self.directory = directory
        self._pause_seconds = pause_seconds
        self._lock = threading.Lock()
        self._lists: tuple[Stamp | None, Stamp | None] = None, None
        self._segments: dict[str, Stamp] = {}
        self._not_before = 0.0

    def check(self, max_bytes: int, *, anywhere: bool = False) -> FileFault | None:
        """Return a fault of the files: of the ends of all, and of the checksums of some, up to so many bytes.

        The smallest files come first, or with `anywhere` those from a random one on, one at least: each has its turn.
        """
        with self._lock:
            if (fault := self._read_lists()) is not None:
                return fault
            names = sorted(self._segments) if anywhere else sorted(self._segments, key=lambda it: self._segments[it][0])
            if anywhere and names:
                start = random.randrange(len(names))  # noqa: S311 - nothing secret
                names = names[start:] + names[:start]
            spent = 0
            for name in names:
                spent += self._segments[name][0]
                if spent > max_bytes and (name != names[0] or not anywhere):
                    return None
                if (fault := self._check_segment(name)) is not None:
                    return fault
        return None

    def look(self) -> FileFault | None:
        """Return a fault of a file that was changed since it was seen; None, too, where the last look was just now."""
        if time.monotonic() < self._not_before or not self._lock.acquire(blocking=False):
            return None
        try:
            self._not_before = time.monotonic() + self._pause_seconds
            if self._stamp_lists() != self._lists and (fault := self._read_lists()) is not None:
                return fault
            for name, stamp in self._segments.items():
                if _stamp(self.directory / name) == stamp:
                    continue
                if (fault := self._check_segment(name)) is not None:
                    return fault
                # Touched, copied, or merged away a moment ago: the next look goes by the new list.
                self._lists = None, None
            return None
        finally:
            self._lock.release()

    def _stamp_lists(self) -> tuple[Stamp | None, Stamp | None]:
        return _stamp(self.directory / LIST_NAME), _stamp(self.directory / CHECKPOINT_NAME)

    def _read_lists(self) -> FileFault | None:
        """See what the newest commit consists of, and look at the ends of files that are new."""
        stamps = self._stamp_lists()
        faults = (check_json(self.directory, name) for name in (LIST_NAME, ".managed.json"))
        fault = next((found for found in faults if found is not None), None)
        if fault is not None and fault.is_refused:
            return None
        if (fault := fault or self._check_checkpoint()) is not None:
            return fault
        seen: dict[str, Stamp] = {}
        for name in list_segment_files(self.directory):
            stamp = _stamp(self.directory / name)
            if stamp is None or stamp != self._segments.get(name):
                fault = self._check_segment(name, whole=name in self._segments)
                if fault is not None:
                    return fault
            if stamp is not None:
                seen[name] = stamp
        self._segments, self._lists = seen, stamps
        return None

    def _check_checkpoint(self) -> FileFault | None:
        checkpoint = read_checkpoint(self.directory)
        if checkpoint is None:
            exists = (self.directory / CHECKPOINT_NAME).exists()
            return FileFault(CHECKPOINT_NAME, "cannot be read" if exists else "is missing")
        opstamp, live = read_commit(self.directory)
        # After a crash between the two the list is that of a later commit.
        if opstamp is not None and opstamp == checkpoint.opstamp and live != checkpoint.documents_count:
            return FileFault(LIST_NAME, "does not list the documents that were committed")
        return None

    def _check_segment(self, name: str, *, whole: bool = True) -> FileFault | None:
        fault = check_segment_file(self.directory, name, whole=whole)
        if fault is None or fault.is_refused or name not in list_segment_files(self.directory):
            return None  # as it was, as far as one may look, or merged away since it was listed
        return fault


def _stamp(path: Path) -> Stamp | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - called for each file again and again, a Path costs twice as much
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns, found.st_ino
