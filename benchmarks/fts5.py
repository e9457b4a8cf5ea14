"""The peer: what one would build by hand with SQLite alone, a table of documents and an FTS5 index of their words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

Row = tuple[int, str, str, int]
"""Key, name, content, time of creation."""

_SCRIPT = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE documents (key INTEGER PRIMARY KEY, name TEXT NOT NULL, created_at INTEGER NOT NULL);
CREATE TABLE document_tags (tag TEXT, document_key INTEGER, PRIMARY KEY (tag, document_key)) WITHOUT ROWID;
CREATE VIRTUAL TABLE texts USING fts5(name, content, tokenize = "unicode61 remove_diacritics 2");
"""
_BY_RANK = "ORDER BY texts.rank"
_BY_TIME = "ORDER BY documents.created_at DESC, documents.key DESC"


class Fts5Archive:
    """Documents in one SQLite file; the index keeps the contents too, as FTS5 does by default."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None)
        self._connection.executescript(_SCRIPT)

    def add(self, rows: Iterable[Row]) -> None:
        """Insert documents in one transaction."""
        self._connection.execute("BEGIN")
        for key, name, content, created_at in rows:
            self._connection.execute("INSERT INTO documents VALUES (?, ?, ?)", (key, name, created_at))
            self._connection.execute("INSERT INTO texts (rowid, name, content) VALUES (?, ?, ?)", (key, name, content))
        self._connection.execute("COMMIT")

    def tag(self, tag: str, keys: Iterable[int]) -> None:
        """Put a tag on documents."""
        self._connection.execute("BEGIN")
        self._connection.executemany("INSERT INTO document_tags VALUES (?, ?)", [(tag, key) for key in keys])
        self._connection.execute("COMMIT")

    def search(
        self, match: str, tag: str | None = None, *, by_time: bool = False, snippets: bool = False, limit: int = 25
    ) -> tuple[list[tuple[object, ...]], int]:
        """Return rows (key, name, time, perhaps a snippet) and the exact count, which takes a statement of its own."""
        columns = "documents.key, documents.name, documents.created_at"
        if snippets:
            columns += ", snippet(texts, 1, '[', ']', '…', 24)"
        source = "FROM texts JOIN documents ON documents.key = texts.rowid WHERE texts MATCH ?"
        values: list[object] = [match]
        if tag is not None:
            source += " AND documents.key IN (SELECT document_key FROM document_tags WHERE tag = ?)"
            values.append(tag)
        order = _BY_TIME if by_time else _BY_RANK
        rows = self._connection.execute(f"SELECT {columns} {source} {order} LIMIT {limit}", values).fetchall()
        counted = source if tag is not None else "FROM texts WHERE texts MATCH ?"
        return rows, int(self._connection.execute(f"SELECT count(*) {counted}", values).fetchone()[0])

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def match_words(words: Iterable[str]) -> str:
    """Return the query for documents that have every word, each as the beginning of one, as in papra_index."""
    return " AND ".join(f'"{word}" *' for word in words)


def match_phrase(words: Iterable[str]) -> str:
    """Return the query for words next to each other, the last as the beginning of one."""
    return f'"{" ".join(words)}" *'
