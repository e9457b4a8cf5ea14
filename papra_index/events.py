"""What happens to documents, as webhooks and callbacks are told of it (papra-api, section 14): values only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class EventType(StrEnum):
    """What happened; `deleted` is moved to the trash."""

    CREATED = "document:created"
    UPDATED = "document:updated"
    DELETED = "document:deleted"
    TAG_ADDED = "document:tag:added"
    TAG_REMOVED = "document:tag:removed"


@dataclass(frozen=True, slots=True)
class DocumentEvent:
    """Something that happened to a document; `sequence` is higher than that of all that happened before.

    `data` is what the contract has of the type, in its spelling: `documentId`, `organizationId`, and `name`,
    `createdAt`, `updatedAt` (created), those of `name`, `content`, `documentDate`, `notes` that were changed (updated),
    `tagId` and `tagName` (tags). Values are as of the event, but `content` is read when the event is delivered: None
    where the document is purged by then.
    """

    sequence: int
    type: EventType
    organization_id: str
    document_id: str
    occurred_at: datetime
    data: Mapping[str, Any]


EventCallback = Callable[[DocumentEvent], object]
"""What a subscription calls; what it returns is ignored."""


@dataclass(frozen=True, slots=True)
class SubscriptionDetails:
    """A subscription as the catalog has it: events up to `sequence` were delivered, `waiting` ones were not."""

    name: str
    sequence: int
    waiting: int
    created_at: datetime
