"""Webhooks: who outside is told of what happens to documents, and what became of telling them; values only."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

from papra_index.conventions.values import dataclass
from papra_index.values.events import EventType

MAX_NAME_LENGTH: Final = 128
MAX_URL_LENGTH: Final = 2_048
MAX_SECRET_LENGTH: Final = 256
MAX_WEBHOOKS: Final = 50
"""For an organization: every event is written once for each that wants it."""


class DeliveryStatus(StrEnum):
    """`pending` is still to be tried, or to be tried again; `failed` is given up."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that events are posted to; its secret, with which they are signed, is told to nobody."""

    id: str
    organization_id: str
    name: str
    url: str
    events: tuple[EventType, ...]
    enabled: bool
    has_secret: bool
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class WebhookDelivery:
    """An event for a webhook. `id` is the header `webhook-id`, the same in each attempt.

    `response_status` and `error` are those of the last attempt; `next_attempt_at` is None when there is none to come.
    """

    id: str
    webhook_id: str
    type: EventType
    document_id: str
    status: DeliveryStatus
    attempts: int
    occurred_at: datetime
    attempted_at: datetime | None
    next_attempt_at: datetime | None
    response_status: int | None
    error: str | None
