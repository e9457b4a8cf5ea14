"""Webhooks: what is posted, to whom, how often, and what is told of it; against a real server."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from standardwebhooks import Webhook as StandardWebhook

from papra_index import Archive, EventType, Organization, Settings, WebhookSettings
from papra_index.catalog.webhooks import KEPT_DELIVERIES
from papra_index.errors import (
    InvalidInput,
    PrincipalsRestricted,
    UnsafeUrl,
    WebhookLimitReached,
    WebhookNotFound,
)
from papra_index.settings import ExtractionSettings
from papra_index.values.webhooks import MAX_WEBHOOKS, DeliveryStatus
from papra_index.walks.events.notifying import choose_pause
from tests.receiver import Receiver, receive

HOOKS = WebhookSettings(allow_private=True, retry_seconds=0.05, max_attempts=3, seconds=2)
SETTINGS = Settings(extraction=ExtractionSettings(background=False), webhooks=HOOKS)
PUBLIC = "http://8.8.8.8/hook"
"""An address that may be saved; nothing is posted there, as nothing happens in those tests."""


def wait_until(is_so: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to be"
        time.sleep(0.01)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receive() as listening:
        yield listening


@pytest.fixture
def archive() -> Iterator[Archive]:
    with Archive.in_memory(settings=SETTINGS) as opened:
        yield opened


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    """An archive with an organization, in a folder."""
    with Archive.open(tmp_path / "archive", settings=SETTINGS) as archive:
        archive.create_organization("Home")
    return tmp_path / "archive"


def is_done(home: Organization, webhook_id: str, count: int) -> bool:
    found = home.list_deliveries(webhook_id, page_size=100)
    return len(found) == count and all(item.status is not DeliveryStatus.PENDING for item in found)


def test_every_event_is_posted_as_in_the_contract_and_signed(home: Organization, receiver: Receiver) -> None:
    secret = "schlüssel"
    webhook = home.create_webhook("books", f"{receiver.url}/hook?x=1", secret=secret)
    document = home.add("Grüße".encode(), name="grüße.txt", content="text €")
    home.update(document.id, notes="seen", content="neu €")
    tag = home.create_tag("paid")
    home.tag(document.id, tag.id)
    home.untag(document.id, tag.id)
    home.trash(document.id)
    wait_until(lambda: is_done(home, webhook.id, 5))
    by_type = {payload["type"]: payload for payload in receiver.payloads()}
    ids = {"documentId": document.id, "organizationId": home.id}
    created = by_type["document:created"]
    assert created["data"] == ids | {
        "name": "grüße.txt", "createdAt": created["timestamp"], "updatedAt": created["timestamp"],
    }  # fmt: skip
    assert by_type["document:updated"]["data"] == ids | {"notes": "seen", "content": "neu €"}
    assert by_type["document:tag:added"]["data"] == ids | {"tagId": tag.id, "tagName": "paid"}
    assert by_type["document:tag:removed"]["data"] == ids | {"tagId": tag.id, "tagName": "paid"}
    assert by_type["document:deleted"]["data"] == ids
    checker = StandardWebhook(base64.b64encode(secret.encode()).decode())
    for path, headers, body in receiver.received:
        assert path == "/hook?x=1"
        assert headers["user-agent"] == "papra-webhook-client"
        assert headers["content-type"] == "application/json"
        assert headers["host"] == receiver.url.removeprefix("http://")
        checker.verify(body, headers)  # raises where the signature is not right
        with pytest.raises(Exception, match="signature"):
            checker.verify(body + b" ", headers)
    delivered = home.list_deliveries(webhook.id)
    assert {item.id for item in delivered} == {headers["webhook-id"] for _, headers, _ in receiver.received}
    assert {(item.status, item.attempts, item.response_status) for item in delivered} == {
        (DeliveryStatus.DELIVERED, 1, 204)
    }
    assert [item.type for item in delivered][-1] is EventType.CREATED, "newest first"


def test_only_what_was_asked_for_is_posted_unsigned_without_a_secret(
    archive: Archive, home: Organization, receiver: Receiver
) -> None:
    webhook = home.create_webhook("books", receiver.url, events=["document:deleted"])
    off = home.create_webhook("off", receiver.url, enabled=False)
    other = archive.create_organization("Other")
    elsewhere = other.create_webhook("other", receiver.url)
    document = home.add(b"one", name="one", content="one")
    home.trash(document.id)
    wait_until(lambda: is_done(home, webhook.id, 1))
    assert [payload["type"] for payload in receiver.payloads()] == ["document:deleted"]
    assert "webhook-signature" not in receiver.received[0][1]
    assert home.list_deliveries(off.id) == other.list_deliveries(elsewhere.id) == ()


@pytest.mark.slow
def test_failures_are_tried_again_under_the_same_id_and_given_up(home: Organization, receiver: Receiver) -> None:
    receiver.answer = lambda number: 500 if number < 2 else 200
    webhook = home.create_webhook("books", receiver.url, secret="s")
    home.add(b"one", name="one", content="one")
    wait_until(lambda: is_done(home, webhook.id, 1))
    assert len({headers["webhook-id"] for _, headers, _ in receiver.received}) == 1
    assert len({body for _, _, body in receiver.received}) == 1
    [delivery] = home.list_deliveries(webhook.id)
    assert (delivery.status, delivery.attempts, delivery.response_status) == (DeliveryStatus.DELIVERED, 3, 200)
    receiver.answer = lambda _: 302
    home.add(b"two", name="two", content="two")
    wait_until(lambda: is_done(home, webhook.id, 2))
    given_up = home.list_deliveries(webhook.id)[0]
    assert (given_up.status, given_up.attempts, given_up.response_status) == (DeliveryStatus.FAILED, 3, 302)
    assert given_up.next_attempt_at is None
    assert {path for path, _, _ in receiver.received} == {"/"}, "redirects are not followed"


def test_pauses_grow_and_differ() -> None:
    settings = WebhookSettings(retry_seconds=10)
    for attempts, least in ((1, 5), (2, 20), (3, 80)):
        pauses = {choose_pause(attempts, settings) for _ in range(50)}
        assert least <= min(pauses)
        assert max(pauses) <= 3 * least
        assert len(pauses) > 10


@pytest.mark.slow
def test_a_receiver_that_does_not_answer_holds_up_no_other(archive: Archive, home: Organization) -> None:
    with receive() as slow, receive() as quick:
        slow.seconds = 30
        stuck = home.create_webhook("slow", slow.url)
        webhook = home.create_webhook("quick", quick.url)
        began = time.monotonic()
        for number in range(30):
            home.add(bytes([number]), name=f"{number}", content="x")
        wait_until(lambda: is_done(home, webhook.id, 30))
        assert time.monotonic() - began < 2 or len(slow.received) <= 11
        wait_until(lambda: any(item.error for item in home.list_deliveries(stuck.id, page_size=100)))
        errors = {item.error for item in home.list_deliveries(stuck.id, page_size=100)}
        assert "no answer within 2 s" in errors
        slow.seconds = 0
        archive.close()


def test_what_waits_is_posted_by_who_opens_the_archive_next(closed: Path, receiver: Receiver) -> None:
    nobody = replace(SETTINGS, webhooks=replace(HOOKS, background=False))
    with Archive.open(closed, settings=nobody) as archive:
        [home] = archive.organizations()
        webhook = home.create_webhook("books", receiver.url)
        home.add(b"one", name="one", content="one")
        [waiting] = home.list_deliveries(webhook.id)
        assert (waiting.status, waiting.attempts) == (DeliveryStatus.PENDING, 0)
        assert receiver.received == []
    with Archive.open(closed, settings=SETTINGS) as archive:
        [home] = archive.organizations()
        wait_until(lambda: is_done(home, webhook.id, 1))
    assert len(receiver.received) == 1


@pytest.mark.slow
def test_a_killed_process_loses_no_delivery(closed: Path, receiver: Receiver) -> None:
    receiver.seconds = 1
    program = f"""
import os, sys, time
from papra_index import Archive
archive = Archive.open({str(closed)!r})
[home] = archive.organizations()
home.create_webhook("books", {receiver.url!r})
home.add(b"one", name="one", content="one")
time.sleep(60)
"""
    environment = os.environ | {"PAPRA_INDEX_WEBHOOKS_ALLOW_PRIVATE": "true"}
    process = subprocess.Popen([sys.executable, "-c", program], env=environment)
    wait_until(lambda: receiver.received)
    process.kill()
    process.wait()
    with Archive.open(closed, settings=SETTINGS) as archive:
        [home] = archive.organizations()
        [webhook] = home.list_webhooks()
        wait_until(lambda: is_done(home, webhook.id, 1))
    assert len(receiver.received) == 2
    assert receiver.received[0][1]["webhook-id"] == receiver.received[1][1]["webhook-id"]


def test_addresses_within_networks_are_refused_when_saved_and_when_posted_to(closed: Path, receiver: Receiver) -> None:
    with Archive.open(closed, settings=SETTINGS) as archive:
        [home] = archive.organizations()
        by_name = receiver.url.replace("127.0.0.1", "localhost")
        webhook = home.create_webhook("books", by_name, enabled=False)
    careful = replace(SETTINGS, webhooks=replace(HOOKS, allow_private=False))
    with Archive.open(closed, settings=careful) as archive:
        [home] = archive.organizations()
        for url in (receiver.url, by_name, "http://[::1]/", "http://2130706433/"):
            with pytest.raises(UnsafeUrl):
                home.create_webhook("more", url)
            with pytest.raises(UnsafeUrl):
                home.update_webhook(webhook.id, url=url)
        home.update_webhook(webhook.id, enabled=True)
        home.add(b"one", name="one", content="one")
        wait_until(lambda: is_done(home, webhook.id, 1))
        [delivery] = home.list_deliveries(webhook.id)
        assert delivery.status is DeliveryStatus.FAILED
        assert "within a network" in (delivery.error or "")
    assert receiver.received == []


def test_webhooks_are_listed_changed_and_deleted(archive: Archive, home: Organization) -> None:
    webhook = home.create_webhook(" books ", PUBLIC, events=["document:created"], secret="s")
    assert (webhook.name, webhook.url, webhook.enabled, webhook.has_secret) == ("books", PUBLIC, True, True)
    assert webhook.events == (EventType.CREATED,)
    changed = home.update_webhook(webhook.id, name="new", secret=None, enabled=False)
    assert (changed.name, changed.has_secret, changed.enabled, changed.url) == ("new", False, False, PUBLIC)
    assert home.list_webhooks() == (changed,)
    assert "secret" not in repr(changed).replace("has_secret", "")
    other = archive.create_organization("Other")
    for refused in (other.get_webhook, other.delete_webhook, other.list_deliveries, other.update_webhook):
        with pytest.raises(WebhookNotFound):
            refused(webhook.id)
    home.delete_webhook(webhook.id)
    assert home.list_webhooks() == ()
    for name, url, events in (("", PUBLIC, None), ("x" * 129, PUBLIC, None), ("x", "x", None), ("x", PUBLIC, ["y"])):
        with pytest.raises(InvalidInput):
            home.create_webhook(name, url, events=events)
    for number in range(MAX_WEBHOOKS):
        home.create_webhook(str(number), PUBLIC, enabled=False)
    with pytest.raises(WebhookLimitReached):
        home.create_webhook("more", PUBLIC)


def test_who_does_not_see_all_has_no_webhooks(home: Organization) -> None:
    webhook = home.create_webhook("books", PUBLIC)
    seen = home.visible_to(["user:anna"])
    for refused in (
        seen.list_webhooks,
        lambda: seen.create_webhook("x", PUBLIC),
        lambda: seen.get_webhook(webhook.id),
        lambda: seen.list_deliveries(webhook.id),
        lambda: seen.delete_webhook(webhook.id),
        lambda: seen.update_webhook(webhook.id, name="x"),
    ):
        with pytest.raises(PrincipalsRestricted):
            refused()


@pytest.mark.slow
def test_the_log_is_bounded(archive: Archive, home: Organization, receiver: Receiver) -> None:
    webhook = home.create_webhook("books", receiver.url, events=["document:tag:added"])
    tag = home.create_tag("paid")
    documents = [home.add(str(n).encode(), name=str(n), content="x").id for n in range(KEPT_DELIVERIES + 20)]
    home.tag_many(documents, tag.id)
    wait_until(lambda: len(receiver.received) == KEPT_DELIVERIES + 20)

    def count() -> int:
        with archive._catalog.read() as connection:
            return int(connection.exec_driver_sql("SELECT count(*) FROM webhook_deliveries").scalar() or 0)

    wait_until(lambda: count() == KEPT_DELIVERIES)
    assert len({payload["data"]["documentId"] for payload in receiver.payloads()}) == KEPT_DELIVERIES + 20
    home.delete_webhook(webhook.id)
    assert count() == 0


def test_the_threads_end_with_the_archive(closed: Path, receiver: Receiver) -> None:
    receiver.seconds = 1
    with Archive.open(closed, settings=SETTINGS) as archive:
        [home] = archive.organizations()
        home.create_webhook("books", receiver.url)
        home.add(b"one", name="one", content="one")
        wait_until(lambda: receiver.received)
        began = time.monotonic()
    assert time.monotonic() - began < 5
    assert not [thread.name for thread in threading.enumerate() if thread.name == "papra-index-webhooks"]
