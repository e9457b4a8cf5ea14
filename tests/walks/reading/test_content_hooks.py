"""A backend's callable for texts: its fields arrive once, never over what somebody said; failures hurt nothing."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from papra_index import (
    Archive,
    ContentHook,
    ContentReport,
    ContentStatus,
    DocumentFields,
    ExtractionSettings,
    Organization,
    ReadDocument,
    Settings,
)
from papra_index.errors import DocumentNotFound, InvalidInput

ONE = Settings(extraction=ExtractionSettings(workers=1))
MARCH = datetime(2024, 3, 15, tzinfo=UTC)
APRIL = datetime(2024, 4, 1, tzinfo=UTC)
MAY = datetime(2024, 5, 1, tzinfo=UTC)
Call = Callable[[ReadDocument], DocumentFields | None]


def open_with(call: Call, **options: float) -> tuple[Archive, Organization]:
    archive = Archive.in_memory(settings=ONE, content_hook=ContentHook(call, **options))  # type: ignore[arg-type]
    home = archive.create_organization("Home")
    home.create_property("Amount", "number")
    home.create_property("State", "select", options=["Open", "Paid"])
    return archive, home


def give_bill(read: ReadDocument) -> DocumentFields:
    amount = float(read.text.split()[-1])
    values = {"Amount": amount, "State": "open"}
    return DocumentFields(document_date=MARCH, name=f"Bill of {amount:g}", tags=["bill"], properties=values)


def report_of(home: Organization, document_id: str) -> ContentReport:
    report = home.content_report(document_id)
    assert report is not None
    return report


def test_fields_arrive_with_the_text_and_are_found() -> None:
    archive, home = open_with(give_bill)
    with archive:
        bill = home.add(b"pay 120.5", name="scan.txt").id
        archive.wait_until_searchable()
        document = home.get(bill)
        assert document.name == "Bill of 120.5"
        assert document.document_date == MARCH
        assert [tag.name for tag in document.tags] == ["bill"]
        assert {item.name: item.value for item in document.properties if item.name == "Amount"} == {"Amount": 120.5}
        assert home.search("amount:>100 state:open tag:bill date:2024-03").documents_count == 1
        report = report_of(home, bill)
        assert (report.status, report.message) == (ContentStatus.DONE, None)
        assert set(report.given) == {"name", "document_date", "tags", "properties"}


def test_what_somebody_said_stays_and_what_the_hook_said_follows_the_text() -> None:
    archive, home = open_with(give_bill)
    with archive:
        mine = home.add(b"pay 1", name="scan.txt", document_date=APRIL).id
        its = home.add(b"pay 2", name="other.txt").id
        archive.wait_until_searchable()
        assert home.get(mine).document_date == APRIL
        home.set_property(its, "State", None)
        home.update(mine, name="mine")
        home.set_property(mine, "Amount", 77)
        bill = next(tag for tag in home.list_tags() if tag.name == "bill")
        home.untag(mine, bill.id)
        home.update(its, document_date=None)

        home.replace(mine, b"pay 10")
        home.replace(its, b"pay 20")
        archive.wait_until_searchable()
        document = home.get(mine)
        assert (document.name, document.document_date, document.tags) == ("mine", APRIL, ())
        assert {item.name: item.value for item in document.properties}["Amount"] == 77
        document = home.get(its)
        assert (document.name, document.document_date) == ("Bill of 20", None)
        values = {item.name: item.value for item in document.properties}
        assert values["Amount"] == 20
        assert values.get("State") is None


def test_a_guess_of_the_date_gives_way_to_the_hook() -> None:
    settings = Settings(extraction=ExtractionSettings(workers=1, guess_dates=True))
    hook = ContentHook(lambda read: DocumentFields(document_date=MAY))
    with Archive.in_memory(settings=settings, content_hook=hook) as archive:
        home = archive.create_organization("Home")
        letter = home.add(b"Date: 15 March 2024", name="letter.txt").id
        archive.wait_until_searchable()
        assert home.get(letter).document_date == MAY


def fail(read: ReadDocument) -> DocumentFields:
    raise LookupError("no such customer")


def lose(read: ReadDocument) -> DocumentFields:
    raise DocumentNotFound("doc_x")


def leave(read: ReadDocument) -> DocumentFields:
    raise SystemExit(3)


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (fail, "LookupError: no such customer"),
        (leave, "SystemExit"),
        (lose, "DocumentNotFound"),
        (lambda read: time.sleep(2), "longer than 0.1 s"),
        (lambda read: {"name": "x"}, "dict"),
        (lambda read: DocumentFields(name=""), "1 to 255 characters"),
        (lambda read: DocumentFields(document_date="2024"), "not a datetime"),
        (lambda read: DocumentFields(tags="bill"), "sequence"),
        (lambda read: DocumentFields(name="kept off", properties={"Amount": "much"}), "Amount"),
        (lambda read: DocumentFields(name="kept off", properties={"Nothing": 1}), "no property"),
        (lambda read: DocumentFields(name="kept off", tags=["new"], properties={"State": "Lost"}), "no option"),
    ],
)
def test_failures_are_told_and_leave_the_document_as_it_is(call: Call, word: str) -> None:
    archive, home = open_with(call, seconds=0.1)
    with archive:
        bill = home.put("1", name="1", content="pay 1").document_id or ""
        home.read_fields_again(bill)
        archive.wait_until_searchable()
        report = report_of(home, bill)
        assert report.status is ContentStatus.FAILED
        assert report.message is not None
        assert word in report.message
        document = home.get(bill)
        assert (document.name, document.tags, document.properties) == ("1", (), ())
        assert home.list_tags() == ()
        assert document.content == "pay 1"
        assert home.list_content_failures() == (bill,)


def test_it_is_called_again_where_asked() -> None:
    calls: list[str] = []

    def count(read: ReadDocument) -> DocumentFields | None:
        calls.append(read.text)
        if len(calls) == 1:
            raise LookupError
        return None

    archive, home = open_with(count)
    with archive:
        bill = home.add(b"pay 1", name="scan.txt").id
        given = home.add(b"x", name="given.txt", content="given text").id
        empty = home.add(b"", name="empty.txt").id
        archive.wait_until_searchable()
        assert calls == ["pay 1"]
        assert home.content_report(given) is None
        assert home.content_report(empty) is None
        assert home.read_fields_again(home.list_content_failures()) == 1
        archive.wait_until_searchable()
        assert report_of(home, bill).status is ContentStatus.DONE
        assert home.list_content_failures() == ()
        assert home.read_fields_again() == 2
        archive.wait_until_searchable()
        assert sorted(calls) == ["given text", "pay 1", "pay 1", "pay 1"]
        with pytest.raises(DocumentNotFound):
            home.read_fields_again(["doc_" + "a" * 24])


def test_the_trash_is_left_alone_until_it_is_restored() -> None:
    gate, begun = threading.Event(), threading.Event()

    def wait(read: ReadDocument) -> DocumentFields:
        begun.set()
        gate.wait(20)
        return DocumentFields(name="read")

    archive, home = open_with(wait)
    with archive:
        first = home.add(b"one", name="one.txt").id
        assert begun.wait(20)
        second = home.add(b"two", name="two.txt").id
        while archive.pending_extractions():
            time.sleep(0.01)
        home.trash(second)
        gate.set()
        archive.wait_until_searchable()
        assert home.get(first).name == "read"
        assert home.get(second).name == "two.txt"
        home.restore(second)
        archive.wait_until_searchable()
        assert home.get(second).name == "read"


@pytest.mark.slow
def test_text_by_ocr_is_waited_for() -> None:
    texts: list[str] = []
    archive, home = open_with(lambda read: texts.append(read.text))  # type: ignore[func-returns-value]
    with archive:
        home.add("fixtures/documents/receipt.png", ocr_languages=["eng"])
        archive.wait_until_searchable()
        assert len(texts) == 1
        assert "Paid by card" in texts[0]


KILLED = """
import os, sys
from papra_index import Archive, ContentHook, DocumentFields, ExtractionSettings, Settings

def die(read):
    os._exit(7)

settings = Settings(extraction=ExtractionSettings(workers=1))
archive = Archive.open(sys.argv[1], settings=settings, content_hook=ContentHook(die))
archive.create_organization("Home").add(b"pay 1", name="scan.txt")
archive.wait_until_searchable()
"""


@pytest.mark.slow
def test_a_crash_in_between_loses_nothing_and_gives_nothing_twice(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    assert subprocess.run([sys.executable, "-c", KILLED, folder], timeout=60, check=False).returncode == 7
    calls: list[str] = []

    def name(read: ReadDocument) -> DocumentFields:
        calls.append(read.text)
        return DocumentFields(name="read", tags=["bill"])

    for _ in range(2):
        with Archive.open(folder, settings=ONE, content_hook=ContentHook(name)) as archive:
            [home] = archive.organizations()
            archive.wait_until_searchable()
            [document] = home.list().documents
            assert (document.name, [tag.name for tag in document.tags]) == ("read", ["bill"])
    assert calls == ["pay 1"]
    with Archive.open(folder, settings=ONE) as archive:
        [home] = archive.organizations()
        assert report_of(home, document.id).status is ContentStatus.DONE


@pytest.mark.parametrize("values", [{"call": 3}, {"seconds": 0}, {"characters": 0}])
def test_values_out_of_bounds_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        ContentHook(**{"call": give_bill, **values})  # type: ignore[arg-type]
