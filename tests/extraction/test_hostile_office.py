"""Office files made to do harm: each ends as text or as a reason, soon and in little memory."""

from __future__ import annotations

import io
import random
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from fixtures.office import build_docx, build_epub, build_odf, build_pptx, build_xlsx, make_paragraph, make_shape, pack
from papra_index.documents import ExtractionStatus
from papra_index.extraction.content import ExtractedContent, ExtractionJob, ExtractionLimits
from papra_index.extraction.reading import extract_content
from papra_index.extraction.workers import WorkerPool
from tests.extraction.conftest import FIXTURES
from tests.extraction.packing import unpack

LIMITS = ExtractionLimits()
WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
NAMES = sorted(
    path.name
    for path in (FIXTURES / "documents").iterdir()
    if path.suffix in {".docx", ".pptx", ".xlsx", ".xls", ".odt", ".odp", ".ods", ".epub", ".rtf"}
)


def read(tmp_path: Path, name: str, data: bytes, limits: ExtractionLimits = LIMITS) -> ExtractedContent:
    path = tmp_path / name
    path.write_bytes(data)
    return extract_content(ExtractionJob(1, path, name), limits)


def make_docx(document: str | bytes) -> bytes:
    return pack({"[Content_Types].xml": "<Types/>", "word/document.xml": document})


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx", "a.odt", "a.epub"])
def test_bombs_are_refused(tmp_path: Path, name: str) -> None:
    bomb = f"<w:document {WORD}>".encode() + b" " * 40_000_000
    part = {"a.docx": "word/document.xml", "a.xlsx": "xl/workbook.xml", "a.odt": "content.xml"}.get(name)
    data = pack({"[Content_Types].xml": "", part or "META-INF/container.xml": bomb})
    assert len(data) < 100_000
    outcome = read(tmp_path, name, data, replace(LIMITS, max_member_bytes=8_000_000))
    assert outcome.reason in {"extraction.too_large", "extraction.damaged"}
    assert outcome.seconds < 10


def test_parts_together_are_bounded(tmp_path: Path) -> None:
    rows = "<row>" + " " * 3_000_000 + '<c t="str"><v>x</v></c></row>'
    data = build_xlsx({f"S{number}": rows for number in range(10)})
    outcome = read(tmp_path, "a.xlsx", data, replace(LIMITS, max_unpacked_bytes=10_000_000))
    assert (outcome.status, outcome.reason) == (ExtractionStatus.PARTIAL, "extraction.too_large")
    assert len(outcome.pages) == 3


def test_a_size_that_lies_is_not_believed(tmp_path: Path) -> None:
    content = f"<w:document {WORD}>".encode() + b" " * 5_000_000
    data = make_docx(content).replace(len(content).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    assert read(tmp_path, "a.docx", data).reason == "extraction.damaged"


def test_ten_thousand_members_are_enough(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in ("[Content_Types].xml", "word/document.xml", *(f"word/{number}" for number in range(10_000))):
            archive.writestr(name, "")
    assert read(tmp_path, "a.docx", buffer.getvalue()).reason == "extraction.too_large"


def test_entities_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("top secret")
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "boom"}">' for n in range(12))
    declared = f'<!DOCTYPE a [{bomb}<!ENTITY f SYSTEM "file://{tmp_path}/secret">]>'
    body = "<w:p><w:r><w:t>&f;&e11;end</w:t></w:r></w:p>"
    outcome = read(tmp_path, "a.docx", make_docx(f"{declared}<w:document {WORD}>{body}</w:document>"))
    text = "".join(page.text for page in outcome.pages)
    assert "secret" not in text
    assert len(text) < 1_000_000
    row = '<row><c t="inlineStr"><is><t>&f;&e11;end</t></is></c></row>'
    sheet = f"{declared}<worksheet><sheetData>{row}</sheetData></worksheet>"
    members = unpack(build_xlsx({"S": ""}))
    outcome = read(tmp_path, "a.xlsx", pack({**members, "xl/worksheets/sheet1.xml": sheet}))
    text = "".join(page.text for page in outcome.pages)
    assert "secret" not in text
    assert len(text) < 1_000_000


def test_nesting_ends_early(tmp_path: Path) -> None:
    deep = f"<w:document {WORD}><w:p><w:r><w:t>before</w:t></w:r></w:p>" + "<w:tc>" * 100_000
    outcome = read(tmp_path, "a.docx", make_docx(deep))
    assert (outcome.status, outcome.reason) == (ExtractionStatus.PARTIAL, "extraction.damaged")
    assert outcome.pages[0].text.strip() == "before"
    assert outcome.seconds < 10


def test_a_sparse_sheet_costs_nothing(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    outcome = read(tmp_path, "a.xlsx", build_xlsx({"S": rows}))
    assert [page.text for page in outcome.pages] == ["S\n1\n2"]
    assert outcome.seconds < 5


def test_a_long_string_that_many_cells_refer_to_is_bounded(tmp_path: Path) -> None:
    rows = '<row><c t="s"><v>0</v></c></row>' * 5_000
    outcome = read(tmp_path, "a.xlsx", build_xlsx({"S": rows}, ["x" * 30_000]), replace(LIMITS, max_text_bytes=300_000))
    assert (outcome.status, outcome.reason) == (ExtractionStatus.PARTIAL, "extraction.too_large")
    assert sum(len(page.text) for page in outcome.pages) <= 300_000


def test_repeats_within_repeats_are_bounded(tmp_path: Path) -> None:
    cell = f'<table:table-cell table:number-columns-repeated="9999"><text:p>{"x" * 1000}</text:p></table:table-cell>'
    row = f'<table:table-row table:number-rows-repeated="9999">{cell}</table:table-row>' * 50
    data = build_odf("spreadsheet", f'<table:table table:name="T">{row}</table:table>')
    outcome = read(tmp_path, "a.ods", data, replace(LIMITS, max_text_bytes=1_000_000))
    assert outcome.reason == "extraction.too_large"
    assert sum(len(page.text) for page in outcome.pages) <= 1_000_000


def test_pages_are_bounded_and_those_before_the_bound_kept(tmp_path: Path) -> None:
    data = build_pptx([make_shape(f"slide {number}") for number in range(5)])
    outcome = read(tmp_path, "a.pptx", data, replace(LIMITS, max_pages=3))
    assert (outcome.status, len(outcome.pages)) == (ExtractionStatus.PARTIAL, 3)


def test_a_spine_that_repeats_itself_is_read_once(tmp_path: Path) -> None:
    members = unpack(build_epub({"a.xhtml": "<p>once</p>"}))
    spine = str(members["OEBPS/content.opf"], "utf-8").replace(
        "<spine>", "<spine>" + '<itemref idref="a.xhtml"/>' * 9_999
    )
    outcome = read(tmp_path, "a.epub", pack({**members, "OEBPS/content.opf": spine}))
    assert [page.text for page in outcome.pages] == ["once"]


def test_a_damaged_slide_or_chapter_keeps_what_can_be_read(tmp_path: Path) -> None:
    slides = unpack(build_pptx([make_shape("one"), make_shape("two")]))
    outcome = read(tmp_path, "a.pptx", pack({**slides, "ppt/slides/slide2.xml": "<p:sld>"}))
    assert (outcome.status, [page.text for page in outcome.pages]) == (ExtractionStatus.PARTIAL, ["one", ""])
    chapters = unpack(build_epub({"a.xhtml": "<p>one</p>", "b.xhtml": "<p>two</p>", "c.xhtml": "<p>three</p>"}))
    del chapters["OEBPS/b.xhtml"]
    outcome = read(tmp_path, "a.epub", pack(chapters))
    assert outcome.status is ExtractionStatus.PARTIAL
    assert [page.text for page in outcome.pages] == ["one", "", "three"]


@pytest.mark.parametrize("part", ["word/comments.xml", "word/_rels/document.xml.rels"])
def test_damage_beside_the_body_does_not_cost_the_body(tmp_path: Path, part: str) -> None:
    members = unpack(build_docx(make_paragraph("body"), comments=make_paragraph("remark")))
    outcome = read(tmp_path, "a.docx", pack({**members, part: "<broken"}))
    assert (outcome.status, outcome.reason) == (ExtractionStatus.PARTIAL, "extraction.damaged")
    assert outcome.pages[0].text == "body"


def test_a_workbook_without_its_styles_and_strings_shows_what_it_has(tmp_path: Path) -> None:
    members = unpack(build_xlsx({"S": '<row><c s="1"><v>45366</v></c><c t="s"><v>0</v></c></row>'}, ["x"], [14]))
    for part in ("xl/styles.xml", "xl/sharedStrings.xml"):
        members[part] = "<broken"
    outcome = read(tmp_path, "a.xlsx", pack(members))
    assert (outcome.status, [page.text for page in outcome.pages]) == (ExtractionStatus.PARTIAL, ["S\n45366"])


def test_a_body_that_breaks_off_keeps_what_came_before(tmp_path: Path) -> None:
    body = f"<w:document {WORD}><w:body>{make_paragraph('before')}<w:p><w:r><w:t>brea"
    outcome = read(tmp_path, "a.docx", make_docx(body))
    assert (outcome.status, outcome.reason) == (ExtractionStatus.PARTIAL, "extraction.damaged")
    assert outcome.pages[0].text.startswith("before")


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx", "a.pptx", "a.odt", "a.epub", "a.xls", "a.rtf"])
def test_nothing_but_noise_has_a_reason(tmp_path: Path, name: str) -> None:
    noise = random.Random(3).randbytes(2_000)
    for data in (b"PK\x03\x04" + noise, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + noise):
        outcome = read(tmp_path, name, data)
        assert outcome.status in {ExtractionStatus.FAILED, ExtractionStatus.UNSUPPORTED}
        assert outcome.reason in {"extraction.damaged", "extraction.unsupported"}


@pytest.mark.parametrize("name", ["a.docx", "a.odt"])
def test_a_password_of_the_zip_is_said_so(tmp_path: Path, name: str) -> None:
    data = bytearray(build_docx(make_paragraph("x")) if name == "a.docx" else build_odf("text", "<text:p>x</text:p>"))
    for signature, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        start = -1
        while (start := data.find(signature, start + 1)) >= 0:
            data[start + offset] |= 1
    outcome = read(tmp_path, name, bytes(data))
    assert (outcome.status, outcome.reason) == (ExtractionStatus.ENCRYPTED, "extraction.encrypted")


def test_cut_and_flipped_fixtures_never_bring_a_worker_down(tmp_path: Path, pool: WorkerPool) -> None:
    chance = random.Random(11)
    jobs = []
    for name in NAMES:
        data = (FIXTURES / "documents" / name).read_bytes()
        for number in range(12):
            spoiled = bytearray(data[: chance.randrange(1, len(data))] if number % 2 else data)
            for _ in range(0 if number % 2 else 8):
                spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
            path = tmp_path / f"{number}-{name}"
            path.write_bytes(spoiled)
            jobs.append(ExtractionJob(len(jobs), path, path.name))
    started = time.monotonic()
    outcomes = list(pool.extract(jobs))
    assert len(outcomes) == len(jobs)
    odd = {outcome.message for outcome in outcomes if outcome.reason in {"extraction.failed", "extraction.timed_out"}}
    assert odd == set()
    assert time.monotonic() - started < 30
