"""Reading the data folder of Papra (26.6): its SQLite database and its folder of originals, ids kept.

The database is read in one transaction and never written. Columns and tables that are not known are passed by; those
that are missing are named.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from papra_index.catalog.rows import ExchangeRow
from papra_index.errors import ExportDamaged, ExportNotFound
from papra_index.walks.exchange.sources import IncomingDocument, IncomingOrganization
from papra_index.walks.exchange.texts import describe_text

_DATABASES = ("db/db.sqlite", "app-data/db/db.sqlite", "db.sqlite")
_STORES = ("documents", "app-data/documents", "local-documents")
_HEADER = b"SQLite format 3\0"
_PORTION = 200

_NEEDED = {
    "organizations": ("id", "name"),
    "documents": ("id", "organization_id", "name", "original_name", "original_storage_key", "original_sha256_hash"),
}
_WANTED = {
    "organizations": ("created_at", "updated_at", "deleted_at"),
    "documents": (
        "created_at", "updated_at", "created_by", "original_size", "mime_type", "content", "document_date", "notes",
        "file_encryption_key_wrapped", "deleted_at", "deleted_by", "is_deleted",
    ),
    "tags": ("id", "created_at", "updated_at", "organization_id", "name", "normalized_name", "color", "description"),
    "documents_tags": ("document_id", "tag_id"),
    "document_activity_log": ("id", "created_at", "document_id", "event", "event_data", "user_id", "tag_id"),
    "users": ("id", "name"),
}  # fmt: skip


class PapraFolder:
    """The data of a Papra instance."""

    def __init__(self, folder: Path) -> None:
        """Raises ExportNotFound where there is no database, ExportDamaged where it cannot be read."""
        database = next((folder / name for name in _DATABASES if (folder / name).is_file()), None)
        if database is None:
            raise ExportNotFound(f"there is no database of Papra in {folder}: expected {', '.join(_DATABASES)}")
        with database.open("rb") as stream:
            if stream.read(len(_HEADER)) != _HEADER:
                raise ExportDamaged(f"{database} is encrypted or no SQLite database: decrypt it first")
        self._stores = [folder / name for name in _STORES if (folder / name).is_dir()]
        self._notes: list[str] = []
        self._connection = sqlite3.connect(database, timeout=60.0, isolation_level=None, check_same_thread=False)
        try:
            self._connection.row_factory = sqlite3.Row
            self._connection.execute("PRAGMA query_only = ON")
            self._connection.execute("BEGIN")
            self._columns = {table: self._list_columns(table) for table in {**_NEEDED, **_WANTED}}
        except sqlite3.Error as error:
            self._connection.close()
            raise ExportDamaged(f"{database} cannot be read ({error}): use a copy that is whole") from error

    def close(self) -> None:
        """Close the database."""
        self._connection.close()

    def list_organizations(self) -> list[IncomingOrganization]:
        """Return the organizations that are not deleted."""
        counts = dict(self._read("SELECT organization_id, count(*) FROM documents GROUP BY organization_id"))
        listed: list[IncomingOrganization] = []
        for row in self._select("organizations"):
            if row["deleted_at"]:
                self._note(f"the organization {row['name']!r} is deleted and was left out")
                continue
            times = _name_times(row)
            described = {"id": row["id"], "name": row["name"], **times}
            listed.append(IncomingOrganization(described, documents_count=counts.get(row["id"], 0)))
        return listed

    def iterate_users(self) -> Iterator[ExchangeRow]:
        """Yield all users, whom activity names."""
        for row in self._select("users"):
            if row["id"]:
                yield {"id": row["id"], "name": row["name"] or row["id"], "created_at": 0, "updated_at": 0}

    def iterate_rows(self, organization: IncomingOrganization, table: str) -> Iterator[ExchangeRow]:
        """Yield the tags of an organization, the only table that both have."""
        if table != "tags":
            return
        for row in self._select("tags", "organization_id = ?", [organization.row["id"]]):
            name = str(row["name"])
            yield {
                "id": row["id"],
                "name": name,
                "normalized_name": row["normalized_name"] or name.lower(),
                "color": str(row["color"] or "#808080").upper(),
                "description": row["description"],
                **_name_times(row),
            }

    def iterate_documents(self, organization: IncomingOrganization) -> Iterator[IncomingDocument]:
        """Yield the documents of an organization, trashed ones too."""
        after = ""
        while True:
            order = "organization_id = ? AND id > ? ORDER BY id LIMIT ?"
            rows = self._select("documents", order, [organization.row["id"], after, _PORTION])
            if not rows:
                return
            ids = [row["id"] for row in rows]
            tags = self._gather("documents_tags", ids, "tag_id")
            activity = self._gather("document_activity_log", ids, "created_at")
            for row in rows:
                yield self._describe(row, tags.get(row["id"], []), activity.get(row["id"], []))
            after = ids[-1]

    def list_notes(self) -> list[str]:
        """Return what was missing or left out."""
        return self._notes

    def _describe(
        self, row: dict[str, Any], tags: Sequence[dict[str, Any]], activity: Sequence[dict[str, Any]]
    ) -> IncomingDocument:
        original, missing = self._find_original(row)
        trashed_at = row["deleted_at"] or row["updated_at"] or 0 if row["is_deleted"] or row["deleted_at"] else None
        described = {
            "id": row["id"],
            "name": row["name"] or row["original_name"],
            **_name_times(row),
            "created_by": row["created_by"],
            "original_name": row["original_name"],
            "original_size": row["original_size"] or 0,
            "original_sha256": row["original_sha256_hash"],
            "mime_type": row["mime_type"] or "application/octet-stream",
            "document_date": row["document_date"],
            "notes": row["notes"],
            "is_trashed": int(trashed_at is not None),
            "deleted_at": trashed_at,
            "deleted_by": row["deleted_by"],
            **describe_text(row["content"], readable=original is not None),
            "document_tags": [{"tag": item["tag_id"]} for item in tags],
            "activity": [
                {
                    "id": item["id"],
                    "event": item["event"],
                    "event_data": item["event_data"],
                    "user_id": item["user_id"],
                    "tag": item["tag_id"],
                    "created_at": item["created_at"] or 0,
                }
                for item in activity
            ],
        }
        return IncomingDocument(described, original, missing)

    def _find_original(self, row: dict[str, Any]) -> tuple[Path | None, str | None]:
        """Return the file of a document, or why there is none."""
        if row["file_encryption_key_wrapped"]:
            return None, "is encrypted by Papra: decrypt the documents there (its own command does that)"
        for store in self._stores:
            path = (store / str(row["original_storage_key"])).resolve()
            if path.is_relative_to(store.resolve()) and path.is_file():
                return path, None
        return None, f"is not in {' or '.join(str(store) for store in self._stores) or 'a folder of documents'}"

    def _gather(self, table: str, ids: Sequence[str], order: str) -> dict[str, list[dict[str, Any]]]:
        marks = ", ".join("?" * len(ids))
        found: dict[str, list[dict[str, Any]]] = {}
        if "document_id" in self._columns[table]:
            for row in self._select(table, f"document_id IN ({marks}) ORDER BY {order}", ids):
                found.setdefault(row["document_id"], []).append(row)
        return found

    def _select(self, table: str, condition: str = "", values: Sequence[object] = ()) -> list[dict[str, Any]]:
        """Return rows with all columns that are known, None for those that are missing."""
        known = self._columns[table]
        if not known:
            return []
        where = f" WHERE {condition}" if condition else ""
        rows = self._read(f"SELECT {', '.join(known)} FROM {table}{where}", values)  # noqa: S608 - names from above
        every = (*_NEEDED.get(table, ()), *_WANTED[table])
        return [{name: row[name] if name in known else None for name in every} for row in rows]

    def _read(self, statement: str, values: Sequence[object] = ()) -> list[Any]:
        try:
            return self._connection.execute(statement, tuple(values)).fetchall()
        except sqlite3.Error as error:
            raise ExportDamaged(f"the database of Papra cannot be read ({error}): use a copy that is whole") from error

    def _list_columns(self, table: str) -> list[str]:
        """Return the columns of a table that are known and there. Raises ExportDamaged without those needed."""
        there = {row["name"] for row in self._connection.execute(f"PRAGMA table_info({table})")}
        missing = [name for name in _NEEDED.get(table, ()) if name not in there]
        if missing:
            raise ExportDamaged(
                f"the database has no {table}.{', '.join(missing)}: it is of another version of Papra than 26.6"
            )
        lacking = [name for name in _WANTED[table] if name not in there]
        if lacking:
            self._note(f"the database has no {table}.{', '.join(lacking)}" if there else f"it has no table {table}")
        return [name for name in (*_NEEDED.get(table, ()), *_WANTED[table]) if name in there]

    def _note(self, text: str) -> None:
        if text not in self._notes:
            self._notes.append(text)


def _name_times(row: dict[str, Any]) -> ExchangeRow:
    created = row["created_at"] or 0
    return {"created_at": created, "updated_at": row["updated_at"] or created}
