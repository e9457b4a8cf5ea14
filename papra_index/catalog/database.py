"""The catalog's database: pooled read connections, and one writer thread that groups what waits into one transaction.

Grouping is what makes durable writes fast: a commit costs a disk sync however many writes it holds. Processes take
turns by a blocking OS lock, since SQLite's own busy time-out sleeps up to a second (design 3.2).
"""

from __future__ import annotations

import logging
import os
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from papra_index.catalog.connections import ReadConnections, create_engine
from papra_index.catalog.copying import copy_database
from papra_index.catalog.migrations import migrate_catalog
from papra_index.catalog.names import reorder_names
from papra_index.catalog.statements import find_driver
from papra_index.catalog.visibility import hold_principals, restrict_connections
from papra_index.catalog.write_ahead_log import WriteAheadLog
from papra_index.catalog.write_queue import Operation, Submission, WriteQueue, merge_submissions
from papra_index.conventions.durability import FileLock, open_lock
from papra_index.errors import ArchiveClosed, ArchiveDamaged, ArchiveError, DiskFull, PapraIndexError

CATALOG_NAME = "catalog.sqlite"
"""The catalog's file in the folder of an archive."""

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

logger = logging.getLogger(__name__)

CatalogConnection = Connection
"""What `Catalog.read` gives, for signatures outside this folder."""


class Catalog:
    """An open catalog; shared between threads, refused after a fork."""

    def __init__(self, file: Path, lock_file: Path, *, durable: bool = True) -> None:
        """Open or create the catalog at `file`.

        Raises ArchiveDamaged when the file is no database, ArchiveTooNew when a newer library wrote it. With
        `durable` False nothing is synced to disk: for archives that end with their process.
        """
        self._process = os.getpid()
        self._file, self._lock_file = file, lock_file
        self._lock = FileLock(lock_file)
        # Counters are read for every search, past SQLAlchemy.
        self._watcher = self._open_migrated(file, durable=durable)
        self._watching = threading.Lock()
        self._reading = ReadConnections(create_engine(file, durable=durable))
        self._restricted = create_engine(file, durable=durable)
        restrict_connections(self._restricted)
        self._writing = create_engine(file, durable=durable, writes=True)
        with translate_errors():
            self._writer = self._writing.connect()
        self._version = 0
        self._log = WriteAheadLog(file)
        self._queue = WriteQueue()
        self._closed = False
        self._listeners: list[Callable[[], None]] = []
        self._thread = threading.Thread(target=self._write_groups, name="papra-index-catalog", daemon=True)
        self._thread.start()

    @contextmanager
    def read(self, principals: Sequence[str] | None = None) -> Iterator[Connection]:
        """Give a connection whose statements see one snapshot; keep it for one page or chunk, no longer.

        With `principals` there are no documents on it but those that whoever holds them may see.
        """
        self.check_usable()
        if principals is None:
            with translate_errors(), self._reading.borrow() as connection:
                yield connection
            return
        with translate_errors(), self._restricted.connect() as connection:
            hold_principals(connection, principals)
            begin(connection, "BEGIN")
            yield connection

    def read_counter(self, name: str) -> int:
        """Return a counter as of the newest commit of any process, for a tenth of what a connection of `read` costs."""
        self.check_usable()
        with self._watching, translate_errors():
            [[value]] = self._watcher.execute("SELECT value FROM counters WHERE name = ?", (name,)).fetchall()
        return int(value)

    def has_news(self) -> bool:
        """Say whether any process has committed since this was asked last, at the cost of `read_counter`."""
        self.check_usable()
        with self._watching, translate_errors():
            [[version]] = self._watcher.execute("PRAGMA data_version").fetchall()
            seen, self._version = self._version, version
        return bool(version != seen)

    def write(self, operation: Operation[_Item, _Result], items: Sequence[_Item]) -> Sequence[_Result]:
        """Run `operation` on `items` in a transaction shared with what waits; return when it is durable.

        Items of several callers may reach one call of the operation together. Whatever it raises is raised here, and
        then nothing of this call is written.
        """
        return self.submit(operation, items).result()

    def submit(
        self, operation: Operation[_Item, _Result], items: Sequence[_Item], *, patient: bool = False
    ) -> Future[Sequence[_Result]]:
        """Have `write` done without waiting: the future ends when the write is durable. Cancelled before it is begun,
        it is not written.

        What is `patient` has a commit for itself at most ten times a second, and otherwise goes along with others,
        behind them: for work in the background, whose commits would hold up those that somebody waits for.
        """
        self.check_usable()
        submission = Submission(operation, items, patient)
        self._queue.put(submission)
        return submission.future

    @property
    def is_read_only(self) -> bool:
        """Whether it is only read: then every write raises ArchiveReadOnly."""
        return False

    def check_writable(self) -> None:
        """Raise ArchiveReadOnly where the catalog is only read, before work that ends in a write."""

    def copy(self, target: Path) -> None:
        """Copy the catalog as of one moment into a new file, while others write. Raises ArchiveDamaged."""
        self.check_usable()
        copy_database(self._file, target)

    def optimize(self) -> int:
        """Have SQLite look at its statistics where that is due, write its log back, and cut it; return the bytes cut.

        Others may read and write meanwhile; while somebody reads an older state, less of the log is cut.
        """
        self.check_usable()
        log = self._file.with_name(f"{self._file.name}-wal")
        lock = open_lock(self._lock_file)
        try:
            with translate_errors(), closing(sqlite3.connect(self._file, isolation_level=None)) as connection, lock:
                connection.execute("PRAGMA analysis_limit = 400")
                connection.execute("PRAGMA optimize")
                connection.execute("PRAGMA busy_timeout = 200")
                before = log.stat().st_size if log.exists() else 0
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
                return max(0, before - (log.stat().st_size if log.exists() else 0))
        finally:
            lock.close()

    def add_listener(self, listener: Callable[[], None]) -> None:
        """Have `listener` called after each commit, in the writer thread: it must return at once."""
        self._listeners.append(listener)

    def close(self) -> None:
        """Finish the waiting writes and close the connections."""
        self._closed = True
        self._queue.close()
        if sys.is_finalizing():
            return  # the interpreter has stopped the writer thread, and waiting for it would never end
        self._thread.join()
        self._reading.close()
        self._restricted.dispose()
        with self._watching:
            self._watcher.close()
        self._lock.close()

    def check_usable(self) -> None:
        """Raise ArchiveClosed where it was closed, opened before this process forked, or where Python is ending."""
        if self._process != os.getpid():
            raise ArchiveClosed("the archive was opened before this process forked: open it again in the child")
        if self._closed:
            raise ArchiveClosed("the archive is closed: open it again")
        if sys.is_finalizing():
            raise ArchiveClosed("Python is ending: use the archive before that, and close it")

    def _open_migrated(self, file: Path, *, durable: bool) -> sqlite3.Connection:
        """Return a connection to a catalog of the newest schema; it stays, as the last that closes writes the log."""
        try:
            with self._lock:
                connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False, timeout=60.0)
                try:
                    connection.execute("PRAGMA journal_mode = WAL")
                    connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
                    migrate_catalog(connection)
                    reorder_names(connection)
                except BaseException:
                    connection.close()
                    raise
        except sqlite3.DatabaseError as error:
            self._lock.close()
            raise _describe_failure(error) from error
        except PapraIndexError:
            self._lock.close()
            raise
        return connection

    def _write_groups(self) -> None:
        """Write until the catalog is closed. What goes wrong with a write is told to who waits for it; should this
        thread be ended all the same, by an exception raised in it from outside, nobody waits on.
        """
        try:
            while group := self._queue.take_group():
                self._write_group(self._writer, group)
                self._keep_log_short()
                self._tell_listeners()
        except BaseException:
            logger.exception("the thread that writes the catalog was ended: close the archive and open it again")
        finally:
            self._queue.end()
            self._writer.close()
            self._writing.dispose()

    def _tell_listeners(self) -> None:
        for listener in self._listeners:
            try:
                listener()
            except Exception:
                logger.exception("a listener of the catalog failed")

    def _keep_log_short(self) -> None:
        try:
            if self._log.is_long():
                with self._lock, translate_errors():
                    self._log.empty(find_driver(self._writer))
        except (ArchiveError, OSError) as error:
            # What is in the log is durable; the next write that meets the same failure tells of it.
            logger.warning("the catalog's log could not be written back: %s", error)

    def _write_group(self, connection: Connection, group: list[Submission]) -> None:
        try:
            results = self._run_transaction(connection, group)
        except BaseException as error:
            if len(group) == 1:
                group[0].future.set_exception(error)
                return
            # One of them failed: each gets its own transaction, so that it fails alone.
            for submission in group:
                self._write_group(connection, [submission])
            return
        for submission, result in zip(group, results, strict=True):
            submission.future.set_result(result)

    def _run_transaction(self, connection: Connection, group: list[Submission]) -> list[Sequence[Any]]:
        with self._lock, translate_errors(), connection.begin():
            begin(connection, "BEGIN IMMEDIATE")
            results: list[Sequence[Any]] = []
            for operation, members in merge_submissions(group):
                items = [item for member in members for item in member.items]
                outcome = operation(connection, items)
                position = 0
                for member in members:
                    results.append(outcome[position : position + len(member.items)])
                    position += len(member.items)
            return results


@contextmanager
def translate_errors() -> Iterator[None]:
    """Raise what SQLite refuses as ArchiveError, ArchiveDamaged or DiskFull."""
    try:
        yield
    except DBAPIError as error:
        if isinstance(error.orig, sqlite3.Error):
            raise _describe_failure(error.orig) from error
        raise
    except sqlite3.Error as error:
        raise _describe_failure(error) from error
    except PoolTimeoutError as error:
        raise ArchiveError("too many reads of the catalog at once: use fewer threads, then try again") from error


def _describe_failure(error: sqlite3.Error) -> ArchiveError:
    """Return what a failure of the database means to whoever uses the archive."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return ArchiveDamaged(f"the catalog is damaged ({error}): restore it from a backup, or set it aside")
    if code == sqlite3.SQLITE_FULL:
        return DiskFull(f"the disk of the archive is full ({error}): free space, then try again")
    return ArchiveError(f"the catalog could not be read or written ({error}): check its disk and permissions")


def begin(connection: Connection, statement: str) -> None:
    """Begin a transaction past SQLAlchemy, whose listeners and statements cost as much as reading some hits."""
    find_driver(connection).execute(statement)
