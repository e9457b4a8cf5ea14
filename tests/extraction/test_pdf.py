"""PDF: the text layer with what belongs to it, OCR only where it is needed, and an answer for every broken file."""

from __future__ import annotations

from pathlib import Path

import pytest

from papra_index.documents import ExtractionStatus, PageSource
from papra_index.errors import ContentEncrypted
from papra_index.extraction.content import ExtractedContent, ExtractionJob, ExtractionLimits
from papra_index.extraction.formats import miner
from papra_index.extraction.reading import extract_content
from tests.extraction.hostile import build_pdf, build_stream

FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"


def build_pages(*contents: bytes, extra: bytes = b"", objects: tuple[bytes, ...] = ()) -> bytes:
    """Return a PDF with a page per content stream; `extra` goes into each page, `objects` are numbered on from 4."""
    first = 4 + len(objects)
    kids = b" ".join(b"%d 0 R" % (first + 2 * index) for index in range(len(contents)))
    parts = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(contents))]
    parts += [FONT, *objects]
    for index, content in enumerate(contents):
        resources = b"/Resources << /Font << /F 3 0 R >> >> /Contents %d 0 R %s" % (first + 2 * index + 1, extra)
        parts.append(b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] %s >>" % resources)
        parts.append(build_stream(b"", content))
    return build_pdf(parts)


def write_line(text: bytes, y: int = 700) -> bytes:
    return b"BT /F 12 Tf 60 %d Td (%s) Tj ET\n" % (y, text)


def read(folder: Path, data: bytes, limits: ExtractionLimits | None = None, **job: object) -> ExtractedContent:
    path = folder / "test.pdf"
    path.write_bytes(data)
    return extract_content(ExtractionJob(1, path, path.name, **job), limits)  # type: ignore[arg-type]


def test_pages_keep_their_boundaries_and_blank_ones_their_number(tmp_path: Path) -> None:
    outcome = read(tmp_path, build_pages(write_line(b"first"), b"", write_line(b"third")))
    assert [(page.number, page.text) for page in outcome.pages] == [(1, "first"), (2, ""), (3, "third")]
    assert all(page.provenance.source is PageSource.LAYER for page in outcome.pages)
    assert outcome.pages[0].provenance.engine.startswith("pypdfium2 ")


def test_words_hyphenated_at_line_ends_are_joined(tmp_path: Path) -> None:
    lines = write_line(b"The annual mainten-", 700) + write_line(b"ance is due.", 686)
    assert "maintenance" in read(tmp_path, build_pages(lines)).pages[0].text


def test_text_of_annotations_is_read(tmp_path: Path) -> None:
    appearance = build_stream(
        b"/Type /XObject /Subtype /Form /BBox [0 0 300 30] /Resources << /Font << /F 3 0 R >> >>",
        b"BT /F 12 Tf 5 10 Td (stamped by the porter) Tj ET",
    )
    note = b"<< /Type /Annot /Subtype /FreeText /Rect [60 500 360 530] /DA (/F 12 Tf) /AP << /N 4 0 R >> >>"
    data = build_pages(write_line(b"Visitor list"), extra=b"/Annots [5 0 R]", objects=(appearance, note))
    text = read(tmp_path, data).pages[0].text
    assert "Visitor list" in text
    assert "stamped by the porter" in text


def test_tables_of_contents_are_no_noise(tmp_path: Path) -> None:
    leaders = b". " * 60
    lines = [write_line(b"Chapter %d %s 7" % (n, leaders), 800 - 20 * n) for n in range(1, 20)]
    [page] = read(tmp_path, build_pages(b"".join(lines))).pages
    assert page.provenance.source is PageSource.LAYER
    assert "Chapter 19" in page.text


def test_noise_in_the_layer_gives_way_to_ocr(tmp_path: Path) -> None:
    picture = b"0.8 g 50 50 500 700 re f 0 g " + write_line(b"\x01\x02\x03\x04\x05" * 20)
    [page] = read(tmp_path, build_pages(picture)).pages
    assert page.provenance.source is PageSource.OCR


def test_pdfminer_reads_the_same_words(documents: Path) -> None:
    pages = list(miner.read_pages(documents / "coffee-handbook.pdf"))
    expected = (documents.parent / "expected" / "coffee-handbook.pdf.txt").read_text("utf-8").split("\f")
    assert [page.split() for page in pages] == [page.split() for page in expected]
    assert next(miner.read_pages(documents / "coffee-handbook.pdf", 2, 1)).startswith("Chapter 3")
    with pytest.raises(ContentEncrypted):
        list(miner.read_pages(documents / "salary-locked.pdf"))


def test_form_values_are_read(tmp_path: Path) -> None:
    appearance = build_stream(
        b"/Type /XObject /Subtype /Form /BBox [0 0 300 30] /Resources << /Font << /F 3 0 R >> >>",
        b"/Tx BMC BT /F 12 Tf 5 10 Td (Matilda Marlow) Tj ET EMC",
    )
    field = b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (name) /V (Matilda Marlow) /F 4 "
    field += b"/Rect [60 500 360 530] /DA (/F 12 Tf) /AP << /N 4 0 R >> >>"
    data = build_pages(write_line(b"Name of the swimmer:"), extra=b"/Annots [5 0 R]", objects=(appearance, field))
    data = data.replace(b"/Type /Catalog", b"/Type /Catalog /AcroForm << /Fields [5 0 R] >>", 1)
    assert "Matilda Marlow" in read(tmp_path, data).pages[0].text


def test_more_pages_than_the_limit_are_left_out_and_said(tmp_path: Path) -> None:
    data = build_pages(*(write_line(b"page %d" % number) for number in range(1, 6)))
    outcome = read(tmp_path, data, ExtractionLimits(max_pages=2))
    assert [page.text for page in outcome.pages] == ["page 1", "page 2"]
    assert (outcome.status, outcome.reason) == (ExtractionStatus.PARTIAL, "extraction.too_large")
    assert "5 pages" in str(outcome.message)


def test_pages_beyond_the_ocr_limit_are_left_out_and_said(documents: Path) -> None:
    scan = documents / "carpenter-invoice.pdf"
    outcome = extract_content(ExtractionJob(1, scan, scan.name), ExtractionLimits(max_ocr_pages=1))
    assert [bool(page.text) for page in outcome.pages] == [True, False]
    assert (outcome.status, outcome.reason) == (ExtractionStatus.PARTIAL, "extraction.too_large")


def test_scan_without_its_language_fails_and_says_what_to_install(documents: Path) -> None:
    scan = documents / "carpenter-invoice.pdf"
    outcome = extract_content(ExtractionJob(1, scan, scan.name, None, ("tlh",)))
    assert (outcome.status, outcome.reason) == (ExtractionStatus.FAILED, "ocr.language_missing")
    assert [(page.text, page.awaits_ocr) for page in outcome.pages] == [("", True)] * 2
    assert "tesseract-ocr-tlh" in str(outcome.message)


def test_text_layer_is_kept_where_ocr_fails(documents: Path) -> None:
    mixed = documents / "allotment-minutes.pdf"
    outcome = extract_content(ExtractionJob(1, mixed, mixed.name, None, ("tlh",)))
    assert (outcome.status, outcome.reason) == (ExtractionStatus.PARTIAL, "ocr.language_missing")
    assert [page.text for page in outcome.pages] == ["Scanned by the town archive"]
    assert outcome.pages[0].provenance.source is PageSource.LAYER


def test_text_pages_need_no_ocr_language(tmp_path: Path) -> None:
    outcome = read(tmp_path, build_pages(write_line(b"short")), ocr_languages=("tlh",))
    assert outcome.status is ExtractionStatus.DONE


@pytest.mark.parametrize("data", [b"", bytes(3000), b"nothing of the kind\n%%EOF"], ids=["head", "zeros", "words"])
def test_broken_files_are_damaged(tmp_path: Path, data: bytes) -> None:
    outcome = read(tmp_path, b"%PDF-1.4\n" + data)
    assert (outcome.status, outcome.reason) == (ExtractionStatus.FAILED, "extraction.damaged")


def test_a_damaged_file_after_an_encrypted_one_is_not_called_encrypted(tmp_path: Path, documents: Path) -> None:
    locked = documents / "salary-locked.pdf"
    for _ in range(2):
        assert extract_content(ExtractionJob(1, locked, locked.name)).status is ExtractionStatus.ENCRYPTED
        assert read(tmp_path, b"%PDF-1.4\ngarbage").reason == "extraction.damaged"


def test_missing_cross_reference_table_is_no_obstacle(tmp_path: Path) -> None:
    data = build_pages(write_line(b"still there")).partition(b"xref")[0]
    assert read(tmp_path, data + b"trailer << /Root 1 0 R >>").pages[0].text == "still there"


def test_huge_pages_are_rendered_within_the_pixel_limit(tmp_path: Path) -> None:
    paths = b" ".join(b"%d 100 m %d 9000 l S" % (x, x + 50) for x in range(0, 9000, 300))
    data = build_pages(paths).replace(b"[0 0 595 842]", b"[0 0 2000000 14400]")
    outcome = read(tmp_path, data, ExtractionLimits(max_pixels=1_000_000))
    assert outcome.status is ExtractionStatus.DONE
