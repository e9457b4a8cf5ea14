"""Events and the callbacks that are called with them."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection

from papra_index import Archive, DocumentEvent, EventType, Organization, PutRequest, Settings
from papra_index.errors import InvalidInput
from papra_index.settings import ExtractionSettings


def wait_until(is_so: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to be"
        time.sleep(0.01)


def wait_for_delivery(archive: Archive) -> None:
    wait_until(lambda: not any(item.waiting for item in archive.subscriptions()))


def test_every_write_is_told_with_the_data_of_the_contract(archive: Archive, home: Organization) -> None:
    heard: list[DocumentEvent] = []
    archive.subscribe("test", heard.append)
    tag = home.create_tag("paid")
    document = home.add(b"one", name="one.txt", content="the text")
    home.update(document.id, name="uno.txt", content="il testo", notes="seen", document_date=datetime(2024, 5, 6))
    home.tag(document.id, tag.id)
    home.untag(document.id, tag.id)
    home.trash(document.id)
    home.restore(document.id)
    wait_for_delivery(archive)
    ids = {"documentId": document.id, "organizationId": home.id}
    added = document.created_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert [(event.type, event.data) for event in heard] == [
        (EventType.CREATED, ids | {"name": "one.txt", "createdAt": added, "updatedAt": added}),
        (
            EventType.UPDATED,
            ids
            | {"name": "uno.txt", "content": "il testo", "documentDate": "2024-05-06T00:00:00.000Z", "notes": "seen"},
        ),
        (EventType.TAG_ADDED, ids | {"tagId": tag.id, "tagName": "paid"}),
        (EventType.TAG_REMOVED, ids | {"tagId": tag.id, "tagName": "paid"}),
        (EventType.DELETED, ids),
    ]
    assert [event.sequence for event in heard] == [1, 2, 3, 4, 5]
    assert {(event.document_id, event.organization_id) for event in heard} == {(document.id, home.id)}


def test_extraction_and_bulk_writes_are_told(archive: Archive, home: Organization) -> None:
    heard: list[DocumentEvent] = []
    archive.subscribe("test", heard.append, types=["document:updated", "document:tag:added"])
    read = home.add(b"read me", name="read.txt")
    archive.wait_until_searchable()
    home.put_many([PutRequest("a:1", name="a", content="first", tags=["new"])])
    home.put_many([PutRequest("a:1", name="a", content="second", tags=["new"])])
    wait_for_delivery(archive)
    assert [(event.type, event.document_id, event.data.get("content")) for event in heard] == [
        (EventType.UPDATED, read.id, "read me"),
        (EventType.TAG_ADDED, home.get(external_id="a:1").id, None),
        (EventType.UPDATED, home.get(external_id="a:1").id, "second"),
    ]


def test_nothing_is_recorded_where_nobody_listens_and_what_all_have_got_is_pruned(
    archive: Archive, home: Organization
) -> None:
    home.add(b"one", name="one.txt", content="one")
    archive.subscribe("late", lambda _: None)
    assert [item.sequence for item in archive.subscriptions()] == [0]
    home.add(b"two", name="two.txt", content="two")
    wait_for_delivery(archive)
    with archive._catalog.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM events").scalar() == 0
    assert archive.unsubscribe("late")
    assert not archive.unsubscribe("late")
    home.add(b"three", name="three.txt", content="three")
    assert archive._catalog.read_counter("event") == 1


def test_a_failing_callback_hurts_no_write_and_is_called_three_times(
    archive: Archive, home: Organization, caplog: pytest.LogCaptureFixture
) -> None:
    calls: list[int] = []

    def fail(event: DocumentEvent) -> None:
        calls.append(event.sequence)
        if event.sequence == 1:
            raise RuntimeError("the callback is broken")

    archive.subscribe("broken", fail)
    home.add(b"one", name="one.txt", content="one")
    home.add(b"two", name="two.txt", content="two")
    wait_for_delivery(archive)
    assert calls == [1, 1, 1, 2]
    assert "the callback is broken" in caplog.text
    assert home.statistics().documents_count == 2


def test_a_callback_may_write_and_unsubscribe(archive: Archive, home: Organization) -> None:
    tag = home.create_tag("new")
    done = threading.Event()

    def tag_it(event: DocumentEvent) -> None:
        home.tag(event.document_id, tag.id)
        archive.unsubscribe("tagger")
        done.set()

    archive.subscribe("tagger", tag_it, types=[EventType.CREATED])
    document = home.add(b"one", name="one.txt", content="one")
    assert done.wait(10)
    assert [item.name for item in home.get(document.id).tags] == ["new"]
    assert archive.subscriptions() == []


def test_what_happens_while_nobody_listens_is_delivered_at_the_next_open(tmp_path: Path) -> None:
    settings = Settings(extraction=ExtractionSettings(background=False))
    with Archive.open(tmp_path, settings=settings) as archive:
        home = archive.create_organization("Home")
        archive.subscribe("books", lambda _: None)
    with Archive.open(tmp_path, settings=settings) as archive:
        home = archive.organization(home.id)
        kept = home.add(b"one", name="one.txt", content="one")
        gone = home.add(b"two", name="two.txt", content="two")
        home.update(gone.id, content="changed")
        home.trash(gone.id)
        home.purge(gone.id)
    heard: list[DocumentEvent] = []
    with Archive.open(tmp_path, settings=settings) as archive:
        archive.subscribe("books", heard.append)
        wait_for_delivery(archive)
    assert [(event.type, event.document_id) for event in heard] == [
        (EventType.CREATED, kept.id),
        (EventType.CREATED, gone.id),
        (EventType.UPDATED, gone.id),
        (EventType.DELETED, gone.id),
    ]
    assert heard[2].data["content"] is None


def test_old_events_go_although_nobody_comes_back(archive: Archive, home: Organization) -> None:
    archive.subscribe("gone", lambda _: None)
    archive._close_subscriptions()
    home.add(b"one", name="one.txt", content="one")
    archive._catalog.write(make_old, [()])
    home.add(b"two", name="two.txt", content="two")
    assert [item.waiting for item in archive.subscriptions()] == [1]


def make_old(connection: Connection, items: Sequence[tuple[()]]) -> list[None]:
    connection.exec_driver_sql("UPDATE events SET occurred_at = occurred_at - 31 * 86400000")
    connection.exec_driver_sql("UPDATE counters SET value = 999 WHERE name = 'event'")
    return [None] * len(items)


@pytest.mark.slow
def test_no_event_is_lost_by_a_process_that_is_killed(tmp_path: Path) -> None:
    """The other process acknowledges its writes and dies while it delivers the second event."""
    program = f"""
import os, sys, time
from papra_index import Archive
archive = Archive.open({str(tmp_path)!r})
home = archive.create_organization("Home")
def deliver(event):
    if event.sequence == 2:
        print(*ids, flush=True)
        os.kill(os.getpid(), 9)
ids = []
archive.subscribe("books", lambda event: (time.sleep(0.3), deliver(event)))
ids += [home.add(str(n).encode(), name=f"{{n}}.txt", content="x").id for n in range(5)]
time.sleep(60)
"""
    process = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    ids = process.stdout.split()
    assert process.returncode == -9, process.stderr
    heard: list[str] = []
    with Archive.open(tmp_path) as archive:
        archive.subscribe("books", lambda event: heard.append(event.document_id))
        wait_for_delivery(archive)
    # The second comes again, as the place had not been noted; whether the first does too is a matter of time.
    assert len(ids) == 5
    assert heard[-4:] == ids[1:]
    assert heard[:-4] in ([], ids[:1])


def test_one_of_two_processes_is_called(tmp_path: Path) -> None:
    first: list[str] = []
    second: list[str] = []
    with Archive.open(tmp_path) as one, Archive.open(tmp_path) as other:
        home = one.create_organization("Home")
        one.subscribe("books", lambda event: first.append(event.document_id))
        time.sleep(0.1)
        other.subscribe("books", lambda event: second.append(event.document_id))
        documents = [other.organization(home.id).add(bytes([n]), name="n", content="x").id for n in range(3)]
        wait_for_delivery(one)
        assert first == documents
        assert second == []
        one.close()
        later = other.organization(home.id).add(b"later", name="later", content="x").id
        wait_for_delivery(other)
        assert second == [later]


@pytest.mark.parametrize("name", ["", "a/b", ".hidden", "x" * 65, "ü"])
def test_names_that_are_none_are_refused(archive: Archive, name: str) -> None:
    with pytest.raises(InvalidInput, match="subscription"):
        archive.subscribe(name, print)


def test_unknown_types_and_names_in_use_are_refused(archive: Archive) -> None:
    with pytest.raises(InvalidInput, match="no event: give some of document:created"):
        archive.subscribe("x", print, types=["document:opened"])
    with pytest.raises(InvalidInput, match="no event is asked for"):
        archive.subscribe("x", print, types=[])
    archive.subscribe("x", print)
    with pytest.raises(InvalidInput, match="already"):
        archive.subscribe("x", print)
