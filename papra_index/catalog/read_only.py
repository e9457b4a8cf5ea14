"""A catalog that is only read: nothing in its folder is written or made, and no lock is taken that keeps others out.

How SQLite is to open it depends on whether somebody may be writing, which its log tells: `-wal` is made beside the file
when the first connection uses it, and removed when the last one closes (https://sqlite.org/walformat.html).

- Where there is none, nobody has the catalog open, and all of it is in the one file: `immutable=1`, without log, locks
  and shared memory. `mode=ro` would make these files, or fail where nobody may.
- Where there is one, somebody writes, or was killed: `mode=ro`, by the shared memory `-shm` that is there.
  `immutable=1` would not see what is in the log, and read what is being changed.

Which of the two holds is looked at before each read, for two calls of `stat`. What somebody changes in a catalog that
was opened as immutable, because nobody had it open, makes the read that met it fail.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection

from papra_index.catalog.connections import ReadConnections, create_engine
from papra_index.catalog.copying import copy_database
from papra_index.catalog.database import Catalog, begin, translate_errors
from papra_index.catalog.integrity import locate_database
from papra_index.catalog.migrations import compare_versions
from papra_index.catalog.visibility import hold_principals, restrict_connections
from papra_index.catalog.write_queue import Operation
from papra_index.errors import ArchiveError, ArchiveReadOnly

_ATTEMPTS = 20
_PAUSE_SECONDS = 0.01

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

Stamp = tuple[int, int, int]
"""Time of change, size and inode of a file."""


class ReadOnlyCatalog(Catalog):
    """A catalog that others may be writing to, and this process does not; shared between threads."""

    def __init__(self, file: Path, reason: str) -> None:
        """Open the catalog at `file`; `reason` says why it is only read.

        Raises ArchiveDamaged when the file is no database, ArchiveTooNew when a newer library wrote it, ArchiveReadOnly
        when an older one did, whose catalog would have to be changed, or a log cannot be read without being written to.
        """
        self._process = os.getpid()
        self._file, self._reason = file, reason
        self._closed = False
        self._listeners = []
        self._watching, self._opening = threading.Lock(), threading.Lock()
        self._version = 0
        self._opened = self._open()

    @property
    def is_read_only(self) -> bool:
        """True."""
        return True

    @contextmanager
    def read(self, principals: Sequence[str] | None = None) -> Iterator[Connection]:
        """As `Catalog.read`. Raises ArchiveError, at the end, when the catalog was changed by somebody who came
        meanwhile: what was read is none of its states.
        """
        opened = self._follow()
        try:
            with translate_errors(), opened.connect(principals) as connection:
                yield connection
        finally:
            opened.check_unchanged()

    def read_counter(self, name: str) -> int:
        """As `Catalog.read_counter`."""
        self._follow()
        with self._watching, translate_errors():
            [[value]] = self._opened.watcher.execute("SELECT value FROM counters WHERE name = ?", (name,)).fetchall()
        return int(value)

    def has_news(self) -> bool:
        """As `Catalog.has_news`."""
        before, opened = self._opened, self._follow()
        with self._watching, translate_errors():
            [[version]] = self._opened.watcher.execute("PRAGMA data_version").fetchall()
            seen, self._version = self._version, version
        return bool(version != seen) or opened is not before

    def check_writable(self) -> None:
        """Raise ArchiveReadOnly."""
        raise ArchiveReadOnly(self._reason)

    def submit(
        self,
        operation: Operation[_Item, _Result],  # noqa: ARG002
        items: Sequence[_Item],  # noqa: ARG002
        *,
        patient: bool = False,  # noqa: ARG002
    ) -> Future[Sequence[_Result]]:
        """Raise ArchiveReadOnly."""
        self.check_usable()
        raise ArchiveReadOnly(self._reason)

    def copy(self, target: Path) -> None:
        """As `Catalog.copy`."""
        opened = self._follow()
        copy_database(opened.address, target)
        opened.check_unchanged()

    def optimize(self) -> int:
        """Raise ArchiveReadOnly."""
        raise ArchiveReadOnly(self._reason)

    def close(self) -> None:
        """Close the connections."""
        self._closed = True
        with self._watching:
            self._opened.close()

    def _follow(self) -> _Opened:
        """Return what is open, opened anew where the catalog is to be opened otherwise than when that was done."""
        self.check_usable()
        if look_for_log(self._file) == self._opened.stamp:
            return self._opened
        with self._opening:
            if look_for_log(self._file) != self._opened.stamp:
                opened = self._open()
                with self._watching:
                    before, self._opened = self._opened, opened
                    before.close()
            return self._opened

    def _open(self) -> _Opened:
        while True:
            stamp = look_for_log(self._file)
            try:
                with translate_errors():
                    return _Opened(self._file, stamp)
            except ArchiveError:
                if look_for_log(self._file) == stamp:
                    raise  # and not because the last writer has just closed, or the first has just opened it


class _Opened:
    """The catalog as it was found: `stamp` is that of its file where nobody had it open, None where somebody has."""

    def __init__(self, file: Path, stamp: Stamp | None) -> None:
        self.stamp = stamp
        self.address = locate_database(file, "mode=ro" if stamp is None else "immutable=1")
        self._file = file
        # Counters are read for every search, past SQLAlchemy.
        self.watcher = sqlite3.connect(
            self.address, isolation_level=None, check_same_thread=False, timeout=60.0, uri=True
        )
        try:
            _check_version(self.watcher)
        except BaseException:
            self.watcher.close()
            raise
        engines = [create_engine(file, durable=True, address=self.address) for _ in range(2)]
        self._reading, self._restricted = ReadConnections(engines[0]), engines[1]
        restrict_connections(self._restricted)

    @contextmanager
    def connect(self, principals: Sequence[str] | None) -> Iterator[Connection]:
        """Give a connection whose statements see one snapshot, of the documents that `principals` may see."""
        if principals is None:
            with self._reading.borrow() as connection:
                yield connection
            return
        with self._restricted.connect() as connection:
            hold_principals(connection, principals)
            begin(connection, "BEGIN")
            yield connection

    def check_unchanged(self) -> None:
        """Raise ArchiveError when a file that nobody was to write to has changed."""
        if self.stamp is not None and _stamp(self._file) != self.stamp:
            raise ArchiveError(
                "the catalog was changed while it was read by somebody who had just opened it: try again"
            )

    def close(self) -> None:
        """Close the connections; those in use are closed when they are given back."""
        self._reading.close()
        self._restricted.dispose()
        self.watcher.close()


def locate_readable(file: Path) -> str:
    """Return the URI by which a catalog is only read, as it is now. Raises ArchiveError."""
    return locate_database(file, "mode=ro" if look_for_log(file) is None else "immutable=1")


def look_for_log(file: Path) -> Stamp | None:
    """Return None where a log tells that somebody has the catalog open, or was killed, and else the file's stamp.

    Raises ArchiveReadOnly for a log that only who may write can read, ArchiveError where there is no catalog.
    """
    for _ in range(_ATTEMPTS):
        stamp = _stamp(file)
        if _find_size(f"{file}-wal") is None:
            return stamp
        if _find_size(f"{file}-shm") is not None:
            return None
        if not _find_size(f"{file}-wal"):
            return stamp
        time.sleep(_PAUSE_SECONDS)  # the last writer removes the one before the other
    raise ArchiveReadOnly(
        f"{file.name}-wal holds changes that cannot be read without {file.name}-shm, which is missing: open the "
        "archive once where it may be written, or a copy of it"
    )


def _stamp(file: Path) -> Stamp:
    try:
        found = os.stat(file)  # noqa: PTH116 - twice for each read, a Path costs twice as much
    except OSError as error:
        raise ArchiveError(f"the catalog {file} is gone ({error.strerror}): open the archive again") from error
    return found.st_mtime_ns, found.st_size, found.st_ino


def _find_size(path: str) -> int | None:
    try:
        return os.stat(path).st_size  # noqa: PTH116 - as above
    except FileNotFoundError:
        return None


def _check_version(connection: sqlite3.Connection) -> None:
    """Raise ArchiveTooNew or ArchiveReadOnly for a catalog of another version, sqlite3.Error for what is none."""
    version, newest = compare_versions(connection)
    if version < newest:
        raise ArchiveReadOnly(
            "the archive is of an earlier papra-index, and its catalog is to be brought up to date before it is read: "
            "open it once where it may be written, or a copy of it"
        )
