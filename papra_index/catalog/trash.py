"""The trash: documents put there keep everything and are restored or purged from it (papra-api, section 11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Connection, delete, insert, select, update

from papra_index.catalog.activity import Entry, insert_activity
from papra_index.catalog.changes import mark_changed
from papra_index.catalog.organizations import StatisticsChange, change_statistics
from papra_index.catalog.tables import TRASHED, document_properties, documents, leftovers, organizations
from papra_index.catalog.tags import count_tags_of
from papra_index.catalog.versions import Leftover, leave_originals
from papra_index.conventions.times import now_milliseconds
from papra_index.conventions.values import dataclass
from papra_index.errors import DocumentNotFound, DocumentNotTrashed


@dataclass(frozen=True, slots=True)
class TrashMove:
    """A document to trash, restore or purge, and who asks for it; without `again` one in the trash is left as it is."""

    organization_key: int
    document_id: str
    user_id: str | None = None
    again: bool = True


@dataclass(frozen=True, slots=True)
class TrashPurge:
    """Documents of an organization's trash to purge, those of them that are there still, and with `before` only if they
    have been since then, in milliseconds.
    """

    organization_key: int
    document_ids: tuple[str, ...]
    before: int | None = None


def trash_documents(connection: Connection, items: Sequence[TrashMove]) -> list[bool]:
    """Move documents to the trash; one that is there already gets a new time and another entry. Return whether each
    was live. Raises DocumentNotFound.
    """
    moved: list[bool] = []
    for item in items:
        key, size, trashed = _find(connection, item)
        moved.append(not trashed)
        if trashed and not item.again:
            continue
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
    return moved


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


def purge_documents(connection: Connection, items: Sequence[TrashMove]) -> list[list[Leftover]]:
    """Delete trashed documents for good and return the originals of each, earlier ones too, which the caller removes
    and then forgets. Raises as `restore_documents`.
    """
    purged: list[list[Leftover]] = []
    for item in items:
        key, size, trashed = _find(connection, item)
        if not trashed:
            raise DocumentNotTrashed(
                f"document {item.document_id} is not in the trash: move it there before purging it"
            )
        purged.append(leave_originals(connection, documents.c.key == key))
        related = select(document_properties.c.document_key).where(document_properties.c.related_key == key)
        mark_changed(connection, list(connection.execute(related.distinct()).scalars()))
        connection.execute(delete(documents).where(documents.c.key == key))
        change_statistics(
            connection,
            item.organization_key,
            StatisticsChange(deleted_documents_count=-1, deleted_documents_size=-size),
        )
        mark_changed(connection, [key])
    return purged


def list_trashed_ids(connection: Connection, organization_key: int, limit: int) -> list[str]:
    """Return the ids of the documents that were trashed first."""
    return list(
        connection.execute(
            select(documents.c.id)
            .where(documents.c.organization_key == organization_key, TRASHED)
            .order_by(documents.c.deleted_at, documents.c.key)
            .limit(limit)
        ).scalars()
    )


def list_expired(connection: Connection, before: int, limit: int) -> dict[int, list[str]]:
    """Return ids of documents that have been in the trash since `before`, in milliseconds, or longer, by the keys of
    their organizations; so many at most.
    """
    expired: dict[int, list[str]] = {}
    for organization_key in connection.execute(select(organizations.c.key)).scalars().all():
        chosen = select(documents.c.id).where(
            documents.c.organization_key == organization_key, TRASHED, documents.c.deleted_at <= before
        )
        found = connection.execute(chosen.order_by(documents.c.deleted_at).limit(limit)).scalars().all()
        if found:
            expired[organization_key] = list(found)
            limit -= len(found)
        if limit <= 0:
            break
    return expired


def purge_trash(connection: Connection, items: Sequence[TrashPurge]) -> list[list[list[Leftover]]]:
    """Purge documents unless they were restored or purged meanwhile; return the leftovers of each, for each item."""
    purged: list[list[list[Leftover]]] = []
    for item in items:
        chosen = select(documents.c.id).where(
            documents.c.organization_key == item.organization_key, documents.c.id.in_(item.document_ids), TRASHED
        )
        there = connection.execute(
            chosen if item.before is None else chosen.where(documents.c.deleted_at <= item.before)
        ).scalars()
        purged.append(purge_documents(connection, [TrashMove(item.organization_key, id_) for id_ in there.all()]))
    return purged


def list_leftovers(connection: Connection) -> list[Leftover]:
    """Return the originals of purged documents that may be there still."""
    return [Leftover(*row) for row in connection.execute(select(leftovers))]


def note_leftovers(connection: Connection, items: Sequence[Leftover]) -> list[None]:
    """Note originals that no document has and that are there still."""
    for item in items:
        connection.execute(insert(leftovers).prefix_with("OR IGNORE").values(**asdict(item)))
    return [None] * len(items)


def forget_leftovers(connection: Connection, items: Sequence[str]) -> list[None]:
    """Note, by document id, that originals of purged documents are gone."""
    for start in range(0, len(items), 500):
        connection.execute(delete(leftovers).where(leftovers.c.document_id.in_(items[start : start + 500])))
    return [None] * len(items)


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
