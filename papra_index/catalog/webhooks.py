"""Webhooks of an organization, and their deliveries: written with the event, kept until they are done with.

A delivery that is done with stays as the log, the newest 500 of each webhook, for 30 days.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from papra_index.catalog.changes import allocate_keys
from papra_index.catalog.statements import Statement, insert_rows
from papra_index.catalog.tables import organizations, webhook_deliveries, webhooks
from papra_index.conventions.identifiers import generate_id
from papra_index.conventions.times import now_milliseconds, to_datetime
from papra_index.conventions.values import dataclass
from papra_index.errors import WebhookLimitReached, WebhookNotFound
from papra_index.results import PageRequest
from papra_index.values.events import KEPT_FOR, DocumentEvent, EventType
from papra_index.values.webhooks import MAX_WEBHOOKS, DeliveryStatus, Webhook, WebhookDelivery

KEPT_DELIVERIES: Final = 500

_ENABLED = Statement(
    select(webhooks.c.key, webhooks.c.organization_key, webhooks.c.events).where(webhooks.c.enabled == 1)
)
_SELECT = select(webhooks, organizations.c.id.label("organization_id")).join(
    organizations, organizations.c.key == webhooks.c.organization_key
)
_DUE = Statement(
    select(
        webhook_deliveries.c.key, webhook_deliveries.c.id, webhook_deliveries.c.attempts, webhook_deliveries.c.type,
        webhook_deliveries.c.document_id, webhook_deliveries.c.occurred_at, webhook_deliveries.c.data,
    )
    .where(
        webhook_deliveries.c.webhook_key == bindparam("webhook_key"),
        webhook_deliveries.c.next_attempt_at <= bindparam("now"),
    )
    .order_by(webhook_deliveries.c.next_attempt_at, webhook_deliveries.c.key)
    .limit(bindparam("limit"))
)  # fmt: skip
_TARGETS = Statement(
    select(webhooks.c.key, webhooks.c.url, webhooks.c.secret, organizations.c.id)
    .join(organizations, organizations.c.key == webhooks.c.organization_key)
    .where(webhooks.c.enabled == 1, organizations.c.deleted_at.is_(None))
)


@dataclass(frozen=True, slots=True)
class WebhookChange:
    """Values of a webhook by column, checked; `id` None makes a new one."""

    organization_key: int
    values: Mapping[str, Any]
    id: str | None = None


@dataclass(frozen=True, slots=True)
class DueDelivery:
    """A delivery that is to be tried now."""

    key: int
    id: str
    webhook_key: int
    url: str
    secret: str | None
    attempts: int
    event: DocumentEvent


@dataclass(frozen=True, slots=True)
class DeliveryAttempt:
    """What came of trying a delivery; `next_attempt_at` in milliseconds, None where it is done with."""

    key: int
    webhook_key: int
    status: DeliveryStatus
    attempted_at: int
    next_attempt_at: int | None
    response_status: int | None
    error: str | None


def record_deliveries(
    connection: Connection, recorded: Sequence[Mapping[str, Any]], organization_keys: Sequence[int]
) -> None:
    """Have events, given as rows with their organizations, delivered to all webhooks that want them."""
    wanted = [(key, owner, frozenset(json.loads(types))) for key, owner, types in _ENABLED.fetch(connection, {})]
    pairs = [
        (key, row)
        for row, organization_key in zip(recorded, organization_keys, strict=True)
        for key, owner, types in wanted
        if owner == organization_key and row["type"] in types
    ]
    keys = allocate_keys(connection, len(pairs)) if pairs else ()
    rows = [
        {
            "key": key,
            "id": generate_id("msg"),
            "webhook_key": webhook_key,
            "type": row["type"],
            "document_id": row["document_id"],
            "data": row["data"],
            "status": DeliveryStatus.PENDING.value,
            "occurred_at": row["occurred_at"],
            "next_attempt_at": row["occurred_at"],
        }
        for key, (webhook_key, row) in zip(keys, pairs, strict=True)
    ]
    insert_rows(connection, webhook_deliveries, rows)


def has_webhooks(connection: Connection) -> bool:
    """Whether there is an enabled webhook in the archive."""
    return bool(_ENABLED.fetch(connection, {}))


def list_targets(connection: Connection) -> list[tuple[int, str, str | None, str]]:
    """Return (key, URL, secret, organization id) of the enabled webhooks."""
    return _TARGETS.fetch(connection, {})


def list_due(
    connection: Connection, target: tuple[int, str, str | None, str], now: int, limit: int
) -> list[DueDelivery]:
    """Return deliveries of a webhook that are to be tried at a time, the longest due first."""
    webhook_key, url, secret, organization_id = target
    found = []
    for key, id_, attempts, kind, document_id, occurred_at, data in _DUE.fetch(
        connection, {"webhook_key": webhook_key, "now": now, "limit": limit}
    ):
        event = DocumentEvent(
            0, EventType(kind), organization_id, document_id, to_datetime(occurred_at), json.loads(data)
        )
        found.append(DueDelivery(key, id_, webhook_key, url, secret, attempts, event))
    return found


def store_attempts(connection: Connection, items: Sequence[DeliveryAttempt]) -> list[None]:
    """Note what came of deliveries, and remove what the log does not keep."""
    for item in items:
        connection.execute(
            update(webhook_deliveries)
            .where(webhook_deliveries.c.key == item.key)
            .values(
                status=item.status.value,
                attempts=webhook_deliveries.c.attempts + 1,
                attempted_at=item.attempted_at,
                next_attempt_at=item.next_attempt_at,
                response_status=item.response_status,
                error=item.error,
                **({"data": "{}"} if item.next_attempt_at is None else {}),
            )
        )
    old = now_milliseconds() - int(KEPT_FOR.total_seconds() * 1000)
    for webhook_key in {item.webhook_key for item in items if item.next_attempt_at is None}:
        mine = webhook_deliveries.c.webhook_key == webhook_key
        done = mine & webhook_deliveries.c.next_attempt_at.is_(None)
        last = (
            select(webhook_deliveries.c.key).where(done).order_by(webhook_deliveries.c.key.desc()).limit(1)
            .offset(KEPT_DELIVERIES).scalar_subquery()
        )  # fmt: skip
        connection.execute(delete(webhook_deliveries).where(done, webhook_deliveries.c.key <= last))
        connection.execute(delete(webhook_deliveries).where(mine, webhook_deliveries.c.occurred_at < old))
    return [None] * len(items)


def save_webhooks(connection: Connection, items: Sequence[WebhookChange]) -> list[Webhook]:
    """Create or change webhooks and return them. Raises WebhookNotFound, WebhookLimitReached."""
    return [_insert(connection, item) if item.id is None else _update(connection, item) for item in items]


def delete_webhooks(connection: Connection, items: Sequence[tuple[int, str]]) -> list[None]:
    """Delete webhooks with their deliveries, by (organization key, id). Raises WebhookNotFound."""
    for organization_key, webhook_id in items:
        row = _find(connection, organization_key, webhook_id)
        connection.execute(delete(webhooks).where(webhooks.c.key == row.key))
    return [None] * len(items)


def find_webhook(connection: Connection, organization_key: int, webhook_id: str) -> Webhook:
    """Return a webhook by id. Raises WebhookNotFound."""
    return _build(_find(connection, organization_key, webhook_id))


def list_webhooks(connection: Connection, organization_key: int) -> list[Webhook]:
    """Return an organization's webhooks, oldest first."""
    mine = _SELECT.where(webhooks.c.organization_key == organization_key).order_by(webhooks.c.key)
    return [_build(row) for row in connection.execute(mine)]


def list_deliveries(
    connection: Connection, organization_key: int, webhook_id: str, page: PageRequest
) -> list[WebhookDelivery]:
    """Return a page of a webhook's deliveries, newest first. Raises WebhookNotFound."""
    row = _find(connection, organization_key, webhook_id)
    rows = connection.execute(
        select(webhook_deliveries)
        .where(webhook_deliveries.c.webhook_key == row.key)
        .order_by(webhook_deliveries.c.key.desc())
        .limit(page.page_size)
        .offset(page.first)
    )
    return [
        WebhookDelivery(
            found.id, webhook_id, EventType(found.type), found.document_id, DeliveryStatus(found.status),
            found.attempts, to_datetime(found.occurred_at), _read_time(found.attempted_at),
            _read_time(found.next_attempt_at), found.response_status, found.error,
        )
        for found in rows
    ]  # fmt: skip


def _insert(connection: Connection, item: WebhookChange) -> Webhook:
    mine = webhooks.c.organization_key == item.organization_key
    count = connection.execute(select(func.count()).select_from(webhooks).where(mine)).scalar_one()
    if count >= MAX_WEBHOOKS:
        raise WebhookLimitReached(f"this organization has {count} webhooks, the limit: delete one")
    now, webhook_id = now_milliseconds(), generate_id("wbh")
    values = {"key": allocate_keys(connection, 1)[0], "id": webhook_id, "created_at": now, "updated_at": now}
    owner = {"organization_key": item.organization_key}
    connection.execute(insert(webhooks).values({**values, **owner, **item.values}))
    return find_webhook(connection, item.organization_key, webhook_id)


def _update(connection: Connection, item: WebhookChange) -> Webhook:
    webhook_id = item.id or ""
    row = _find(connection, item.organization_key, webhook_id)
    changed = {**item.values, "updated_at": now_milliseconds()}
    connection.execute(update(webhooks).where(webhooks.c.key == row.key).values(changed))
    return find_webhook(connection, item.organization_key, webhook_id)


def _find(connection: Connection, organization_key: int, webhook_id: str) -> Row[*tuple[Any, ...]]:
    mine = _SELECT.where(webhooks.c.organization_key == organization_key, webhooks.c.id == webhook_id)
    row = connection.execute(mine).first()
    if row is None:
        raise WebhookNotFound(f"there is no webhook {webhook_id} in this organization: list them for their ids")
    return row


def _build(row: Row[*tuple[Any, ...]]) -> Webhook:
    return Webhook(
        id=row.id,
        organization_id=row.organization_id,
        name=row.name,
        url=row.url,
        events=tuple(EventType(item) for item in json.loads(row.events)),
        enabled=bool(row.enabled),
        has_secret=bool(row.secret),
        created_at=to_datetime(row.created_at),
        updated_at=to_datetime(row.updated_at),
    )


def _read_time(milliseconds: int | None) -> Any:
    return None if milliseconds is None else to_datetime(milliseconds)
