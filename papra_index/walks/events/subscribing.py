"""The walk from recorded events to the callbacks of this process: one thread for each subscription.

At least once, in order: a subscription's place is in the catalog, and is moved on after its callback has returned. One
process at a time delivers for a name, by a lock; what happened meanwhile waits in the catalog.
"""

from __future__ import annotations

import logging
import re
import threading
from pathlib import Path
from typing import Final

from papra_index.catalog.database import Catalog
from papra_index.catalog.events import (
    EVENT_COUNTER,
    advance_subscriptions,
    complete_event,
    last_event,
    list_events,
    needs_content,
    open_subscriptions,
)
from papra_index.conventions.durability import FileLock
from papra_index.errors import ArchiveClosed, InvalidInput
from papra_index.values.events import DocumentEvent, EventCallback, EventType

logger = logging.getLogger("papra_index.events")

ATTEMPTS: Final = 3
"""How often a callback is called with an event that it fails on, before it is passed by."""

_POLL_SECONDS = 0.2
_LOCK_SECONDS = 1.0
_RETRY_SECONDS = 0.5
_CHUNK = 100
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def check_subscription_name(name: str) -> str:
    """Return the name; raises InvalidInput unless it is 1 to 64 letters, digits, dots, dashes and underscores."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise InvalidInput(
            f"{name!r} is no name of a subscription: give 1 to 64 ASCII letters, digits, dots, dashes or underscores"
        )
    return name


class Subscription:
    """The thread that calls a callback, while it holds the lock of its name."""

    def __init__(
        self, catalog: Catalog, lock_file: Path, name: str, callback: EventCallback, types: frozenset[EventType]
    ) -> None:
        """Begin with what happens from now on, or where the subscription of this name stands."""
        self.name = name
        self._catalog = catalog
        self._callback = callback
        self._types = types
        catalog.write(open_subscriptions, [name])
        self._lock = FileLock(lock_file)
        self._closing = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"papra-index-subscription-{name}", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Look for events now."""
        self._wake.set()

    def close(self) -> None:
        """Let the callback that is called now return, note its event as delivered, and deliver no more."""
        self._closing.set()
        self._wake.set()
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        try:
            self._deliver_in_turn()
        finally:
            self._lock.close()

    def _deliver_in_turn(self) -> None:
        while not self._closing.is_set() and not self._lock.try_acquire():
            self._closing.wait(_LOCK_SECONDS)
        while not self._closing.is_set():
            try:
                [place] = self._catalog.write(open_subscriptions, [self.name])
                self._deliver_from(place)
            except ArchiveClosed:
                break
            except Exception:
                logger.exception("events could not be read for %s; trying again", self.name)
                self._closing.wait(_LOCK_SECONDS)

    def _deliver_from(self, place: int) -> None:
        """Deliver events after a sequence until this is closed."""
        while not self._closing.is_set():
            self._wake.clear()
            if self._catalog.read_counter(EVENT_COUNTER) <= place:
                self._wake.wait(_POLL_SECONDS)
                continue
            with self._catalog.read() as connection:
                found = list_events(connection, place, _CHUNK)
                newest = last_event(connection)
            # Events that were kept long enough are gone, so that there may be none up to the newest.
            place = self._deliver(found, place) if found else newest
            self._catalog.write(advance_subscriptions, [(self.name, place)])

    def _deliver(self, found: list[DocumentEvent], place: int) -> int:
        """Call the callback with events, and return the sequence of the last that is done with."""
        for event in found:
            if self._closing.is_set():
                break
            if event.type in self._types and not self._call(event):
                break
            place = event.sequence
        return place

    def _call(self, event: DocumentEvent) -> bool:
        """Call the callback with an event; return whether that is done with."""
        if needs_content(event):
            with self._catalog.read() as connection:
                event = complete_event(connection, event)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self._callback(event)
            except Exception:
                logger.exception("subscription %s failed on event %d, attempt %d", self.name, event.sequence, attempt)
                if attempt < ATTEMPTS and self._closing.wait(_RETRY_SECONDS * attempt):
                    return False
            else:
                return True
        return True
