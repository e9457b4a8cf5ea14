"""Defects of the API that this library serves as well, each of which loses text there: files whose reading depends on
what they were declared as, one text layer for a whole PDF, failures told as empty texts. Those of office files are in
test_office.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from papra_index import Archive
from papra_index.documents import ExtractionStatus, PageSource
from papra_index.extraction.content import ExtractedContent, ExtractionJob
from papra_index.extraction.reading import extract_content
from tests.extraction.conftest import FIXTURES

WORD = {
    "boiler-contract.pdf": "Calora",
    "household-budget.xlsx": "0042",
    "moving-offer.docx": "2024-0442",
    "plumber-estimate.eml": "Größl",
    "moving-papers.zip": "crockery",
    "chonaikai.txt": "町内会",
    "router.yaml": "Router",
}


def read(path: Path, name: str | None = None, declared: str | None = None) -> ExtractedContent:
    return extract_content(ExtractionJob(1, path, name or path.name, declared))


@pytest.mark.parametrize("declared", ["text/plain", "image/png", "application/pdf", "application/msword", "video/mp4"])
@pytest.mark.parametrize("name", WORD)
def test_a_declared_type_never_prevents_reading(documents: Path, name: str, declared: str) -> None:
    outcome = read(documents / name, "upload", declared)
    assert outcome.status is ExtractionStatus.DONE, outcome.message
    assert any(WORD[name] in page.text for page in outcome.pages)


def test_a_picture_declared_as_text_is_recognized(documents: Path) -> None:
    outcome = read(documents / "swimming-certificate.jpg", "upload", "text/plain")
    assert "Matilda Marlow" in outcome.pages[0].text


@pytest.mark.parametrize("name", ["holiday.jpg", "notes.txt", "film.mp4", "table.xlsx"])
def test_a_wrong_name_never_prevents_reading(documents: Path, name: str) -> None:
    assert "Calora" in read(documents / "boiler-contract.pdf", name).pages[0].text


def test_types_declared_to_an_archive_never_prevent_reading() -> None:
    pdf = (FIXTURES / "documents" / "boiler-contract.pdf").read_bytes()
    table = "Kontoauszug 0042\nSaldo 1.234,56 für Müller\n".encode("cp500")
    with Archive.in_memory() as archive:
        home = archive.create_organization("Home")
        as_text = home.add(pdf, name="a", mime_type="text/plain")
        as_picture = home.add(pdf + b"\n", name="b", mime_type="image/png")
        as_anything = home.add(pdf + b"\n\n", name="c", mime_type="application/octet-stream")
        ebcdic = home.add(table, name="statement", mime_type="Text/Plain; Charset=CP500")
        archive.wait_until_searchable()
        for document in (as_text, as_picture, as_anything):
            assert "Calora" in home.get(document.id).content
        assert home.get(as_anything.id).mime_type == "application/pdf"
        assert home.get(ebcdic.id).content == table.decode("cp500")
        assert home.get(ebcdic.id).mime_type == "text/plain; charset=cp500"
        assert home.search("Müller", facets=["mime_type"]).facets["mime_type"][0].value == "text/plain"


def test_yaml_is_read_whatever_browsers_call_it(documents: Path) -> None:
    for declared in ("application/x-yaml", "application/yaml", "text/x-yaml", "application/octet-stream"):
        assert "Router" in read(documents / "router.yaml", "upload", declared).pages[0].text


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "utf-8-sig"])
def test_text_in_any_encoding_keeps_its_letters_and_does_not_end_at_a_nul(tmp_path: Path, encoding: str) -> None:
    text = "Größe und Maße: 12 Stück à 3,50\nzweite Zeile"
    (tmp_path / "a.txt").write_bytes(text.encode(encoding))
    assert read(tmp_path / "a.txt").pages[0].text == text


def test_html_comes_without_its_tags(documents: Path) -> None:
    [page] = read(documents / "lettre-du-quartier.html").pages
    assert "<" not in page.text
    assert "quartier" in page.text


def test_pages_and_lines_of_a_pdf_stay_apart(documents: Path) -> None:
    pages = read(documents / "coffee-handbook.pdf").pages
    expected = (FIXTURES / "expected" / "coffee-handbook.pdf.txt").read_text("utf-8").split("\f")
    assert len(pages) == len(expected) > 1
    assert all(page.text.count("\n") > 1 for page in pages)


def test_a_short_text_layer_does_not_suppress_the_recognition_of_a_scan(documents: Path) -> None:
    [page] = read(documents / "allotment-minutes.pdf").pages
    assert "Scanned by the town archive" in page.text
    assert "allotment society" in page.text
    assert page.provenance.source in {PageSource.MIXED, PageSource.OCR}
    assert page.provenance.confidence is not None


def test_a_failure_is_a_status_with_a_reason_and_never_an_empty_text(documents: Path) -> None:
    for name in ("salary-locked.pdf", "handbook-cut-short.pdf", "holiday-broken.png", "backup.bin", "tax-locked.zip"):
        outcome = read(documents / name)
        assert outcome.status not in {ExtractionStatus.DONE, ExtractionStatus.PARTIAL}
        assert outcome.reason
        assert outcome.message


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("library-loans.xls", "Lighthouse"), ("plumber-estimate.eml", "Größl"), ("summer-party.msg", "marquee"),
        ("preserves.epub", "Quinces"), ("garden-plan.svg", "Rhubarb"), ("storm-fax.tiff", "storm"),
        ("parking-ticket.bmp", "Quayhaven"), ("ferry-timetable.heic", "crossing"), ("dog-licence.avif", "Brambleberry"),
        ("accounts-2024.csv", "Amount"), ("office-minutes.md", "Minutes"), ("allotment-talk.pptx", "members"),
    ],
)  # fmt: skip
def test_formats_that_gave_nothing_are_read(documents: Path, name: str, word: str) -> None:
    text = "\n".join(page.text for page in read(documents / name, "upload", "application/octet-stream").pages)
    assert word.casefold() in text.casefold()
