"""Events for subscriptions and webhooks: recorded by the transaction of the write they tell of, so that no crash comes
between the two.

They follow from the activity, which every write notes. Where nobody listens nothing is recorded. What everybody who
listens has got is pruned, and the rest after 30 days, so that a listener who never comes back costs no more than that.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, bindparam, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from papra_index.catalog.changes import advance_counter, read_counter
from papra_index.catalog.keys import LISTED_KEYS, list_keys
from papra_index.catalog.pages import read_texts
from papra_index.catalog.statements import Statement, insert_rows
from papra_index.catalog.tables import documents, events, organizations, subscriptions, tags
from papra_index.catalog.webhooks import has_webhooks, record_deliveries
from papra_index.conventions.times import now_milliseconds, to_datetime, write_time
from papra_index.documents import PAGE_SEPARATOR
from papra_index.values.events import KEPT_FOR, DocumentEvent, EventType, SubscriptionDetails

if TYPE_CHECKING:
    from papra_index.catalog.activity import Entry

EVENT_COUNTER: Final = "event"
"""Advanced with each event."""

_PRUNED_EVERY: Final = 1_000
"""Events between two times that old ones are looked for while new ones are recorded."""

_TYPES: Final = {
    "created": EventType.CREATED,
    "updated": EventType.UPDATED,
    "deleted": EventType.DELETED,
    "tagged": EventType.TAG_ADDED,
    "untagged": EventType.TAG_REMOVED,
}
_CONTENT: Final = "content"

_IS_HEARD = Statement(select(subscriptions.c.name).limit(1))
_DOCUMENTS = Statement(
    select(
        documents.c.key, documents.c.id, organizations.c.id.label("organization_id"), documents.c.organization_key,
        documents.c.name, documents.c.created_at, documents.c.updated_at, documents.c.document_date, documents.c.notes,
    )
    .join(organizations, organizations.c.key == documents.c.organization_key)
    .where(documents.c.key.in_(LISTED_KEYS))
)  # fmt: skip
_TAGS = Statement(select(tags.c.key, tags.c.id, tags.c.name).where(tags.c.key.in_(LISTED_KEYS)))
_NEWER = Statement(
    select(
        events.c.sequence, events.c.type, events.c.organization_id, events.c.document_id, events.c.occurred_at,
        events.c.data,
    )
    .where(events.c.sequence > bindparam("after"))
    .order_by(events.c.sequence)
    .limit(bindparam("limit"))
)  # fmt: skip


def record_events(connection: Connection, entries: Sequence[Entry]) -> None:
    """Record the events that follow from activity entries, in their order, if anybody listens."""
    told = [entry for entry in entries if entry.event in _TYPES]
    if not told:
        return
    is_heard, is_posted = bool(_IS_HEARD.fetch(connection, {})), has_webhooks(connection)
    if not is_heard and not is_posted:
        return
    rows = {row[0]: row[1:] for row in _DOCUMENTS.fetch(connection, list_keys([item.document_key for item in told]))}
    named = {item.tag_key for item in told if item.tag_key is not None}
    known = {key: (id_, name) for key, id_, name in _TAGS.fetch(connection, list_keys(sorted(named)))} if named else {}
    numbers = advance_counter(connection, EVENT_COUNTER, len(told))
    if numbers[-1] // _PRUNED_EVERY != (numbers[0] - 1) // _PRUNED_EVERY:
        prune_events(connection)  # those who never come back to what they listened to prune nothing
    recorded = []
    for sequence, entry in zip(numbers, told, strict=True):
        id_, organization_id, _, *values = rows[entry.document_key]
        data = {"documentId": id_, "organizationId": organization_id}
        recorded.append(
            {
                "sequence": sequence,
                "type": _TYPES[entry.event].value,
                "organization_id": organization_id,
                "document_id": id_,
                "occurred_at": entry.created_at,
                "data": json.dumps(data | _describe(entry, values, known)),
            }
        )
    if is_heard:
        insert_rows(connection, events, recorded)
    if is_posted:
        record_deliveries(connection, recorded, [rows[entry.document_key][2] for entry in told])


def list_events(connection: Connection, after: int, limit: int) -> list[DocumentEvent]:
    """Return up to `limit` events after a sequence, oldest first."""
    return [build_event(*row) for row in _NEWER.fetch(connection, {"after": after, "limit": limit})]


def build_event(
    sequence: int, kind: str, organization_id: str, document_id: str, occurred_at: int, data: str
) -> DocumentEvent:
    """Return the event of a row."""
    return DocumentEvent(
        sequence, EventType(kind), organization_id, document_id, to_datetime(occurred_at), json.loads(data)
    )


def needs_content(event: DocumentEvent) -> bool:
    """Whether `complete_event` has something to read."""
    return _CONTENT in event.data


def complete_event(connection: Connection, event: DocumentEvent) -> DocumentEvent:
    """Return an event with the content that the document has now."""
    key = connection.execute(select(documents.c.key).where(documents.c.id == event.document_id)).scalar()
    found = None if key is None else [text for _, text, _ in read_texts(connection, [key]).get(key, ())]
    content = None if found is None else PAGE_SEPARATOR.join(found)
    return replace(event, data={**event.data, _CONTENT: content})


def last_event(connection: Connection) -> int:
    """Return the sequence of the newest event ever recorded."""
    return read_counter(connection, EVENT_COUNTER)


def open_subscriptions(connection: Connection, items: Sequence[str]) -> list[int]:
    """Return where subscriptions of these names stand; those that are new begin now."""
    found = []
    for name in items:
        new = insert(subscriptions).values(name=name, sequence=last_event(connection), created_at=now_milliseconds())
        connection.execute(new.on_conflict_do_nothing())
        found.append(connection.execute(select(subscriptions.c.sequence).where(subscriptions.c.name == name)).scalar())
    return [int(sequence or 0) for sequence in found]


def advance_subscriptions(connection: Connection, items: Sequence[tuple[str, int]]) -> list[None]:
    """Note what was delivered, as (name, sequence), and prune what all have got."""
    for name, sequence in items:
        connection.execute(update(subscriptions).where(subscriptions.c.name == name).values(sequence=sequence))
    prune_events(connection)
    return [None] * len(items)


def delete_subscriptions(connection: Connection, items: Sequence[str]) -> list[bool]:
    """Forget subscriptions, and say of each whether there was one."""
    removed = [
        bool(connection.execute(delete(subscriptions).where(subscriptions.c.name == name)).rowcount) for name in items
    ]
    prune_events(connection)
    return removed


def list_subscriptions(connection: Connection) -> list[SubscriptionDetails]:
    """Return all subscriptions by name."""
    newer = select(func.count()).where(events.c.sequence > subscriptions.c.sequence).scalar_subquery()
    rows = connection.execute(select(subscriptions, newer.label("waiting")).order_by(subscriptions.c.name))
    return [SubscriptionDetails(row.name, row.sequence, row.waiting, to_datetime(row.created_at)) for row in rows]


def prune_events(connection: Connection) -> None:
    """Remove events that all subscriptions have got, and those that were kept long enough."""
    lowest = connection.execute(select(func.min(subscriptions.c.sequence))).scalar()
    got = events.c.sequence <= (last_event(connection) if lowest is None else lowest)
    old = events.c.occurred_at < now_milliseconds() - int(KEPT_FOR.total_seconds() * 1000)
    connection.execute(delete(events).where(got | old))


def _describe(entry: Entry, values: Sequence[Any], known: Mapping[int, tuple[str, str]]) -> dict[str, str | None]:
    """Return what an event tells besides ids; `values` are those of the document's row, from its name on."""
    name, created_at, updated_at, document_date, notes = values
    if entry.event == "created":
        return {"name": name, "createdAt": _write_optional(created_at), "updatedAt": _write_optional(updated_at)}
    if entry.event == "updated":
        fresh = {"name": name, _CONTENT: None, "documentDate": _write_optional(document_date), "notes": notes}
        return {field: value for field, value in fresh.items() if field in entry.updated_fields}
    if entry.tag_key is None:
        return {}
    tag_id, tag_name = known[entry.tag_key]
    return {"tagId": tag_id, "tagName": tag_name}


def _write_optional(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else write_time(to_datetime(milliseconds))
