"""Keeping the catalog's write-ahead log short.

SQLite begins it anew only when a write meets a moment in which no one reads, and among several readers there may never
be one (https://sqlite.org/wal.html, "Avoiding Excessively Large WAL Files"). So a long log is emptied on purpose, by
whoever holds the lock of writing, while new readers do without it and those under way are waited for.
"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

_LONG_BYTES = 32_000_000  # twice what SQLite writes back by itself
_AGAIN_BYTES = 16_000_000
_AGAIN_SECONDS = 1.0
_FIRST_MILLISECONDS = 100
_MOST_MILLISECONDS = 400


class WriteAheadLog:
    """The log of one catalog, as its writer looks after it."""

    def __init__(self, catalog_file: Path) -> None:
        self._file = catalog_file.with_name(catalog_file.name + "-wal")
        self._patience = _FIRST_MILLISECONDS
        self._again_size = _LONG_BYTES
        self._again_at = 0.0

    def is_long(self) -> bool:
        """Say whether it is time to empty the log, for the price of one `stat`."""
        size = self._measure()
        return size > self._again_size or (size > _LONG_BYTES and time.monotonic() >= self._again_at)

    def empty(self, connection: sqlite3.Connection) -> None:
        """Write the log back and empty it, only under the lock of writing.

        Reads under way are waited for a tenth of a second, and up to .4 s when that was not enough; with one that takes
        longer it is tried again a second or 16 MB later. Raises sqlite3.Error.
        """
        [[usual]] = connection.execute("PRAGMA busy_timeout").fetchall()
        connection.execute(f"PRAGMA busy_timeout = {self._patience}")
        try:
            [[busy, _, _]] = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            connection.execute(f"PRAGMA busy_timeout = {usual}")
        if busy:
            self._patience = min(2 * self._patience, _MOST_MILLISECONDS)
            self._again_size, self._again_at = self._measure() + _AGAIN_BYTES, time.monotonic() + _AGAIN_SECONDS
        else:
            self._patience, self._again_size, self._again_at = _FIRST_MILLISECONDS, _LONG_BYTES, 0.0

    def _measure(self) -> int:
        try:
            return self._file.stat().st_size
        except FileNotFoundError:
            return 0
