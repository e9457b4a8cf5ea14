"""Documents that await a content hook, and what it has given them: beside the fields themselves, so that a later run
may change what is still as the hook left it, and nothing that somebody set or took away.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update
from sqlalchemy.dialects.sqlite import insert

from papra_index.catalog.changes import mark_changed
from papra_index.catalog.documents import find_key
from papra_index.catalog.edits import DocumentEdit, edit_documents
from papra_index.catalog.properties import list_properties
from papra_index.catalog.property_edits import write_properties
from papra_index.catalog.statements import Statement
from papra_index.catalog.tables import content_fields, document_properties, documents, organizations, tags
from papra_index.catalog.tagging import Tagging, tag_documents
from papra_index.catalog.tags import find_or_make_tags
from papra_index.conventions.times import now_milliseconds, to_datetime
from papra_index.conventions.values import dataclass
from papra_index.errors import PapraIndexError
from papra_index.values.content_hooks import ContentReport, ContentStatus
from papra_index.values.properties import StoredProperty

_FIELDS = content_fields.c
_NEW = insert(content_fields).values(
    document_key=bindparam("document_key"), status=ContentStatus.DUE.value, updated_at=bindparam("now")
)
_MARK = _NEW.on_conflict_do_update(
    index_elements=["document_key"],
    set_={"status": ContentStatus.DUE.value, "asked": _FIELDS.asked + 1, "updated_at": _NEW.excluded.updated_at},
)
_DUE = Statement(
    select(
        documents.c.key, documents.c.id, documents.c.organization_key, organizations.c.id.label("organization_id"),
        _FIELDS.asked,
    )
    .join(documents, documents.c.key == _FIELDS.document_key)
    .join(organizations, organizations.c.key == documents.c.organization_key)
    .where(_FIELDS.status == ContentStatus.DUE.value, _FIELDS.document_key > bindparam("after"))
    .where(documents.c.is_trashed == 0, organizations.c.deleted_at.is_(None))
    .order_by(_FIELDS.document_key)
    .limit(bindparam("limit"))
)  # fmt: skip
_WITH_TEXT = documents.c.content_length > 0


@dataclass(frozen=True, slots=True)
class DueDocument:
    """A document that awaits the hook; `asked` counts how often it was to be called for it."""

    key: int
    id: str
    organization_key: int
    organization_id: str
    asked: int


@dataclass(frozen=True, slots=True)
class FieldsOutcome:
    """What the hook gave for a document: `values` are a name and a document_date in milliseconds, if any; with
    `message` it failed, and gave nothing.
    """

    due: DueDocument
    values: dict[str, Any]
    tags: tuple[str, ...] = ()
    properties: tuple[StoredProperty, ...] = ()
    message: str | None = None
    max_tags: int = 0


def mark_due(connection: Connection, document_keys: Iterable[int]) -> None:
    """Have the hook called for documents, again where it was, in the caller's transaction."""
    rows = [{"document_key": key, "now": now_milliseconds()} for key in document_keys]
    if rows:
        connection.execute(_MARK, rows)


def request_fields(connection: Connection, items: Sequence[tuple[int, tuple[str, ...] | None]]) -> list[int]:
    """Have the hook called for documents with text, by organization key and ids (None: all live ones); return how many
    these are. Raises DocumentNotFound.
    """
    counts = []
    for organization_key, ids in items:
        statement = select(documents.c.key).where(documents.c.organization_key == organization_key, _WITH_TEXT)
        if ids is None:
            statement = statement.where(documents.c.is_trashed == 0)
        else:
            wanted = [find_key(connection, organization_key, document_id) for document_id in ids]
            statement = statement.where(documents.c.key.in_(wanted))
        keys = list(connection.execute(statement).scalars())
        mark_due(connection, keys)
        counts.append(len(keys))
    return counts


def list_due(connection: Connection, after: int, limit: int) -> list[DueDocument]:
    """Return documents with a key above `after` that await the hook, in order of their keys."""
    return [DueDocument(*row) for row in _DUE.fetch(connection, {"after": after, "limit": limit})]


def count_due(connection: Connection, newest_key: int | None = None) -> int:
    """Return how many documents await the hook, those up to a key if one is given."""
    statement = (
        select(func.count()).select_from(content_fields).join(documents, documents.c.key == _FIELDS.document_key)
        .join(organizations, organizations.c.key == documents.c.organization_key)
        .where(_FIELDS.status == ContentStatus.DUE.value, documents.c.is_trashed == 0)
        .where(organizations.c.deleted_at.is_(None))
    )  # fmt: skip
    if newest_key is not None:
        statement = statement.where(_FIELDS.document_key <= newest_key)
    return int(connection.execute(statement).scalar_one())


def read_report(connection: Connection, document_key: int) -> ContentReport | None:
    """Return what became of the hook for a document, None where it was never to be called."""
    row = connection.execute(select(content_fields).where(_FIELDS.document_key == document_key)).first()
    if row is None:
        return None
    given = tuple(name for name, value in json.loads(row.given).items() if value)
    return ContentReport(ContentStatus(row.status), row.message, to_datetime(row.updated_at), given)


def list_failed_ids(connection: Connection, organization_key: int) -> list[str]:
    """Return the ids of the live documents for which the hook failed, oldest first."""
    statement = (
        select(documents.c.id)
        .join(content_fields, _FIELDS.document_key == documents.c.key)
        .where(documents.c.organization_key == organization_key, documents.c.is_trashed == 0)
        .where(_FIELDS.status == ContentStatus.FAILED.value)
        .order_by(documents.c.key)
    )
    return list(connection.execute(statement).scalars())


def store_fields(connection: Connection, items: Sequence[FieldsOutcome]) -> list[None]:
    """Write what the hook gave; it is dropped for a document that was purged, or is to be asked for again, meanwhile.

    Raises what is wrong with a tag or a property's value.
    """
    for item in items:
        wanted = _FIELDS.document_key == item.due.key, _FIELDS.asked == item.due.asked
        due = select(_FIELDS.given).where(*wanted, _FIELDS.status == ContentStatus.DUE.value)
        given = connection.execute(due).scalar()
        if given is None:
            continue
        held: dict[str, Any] = json.loads(given)
        if item.message is None:
            held |= _give_values(connection, item, held)
            held |= _give_tags(connection, item, held)
            held |= _give_properties(connection, item, held)
        status = ContentStatus.DONE if item.message is None else ContentStatus.FAILED
        row = {"status": status.value, "message": item.message, "given": json.dumps(held)}
        connection.execute(update(content_fields).where(*wanted).values(row | {"updated_at": now_milliseconds()}))
    return [None] * len(items)


def _give_values(connection: Connection, item: FieldsOutcome, held: dict[str, Any]) -> dict[str, Any]:
    """Give name and date where these are what they were before anybody said something, or as the hook left them."""
    row = connection.execute(select(documents).where(documents.c.key == item.due.key)).one()
    free = {
        "name": row.name in {row.original_name, held.get("name")},
        "document_date": (row.document_date is None and row.guessed_date is None and "document_date" not in held)
        or (row.document_date is not None and row.document_date in {row.guessed_date, held.get("document_date")}),
    }  # fmt: skip
    taken = {name: value for name, value in item.values.items() if free[name]}
    changed = {name: value for name, value in taken.items() if value != getattr(row, name)}
    if changed:
        edit_documents(connection, [DocumentEdit(item.due.organization_key, item.due.id, changed)])
    return taken


def _give_tags(connection: Connection, item: FieldsOutcome, held: dict[str, Any]) -> dict[str, Any]:
    """Put tags on that the hook has not put there before: one of these that is gone was taken off by somebody."""
    found = find_or_make_tags(connection, item.due.organization_key, [(name, item.max_tags) for name in item.tags])
    keys = []
    for key in found.values():
        if isinstance(key, PapraIndexError):
            raise key
        keys.append(key)
    rows = connection.execute(select(tags.c.key, tags.c.id).where(tags.c.key.in_(keys)))
    ids = {row.key: row.id for row in rows}
    given: list[str] = held.get("tags", [])
    fresh = [ids[key] for key in dict.fromkeys(keys) if ids[key] not in given]
    tagged = [Tagging(item.due.organization_key, item.due.id, tag_id, again=True) for tag_id in fresh]
    tag_documents(connection, tagged)
    return {"tags": [*given, *fresh]}


def _give_properties(connection: Connection, item: FieldsOutcome, held: dict[str, Any]) -> dict[str, Any]:
    """Give values of properties that have none and never had one of the hook, or have the one it gave."""
    known: dict[str, Any] = held.get("properties", {})
    keys = {definition.id: key for key, definition in list_properties(connection, item.due.organization_key)}
    now = _read_values(connection, item.due.key)
    taken = []
    for stored in item.properties:
        key = keys.get(stored.property_id)
        value = now.get(key) if key is not None else None
        if value == known.get(stored.property_id):
            taken.append(stored)
    if taken:
        write_properties(connection, item.due.organization_key, [(item.due.key, taken)])
        mark_changed(connection, [item.due.key])
        now = _read_values(connection, item.due.key)
    return {"properties": known | {stored.property_id: now.get(keys[stored.property_id]) for stored in taken}}


def _read_values(connection: Connection, document_key: int) -> dict[int, list[Any]]:
    """Return a document's values by the key of the property."""
    columns = document_properties.c
    statement = (
        select(document_properties).where(columns.document_key == document_key)
        .order_by(columns.definition_key, columns.position)
    )  # fmt: skip
    values: dict[int, list[Any]] = {}
    for row in connection.execute(statement):
        values.setdefault(row.definition_key, []).append(list(row)[3:])
    return values
