"""Two ways to change what is archived, step by step the same: the library's verbs, and SQL on an FTS5 table by hand.

Both hold the same documents, and search their names, contents and notes; what is changed gets a word of its own, so
that a search tells how many were. What is acknowledged is on the disk in both.
"""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from benchmarks.population import Population
from papra_index import Archive, PutRequest, UpdateRequest
from papra_index.index.generations import Generations
from papra_index.settings import ExtractionSettings, Settings

Operation = Literal["rename", "tag", "note", "replace", "trash", "purge"]
OPERATIONS: tuple[Operation, ...] = ("rename", "tag", "note", "replace", "trash", "purge")
"""In the order in which they are done to a document; `replace` gives it another text."""

WORDS: dict[Operation, str] = {"rename": "qurenamed", "tag": "qutagged", "note": "qunoted", "replace": "qureplaced"}
"""The word, or name of a tag, by which what an operation has changed is found."""

_SETTINGS = Settings(extraction=ExtractionSettings(background=False))
_PATIENCE_SECONDS = 600.0
_SCRIPT = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE documents (key INTEGER PRIMARY KEY, name TEXT NOT NULL, created_at INTEGER NOT NULL, deleted_at INTEGER);
CREATE TABLE document_tags (tag TEXT, document_key INTEGER, PRIMARY KEY (tag, document_key)) WITHOUT ROWID;
CREATE INDEX document_tags_document ON document_tags (document_key);
CREATE VIRTUAL TABLE texts USING fts5(name, content, notes, prefix = '2 3',
    tokenize = "unicode61 remove_diacritics 2");
"""

_STATEMENTS: dict[Operation, tuple[str, ...]] = {
    "rename": (
        "UPDATE documents SET name = :value WHERE key = :key",
        "UPDATE texts SET name = :value WHERE rowid = :key",
    ),
    "tag": (f"INSERT INTO document_tags VALUES ('{WORDS['tag']}', :key)",),
    "note": ("UPDATE texts SET notes = :value WHERE rowid = :key",),
    "replace": ("UPDATE texts SET content = :value WHERE rowid = :key",),
    "trash": ("UPDATE documents SET deleted_at = 1 WHERE key = :key",),
    "purge": (
        "DELETE FROM document_tags WHERE document_key = :key",
        "DELETE FROM texts WHERE rowid = :key",
        "DELETE FROM documents WHERE key = :key",
    ),
}


class Changer(ABC):
    """Documents of a population that can be changed, by their numbers."""

    name: str

    def __init__(self, population: Population) -> None:
        self._population = population

    def make_value(self, operation: Operation, number: int) -> str:
        """Return what a document gets."""
        word = WORDS.get(operation, "")
        if operation == "replace":
            return f"{self._population.make_entry(self._population.count + number).text} {word}"
        return f"{word} {number}.txt"

    @abstractmethod
    def change(self, operation: Operation, number: int, value: str) -> None:
        """Change one document; durable when it returns."""

    @abstractmethod
    def change_many(self, operation: Operation, values: dict[int, str]) -> None:
        """Change many at once; durable when it returns."""

    @abstractmethod
    def wait(self) -> None:
        """Wait until searches see all changes."""

    @abstractmethod
    def count(self, operation: Operation) -> int:
        """Return how many documents outside the trash are found to have been changed so."""

    @abstractmethod
    def count_trashed(self) -> int:
        """Return how many are in the trash."""

    @abstractmethod
    def measure_index(self) -> int:
        """Return the bytes of the index."""

    @abstractmethod
    def renew_index(self) -> None:
        """Build the index anew."""

    @abstractmethod
    def close(self) -> None:
        """Let go of everything."""


class Library(Changer):
    """The verbs of an organization: one document a call, or the one verb for many."""

    name = "papra-index"

    def __init__(self, folder: Path, population: Population) -> None:
        super().__init__(population)
        self._archive = Archive.open(folder / "archive", settings=_SETTINGS)
        self._home = self._archive.create_organization("Home")
        requests = (PutRequest(str(e.number), name=e.name, content=e.text) for e in population.iterate_entries())
        outcomes = self._home.bulk(requests)
        self._ids = [outcome.document_id or "" for outcome in outcomes]
        self._tag = self._home.create_tag(WORDS["tag"]).id
        self.wait()

    def change(self, operation: Operation, number: int, value: str) -> None:
        """By the verb for one."""
        document_id = self._ids[number]
        match operation:
            case "rename":
                self._home.update(document_id, name=value)
            case "note":
                self._home.update(document_id, notes=value)
            case "replace":
                self._home.update(document_id, content=value)
            case "tag":
                self._home.tag(document_id, self._tag)
            case "trash":
                self._home.trash(document_id)
            case "purge":
                self._home.purge(document_id)

    def change_many(self, operation: Operation, values: dict[int, str]) -> None:
        """By the verb for many; the whole trash is emptied."""
        ids = [self._ids[number] for number in values]
        match operation:
            case "rename":
                self._update(UpdateRequest(str(number), name=value) for number, value in values.items())
            case "note":
                self._update(UpdateRequest(str(number), notes=value) for number, value in values.items())
            case "replace":
                self._update(UpdateRequest(str(number), content=value) for number, value in values.items())
            case "tag":
                self._home.tag_many(ids, self._tag)
            case "trash":
                self._home.trash_many(ids)
            case "purge":
                self._home.empty_trash()

    def _update(self, requests: Iterable[UpdateRequest]) -> None:
        failures = [outcome.error for outcome in self._home.bulk(requests) if outcome.error is not None]
        if failures:
            raise RuntimeError(f"{len(failures)} documents were not changed: {failures[0]}")

    def wait(self) -> None:
        """Until the reader has the last change."""
        self._archive.wait_until_searchable(_PATIENCE_SECONDS, extraction=False)

    def count(self, operation: Operation) -> int:
        """By a search as typed; tags and notes have filters of their own."""
        field = {"tag": "tag:", "note": "notes:"}.get(operation, "")
        return self._home.search(field + WORDS[operation], relax=False).documents_count

    def count_trashed(self) -> int:
        """From the statistics."""
        return self._home.statistics().deleted_documents_count

    def measure_index(self) -> int:
        """The files of the generation that answers."""
        current = Generations(self._archive.folder / "index").find_current()
        return sum(file.stat().st_size for file in current.iterdir()) if current is not None else 0

    def renew_index(self) -> None:
        """`Archive.rebuild_index`."""
        self._archive.rebuild_index()

    def close(self) -> None:
        """Close the archive."""
        self._archive.close()


class Fts5(Changer):
    """UPDATE and DELETE by hand, a transaction a call; the trash is a column, and what is in it stays in the index."""

    name = "fts5"

    def __init__(self, folder: Path, population: Population) -> None:
        super().__init__(population)
        self._connection = sqlite3.connect(folder / "fts5.sqlite", isolation_level=None)
        run = self._connection
        run.executescript(_SCRIPT)
        run.execute("BEGIN")
        for entry in population.iterate_entries():
            values = (entry.number, entry.name, entry.date)
            run.execute("INSERT INTO documents (key, name, created_at) VALUES (?, ?, ?)", values)
            texts = (entry.number, entry.name, entry.text)
            run.execute("INSERT INTO texts (rowid, name, content, notes) VALUES (?, ?, ?, '')", texts)
        run.execute("COMMIT")

    def change(self, operation: Operation, number: int, value: str) -> None:
        """In a transaction of its own."""
        self.change_many(operation, {number: value})

    def change_many(self, operation: Operation, values: dict[int, str]) -> None:
        """In one transaction."""
        rows = [{"key": number, "value": value} for number, value in values.items()]
        self._connection.execute("BEGIN IMMEDIATE")
        for statement in _STATEMENTS[operation]:
            self._connection.executemany(statement, rows)
        self._connection.execute("COMMIT")

    def wait(self) -> None:
        """What is committed is found."""

    def count(self, operation: Operation) -> int:
        """By MATCH, or by the tag; documents in the trash are joined out."""
        if operation == "tag":
            source = "document_tags JOIN documents ON key = document_key WHERE tag = ?"
        else:
            source = "texts JOIN documents ON key = texts.rowid WHERE texts MATCH ?"
        found = self._connection.execute(f"SELECT count(*) FROM {source} AND deleted_at IS NULL", (WORDS[operation],))
        return int(found.fetchone()[0])

    def count_trashed(self) -> int:
        """By the column."""
        found = self._connection.execute("SELECT count(*) FROM documents WHERE deleted_at IS NOT NULL")
        return int(found.fetchone()[0])

    def measure_index(self) -> int:
        """The blocks of the index, without the texts."""
        return int(self._connection.execute("SELECT sum(length(block)) FROM texts_data").fetchone()[0])

    def renew_index(self) -> None:
        """FTS5's own rebuild."""
        self._connection.execute("INSERT INTO texts(texts) VALUES ('rebuild')")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


CHANGERS: tuple[type[Library] | type[Fts5], ...] = (Library, Fts5)
