"""What happens to documents, as webhooks and callbacks are told of it (papra-api, section 14): values only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from papra_index.conventions.values import dataclass
from papra_index.errors import InvalidInput

KEPT_FOR: Final = timedelta(days=30)
"""How long an event is kept for those who have not got it."""


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


def check_event_types(types: Iterable[str] | None) -> frozenset[EventType]:
    """Return the types of events, all of them for None. Raises InvalidInput for none, and for one there is not."""
    known = {kind.value: kind for kind in EventType}
    wanted = list(known) if types is None else [types] if isinstance(types, str) else list(types)
    for item in wanted:
        if item not in known:
            raise InvalidInput(f"{item!r} is no event: give some of {', '.join(known)}")
    if not wanted:
        raise InvalidInput(f"no event is asked for: give some of {', '.join(known)}")
    return frozenset(known[item] for item in wanted)
