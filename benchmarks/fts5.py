"""SQLite alone as the peer: what one would build by hand, and what Papra does with it."""

from __future__ import annotations

import sqlite3
from abc import abstractmethod
from collections.abc import Iterable
from pathlib import Path

from benchmarks.peers import PAGE_SIZE, Peer, PeerAnswer, check_held
from benchmarks.population import Entry
from benchmarks.questions import Question

Row = tuple[int, str, str, int]
"""Key, name, content, time of creation."""

_SCRIPT = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE documents (key INTEGER PRIMARY KEY, name TEXT NOT NULL, created_at INTEGER NOT NULL);
CREATE VIRTUAL TABLE texts USING fts5(name, content, tokenize = "unicode61 remove_diacritics 2");
"""

_SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;
CREATE TABLE documents (key INTEGER PRIMARY KEY, organization INTEGER NOT NULL, name TEXT NOT NULL,
    name_order TEXT NOT NULL, mime_type TEXT NOT NULL, size INTEGER NOT NULL, date INTEGER NOT NULL);
CREATE TABLE document_tags (tag TEXT, document_key INTEGER, PRIMARY KEY (tag, document_key)) WITHOUT ROWID;
CREATE INDEX document_tags_document ON document_tags (document_key);
"""
_ROW = """SELECT documents.key, documents.name, documents.mime_type, documents.size, documents.date,
    (SELECT group_concat(tag) FROM document_tags WHERE document_key = documents.key)"""


class SqlitePeer(Peer):
    """Documents and an FTS5 table in one SQLite file."""

    def __init__(self, file: Path, entries: Iterable[Entry], documents: int) -> None:
        self.documents = documents
        is_new = not file.exists()
        self._connection = sqlite3.connect(file, isolation_level=None)
        self._connection.execute("PRAGMA cache_size = -65536")
        if is_new:
            self._connection.executescript(_SCHEMA + self._table)
            self._fill(entries)
        held = self._connection.execute("SELECT count(*) FROM documents").fetchone()[0]
        check_held(held, documents, file)

    _table: str
    _insert: str

    def _fill(self, entries: Iterable[Entry]) -> None:
        run = self._connection
        run.execute("BEGIN")
        for entry in entries:
            key, scope = entry.number, f"o{entry.organization:03}"
            values = (
                key,
                entry.organization,
                entry.name,
                entry.name.lower(),
                "text/plain",
                len(entry.text),
                entry.date,
            )
            run.execute("INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?)", values)
            run.execute(self._insert, (key, scope, entry.name, entry.text))
            run.executemany("INSERT INTO document_tags VALUES (?, ?)", [(tag, key) for tag in entry.tags])
        run.execute("COMMIT")
        run.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def can_answer(self, question: Question) -> bool:
        """FTS5 knows words, phrases and beginnings; the rest is SQL."""
        return question.verb == "search" and question.pattern is None

    def answer(self, question: Question) -> PeerAnswer:
        """Return a page, and the exact count by a statement of its own."""
        source, values = self._find(question)
        if question.facets:
            for column in ("mime_type", "strftime('%Y%m', date, 'unixepoch')"):
                self._connection.execute(f"SELECT {column}, count(*) {source} GROUP BY 1", values).fetchall()
            tagged = source.replace("WHERE", "JOIN document_tags ON document_key = documents.key WHERE", 1)
            self._connection.execute(f"SELECT tag, count(*) {tagged} GROUP BY 1", values).fetchall()
        rest = f"{source} {self._order(question)} LIMIT {PAGE_SIZE} OFFSET {question.page_index * PAGE_SIZE}"
        rows = self._connection.execute(f"{_ROW} {rest}", values).fetchall()
        count = self._connection.execute(f"SELECT count(*) {source}", values).fetchone()[0]
        return PeerAnswer(tuple(row[0] for row in rows), int(count))

    def count_first(self, question: Question, documents: int) -> int:
        """Return how many of the first documents match: to check peers that hold no more."""
        source, values = self._find(question)
        statement = f"SELECT count(*) {source} AND documents.key < ?"
        return int(self._connection.execute(statement, [*values, documents]).fetchone()[0])

    def size(self) -> int:
        """Return the bytes of the FTS5 index alone, without the texts that it keeps."""
        statement = f"SELECT sum(length(block)) FROM {self._index}_data"
        return int(self._connection.execute(statement).fetchone()[0])

    _index: str

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @abstractmethod
    def _find(self, question: Question) -> tuple[str, list[object]]:
        """Return FROM and WHERE of a question, with its values."""

    @abstractmethod
    def _order(self, question: Question) -> str:
        """Return ORDER BY of a question."""

    def _filter(self, question: Question) -> tuple[str, list[object]]:
        conditions = ""
        values: list[object] = []
        if question.tag is not None:
            conditions += " AND documents.key IN (SELECT document_key FROM document_tags WHERE tag = ?)"
            values.append(question.tag)
        if question.dates is not None:
            conditions += " AND documents.date >= ? AND documents.date < ?"
            values += question.dates
        return conditions, values


class HandMade(SqlitePeer):
    """FTS5 as one would make it well: the organization as a word of the index, beginnings of 2 and 3 letters indexed,
    one MATCH for all, ordered by rank."""

    name = "fts5"
    _index = "texts"
    _table = """
        CREATE VIRTUAL TABLE texts USING fts5(scope, name, content, prefix = '2 3',
            tokenize = "unicode61 remove_diacritics 2");
        INSERT INTO texts(texts, rank) VALUES ('rank', 'bm25(0.0, 1.0, 1.0)');
    """
    _insert = "INSERT INTO texts (rowid, scope, name, content) VALUES (?, ?, ?, ?)"

    def _find(self, question: Question) -> tuple[str, list[object]]:
        conditions, values = self._filter(question)
        matches = " AND ".join(f"({match})" for match in _match_terms(question))
        source = f"FROM texts JOIN documents ON documents.key = texts.rowid WHERE texts MATCH ?{conditions}"
        return source, [f"scope : o{question.organization:03} AND ({{name content}} : ({matches}))", *values]

    def _order(self, question: Question) -> str:
        if question.order == "relevance":
            return "ORDER BY texts.rank"
        column = "documents.name_order" if question.order == "name" else "documents.key"
        return f"ORDER BY {column} DESC, documents.key DESC"


class Papras(SqlitePeer):
    """FTS5 as Papra uses it: each term a set of keys of its own, newest first, no ranking."""

    name = "fts5 as papra"
    _index = "papra"
    _table = """
        CREATE VIRTUAL TABLE papra USING fts5(organization_id, name, content, prefix = '2 3 4',
            tokenize = "unicode61 remove_diacritics 2");
    """
    _insert = "INSERT INTO papra (rowid, organization_id, name, content) VALUES (?, ?, ?, ?)"

    def _find(self, question: Question) -> tuple[str, list[object]]:
        conditions, values = self._filter(question)
        terms, matched = "", []
        for match in _match_terms(question):
            terms += " AND documents.key IN (SELECT rowid FROM papra WHERE papra MATCH ?)"
            matched.append(f'organization_id : "o{question.organization:03}" AND {{name content}} : {match}')
        source = f"FROM documents WHERE documents.organization = ?{terms}{conditions}"
        return source, [question.organization, *matched, *values]

    def _order(self, question: Question) -> str:
        column = "documents.name_order" if question.order == "name" else "documents.key"
        return f"ORDER BY {column} DESC, documents.key DESC"


def _match_terms(question: Question) -> list[str]:
    return [match_phrase(question.words)] if question.is_phrase else [match_phrase([word]) for word in question.words]


def match_phrase(words: Iterable[str]) -> str:
    """Return the query for words next to each other, the last as the beginning of one."""
    return f'"{" ".join(words)}" *'


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

    def count(self, word: str) -> int:
        """Return how many documents have a word."""
        found = self._connection.execute("SELECT count(*) FROM texts WHERE texts MATCH ?", (f'"{word}"',))
        return int(found.fetchone()[0])

    def search(self, match: str, *, by_time: bool, limit: int) -> list[int]:
        """Return the keys of documents that match, best or newest first."""
        order = "documents.created_at DESC, documents.key DESC" if by_time else "texts.rank"
        source = "FROM texts JOIN documents ON documents.key = texts.rowid WHERE texts MATCH ?"
        found = self._connection.execute(f"SELECT documents.key {source} ORDER BY {order} LIMIT {limit}", (match,))
        return [key for (key,) in found]

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
