"""A group of writes and deletions in one transaction, in order; what is wrong with one is its outcome alone."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select, update

from papra_index.catalog.activity import Entry, insert_activity
from papra_index.catalog.changes import mark_changed
from papra_index.catalog.keys import LISTED_KEYS, LISTED_VALUES, list_keys, list_values
from papra_index.catalog.organizations import StatisticsChange, change_statistics
from papra_index.catalog.tables import EXTERNAL, documents
from papra_index.catalog.tags import count_tags_of
from papra_index.catalog.writes import DocumentOutcome, DocumentWrite, write_documents
from papra_index.conventions.times import now_milliseconds
from papra_index.conventions.values import dataclass
from papra_index.errors import DocumentNotFound
from papra_index.values.bulk import BulkStatus

_FOUND = select(
    documents.c.key, documents.c.id, documents.c.external_id, documents.c.original_size, documents.c.is_trashed
).where(
    EXTERNAL,
    documents.c.organization_key == bindparam("organization_key"),
    documents.c.external_id.in_(LISTED_VALUES),
)  # fmt: skip
_TRASH = update(documents).where(documents.c.key.in_(LISTED_KEYS))


@dataclass(frozen=True, slots=True)
class DocumentDeletion:
    """A document, by its external id, that goes to the trash, and who asks for it."""

    organization_key: int
    external_id: str
    user_id: str | None = None


def apply_bulk(connection: Connection, items: Sequence[DocumentWrite | DocumentDeletion]) -> list[DocumentOutcome]:
    """Apply writes and deletions in order and return an outcome for each."""
    outcomes: list[DocumentOutcome] = []
    for _, group in itertools.groupby(items, _tell_kind):
        run = list(group)
        outcomes += write_documents(connection, [item for item in run if isinstance(item, DocumentWrite)])
        outcomes += _delete_documents(connection, [item for item in run if isinstance(item, DocumentDeletion)])
    return outcomes


def _tell_kind(item: DocumentWrite | DocumentDeletion) -> tuple[object, ...]:
    """Writes go together, and deletions of one user in one organization."""
    return (type(item),) if isinstance(item, DocumentWrite) else (type(item), item.organization_key, item.user_id)


def _delete_documents(connection: Connection, items: Sequence[DocumentDeletion]) -> list[DocumentOutcome]:
    if not items:
        return []
    asked = {"organization_key": items[0].organization_key, **list_values([item.external_id for item in items])}
    found = {row.external_id: row for row in connection.execute(_FOUND, asked)}
    live = {row.key: row for row in found.values() if not row.is_trashed}
    outcomes = []
    told: set[str] = set()
    for item in items:
        row = found.get(item.external_id)
        if row is None:
            error = DocumentNotFound(
                f"there is no document with the external id {item.external_id[:100]!r} in this organization"
            )
            outcomes.append(DocumentOutcome(BulkStatus.FAILED, error=error))
        elif row.key in live and item.external_id not in told:
            outcomes.append(DocumentOutcome(BulkStatus.DELETED, row.id))
        else:
            outcomes.append(DocumentOutcome(BulkStatus.UNCHANGED, row.id))
        told.add(item.external_id)
    if live:
        _trash(connection, items[0], list(live), sum(row.original_size for row in live.values()))
    return outcomes


def _trash(connection: Connection, item: DocumentDeletion, keys: Sequence[int], size: int) -> None:
    now = now_milliseconds()
    connection.execute(
        _TRASH.values(is_trashed=1, deleted_at=now, deleted_by=item.user_id, updated_at=now), list_keys(keys)
    )
    change_statistics(connection, item.organization_key, StatisticsChange(-len(keys), -size, len(keys), size))
    count_tags_of(connection, keys, -1)
    insert_activity(connection, [Entry(key, "deleted", item.user_id, now) for key in keys])
    mark_changed(connection, keys)
