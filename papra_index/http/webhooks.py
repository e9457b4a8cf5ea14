"""The routes of webhooks, for sessions only (papra-api, section 14)."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field
from typing_extensions import TypedDict

from papra_index.conventions.times import write_time
from papra_index.errors import PrincipalsRestricted, UnsafeUrl, WebhookLimitReached, WebhookNotFound
from papra_index.http.failures import refuse
from papra_index.http.routing import HOME, Call, operation
from papra_index.http.validation import PageQuery, Utf16Length, WireModel
from papra_index.values.events import EventType
from papra_index.values.webhooks import (
    MAX_NAME_LENGTH,
    MAX_SECRET_LENGTH,
    MAX_URL_LENGTH,
    Webhook,
    WebhookDelivery,
)

Name = Annotated[str, AfterValidator(str.strip), Utf16Length(1, MAX_NAME_LENGTH)]
Url = Annotated[str, Utf16Length(1, MAX_URL_LENGTH)]
Secret = Annotated[str, Utf16Length(0, MAX_SECRET_LENGTH)]
Events = Annotated[list[Annotated[EventType, Field(strict=False)]], Field(min_length=1)]


class WebhookCreation(WireModel):
    """A webhook to make; with a secret, what is posted is signed."""

    name: Name
    url: Url
    events: Events
    secret: Secret | None = None
    enabled: bool = True


class WebhookUpdate(WireModel):
    """What to change of a webhook; a secret of null or nothing takes it away."""

    name: Name = ""
    url: Url = ""
    events: Events = Field(default=[])
    secret: Secret | None = None
    enabled: bool = True


class WebhookPayload(TypedDict):
    """A webhook; its secret is not told."""

    id: str
    organizationId: str
    name: str
    url: str
    events: list[str]
    enabled: bool
    hasSecret: bool
    createdAt: str
    updatedAt: str


class DeliveryPayload(TypedDict):
    """An event for a webhook: waiting, delivered or given up, with what the last attempt came to."""

    id: str
    webhookId: str
    type: str
    documentId: str
    status: str
    attempts: int
    occurredAt: str
    attemptedAt: str | None
    nextAttemptAt: str | None
    responseStatus: int | None
    error: str | None


class WebhookReply(TypedDict):
    """A webhook."""

    webhook: WebhookPayload


class WebhooksReply(TypedDict):
    """The webhooks of an organization, oldest first."""

    webhooks: list[WebhookPayload]


class DeliveriesReply(TypedDict):
    """A page of a webhook's deliveries, newest first."""

    deliveries: list[DeliveryPayload]


_ALL = HOME + "/webhooks"
_ONE = _ALL + "/{webhookId}"
_RESTRICTED = refuse(PrincipalsRestricted)
_MISSING = refuse(WebhookNotFound)
_UNSAFE = refuse(UnsafeUrl)


@operation("GET", _ALL, sessions=True, errors=(_RESTRICTED,))
def list_webhooks(call: Call) -> WebhooksReply:
    """The webhooks."""
    return {"webhooks": list(map(write_webhook, call.home.list_webhooks()))}


@operation("POST", _ALL, sessions=True, errors=(_RESTRICTED, _UNSAFE, refuse(WebhookLimitReached)))
def create_webhook(call: Call, body: WebhookCreation) -> WebhookReply:
    """Have events posted to a URL from now on."""
    created = call.home.create_webhook(
        body.name, body.url, events=body.events, secret=body.secret, enabled=body.enabled
    )
    return {"webhook": write_webhook(created)}


@operation("GET", _ONE, sessions=True, errors=(_RESTRICTED, _MISSING))
def get_webhook(call: Call) -> WebhookReply:
    """A webhook."""
    return {"webhook": write_webhook(call.home.get_webhook(call.ids["webhookId"]))}


@operation("PUT", _ONE, sessions=True, errors=(_RESTRICTED, _MISSING, _UNSAFE))
def update_webhook(call: Call, body: WebhookUpdate) -> WebhookReply:
    """Change a webhook; what is not given stays."""
    given = {name: getattr(body, name) for name in body.model_fields_set}
    return {"webhook": write_webhook(call.home.update_webhook(call.ids["webhookId"], **given))}


@operation("DELETE", _ONE, sessions=True, errors=(_RESTRICTED, _MISSING))
def delete_webhook(call: Call) -> None:
    """Delete a webhook, with what waits for it."""
    call.home.delete_webhook(call.ids["webhookId"])


@operation("GET", _ONE + "/deliveries", sessions=True, errors=(_RESTRICTED, _MISSING))
def list_deliveries(call: Call, query: PageQuery) -> DeliveriesReply:
    """What was posted to a webhook and what waits, newest first."""
    found = call.home.list_deliveries(call.ids["webhookId"], page_index=query.page_index, page_size=query.page_size)
    return {"deliveries": list(map(write_delivery, found))}


def write_webhook(webhook: Webhook) -> WebhookPayload:
    """Return a webhook as the wire has it."""
    return {
        "id": webhook.id,
        "organizationId": webhook.organization_id,
        "name": webhook.name,
        "url": webhook.url,
        "events": [kind.value for kind in webhook.events],
        "enabled": webhook.enabled,
        "hasSecret": webhook.has_secret,
        "createdAt": write_time(webhook.created_at),
        "updatedAt": write_time(webhook.updated_at),
    }


def write_delivery(delivery: WebhookDelivery) -> DeliveryPayload:
    """Return a delivery as the wire has it."""
    attempted, following = delivery.attempted_at, delivery.next_attempt_at
    return {
        "id": delivery.id,
        "webhookId": delivery.webhook_id,
        "type": delivery.type.value,
        "documentId": delivery.document_id,
        "status": delivery.status.value,
        "attempts": delivery.attempts,
        "occurredAt": write_time(delivery.occurred_at),
        "attemptedAt": None if attempted is None else write_time(attempted),
        "nextAttemptAt": None if following is None else write_time(following),
        "responseStatus": delivery.response_status,
        "error": delivery.error,
    }
