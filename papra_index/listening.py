"""The verbs for those who listen: callbacks for what happens to documents."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from papra_index.catalog.database import Catalog
from papra_index.catalog.events import delete_subscriptions, list_subscriptions
from papra_index.errors import InvalidInput
from papra_index.settings import Settings
from papra_index.values.events import EventCallback, SubscriptionDetails, check_event_types
from papra_index.walks.events.notifying import Notification
from papra_index.walks.events.ruling import Ruling
from papra_index.walks.events.subscribing import Subscription, check_subscription_name


class ListeningVerbs:
    """Subscriptions of an archive."""

    _catalog: Catalog
    _locks: Path
    _notification: Notification | None
    _subscriptions: dict[str, Subscription]
    _subscribing: threading.Lock
    settings: Settings

    def subscribe(self, name: str, callback: EventCallback, *, types: Iterable[str] | None = None) -> None:
        """Have a callback called for every event of the archive, or those of some types, until the archive is closed.

        The name is that of the subscription, which stays: what happens while nobody listens under it is delivered when
        somebody does again, for up to 30 days. Events come in order and at least once, those of other processes too, in
        a thread of their own, after the write they tell of; of several processes with the same name one is called. A
        callback that raises is called again, twice at most; then the event is passed by, and the log says so. Raises
        InvalidInput for a name or type that is none, and for a name that this archive listens under already.
        """
        self._catalog.check_writable()  # where it was read up to is written down
        wanted = check_event_types(types)
        lock_file = self._locks / f"subscription-{check_subscription_name(name)}.lock"
        with self._subscribing:
            if name in self._subscriptions:
                raise InvalidInput(f"this archive listens under the name {name!r} already: choose another")
            self._subscriptions[name] = Subscription(self._catalog, lock_file, name, callback, wanted)

    def unsubscribe(self, name: str) -> bool:
        """End a subscription and forget where it stands; return whether there was one."""
        with self._subscribing:
            opened = self._subscriptions.pop(name, None)
        if opened is not None:
            opened.close()
        return self._catalog.write(delete_subscriptions, [name])[0]

    def subscriptions(self) -> list[SubscriptionDetails]:
        """Return the subscriptions of all processes by name, with how many events wait for each."""
        with self._catalog.read() as connection:
            return list_subscriptions(connection)

    def _start_listening(self, opened: ExitStack) -> None:
        """Begin to call webhooks and to apply requested rules; that, and subscriptions, end with the stack."""
        settings, self._notification = self.settings.webhooks, None
        if settings.background:
            self._notification = Notification(self._catalog, self._locks / "webhooks.lock", settings)
            opened.callback(self._notification.close)
        if self.settings.extraction.background:
            opened.callback(Ruling(self._catalog, self._locks / "rules.lock").close)
        self._subscriptions, self._subscribing = {}, threading.Lock()
        self._catalog.add_listener(self._wake_listeners)
        opened.callback(self._close_subscriptions)

    def _wake_listeners(self) -> None:
        if self._notification is not None:
            self._notification.wake()
        for subscription in list(self._subscriptions.values()):
            subscription.wake()

    def _close_subscriptions(self) -> None:
        with self._subscribing:
            for subscription in self._subscriptions.values():
                subscription.close()
