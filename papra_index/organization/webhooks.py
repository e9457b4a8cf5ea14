"""The verbs for webhooks: addresses that are posted what happens to documents."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Unpack

from papra_index.catalog.webhooks import (
    WebhookChange,
    delete_webhooks,
    find_webhook,
    list_deliveries,
    list_webhooks,
    save_webhooks,
)
from papra_index.conventions.folding import replace_surrogates
from papra_index.conventions.identifiers import check_id
from papra_index.documents import UNCHANGED, Unchanged
from papra_index.errors import InvalidInput
from papra_index.organization.base import OrganizationVerbs
from papra_index.results import PageRequest
from papra_index.values.events import EventType, check_event_types
from papra_index.values.webhooks import MAX_NAME_LENGTH, MAX_SECRET_LENGTH, Webhook, WebhookDelivery
from papra_index.walks.applying.waiting import Waiting, writes
from papra_index.walks.events.notifying import check_target


class WebhookVerbs(OrganizationVerbs):
    """Webhooks of an organization. As they tell of all its documents, all verbs raise PrincipalsRestricted on a handle
    that does not see all.
    """

    @writes
    def create_webhook(
        self,
        name: str,
        url: str,
        *,
        events: Iterable[str] | None = None,
        secret: str | None = None,
        enabled: bool = True,
        **_: Unpack[Waiting],
    ) -> Webhook:
        """Have events (None: all) posted to a URL from now on, signed with the secret if there is one.

        An archive that is open in the background posts them, each until it is accepted or has failed often enough.
        Raises InvalidInput, UnsafeUrl for an address within a network, WebhookLimitReached.
        """
        self._check_sees_all()
        values = self._check_webhook(name, url, secret, list(EventType) if events is None else events, enabled)
        return self._catalog.write(save_webhooks, [WebhookChange(self._key, values)])[0]

    @writes
    def update_webhook(
        self,
        webhook_id: str,
        *,
        name: str | Unchanged = UNCHANGED,
        url: str | Unchanged = UNCHANGED,
        events: Iterable[str] | Unchanged = UNCHANGED,
        secret: str | Unchanged | None = UNCHANGED,
        enabled: bool | Unchanged = UNCHANGED,
        **_: Unpack[Waiting],
    ) -> Webhook:
        """Change what is given of a webhook and return it; what waits for it is posted as it is then.

        While it is not enabled nothing is recorded for it. Raises WebhookNotFound, InvalidInput, UnsafeUrl.
        """
        self._check_sees_all()
        values = self._check_webhook(name, url, secret, events, enabled)
        change = WebhookChange(self._key, values, check_id("wbh", webhook_id))
        return self._catalog.write(save_webhooks, [change])[0]

    @writes
    def delete_webhook(self, webhook_id: str, **_: Unpack[Waiting]) -> None:
        """Delete a webhook and its deliveries. Raises WebhookNotFound."""
        self._check_sees_all()
        self._catalog.write(delete_webhooks, [(self._key, check_id("wbh", webhook_id))])

    def get_webhook(self, webhook_id: str) -> Webhook:
        """Return a webhook. Raises WebhookNotFound."""
        self._check_sees_all()
        with self._catalog.read() as connection:
            return find_webhook(connection, self._key, check_id("wbh", webhook_id))

    def list_webhooks(self) -> tuple[Webhook, ...]:
        """Return the webhooks, oldest first."""
        self._check_sees_all()
        with self._catalog.read() as connection:
            return tuple(list_webhooks(connection, self._key))

    def list_deliveries(
        self, webhook_id: str, *, page_index: int = 0, page_size: int = 25
    ) -> tuple[WebhookDelivery, ...]:
        """Return a page of a webhook's deliveries, newest first: those that wait, and 500 that are done with.

        Raises WebhookNotFound, InvalidPageRequest.
        """
        self._check_sees_all()
        page = PageRequest(page_index, page_size)
        with self._catalog.read() as connection:
            return tuple(list_deliveries(connection, self._key, check_id("wbh", webhook_id), page))

    def _check_webhook(
        self,
        name: str | Unchanged,
        url: str | Unchanged,
        secret: str | Unchanged | None,
        events: Iterable[str] | Unchanged,
        enabled: bool | Unchanged,
    ) -> dict[str, Any]:
        """Return the columns of what is given."""
        values: dict[str, Any] = {}
        if not isinstance(name, Unchanged):
            values["name"] = replace_surrogates(name.strip())
            if not 1 <= len(values["name"]) <= MAX_NAME_LENGTH:
                raise InvalidInput(f"a webhook's name has 1 to {MAX_NAME_LENGTH} characters: choose another")
        if not isinstance(url, Unchanged):
            values["url"] = check_target(url, self._parts.settings.webhooks)
        if not isinstance(secret, Unchanged):
            values["secret"] = secret or None
            if secret and (len(secret) > MAX_SECRET_LENGTH or replace_surrogates(secret) != secret):
                raise InvalidInput(f"a secret is text of at most {MAX_SECRET_LENGTH} characters: choose another")
        if not isinstance(events, Unchanged):
            values["events"] = json.dumps(sorted(check_event_types(events)))
        if not isinstance(enabled, Unchanged):
            values["enabled"] = int(enabled)
        return values
