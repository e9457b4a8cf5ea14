"""The trash: documents put there keep everything and are restored or purged from it (papra-api, section 11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, update

from papra_index.catalog.activity import Entry, insert_activity
from papra_index.catalog.changes import mark_changed
from papra_index.catalog.organizations import StatisticsChange, change_statistics
from papra_index.catalog.tables import TRASHED, documents
from papra_index.catalog.tags import count_tags_of
from papra_index.errors import DocumentNotFound, DocumentNotTrashed
from papra_index.times import now_milliseconds


@dataclass(frozen=True, slots=True)
class TrashMove:
    """A document to trash, restore or purge, and who asks for it."""

    organization_key: int
    document_id: str
    user_id: str | None = None


def trash_documents(connection: Connection, items: Sequence[TrashMove]) -> list[None]:
    """Move documents to the trash; one that is there already gets a new time and another entry. Raises
    DocumentNotFound.
    """
    for item in items:
        key, size, trashed = _find(connection, item)
        now = now_milliseconds()
        connection.execute(
            update(documents)
            .where(documents.c.key == key)
            .values(is_trashed=1, deleted_at=now, deleted_by=item.user_id, updated_at=now)
        )
        if not trashed:
            change_statistics(connection, item.organization_key, StatisticsChange(-1, -size, 1, size))
            count_tags_of(connection, [key], -1)
        insert_activity(connection, [Entry(key, "deleted", item.user_id, now)])
        mark_changed(connection, [key])
    return [None] * len(items)


def restore_documents(connection: Connection, items: Sequence[TrashMove]) -> list[None]:
    """Bring documents back from the trash with their tags. Raises DocumentNotFound, DocumentNotTrashed."""
    for item in items:
        key, size, trashed = _find(connection, item)
        if not trashed:
            raise DocumentNotTrashed(f"document {item.document_id} is not in the trash: there is nothing to restore")
        now = now_milliseconds()
        connection.execute(
            update(documents)
            .where(documents.c.key == key)
            .values(is_trashed=0, deleted_at=None, deleted_by=None, updated_at=now)
        )
        change_statistics(connection, item.organization_key, StatisticsChange(1, size, -1, -size))
        count_tags_of(connection, [key], 1)
        insert_activity(connection, [Entry(key, "restored", item.user_id, now)])
        mark_changed(connection, [key])
    return [None] * len(items)


def purge_documents(connection: Connection, items: Sequence[TrashMove]) -> list[None]:
    """Delete trashed documents for good; the caller removes their originals afterwards. Raises as
    `restore_documents`.
    """
    for item in items:
        key, size, trashed = _find(connection, item)
        if not trashed:
            raise DocumentNotTrashed(
                f"document {item.document_id} is not in the trash: move it there before purging it"
            )
        connection.execute(delete(documents).where(documents.c.key == key))
        change_statistics(
            connection,
            item.organization_key,
            StatisticsChange(deleted_documents_count=-1, deleted_documents_size=-size),
        )
        mark_changed(connection, [key])
    return [None] * len(items)


def list_trashed_ids(connection: Connection, organization_key: int, limit: int) -> list[str]:
    """Return ids of trashed documents, the first trashed first."""
    return list(
        connection.execute(
            select(documents.c.id)
            .where(documents.c.organization_key == organization_key, TRASHED)
            .order_by(documents.c.deleted_at, documents.c.key)
            .limit(limit)
        ).scalars()
    )


def _find(connection: Connection, item: TrashMove) -> tuple[int, int, bool]:
    row = connection.execute(
        select(documents.c.key, documents.c.original_size, documents.c.is_trashed).where(
            documents.c.organization_key == item.organization_key, documents.c.id == item.document_id
        )
    ).first()
    if row is None:
        raise DocumentNotFound(
            f"there is no document {item.document_id} in this organization: list the documents or the trash"
        )
    return row.key, row.original_size, bool(row.is_trashed)
