"""The walk from recorded deliveries to webhooks: due deliveries -> requests -> outcomes in the catalog.

At least once: an attempt is noted after its answer, so that a crash between the two has it made again, under the same
`webhook-id`. A webhook that does not answer is left alone for growing pauses and holds up no other.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from papra_index.catalog.database import Catalog
from papra_index.catalog.events import complete_event, needs_content
from papra_index.catalog.webhooks import (
    DeliveryAttempt,
    DueDelivery,
    has_webhooks,
    list_due,
    list_targets,
    store_attempts,
)
from papra_index.conventions.durability import FileLock
from papra_index.conventions.times import now_milliseconds, write_time
from papra_index.errors import ArchiveClosed, InvalidInput
from papra_index.settings import WebhookSettings
from papra_index.values.webhooks import DeliveryStatus

if TYPE_CHECKING:
    import asyncio

    from papra_index.notification.posting import Answer, WebhookClient

logger = logging.getLogger("papra_index.webhooks")

PARALLEL: Final = 10
"""Requests to one webhook at once."""

_POLL_SECONDS = 1.0
_REST_SECONDS = 0.02
_RETRY_SECONDS = 30.0
_GROWTH = 4
_MAX_PAUSE_SECONDS = 60.0


def check_target(url: str, settings: WebhookSettings) -> str:
    """Return a URL that webhooks may have. Raises InvalidInput, and UnsafeUrl where its host is within a network.

    A name that cannot be resolved now is let pass: it is checked again whenever it is posted to.
    """
    try:
        from papra_index.notification.addresses import check_addresses, parse_url, resolve_host

        parsed = parse_url(url)
    except ImportError as error:
        raise InvalidInput("webhooks need the extra http: pip install 'papra-index[http]'") from error
    if not settings.allow_private:
        try:
            addresses = resolve_host(parsed)
        except OSError:
            addresses = []
        check_addresses(parsed, addresses)
    return url


def choose_pause(attempts: int, settings: WebhookSettings) -> float:
    """Return the seconds until a delivery that failed so many times is tried again: four times as long each time, and
    by chance between half of that and one and a half, so that what failed together does not come again together.
    """
    return settings.retry_seconds * float(_GROWTH ** (attempts - 1)) * random.uniform(0.5, 1.5)  # noqa: S311


class Notification:
    """The background thread that posts to webhooks, while it holds the archive's lock for it."""

    def __init__(self, catalog: Catalog, lock_file: Path, settings: WebhookSettings) -> None:
        self._catalog = catalog
        self._settings = settings
        self._lock = FileLock(lock_file)
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._running: dict[int, asyncio.Task[None]] = {}
        self._busy: dict[int, int] = {}
        self._failures: dict[int, tuple[int, float]] = {}
        self._thread = threading.Thread(target=self._run, name="papra-index-webhooks", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Look for deliveries now."""
        self._wake.set()

    def close(self) -> None:
        """Stop; what was not answered yet is posted again by who opens the archive next."""
        self._closing.set()
        self._wake.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._closing.is_set() and not self._lock.try_acquire():
                self._closing.wait(_POLL_SECONDS)
            while not self._closing.is_set():
                try:
                    self._deliver_when_due()
                except ArchiveClosed:
                    break
                except Exception:
                    logger.exception("webhooks could not be called; trying again")
                    self._closing.wait(_RETRY_SECONDS)
        finally:
            self._lock.close()

    def _rest(self, seconds: float) -> None:
        self._wake.wait(seconds)
        self._wake.clear()

    def _deliver_when_due(self) -> None:
        while not self._closing.is_set():
            with self._catalog.read() as connection:
                wanted = has_webhooks(connection)
            if wanted:
                import asyncio

                asyncio.run(self._deliver())
            self._closing.wait(_POLL_SECONDS)

    async def _deliver(self) -> None:
        """Post what is due, and what comes to be, as long as there are webhooks."""
        import asyncio

        from papra_index.notification.posting import open_client

        async with open_client(self._settings.seconds) as client:
            try:
                while not self._closing.is_set() and (targets := self._list_targets()):
                    for target in targets:
                        self._start_due(client, target)
                    if self._running:
                        await asyncio.wait(self._running.values(), timeout=0.1, return_when=asyncio.FIRST_COMPLETED)
                    else:
                        await asyncio.to_thread(self._rest, _POLL_SECONDS)
                        await asyncio.sleep(_REST_SECONDS)
            finally:
                left = list(self._running.values())
                for task in left:
                    task.cancel()
                await asyncio.gather(*left, return_exceptions=True)
                self._running.clear()
                self._busy.clear()

    def _list_targets(self) -> list[tuple[int, str, str | None, str]]:
        with self._catalog.read() as connection:
            return list_targets(connection)

    def _start_due(self, client: WebhookClient, target: tuple[int, str, str | None, str]) -> None:
        import asyncio

        webhook_key = target[0]
        failed, until = self._failures.get(webhook_key, (0, 0.0))
        # One that failed is asked by one request whether it is back.
        room = (1 if failed else PARALLEL) - self._busy.get(webhook_key, 0)
        if room <= 0 or time.monotonic() < until:
            return
        with self._catalog.read() as connection:
            due = list_due(connection, target, now_milliseconds(), room + len(self._running))
        for item in [item for item in due if item.key not in self._running][:room]:
            self._busy[webhook_key] = self._busy.get(webhook_key, 0) + 1
            self._running[item.key] = asyncio.create_task(self._attempt(client, item))

    async def _attempt(self, client: WebhookClient, item: DueDelivery) -> None:
        import asyncio

        from papra_index.notification.posting import Message, post_message

        try:
            event = item.event
            if needs_content(event):
                with self._catalog.read() as connection:
                    event = complete_event(connection, event)
            payload = {"data": event.data, "type": event.type.value, "timestamp": write_time(event.occurred_at)}
            message = Message(item.id, item.url, item.secret, payload)
            seconds, allow_private = self._settings.seconds, self._settings.allow_private
            answer = await post_message(client, message, seconds, allow_private=allow_private)
            attempt = self._judge(item, answer)
            written = asyncio.wrap_future(self._catalog.submit(store_attempts, [attempt], patient=True))
            await asyncio.shield(written)  # a write that waits is not to be cancelled
        finally:
            del self._running[item.key]
            self._busy[item.webhook_key] -= 1

    def _judge(self, item: DueDelivery, answer: Answer) -> DeliveryAttempt:
        now = now_milliseconds()
        if answer.is_accepted:
            self._failures.pop(item.webhook_key, None)
            status, again = DeliveryStatus.DELIVERED, None
        else:
            failed = self._failures.get(item.webhook_key, (0, 0.0))[0] + 1
            pause = min(self._settings.retry_seconds * 2.0 ** min(failed - 1, 10), _MAX_PAUSE_SECONDS)
            self._failures[item.webhook_key] = failed, time.monotonic() + pause
            attempts = item.attempts + 1
            given_up = attempts >= self._settings.max_attempts
            status = DeliveryStatus.FAILED if given_up else DeliveryStatus.PENDING
            again = None if given_up else now + int(1000 * choose_pause(attempts, self._settings))
        return DeliveryAttempt(item.key, item.webhook_key, status, now, again, answer.status, answer.error)
