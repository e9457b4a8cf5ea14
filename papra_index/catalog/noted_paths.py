"""What a sync notes for its end, on disk rather than in memory, as it may be every file of a folder.

It is SQLite's temporary database, a file without a name in the system's temporary folder that is gone with the process;
what is little stays in its cache and makes no file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from papra_index.catalog.folders import KnownFile

_TABLES = """
    CREATE TABLE gone (number INTEGER PRIMARY KEY, path BLOB NOT NULL);
    CREATE TABLE stale (path BLOB NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, inode INTEGER NOT NULL);
    CREATE TABLE linked (number INTEGER PRIMARY KEY, document_id TEXT NOT NULL, path BLOB NOT NULL);
    CREATE INDEX linked_by_document ON linked (document_id);
"""
_PORTION = 500


class NotedPaths:
    """Paths that are gone, files to be read again, and paths that are one more of a document; for one thread."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect("", isolation_level=None)
        self._connection.executescript(f"PRAGMA journal_mode = OFF; {_TABLES} BEGIN")
        self.gone_count = 0

    def note_gone(self, path: bytes) -> None:
        """Note a path that is gone."""
        self._connection.execute("INSERT INTO gone (path) VALUES (?)", (path,))
        self.gone_count += 1

    def keep_below(self, folder: bytes) -> int:
        """Forget the paths below a folder that were noted as gone; return how many these were."""
        # All below it, as "0" comes next to "/".
        below = self._connection.execute(
            "DELETE FROM gone WHERE path > ? AND path < ?", (folder + b"/", folder + b"0")
        ).rowcount  # fmt: skip
        self.gone_count -= below
        return below

    def iterate_gone(self) -> Iterator[tuple[bytes, ...]]:
        """Yield the paths that are gone in portions, in the order in which they were noted."""
        cursor = self._connection.execute("SELECT path FROM gone ORDER BY number")
        while rows := cursor.fetchmany(_PORTION):
            yield tuple(path for (path,) in rows)

    def note_stale(self, file: KnownFile) -> None:
        """Note a file that is to be read again."""
        self._connection.execute("INSERT INTO stale VALUES (?, ?, ?, ?)", file)

    def iterate_stale(self) -> Iterator[KnownFile]:
        """Yield the files that are to be read again."""
        yield from self._connection.execute("SELECT path, size, mtime_ns, inode FROM stale ORDER BY rowid")

    def note_linked(self, document_id: str, path: bytes) -> None:
        """Note a path that is one more of a document."""
        self._connection.execute("INSERT INTO linked (document_id, path) VALUES (?, ?)", (document_id, path))

    def take_linked(self, document_id: str) -> bytes | None:
        """Return the first path that was noted for a document, and forget it."""
        first = "SELECT min(number) FROM linked WHERE document_id = ?"
        rows = self._connection.execute(
            f"DELETE FROM linked WHERE number = ({first}) RETURNING path", (document_id,)  # noqa: S608
        ).fetchall()  # fmt: skip
        return rows[0][0] if rows else None

    def iterate_linked(self) -> Iterator[tuple[str, bytes]]:
        """Yield those that are left, as (document id, path), in the order in which they were noted."""
        yield from self._connection.execute("SELECT document_id, path FROM linked ORDER BY number")

    def close(self) -> None:
        """Forget everything."""
        self._connection.close()
