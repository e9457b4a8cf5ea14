"""Rows as they leave the catalog for other archives: what refers to a row by its key here, does so by its id there.

Columns are taken from the tables themselves, so a new column goes along without a word here; a new table has to be
named, here or among what is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Column, Connection, ForeignKey, Table, select

from papra_index.catalog.tables import documents, metadata, organizations, users
from papra_index.conventions.times import to_datetime

ExchangeRow = dict[str, Any]
"""Values by column: times as ISO 8601 in UTC, references as the id of what is referred to, under the name without
`_key`.
"""

OWNED_TABLES: Final = (
    "members", "tags", "property_definitions", "property_options", "synonyms", "stop_words", "saved_searches",
    "tagging_rules",
)  # fmt: skip
"""What an organization has besides documents, each after what it refers to."""

DOCUMENT_TABLES: Final = ("pages", "document_tags", "document_properties", "activity")
"""What hangs on a document."""

LEFT_OUT: Final = {
    "counters": "what they count is counted again",
    "changes": "all documents that are added are indexed",
    "generations": "the index is built anew",
    "events": "those who listen are told of what happens here",
    "subscriptions": "those who listen to this archive",
    "leftovers": "files to be removed from this archive",
    "content_fields": "a hook is of the backend that gives it; what it gave goes along in the fields themselves",
    "duplicate_checks": "found again when asked for",
    "duplicate_pairs": "found again when asked for",
    "document_versions": "of originals, the present ones go along",
    "in_place_originals": "the bytes themselves go along",
    "folders": "paths of the machine that synced them: sync them again",
    "folder_files": "paths of the machine that synced them: sync them again",
    "folder_mounts": "paths of the machine that synced them: sync them again",
    "webhooks": "secrets, and addresses that were told of this archive",
    "webhook_deliveries": "what happened in this archive",
    "api_keys": "secrets: tokens are made anew",
    "api_key_organizations": "secrets: tokens are made anew",
}
"""Tables that do not go along, with the reason."""

DERIVED: Final = {
    "organizations": {
        "documents_count", "documents_size", "deleted_documents_count", "deleted_documents_size", "deleted_at",
        "deleted_by",
    },
    "tags": {"documents_count"},
    "tagging_rules": {"task_id", "task_after"},
    "documents": {"name_order", "original_id", "original_arrived_at"},
}  # fmt: skip
"""Columns that are made anew."""

_PORTION = 500


def find_table(name: str) -> Table:
    """Return a table by name."""
    return metadata.tables[name]


def list_columns(table: Table) -> list[Column[Any]]:
    """Return the columns that go along: all but keys, the organization and what is derived."""
    left = DERIVED.get(table.name, set())
    return [
        column
        for column in table.columns
        if column.name not in {"key", "organization_key", *left}
        and not (column.name == "document_key" and table.name in DOCUMENT_TABLES)
    ]


def find_reference(column: Column[Any]) -> Table | None:
    """Return the table a column refers to by key."""
    references: list[ForeignKey] = list(column.foreign_keys)
    return references[0].column.table if references else None


def name_column(column: Column[Any]) -> str:
    """Return what a column is called in an exchange."""
    return column.name.removesuffix("_key") if find_reference(column) is not None else column.name


def is_time(column: Column[Any]) -> bool:
    """Return whether a column holds milliseconds since 1970."""
    return column.name.endswith("_at") or column.name in {"document_date", "guessed_date"}


def list_organization_rows(connection: Connection, ids: Sequence[str] | None) -> list[tuple[int, ExchangeRow]]:
    """Return (key, row) of organizations that are not deleted, oldest first: those of these ids, or all."""
    statement = select(organizations).where(organizations.c.deleted_at.is_(None)).order_by(organizations.c.key)
    if ids is not None:
        statement = statement.where(organizations.c.id.in_(list(ids)))
    rows = connection.execute(statement).mappings().all()
    return [(row["key"], describe_rows(connection, organizations, [row])[0]) for row in rows]


def list_member_rows(connection: Connection, organization_keys: Sequence[int]) -> list[ExchangeRow]:
    """Return the users who are members of organizations; `is_own` tells the archive's own user."""
    members = metadata.tables["members"]
    own = connection.execute(select(users.c.id).order_by(users.c.key).limit(1)).scalar()
    chosen = select(members.c.user_key).where(members.c.organization_key.in_(list(organization_keys)))
    rows = connection.execute(select(users).where(users.c.key.in_(chosen)).order_by(users.c.key)).mappings().all()
    return [row | {"is_own": row["id"] == own} for row in describe_rows(connection, users, rows)]


def iterate_owned_rows(connection: Connection, name: str, organization_key: int) -> Iterator[ExchangeRow]:
    """Yield the rows of a table that an organization has, in the order of their keys."""
    table = find_table(name)
    statement = select(table).order_by(*table.primary_key.columns)
    if "organization_key" in table.columns:
        statement = statement.where(table.c.organization_key == organization_key)
    else:
        # What hangs on something that the organization owns, as options do on the definition of a property.
        column, owner = next(
            (column, owner) for column in table.columns if (owner := find_reference(column)) is not None
        )
        statement = statement.join(owner, owner.c.key == column).where(owner.c.organization_key == organization_key)
    for rows in connection.execute(statement).mappings().partitions(_PORTION):
        yield from describe_rows(connection, table, rows)


def iterate_document_rows(
    connection: Connection, organization_key: int, max_documents: int, max_characters: int
) -> Iterator[list[tuple[int, ExchangeRow]]]:
    """Yield (key, row) of an organization's documents, trashed ones too, each with what hangs on it by table.

    They come in lists of so many documents whose texts have, but for the last one's, so many characters.
    """
    after = 0
    while True:
        rows = (
            connection.execute(
                select(documents)
                # Not by an index of the organization's, all of whose rows SQLite would sort for each portion.
                .where(documents.c.organization_key + 0 == organization_key, documents.c.key > after)
                .order_by(documents.c.key)
                .limit(max_documents)
            )
            .mappings()
            .all()
        )
        if not rows:
            return
        count, characters = 0, 0
        while count < len(rows) and (count == 0 or characters < max_characters):
            characters += rows[count]["content_length"]
            count += 1
        taken = rows[:count]
        keys = [row["key"] for row in taken]
        after = keys[-1]
        hanging = {name: _gather_hanging(connection, find_table(name), keys) for name in DOCUMENT_TABLES}
        described = describe_rows(connection, documents, taken)
        yield [
            (key, row | {name: found.get(key, []) for name, found in hanging.items()})
            for key, row in zip(keys, described, strict=True)
        ]


def describe_rows(connection: Connection, table: Table, rows: Sequence[Mapping[Any, Any]]) -> list[ExchangeRow]:
    """Return rows of a table in the form of an exchange."""
    described: list[ExchangeRow] = [{} for _ in rows]
    for column in list_columns(table):
        values = [row[column.name] for row in rows]
        owner = find_reference(column)
        if owner is not None:
            ids = find_ids(connection, owner, {value for value in values if value is not None})
            values = [ids.get(value) for value in values]
        elif is_time(column):
            values = [None if value is None else _write_time(value) for value in values]
        for row, value in zip(described, values, strict=True):
            row[name_column(column)] = value
    return described


def find_ids(connection: Connection, table: Table, keys: set[int]) -> dict[int, str]:
    """Return the ids of rows by key."""
    if not keys:
        return {}
    return {row.key: row.id for row in connection.execute(select(table.c.key, table.c.id).where(table.c.key.in_(keys)))}


def _gather_hanging(connection: Connection, table: Table, keys: Sequence[int]) -> dict[int, list[ExchangeRow]]:
    order = table.primary_key.columns
    rows = connection.execute(select(table).where(table.c.document_key.in_(keys)).order_by(*order)).mappings().all()
    found: dict[int, list[ExchangeRow]] = {}
    for row, described in zip(rows, describe_rows(connection, table, rows), strict=True):
        found.setdefault(row["document_key"], []).append(described)
    return found


def _write_time(milliseconds: int) -> str:
    try:
        return to_datetime(milliseconds).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except OverflowError:
        return str(milliseconds)
