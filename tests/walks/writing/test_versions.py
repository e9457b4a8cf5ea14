"""A document's file is replaced: it keeps what it is, its text is read anew, earlier originals stay or go."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from papra_index import Archive, ExtractionSettings, Organization, PutRequest, Settings
from papra_index.catalog.extractions import ExtractionOutcome, list_unread, store_extractions
from papra_index.catalog.recognitions import RecognitionOutcome, store_recognitions
from papra_index.documents import ExtractionStatus, Page, PageSource, Provenance
from papra_index.errors import DocumentNotFound, DuplicateDocument, NoOriginal, SourceUnreadable, VersionNotFound

UNREAD = Settings(extraction=ExtractionSettings(background=False))


def list_files(archive: Archive) -> list[Path]:
    return [path for path in (archive.folder / "originals").rglob("*") if path.is_file()]


def read(home: Organization, document_id: str, version: int | None = None) -> bytes:
    with home.open_original(document_id, version) as stream:
        return stream.read()


def test_a_document_keeps_all_but_its_file_and_text(archive: Archive, home: Organization) -> None:
    added = home.add(b"first words", name="letter.txt")
    tag = home.create_tag("bills")
    home.tag(added.id, tag.id)
    home.update(added.id, name="Letter", notes="mine")
    archive.wait_until_searchable()
    replaced = home.replace(added.id, b"second words, and more")
    assert (replaced.id, replaced.name, replaced.notes, replaced.created_at) == (
        added.id, "Letter", "mine", added.created_at,
    )  # fmt: skip
    assert [tag.name for tag in replaced.tags] == ["bills"]
    assert (replaced.version, replaced.original_name, replaced.original_size) == (2, "letter.txt", 22)
    archive.wait_until_searchable()
    assert home.get(added.id).content == "second words, and more"
    assert home.search("first", relax=False).documents_count == 0
    assert home.search("second").documents_count == 1
    entries = [(entry.event, entry.event_data) for entry in home.activity(added.id)]
    assert entries[:2] == [("updated", {"updatedFields": [name]}) for name in ("content", "original")]
    assert entries[-1][0] == "created"
    assert home.statistics().documents_size == 22


def test_versions_are_listed_and_opened(archive: Archive, home: Organization) -> None:
    document_id = home.add(b"one", name="a.txt").id
    for data in (b"two", b"three", b"three"):
        home.replace(document_id, data, mime_type="text/x-log")
    listed = home.versions(document_id)
    assert [(item.number, item.original_size, item.replaced_at is None) for item in listed] == [
        (3, 5, True), (2, 3, False), (1, 3, False),
    ]  # fmt: skip
    assert [item.mime_type for item in listed] == ["text/x-log", "text/x-log", "text/plain"]
    assert [read(home, document_id, item.number) for item in listed] == [b"three", b"two", b"one"]
    assert read(home, document_id) == b"three"
    for number in (0, 4, -1):
        with pytest.raises(VersionNotFound, match="list its versions"):
            home.open_original(document_id, number)
    with pytest.raises(DocumentNotFound):
        home.versions("doc_" + "a" * 24)
    assert len(list_files(archive)) == 3
    home.trash(document_id)
    home.purge(document_id)
    assert list_files(archive) == []


def test_earlier_originals_are_dropped_where_the_setting_says_so(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "archive", settings=Settings(keep_versions=False)) as archive:
        home = archive.create_organization("Home")
        document_id = home.add(b"one", name="a.txt").id
        home.put("x", b"one", name="a.txt")
        home.replace(document_id, b"two")
        home.put("x", b"two", name="a.txt")
        assert [item.number for item in home.versions(document_id)] == [2]
        assert sorted(path.read_bytes() for path in list_files(archive)) == [b"two", b"two"]
        assert home.put("x", content="no file any more").document_id is not None
        assert [path.read_bytes() for path in list_files(archive)] == [b"two"]


def test_a_put_without_a_file_retires_the_original(archive: Archive, home: Organization) -> None:
    document_id = home.put("x", b"bytes", name="a.txt").document_id or ""
    archive.wait_until_searchable()
    home.put("x", content="words")
    with pytest.raises(NoOriginal):
        home.open_original(document_id)
    assert [(item.number, item.replaced_at is None) for item in home.versions(document_id)] == [(1, False)]
    assert read(home, document_id, 1) == b"bytes"
    home.put("x", b"bytes", name="a.txt")
    archive.wait_until_searchable()
    assert [(item.number, item.replaced_at is None) for item in home.versions(document_id)] == [(3, True), (1, False)]
    assert home.get(document_id).content == "bytes"


def test_an_index_only_document_can_be_given_a_file(archive: Archive, home: Organization) -> None:
    document_id = home.put("x", content="words").document_id or ""
    home.replace(document_id, b"from a file")
    archive.wait_until_searchable()
    document = home.get(document_id)
    assert (document.content, document.original_name, document.external_id) == ("from a file", "x", "x")


def test_bytes_of_another_document_are_refused_without_an_external_id(archive: Archive, home: Organization) -> None:
    one, two = home.add(b"one", name="1.txt"), home.add(b"two", name="2.txt")
    home.put("x", b"three")
    for data, other in ((b"two", two.id), (b"three", home.get(external_id="x").id)):
        with pytest.raises(DuplicateDocument) as caught:
            home.replace(one.id, data)
        assert caught.value.document_id == other
    home.trash(two.id)
    with pytest.raises(DuplicateDocument):
        home.replace(one.id, b"two")
    assert home.replace(home.get(external_id="x").id, b"one").version == 2
    assert len(list_files(archive)) == 4, "what was refused left no file"
    with pytest.raises(SourceUnreadable):
        home.replace(one.id, "nowhere.pdf")


def test_a_reading_of_an_earlier_original_is_dropped() -> None:
    with Archive.in_memory(settings=UNREAD) as archive:
        home = archive.create_organization("Home")
        document_id = home.add(b"one", name="1.txt").id
        with archive._catalog.read() as connection:
            item = list_unread(connection, 0, 1)[0]
        home.replace(document_id, b"two")
        page = Page(1, "one", Provenance(PageSource.TEXT), awaits_ocr=True)
        outcome = ExtractionOutcome(item.key, 1, (page,), ExtractionStatus.DONE, "text/plain", version=item.version)
        archive._catalog.write(store_extractions, [outcome])
        assert home.get(document_id).content == ""
        archive._catalog.write(store_extractions, [replace(outcome, version=2)])
        assert home.get(document_id).extraction.pages_awaiting_ocr == 1
        home.replace(document_id, b"three")
        done = RecognitionOutcome(item.key, (Page(1, "recognised", Provenance(PageSource.OCR)),), version=2)
        archive._catalog.write(store_recognitions, [done])
        document = home.get(document_id)
        assert (document.content, document.extraction.status) == ("one", ExtractionStatus.PENDING)
        with archive._catalog.read() as connection:
            again = list_unread(connection, 0, 1)[0]
        assert (again.version, again.key) == (3, item.key)


def test_a_file_in_place_is_replaced_and_not_kept(archive: Archive, home: Organization, tmp_path: Path) -> None:
    one, two = tmp_path / "one.txt", tmp_path / "two.txt"
    one.write_bytes(b"one")
    two.write_bytes(b"two")
    outcomes = home.put_many([PutRequest("x", one, in_place=True), PutRequest("y", two)])
    document_id = outcomes[0].document_id or ""
    assert home.find_original(document_id) == one
    home.replace(document_id, two, in_place=True)
    assert (home.find_original(document_id), read(home, document_id)) == (two, b"two")
    home.replace(document_id, b"a copy")
    assert (home.find_original(document_id), read(home, document_id)) == (None, b"a copy")
    assert [item.number for item in home.versions(document_id)] == [3]
    assert one.read_bytes() + two.read_bytes() == b"onetwo"
    assert len(list_files(archive)) == 2


REPLACER = """
import os, sys
from papra_index import Archive
archive = Archive.open(sys.argv[1])
home = archive.create_organization("Home")
document_id = home.add(b"one", name="a.txt", content="one").id
home.replace(document_id, b"two")
home.replace(document_id, b"three")
home.put("x", b"four", name="b.txt", content="four")
os._exit(0)
"""


@pytest.mark.slow
def test_versions_survive_a_process_that_died(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", REPLACER, str(tmp_path / "archive")], check=True, timeout=60)
    for path in (tmp_path / "archive").rglob("doc_*"):
        os.utime(path, (1, 1))  # long ago, or the sweep would leave them alone as too young
    with Archive.open(tmp_path / "archive") as archive:
        home = archive.organizations()[0]
        document_id = next(item.id for item in home.list().documents if item.external_id is None)
        assert [read(home, document_id, item.number) for item in home.versions(document_id)] == [
            b"three",
            b"two",
            b"one",
        ]
        assert read(home, home.get(external_id="x").id) == b"four"
