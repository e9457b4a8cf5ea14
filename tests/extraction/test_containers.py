"""Zip and OLE files are told apart by what their directories list, whatever they are called."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from fixtures.office import build_docx, build_epub, build_odf, build_pptx, build_xlsx, make_paragraph, make_shape, pack
from fixtures.ole import build_ole
from papra_index.errors import ContentEncrypted, ContentUnsupported
from papra_index.extraction.containers import list_ole_streams, list_zip_names
from papra_index.extraction.content import ExtractionJob
from papra_index.extraction.detection import detect_mime_type
from papra_index.extraction.reading import extract_content

PADDING = {"aaa/padding.bin": random.Random(5).randbytes(8_000)}
OFFICE = {
    "wordprocessingml.document": {"[Content_Types].xml": "", "word/document.xml": ""},
    "spreadsheetml.sheet": {"[Content_Types].xml": "", "xl/workbook.xml": ""},
    "presentationml.presentation": {"[Content_Types].xml": "", "ppt/presentation.xml": ""},
    "application/epub+zip": {"mimetype": "application/epub+zip", "META-INF/container.xml": ""},
    "opendocument.text": {"META-INF/manifest.xml": "", "content.xml": ""},
    "application/zip": {"content.xml": "", "word/notes.txt": ""},
}


def detect(tmp_path: Path, data: bytes, name: str = "a") -> str:
    path = tmp_path / "stored"
    path.write_bytes(data)
    return detect_mime_type(data[:4096], name, None, path)


@pytest.mark.parametrize("kind", OFFICE)
def test_packages_are_known_by_members_behind_the_first_bytes(tmp_path: Path, kind: str) -> None:
    assert detect(tmp_path, pack({**PADDING, **OFFICE[kind]})).endswith(kind)


def test_packages_of_every_builder_are_known_without_a_name(tmp_path: Path) -> None:
    kinds = [
        build_docx(make_paragraph("x")), build_xlsx({"S": ""}), build_pptx([make_shape("x")]),
        build_odf("spreadsheet", ""), build_epub({"a.xhtml": ""}),
    ]  # fmt: skip
    endings = [detect(tmp_path, data).rpartition(".")[2] for data in kinds]
    assert endings == ["document", "sheet", "presentation", "spreadsheet", "application/epub+zip"]


def test_a_zip_called_docx_is_a_zip(tmp_path: Path) -> None:
    assert detect(tmp_path, pack({"letter.txt": "x"}), "a.docx") == "application/zip"


def test_a_directory_that_lies_is_read_within_bounds(tmp_path: Path) -> None:
    data = bytearray(pack({f"member-{number}": "" for number in range(50)}))
    end = data.rfind(b"PK\x05\x06")
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    assert len(list_zip_names(path)) == 50
    path.write_bytes(b"#!/bin/sh\n" + data)
    assert len(list_zip_names(path)) == 50
    data[end + 12 : end + 20] = b"\xff" * 8
    path.write_bytes(data)
    assert list_zip_names(path) == []
    path.write_bytes(data[:end])
    assert list_zip_names(path) == []


@pytest.mark.parametrize(
    ("stream", "name", "kind"),
    [
        ("WordDocument", "a", "application/msword"),
        ("Workbook", "a.doc", "application/vnd.ms-excel"),
        ("Book", "a", "application/vnd.ms-excel"),
        ("PowerPoint Document", "a.bin", "application/vnd.ms-powerpoint"),
        ("__properties_version1.0", "a", "application/vnd.ms-outlook"),
        ("something else", "a", "application/x-ole-storage"),
        ("something else", "a.doc", "application/msword"),
    ],
)
def test_ole_files_are_known_by_their_streams(tmp_path: Path, stream: str, name: str, kind: str) -> None:
    assert detect(tmp_path, build_ole({stream: bytes(5_000)}), name) == kind


def test_a_workbook_with_a_letter_embedded_is_what_its_name_says(tmp_path: Path) -> None:
    data = build_ole({"Workbook": bytes(5_000), "WordDocument": bytes(5_000)})
    assert detect(tmp_path, data, "a.xls") == "application/vnd.ms-excel"


def test_an_ole_directory_in_a_circle_ends(tmp_path: Path) -> None:
    data = bytearray(build_ole({f"stream {number}": bytes(10) for number in range(20)}))
    path = tmp_path / "a"
    path.write_bytes(data)
    assert len(list_ole_streams(path)) == 21
    for position in range(512, len(data) - 4, 4):
        if data[position : position + 4] == b"\xfe\xff\xff\xff":
            data[position : position + 4] = bytes(4)
    path.write_bytes(data)
    assert len(list_ole_streams(path)) <= 21


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx", "a.pptx", "a.doc", "a.xls", "a"])
def test_office_files_with_a_password_are_said_so(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(build_ole({"EncryptedPackage": bytes(9_000), "EncryptionInfo": bytes(200)}))
    outcome = extract_content(ExtractionJob(1, path, name))
    assert (outcome.reason, outcome.pages) == (ContentEncrypted.code, ())


def test_other_ole_files_are_refused_with_a_next_step(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(build_ole({"something else": bytes(5_000)}))
    outcome = extract_content(ExtractionJob(1, path, "a"))
    assert outcome.reason == ContentUnsupported.code
    assert outcome.message is not None
    assert "legacy format" in outcome.message
    assert "save it as" in outcome.message
