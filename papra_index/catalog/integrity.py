"""Whether the catalog is in order: SQLite's own checks of the file, references between tables, and kept counts against
recounts.

SQLite keeps no checksums: a bit that flips inside a text is found only where something else says what the text should
be.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, text

from papra_index.catalog.changes import mark_changed
from papra_index.catalog.tables import metadata
from papra_index.conventions.durability import open_lock
from papra_index.conventions.folding import order_text
from papra_index.conventions.values import dataclass
from papra_index.errors import ArchiveError

_MAX_MESSAGES = 100
_NOT_OPENED = {sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_BUSY}
_REINDEXABLE = ("missing from index", "wrong # of entries in index", "non-unique entry in index")

_KEYED = tuple(name for name, table in metadata.tables.items() if "key" in table.columns and name != "activity")
"""Tables whose keys the counter `key` gave out; those of the activity are SQLite's."""

_STATISTICS = """
SELECT o.id, o.documents_count, o.documents_size, o.deleted_documents_count, o.deleted_documents_size,
  count(d.key) - coalesce(sum(d.is_trashed), 0),
  coalesce(sum(CASE WHEN d.is_trashed = 0 THEN d.original_size END), 0),
  coalesce(sum(d.is_trashed), 0),
  coalesce(sum(CASE WHEN d.is_trashed = 1 THEN d.original_size END), 0)
FROM organizations o LEFT JOIN documents d ON d.organization_key = o.key GROUP BY o.key
"""
_STATISTICS_COLUMNS = ("documents_count", "documents_size", "deleted_documents_count", "deleted_documents_size")
_TAGS = """
SELECT t.id, t.documents_count, count(d.key)
FROM tags t LEFT JOIN document_tags x ON x.tag_key = t.key
LEFT JOIN documents d ON d.key = x.document_key AND d.is_trashed = 0
GROUP BY t.key HAVING t.documents_count <> count(d.key)
"""
_DOCUMENTS = """
SELECT d.key, d.id, d.name, d.name_order, d.extraction_status, d.page_count, d.pages_awaiting_ocr, d.content_length,
  (SELECT count(*) FROM pages p WHERE p.document_key = d.key) AS pages,
  (SELECT coalesce(sum(awaits_ocr), 0) FROM pages p WHERE p.document_key = d.key) AS awaiting
FROM documents d WHERE d.key > :after ORDER BY d.key LIMIT :limit
"""
_TEXTS = "SELECT text FROM pages WHERE document_key = :key"


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """A kept value that is not what it is derived from says; `id` is that of the row, or a counter's name."""

    table: str
    id: str
    column: str
    kept: int | str
    counted: int | str


def check_database(file: Path, *, deep: bool, address: str | None = None) -> list[str]:
    """Return what SQLite finds wrong with a database file, a hundred messages at most; with `deep`, indexes too.

    That is `integrity_check`, else `quick_check`, which costs a fraction of it. `address` is the URI to open it by,
    where nothing is to be written. Raises ArchiveError where the file may not be opened as SQLite does, beside its log.
    """
    if not file.is_file():
        return ["the file is missing"]
    if not file.stat().st_size:
        return ["the file is empty"]
    try:
        opened = address or locate_database(file, "mode=rw")
        connection = sqlite3.connect(opened, isolation_level=None, timeout=60.0, uri=True)
        try:
            connection.execute("PRAGMA query_only = ON")
            check = "integrity_check" if deep else "quick_check"
            found = [str(row[0]) for row in connection.execute(f"PRAGMA {check}({_MAX_MESSAGES})")]
        finally:
            connection.close()
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _NOT_OPENED:
            raise ArchiveError(
                f"the catalog {file} cannot be looked through ({error}), which says nothing of damage: try again as "
                "somebody who may write to the archive's folder, or in a copy of it"
            ) from error
        return [str(error)]
    return [] if found == ["ok"] else found


def locate_database(file: Path, how: str) -> str:
    """Return the URI of a database file for SQLite, opened as https://sqlite.org/uri.html says."""
    return f"file:{quote(os.fsencode(file.absolute()))}?{how}"


def is_reindexable(messages: Sequence[str]) -> bool:
    """Return whether everything that `check_database` found is in the database's indexes, which tables can restore."""
    return bool(messages) and all(any(sign in message for sign in _REINDEXABLE) for message in messages)


def reindex_database(file: Path, lock_file: Path) -> str | None:
    """Build the indexes of a database file anew; return what kept that from being done."""
    lock = open_lock(lock_file)
    try:
        with lock:
            connection = sqlite3.connect(file, isolation_level=None, timeout=60.0)
            try:
                connection.execute("REINDEX")
            finally:
                connection.close()
    except sqlite3.Error as error:
        return str(error)
    finally:
        lock.close()
    return None


def list_broken_references(connection: Connection) -> list[tuple[str, str, int]]:
    """Return (table, table referred to, rows) of rows that refer to what is not there."""
    broken: dict[tuple[str, str], int] = {}
    for table, _, parent, _ in connection.execute(text("PRAGMA foreign_key_check")):
        broken[table, parent] = broken.get((table, parent), 0) + 1
    return [(table, parent, count) for (table, parent), count in broken.items()]


def list_counter_discrepancies(connection: Connection) -> list[Discrepancy]:
    """Return statistics of organizations, counts of tags, and counters of keys and sequences that are not right."""
    found: list[Discrepancy] = []
    for row in connection.execute(text(_STATISTICS)):
        pairs = zip(_STATISTICS_COLUMNS, row[1:5], row[5:], strict=True)
        found += [Discrepancy("organizations", row[0], name, kept, real) for name, kept, real in pairs if kept != real]
    found += [Discrepancy("tags", row[0], "documents_count", row[1], row[2]) for row in connection.execute(text(_TAGS))]
    highest = {
        "key": " UNION ALL ".join(f"SELECT max(key) AS value FROM {table}" for table in _KEYED),  # noqa: S608
        "sequence": "SELECT max(sequence) AS value FROM changes UNION ALL SELECT max(sequence) FROM generations",
    }
    for name, statement in highest.items():
        kept = connection.execute(text("SELECT value FROM counters WHERE name = :name"), {"name": name}).scalar()
        used = connection.execute(text(f"SELECT coalesce(max(value), 0) FROM ({statement})")).scalar_one()  # noqa: S608
        if kept is None or kept < used:
            found.append(Discrepancy("counters", name, "value", -1 if kept is None else kept, used))
    return found


def list_document_discrepancies(
    connection: Connection, after: int, limit: int, *, deep: bool
) -> tuple[int | None, list[Discrepancy]]:
    """Look at `limit` documents with keys above `after`; return the last key (None behind the last) and what is wrong.

    Compared are the number of pages, of those that await OCR, the order of names and, with `deep`, the length of all
    text.
    """
    rows = connection.execute(text(_DOCUMENTS), {"after": after, "limit": limit}).all()
    found: list[Discrepancy] = []
    for row in rows:
        pairs: list[tuple[str, int | str, int | str]] = [
            ("page_count", row.page_count, row.pages),
            ("name_order", row.name_order, order_text(row.name)),
        ]
        # A document that is to be read anew has its old pages still, and awaits none of them.
        if row.pages_awaiting_ocr or row.extraction_status != "pending":
            pairs.append(("pages_awaiting_ocr", row.pages_awaiting_ocr, row.awaiting))
        if deep:
            pairs.append(("content_length", row.content_length, _measure_content(connection, row.key)))
        found += [Discrepancy("documents", row.id, name, kept, real) for name, kept, real in pairs if kept != real]
    return (rows[-1].key if rows else None), found


def correct_discrepancies(connection: Connection, items: Sequence[Discrepancy]) -> list[None]:
    """Write what is derived anew, from what the tables hold now; documents among it go to the index again."""
    for item in items:
        if item.table == "documents":
            _correct_document(connection, item.id)
    tables = {item.table for item in items}
    if tables - {"documents"}:
        for item in list_counter_discrepancies(connection):
            if item.table in tables:
                where = "name" if item.table == "counters" else "id"
                statement = f"UPDATE {item.table} SET {item.column} = :value WHERE {where} = :id"  # noqa: S608
                connection.execute(text(statement), {"value": item.counted, "id": item.id})
    return [None] * len(items)


def _correct_document(connection: Connection, document_id: str) -> None:
    row = connection.execute(
        text("SELECT key, name, extraction_status, pages_awaiting_ocr FROM documents WHERE id = :id"),
        {"id": document_id},
    ).first()
    if row is None:
        return
    keeps_waiting = row.extraction_status == "pending" and not row.pages_awaiting_ocr
    connection.execute(
        text(
            "UPDATE documents SET name_order = :name_order, content_length = :length,"
            " page_count = (SELECT count(*) FROM pages WHERE document_key = :key),"
            " pages_awaiting_ocr = CASE WHEN :waits THEN 0 ELSE"
            " (SELECT coalesce(sum(awaits_ocr), 0) FROM pages WHERE document_key = :key) END WHERE key = :key"
        ),
        {
            "key": row.key,
            "name_order": order_text(row.name),
            "length": _measure_content(connection, row.key),
            "waits": keeps_waiting,
        },
    )
    mark_changed(connection, [row.key])


def _measure_content(connection: Connection, key: int) -> int:
    return sum(len(page) + 1 for page in connection.execute(text(_TEXTS), {"key": key}).scalars())
