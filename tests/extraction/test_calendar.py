"""Calendars and address cards: folded lines, old and new ways to write letters, and what only looks like them."""

from __future__ import annotations

from pathlib import Path

import pytest

from papra_index.extraction.content import ExtractedContent, ExtractionJob, ExtractionLimits
from papra_index.extraction.formats.contentlines import parse_lines
from papra_index.extraction.reading import extract_content


def read(folder: Path, data: bytes, name: str, limits: ExtractionLimits | None = None) -> ExtractedContent:
    (folder / name).write_bytes(data)
    return extract_content(ExtractionJob(1, folder / name, name), limits)


@pytest.mark.parametrize(
    ("data", "name", "text"),
    [
        (b"SUMMARY:plain", "SUMMARY", "plain"),
        (b"summary:fol\r\n ded", "SUMMARY", "folded"),
        ("NOTE:Grö".encode()[:-1] + b"\r\n " + "Grö".encode()[-1:] + b"\xc3\x9fe", "NOTE", "Größe"),
        (b"NOTE:one\\, two\\; three\\nfour \\\\ five", "NOTE", "one, two; three\nfour \\ five"),
        (b'ATTENDEE;CN="A; B: C";ROLE=CHAIR:mailto:a@x.example', "ATTENDEE", "mailto:a@x.example"),
        (b"item1.TEL;type=CELL:0170", "TEL", "0170"),
        (b"NOTE;ENCODING=QUOTED-PRINTABLE:Gr=C3=BC=\r\n=C3=9Fe", "NOTE", "Grüße"),
        (b"NOTE;CHARSET=windows-1251;QUOTED-PRINTABLE:=C4=EE=E3=EE=E2=EE=F0", "NOTE", "Договор"),
    ],
)
def test_lines(data: bytes, name: str, text: str) -> None:
    assert [(line.name, line.text) for line in parse_lines(data)] == [(name, text)]


def test_pictures_and_lines_without_a_name_are_passed_by() -> None:
    data = b"PHOTO;ENCODING=b:AAAA\r\nPHOTO;BASE64:\r\n AAAA\r\nnothing here\r\n;;:\r\n\r\nNOTE:x\r\n"
    assert [line.name for line in parse_lines(data)] == ["NOTE"]


@pytest.mark.parametrize(
    ("head", "name", "mime_type"),
    [
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Fire drill\r\n", "a", "text/calendar"),
        (b"\xef\xbb\xbfbegin:vcard\r\nFN:Fire drill\r\n", "a.txt", "text/vcard"),
    ],
)
def test_they_are_known_by_content_and_read_when_cut_short(
    tmp_path: Path, head: bytes, name: str, mime_type: str
) -> None:
    outcome = read(tmp_path, head, name)
    assert (outcome.mime_type, outcome.pages[0].text) == (mime_type, "Fire drill")


def test_other_text_under_such_a_name_is_read_as_text(tmp_path: Path) -> None:
    assert read(tmp_path, b"just words", "a.ics").pages[0].text == "just words"


def test_long_calendars_have_pages(tmp_path: Path) -> None:
    events = b"".join(b"BEGIN:VEVENT\r\nSUMMARY:Event %d\r\nEND:VEVENT\r\n" % number for number in range(250))
    outcome = read(tmp_path, b"BEGIN:VCALENDAR\r\n" + events + b"END:VCALENDAR\r\n", "a.ics")
    assert [page.text.count("Event") for page in outcome.pages] == [100, 100, 50]
    few = read(tmp_path, b"BEGIN:VCALENDAR\r\n" + events, "a.ics", ExtractionLimits(max_pages=2))
    assert (len(few.pages), few.reason) == (2, "extraction.too_large")


def test_hostile_lines_are_quick(tmp_path: Path) -> None:
    for data in (b"A;" * 500_000, b"NOTE;QUOTED-PRINTABLE:" + b"x=\n" * 200_000, b"\n ".join([b"NOTE:x"] * 200_000)):
        outcome = read(tmp_path, b"BEGIN:VCARD\n" + data, "a.vcf")
        assert outcome.reason != "extraction.timed_out"
        assert outcome.seconds < ExtractionLimits().seconds
