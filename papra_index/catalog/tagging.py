"""Putting tags on documents and taking them off."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select, update

from papra_index.catalog.activity import Entry, insert_activity
from papra_index.catalog.changes import mark_changed
from papra_index.catalog.documents import find_key
from papra_index.catalog.tables import document_tags, documents
from papra_index.catalog.tags import change_tag_count, find_tag
from papra_index.conventions.times import now_milliseconds
from papra_index.conventions.values import dataclass
from papra_index.errors import AlreadyTagged


@dataclass(frozen=True, slots=True)
class Tagging:
    """A tag for a document, and who puts it there or takes it off; `again` allows it to be there already."""

    organization_key: int
    document_id: str
    tag_id: str
    user_id: str | None = None
    again: bool = False


def tag_documents(connection: Connection, items: Sequence[Tagging]) -> list[None]:
    """Attach tags. Raises DocumentNotFound, then TagNotFound, then AlreadyTagged."""
    for item in items:
        document_key = find_key(connection, item.organization_key, item.document_id)
        tag_key, tag = find_tag(connection, item.organization_key, item.tag_id)
        if _is_tagged(connection, document_key, tag_key):
            if item.again:
                continue
            raise AlreadyTagged(f"document {item.document_id} has the tag {tag.name!r} already")
        connection.execute(insert(document_tags).values(document_key=document_key, tag_key=tag_key))
        _note(connection, item.user_id, document_key, tag_key, "tagged", 1)
    return [None] * len(items)


def untag_documents(connection: Connection, items: Sequence[Tagging]) -> list[None]:
    """Detach tags; a tag that is not attached is no error. Raises DocumentNotFound, then TagNotFound."""
    for item in items:
        document_key = find_key(connection, item.organization_key, item.document_id)
        tag_key, _ = find_tag(connection, item.organization_key, item.tag_id)
        removed = connection.execute(
            delete(document_tags).where(
                document_tags.c.document_key == document_key, document_tags.c.tag_key == tag_key
            )
        ).rowcount
        _note(connection, item.user_id, document_key, tag_key, "untagged", -removed)
    return [None] * len(items)


@dataclass(frozen=True, slots=True)
class Retagging:
    """Tags to put on each of several documents and to take off each of them."""

    organization_key: int
    document_ids: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    user_id: str | None = None


def retag_documents(connection: Connection, items: Sequence[Retagging]) -> list[None]:
    """Change the tags of documents; what is so already is left alone and not noted. Raises DocumentNotFound, then
    TagNotFound.
    """
    for item in items:
        organization_key = item.organization_key
        document_keys = [find_key(connection, organization_key, document_id) for document_id in item.document_ids]
        added, removed = (
            [(tag_id, find_tag(connection, organization_key, tag_id)[0]) for tag_id in tag_ids]
            for tag_ids in (item.added, item.removed)
        )
        for document_id, document_key in zip(item.document_ids, document_keys, strict=True):
            for tag_id, tag_key in added:
                tagging = Tagging(organization_key, document_id, tag_id, item.user_id)
                if not _is_tagged(connection, document_key, tag_key):
                    tag_documents(connection, [tagging])
            for tag_id, tag_key in removed:
                tagging = Tagging(organization_key, document_id, tag_id, item.user_id)
                if _is_tagged(connection, document_key, tag_key):
                    untag_documents(connection, [tagging])
    return [None] * len(items)


def attach_tags(connection: Connection, document_key: int, tag_keys: Sequence[int]) -> list[int]:
    """Attach tags by keys, noted as nobody's; return those that were not there."""
    fresh = [tag_key for tag_key in dict.fromkeys(tag_keys) if not _is_tagged(connection, document_key, tag_key)]
    for tag_key in fresh:
        connection.execute(insert(document_tags).values(document_key=document_key, tag_key=tag_key))
        _note(connection, None, document_key, tag_key, "tagged", 1)
    return fresh


def _is_tagged(connection: Connection, document_key: int, tag_key: int) -> bool:
    found = connection.execute(
        select(document_tags.c.tag_key).where(
            document_tags.c.document_key == document_key, document_tags.c.tag_key == tag_key
        )
    ).first()
    return found is not None


def _note(
    connection: Connection, user_id: str | None, document_key: int, tag_key: int, event: str, amount: int
) -> None:
    now = now_milliseconds()
    trashed = connection.execute(
        update(documents)
        .where(documents.c.key == document_key)
        .values(updated_at=now)
        .returning(documents.c.is_trashed)
    ).scalar_one()
    if amount and not trashed:
        change_tag_count(connection, tag_key, amount)
    insert_activity(connection, [Entry(document_key, event, user_id, now, tag_key=tag_key)])
    mark_changed(connection, [document_key])
