"""An export of Paperless-ngx becomes documents with tags, properties, dates, notes and the text that was read there."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papra_index import Archive, ExtractionStatus
from papra_index.errors import ExportDamaged, ExportNotFound, InvalidInput
from papra_index.upkeep import verify_archive
from papra_index.walks.exchange.objects import iterate_objects
from tests.archives import NO_READING, describe
from tests.cli.conftest import CommandLine


def make(model: str, pk: int, **fields: Any) -> dict[str, Any]:
    return {"model": model, "pk": pk, "fields": fields}


def make_document(pk: int, **fields: Any) -> dict[str, Any]:
    values = {
        "title": f"Letter {pk}", "content": f"The boiler number {pk}", "created": "2024-05-17", "added":
        "2024-06-01T10:00:00.123456+02:00", "modified": "2024-06-02T10:00:00Z", "original_filename": f"scan{pk}.pdf",
        "mime_type": "text/plain", "checksum": f"{pk:032x}", "archive_serial_number": None, "correspondent": None,
        "document_type": None, "storage_path": None, "tags": [], "page_count": 1, "deleted_at": None,
    }  # fmt: skip
    return make("documents.document", pk, **(values | fields)) | {
        "__exported_file_name__": f"{pk}.pdf",
        "__exported_thumbnail_name__": f"{pk}-thumbnail.webp",
    }


OBJECTS = [
    make("auth.user", 1, username="ann"),
    make("documents.tag", 1, name="Bills", color="#a6cee3"),
    make("documents.tag", 2, name="x" * 80, color="#000000"),
    make("documents.correspondent", 5, name="City Works"),
    make("documents.documenttype", 6, name="Invoice"),
    make("documents.storagepath", 7, name="Shelf", path="{title}"),
    make("documents.customfield", 1, name="Amount", data_type="monetary", extra_data={"default_currency": "EUR"}),
    make("documents.customfield", 2, name="Due", data_type="date"),
    make("documents.customfield", 3, name="Paid", data_type="boolean"),
    make("documents.customfield", 4, name="Count", data_type="integer"),
    make("documents.customfield", 5, name="State", data_type="select",
         extra_data={"select_options": [{"id": "abc", "label": "open"}, {"id": "def", "label": "closed"}]}),
    make("documents.customfield", 6, name="See also", data_type="documentlink"),
    make("documents.customfield", 7, name="correspondent", data_type="string"),
    make_document(1, tags=[1, 2, 99], correspondent=5, document_type=6, storage_path=7, archive_serial_number=42),
    make_document(2, content="  ", title="Unread"),
    make_document(3, deleted_at="2024-07-01T00:00:00Z"),
    make_document(4, title="Lost"),
    make("documents.note", 1, note="second", created="2024-02-01T00:00:00Z", document=1, user=1),
    make("documents.note", 2, note="first", created="2024-01-01T00:00:00Z", document=1, user=1),
    make("documents.customfieldinstance", 1, document=1, field=1, value_monetary="EUR12.50"),
    make("documents.customfieldinstance", 2, document=1, field=2, value_date="2024-08-01"),
    make("documents.customfieldinstance", 3, document=1, field=3, value_bool=True),
    make("documents.customfieldinstance", 4, document=1, field=4, value_int=3),
    make("documents.customfieldinstance", 5, document=1, field=5, value_select="def"),
    make("documents.customfieldinstance", 6, document=1, field=6, value_document_ids=[2, 77]),
    make("documents.customfieldinstance", 7, document=1, field=7, value_text="Mr Smith"),
    make("documents.customfieldinstance", 8, document=2, field=5, value_select="gone"),
    make("documents.savedview", 1, name="Inbox"),
]  # fmt: skip


def build_export(folder: Path, *, split: bool = False) -> Path:
    folder.mkdir()
    (folder / "metadata.json").write_text(json.dumps({"version": "2.18.4"}))
    for pk in (1, 2, 3):
        (folder / f"{pk}.pdf").write_bytes(f"file {pk}".encode())
    if not split:
        (folder / "manifest.json").write_text(json.dumps(OBJECTS, indent=2))
        return folder
    of_document: dict[int, list[dict[str, Any]]] = {}
    shared = []
    for item in OBJECTS:
        pk = item["pk"] if item["model"] == "documents.document" else item["fields"].get("document")
        (shared if pk is None else of_document.setdefault(pk, [])).append(item)
    (folder / "manifest.json").write_text(json.dumps(shared))
    (folder / "json").mkdir()
    for pk, items in of_document.items():
        where = folder / "json" if pk % 2 else folder
        (where / f"{pk}-manifest.json").write_text(json.dumps(items))
    return folder


@pytest.mark.parametrize("split", [False, True])
def test_an_export_is_taken_over(tmp_path: Path, split: bool) -> None:
    source = build_export(tmp_path / "paperless", split=split)
    with Archive.open(tmp_path / "archive", settings=NO_READING) as archive:
        home = archive.create_organization("Home")
        outcome = archive.import_folder(source, "paperless", organization_id=home.id)
        assert outcome.documents_added == 3
        assert {finding.code for finding in outcome.findings} == {"import.document_refused"}
        assert any("savedview" in note for note in outcome.notes)
        assert any("gone" in note for note in outcome.notes)
        archive.wait_until_searchable(extraction=False)
        [hit] = home.search("correspondent:x OR boiler").hits
        first = home.get(hit.document.id)
        assert (first.name, first.original_name, first.content) == ("Letter 1", "scan1.pdf", "The boiler number 1")
        assert first.document_date == datetime(2024, 5, 17, tzinfo=UTC)
        assert first.created_at == datetime(2024, 6, 1, 8, 0, 0, 123_000, tzinfo=UTC)
        assert first.notes == "first\n\nsecond"
        assert [(tag.name, tag.color) for tag in first.tags] == [("Bills", "#A6CEE3"), ("x" * 64, "#000000")]
        values = {item.name: item.value for item in first.properties}
        named = {name: getattr(value, "name", value) for name, value in values.items()}
        related = named.pop("See also")
        assert [item.name for item in related] == ["Unread"]
        assert named == {
            "Correspondent": "City Works",
            "Document type": "Invoice",
            "Storage path": "Shelf",
            "Archive serial number": 42,
            "Amount": "EUR12.50",
            "Due": datetime(2024, 8, 1, tzinfo=UTC),
            "Paid": True,
            "Count": 3,
            "State": "closed",
            "correspondent 2": "Mr Smith",
        }
        assert home.search('"Archive serial number":42').documents_count == 1
        unread = next(item for item in home.list().documents if item.name == "Unread")
        assert unread.extraction.status is ExtractionStatus.PENDING
        assert [item.name for item in home.list_trash().documents] == ["Letter 3"]
        with home.open_original(first.id) as stream:
            assert stream.read() == b"file 1"
    assert verify_archive(tmp_path / "archive", deep=True).findings == ()


def test_twice_is_once(tmp_path: Path) -> None:
    source = build_export(tmp_path / "paperless")
    with Archive.open(tmp_path / "archive", settings=NO_READING) as archive:
        home = archive.create_organization("Home")
        planned = archive.import_folder(source, "paperless", organization_id=home.id, dry_run=True)
        assert (planned.documents_added, home.list().documents, home.list_tags()) == (3, (), ())
        archive.import_folder(source, "paperless", organization_id=home.id)
        before = describe(home)
        again = archive.import_folder(source, "paperless", organization_id=home.id)
        assert (again.documents_added, again.present_count) == (0, 3)
        assert not any(again.rows_added.values())
        assert describe(home) == before
        (source / "4.pdf").write_bytes(b"found again")
        assert archive.import_folder(source, "paperless", organization_id=home.id).documents_added == 1


def test_what_cannot_be_read_is_refused_by_name(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "archive", settings=NO_READING) as archive:
        home = archive.create_organization("Home")

        def take(folder: Path) -> None:
            archive.import_folder(folder, "paperless", organization_id=home.id)

        with pytest.raises(InvalidInput, match="--org"):
            archive.import_folder(tmp_path, "paperless")
        with pytest.raises(ExportNotFound):
            take(tmp_path)
        (tmp_path / "export.zip").write_bytes(b"PK")
        with pytest.raises(ExportNotFound, match="unpack"):
            take(tmp_path / "export.zip")
        for content in ("{}", "", "[{", '[{"model": 1]', "[1, 2"):
            (tmp_path / "manifest.json").write_text(content)
            with pytest.raises(ExportDamaged):
                take(tmp_path)
        (tmp_path / "manifest.json").write_text(json.dumps([make_document(1) | {"__exported_file_name__": "../x.pdf"}]))
        outcome = archive.import_folder(tmp_path, "paperless", organization_id=home.id)
        assert outcome.documents_added == 0
        assert "outside" in outcome.findings[0].message


def test_the_command_imports(tmp_path: Path) -> None:
    source = build_export(tmp_path / "paperless")
    program = CommandLine(tmp_path / "archive")
    program.do("init")
    told = program.run("import", source, "--from", "paperless")
    assert told.exit_code == 1
    assert "Imported 3 documents" in told.stdout


@settings(max_examples=40)
@given(st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=30), max_size=3), max_size=5), st.integers(0, 3))
def test_objects_are_read_one_by_one(tmp_path_factory: pytest.TempPathFactory, items: Any, indent: int) -> None:
    file = tmp_path_factory.getbasetemp() / "objects.json"
    file.write_text(json.dumps(items, indent=indent or None), encoding="utf-8")
    assert list(iterate_objects(file)) == items


def test_an_object_longer_than_what_is_read_at_once(tmp_path: Path) -> None:
    items = [{"text": "ä" * 3_000_000}, {"text": "[]{},"}]
    (tmp_path / "objects.json").write_text(json.dumps(items, ensure_ascii=False), encoding="utf-8")
    assert list(iterate_objects(tmp_path / "objects.json")) == items


def test_objects_that_are_not_of_their_form_are_named_and_the_rest_is_taken(tmp_path: Path) -> None:
    source = build_export(tmp_path / "paperless")
    odd: list[Any] = [
        {"model": "documents.document", "pk": 90},
        make_document(91, tags=3),
        make_document(92, archive_serial_number="seven"),
        make_document(93, correspondent=[1]),
        make("documents.note", 94, document="first", note="lost"),
        make("documents.customfieldinstance", 95, document=[1], field=1),
        {"model": "documents.customfield", "pk": [1], "fields": {"name": "Odd"}},
        "no object",
    ]
    (source / "odd-manifest.json").write_text(json.dumps(odd))
    with Archive.open(tmp_path / "archive", settings=NO_READING) as archive:
        home = archive.create_organization("Home")
        outcome = archive.import_folder(source, "paperless", organization_id=home.id)
        assert outcome.documents_added == 3
        told = "\n".join(finding.message for finding in outcome.findings)
        assert all(f"documents.document {pk} was not taken over: it " in told for pk in (90, 91, 92, 93))
        noted = "\n".join(outcome.notes)
        assert "documents.note 94 was left out" in noted
        assert "documents.customfieldinstance 95 was left out" in noted
        assert "documents.customfield [1] was left out" in noted


def test_a_dry_run_says_what_it_cannot_know_and_a_wrong_folder_leaves_no_archive(tmp_path: Path) -> None:
    source = build_export(tmp_path / "paperless")
    program = CommandLine(tmp_path / "archive")
    assert program.run("import", tmp_path / "nowhere").exit_code == 2
    assert not (tmp_path / "archive").exists()
    program.do("init")
    assert (
        "tags: 2, with those that are here already"
        in program.run("import", source, "--from", "paperless", "--dry-run").stdout
    )
