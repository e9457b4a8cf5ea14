"""Writes that wait for the index, tickets, and what is told when there is nobody to index."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from papra_index import Archive, Document, Organization, PutRequest
from papra_index.errors import InvalidInput, WaitTimedOut
from papra_index.settings import Settings
from papra_index.walks.writing.uploads import Upload

Change = Callable[[Organization, Document], object]

# Each write, and how many documents the query finds once searches see it.
CHANGES: dict[str, tuple[Change, str, int]] = {
    "update": (lambda home, it: home.update(it.id, notes="urgent", wait_for="searchable"), "notes:urgent", 1),
    "tag": (lambda home, it: home.tag(it.id, home.list_tags()[0].id, wait_for="searchable"), "tag:paid", 1),
    "trash": (lambda home, it: home.trash(it.id, wait_for="searchable"), "word", 0),
    "property": (lambda home, it: home.set_property(it.id, "Amount", 7, wait_for="searchable"), "Amount:7", 1),
    "principals": (lambda home, it: home.set_principals(it.id, ["group:x"], wait_for="searchable"), "word", 1),
    "replace": (lambda home, it: home.replace(it.id, b"other", wait_for="searchable"), "name:first", 1),
    "put": (lambda home, it: home.put("x:1", content="word too", name="b", wait_for="searchable"), "word", 2),
    "bulk": (
        lambda home, it: list(home.bulk([PutRequest("x:1", content="word too")], wait_for="searchable")),
        "word",
        2,
    ),
    "add_many": (lambda home, it: home.add_many([Upload(b"second", "b.txt")], wait_for="searchable"), "", 2),
    "add_stream": (lambda home, it: list(home.add_stream([Upload(b"second", "b.txt")], wait_for="searchable")), "", 2),
}


@pytest.fixture
def first(home: Organization) -> Document:
    home.create_tag("paid")
    home.create_property("Amount", "number")
    return home.add(b"first", name="first.txt", content="word", wait_for="searchable")


@pytest.mark.parametrize("name", CHANGES)
def test_what_was_waited_for_is_found(home: Organization, first: Document, name: str) -> None:
    change, query, count = CHANGES[name]
    change(home, first)
    assert home.search(query, relax=False).documents_count == count


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Archive]:
    """An archive that nobody indexes."""
    with Archive.open(tmp_path / "archive") as archive:
        archive.create_organization("Home").add(b"first", name="a.txt", content="word", wait_for="searchable")
    with Archive.open(tmp_path / "archive", settings=Settings().without_background()) as archive:
        yield archive


def test_a_write_that_timed_out_is_durable_and_can_be_waited_for(alone: Archive) -> None:
    (home,) = alone.organizations()
    with pytest.raises(WaitTimedOut, match="written durably") as caught:
        home.add(b"second", name="a.txt", content="word", wait_for="searchable", timeout=0.05)
    document = caught.value.result
    assert isinstance(document, Document)
    assert home.get(document.id).content == "word"
    assert home.search("word").documents_count == 1
    with pytest.raises(WaitTimedOut):
        list(home.bulk([PutRequest("x:1", content="word")], wait_for="searchable", timeout=0))
    assert caught.value.ticket is not None
    with Archive.open(alone.folder):
        alone.wait_for(caught.value.ticket, 20)
    assert home.search("word").documents_count >= 2


def test_a_ticket_is_for_what_came_before_it(alone: Archive) -> None:
    (home,) = alone.organizations()
    ticket = alone.ticket()
    home.add(b"second", name="a.txt", content="word")
    alone.wait_for(ticket, 0)
    with pytest.raises(WaitTimedOut):
        alone.wait_for(alone.ticket(), 0)


def test_a_ticket_is_good_in_another_process(archive: Archive, home: Organization) -> None:
    home.add(b"first", name="first.txt", content="word")
    script = (
        "import sys; from papra_index import Archive\n"
        "with Archive.open(sys.argv[1]) as archive:\n"
        "    archive.wait_for(int(sys.argv[2]), 20)\n"
        "    print(archive.organizations()[0].search('word').documents_count)"
    )
    command = [sys.executable, "-c", script, str(archive.folder), str(archive.ticket())]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "1\n"


def test_waiting_is_for_the_own_write_not_for_all_that_come(archive: Archive, home: Organization) -> None:
    stop = threading.Event()

    def keep_writing() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            home.add(b"%d" % number, name="n.txt", content="noise")

    thread = threading.Thread(target=keep_writing)
    thread.start()
    try:
        for number in range(3):
            began = time.monotonic()
            home.add(b"own %d" % number, name="o.txt", content=f"own{number}", wait_for="searchable", timeout=20)
            assert time.monotonic() - began < 10
            assert home.search(f"own{number}", relax=False).documents_count == 1
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize(
    "waiting", [{"wait_for": "indexed"}, {"timeout": -1}, {"timeout": "1"}, {"timeout": float("nan")}]
)
def test_what_cannot_be_waited_for_is_refused_before_anything_is_written(
    home: Organization, waiting: dict[str, object]
) -> None:
    with pytest.raises(InvalidInput):
        home.add(b"x", name="x.txt", **waiting)  # type: ignore[arg-type]
    assert home.statistics().documents_count == 0


def test_a_word_that_no_verb_knows_is_refused_before_anything_is_written(home: Organization, first: Document) -> None:
    with pytest.raises(TypeError, match=r"put.*unexpected keyword argument 'language'"):
        home.put("x:1", content="word", language="en")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"update.*unexpected keyword argument 'title'"):
        home.update(first.id, title="roof", wait_for="searchable")  # type: ignore[call-arg]
    assert home.get(first.id).version == first.version
    assert home.search("").documents_count == 1
