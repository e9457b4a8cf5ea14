"""Each document's history, written in the transaction of the change it tells of (papra-api, section 9)."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection, select

from papra_index.catalog.events import record_events
from papra_index.catalog.statements import insert_rows
from papra_index.catalog.tables import activity, documents, organizations, tags, users
from papra_index.conventions.identifiers import generate_id
from papra_index.conventions.times import to_datetime
from papra_index.conventions.values import dataclass
from papra_index.documents import Activity, Tag
from papra_index.results import PageRequest

UPDATED_FIELDS = ("content", "documentDate", "externalId", "mimeType", "name", "notes", "original")
"""The fields an `updated` entry can name, in the order it names them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry to write: `updated_fields` for `updated`, `tag_key` for `tagged` and `untagged`."""

    document_key: int
    event: str
    user_id: str | None
    created_at: int
    updated_fields: tuple[str, ...] = ()
    tag_key: int | None = None


def insert_activity(connection: Connection, entries: Sequence[Entry]) -> None:
    """Write entries in order, and the events that follow from them: their documents are as they are to be already."""
    if entries:
        insert_rows(
            connection,
            activity,
            [
                {
                    "id": generate_id("doc_act"),
                    "document_key": entry.document_key,
                    "event": entry.event,
                    "event_data": json.dumps({"updatedFields": list(entry.updated_fields)})
                    if entry.event == "updated"
                    else None,
                    "user_id": entry.user_id,
                    "tag_key": entry.tag_key,
                    "created_at": entry.created_at,
                }
                for entry in entries
            ],
        )
        record_events(connection, entries)


def list_activity(connection: Connection, organization_key: int, document_id: str, page: PageRequest) -> list[Activity]:
    """Return a page of a document's history, newest first; empty for an unknown document, as in the contract."""
    rows = connection.execute(
        select(activity, tags, organizations.c.id.label("organization_id"), users.c.name.label("user_name"))
        .join(documents, documents.c.key == activity.c.document_key)
        .join(organizations, organizations.c.key == documents.c.organization_key)
        .outerjoin(tags, tags.c.key == activity.c.tag_key)
        .outerjoin(users, users.c.id == activity.c.user_id)
        .where(documents.c.organization_key == organization_key, documents.c.id == document_id)
        .order_by(activity.c.key.desc())
        .limit(page.page_size)
        .offset(page.first)
    )
    entries: list[Activity] = []
    for row in rows:
        found = row._mapping  # noqa: SLF001 - the documented way to read a row by column
        tag = None
        if found[tags.c.id] is not None:
            tag = Tag(
                id=found[tags.c.id],
                organization_id=found["organization_id"],
                name=found[tags.c.name],
                color=found[tags.c.color],
                description=found[tags.c.description],
                created_at=to_datetime(found[tags.c.created_at]),
                updated_at=to_datetime(found[tags.c.updated_at]),
            )
        data = found[activity.c.event_data]
        entries.append(
            Activity(
                id=found[activity.c.id],
                document_id=document_id,
                event=found[activity.c.event],
                created_at=to_datetime(found[activity.c.created_at]),
                user_id=found[activity.c.user_id],
                event_data=json.loads(data) if data else None,
                tag=tag,
                user_name=found["user_name"],
            )
        )
    return entries
