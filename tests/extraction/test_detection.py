"""Detection: what the content shows beats the name, and the name beats the declared type."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from papra_index.errors import ContentUnsupported
from papra_index.extraction.detection import EXTRACTORS, UNKNOWN, detect_mime_type, load_extractor

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODT = "application/vnd.oasis.opendocument.text"


def make_zip(*members: tuple[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in members:
            archive.writestr(name, text)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("head", "name", "declared", "expected"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "a.pdf", None, "application/pdf"),
        (b"%PDF-1.7\n", "a.txt", "text/plain", "application/pdf"),
        (b"HTTP/1.1 200 OK\r\n\r\n%PDF-1.4\n\x00\x01\x02", "download", None, "application/pdf"),
        (b"A text about %PDF-1.4 headers", "notes.txt", None, "text/plain"),
        (b"\x89PNG\r\n\x1a\n\0\0", "photo.jpg", None, "image/png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "photo", None, "image/jpeg"),
        (b"II*\0\x08\0\0\0", "fax", None, "image/tiff"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "x", None, "image/webp"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "x", None, "image/heic"),
        (b"\0\0\0\x20ftypmif1\0\0\0\0mif1heicmiaf", "x", None, "image/heic"),
        (b"\0\0\0\x20ftypmif1\0\0\0\0mif1avifmiaf", "x", None, "image/avif"),
        (b"\0\0\0\x20ftypisom\0\0\0\0isomiso2avc1", "x", None, "video/mp4"),
        (b"7z\xbc\xaf\x27\x1c\0\4", "x", None, "application/x-7z-compressed"),
        ("GRÜSSE 1964".encode("cp500"), "a", "text/plain; charset=cp500", "text/plain"),
        (b"{\\rtf1\\ansi hello}", "a.doc", None, "application/rtf"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(20), "a.doc", None, "application/msword"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(20), "a", None, "application/x-ole-storage"),
        (make_zip(("[Content_Types].xml", ""), ("word/document.xml", "")), "a", None, DOCX),
        (make_zip(("[Content_Types].xml", ""), ("xl/workbook.xml", "")), "a.zip", None, XLSX),
        (make_zip(("mimetype", ODT), ("content.xml", "")), "a", None, ODT),
        (make_zip(("letter.txt", "")), "a.zip", None, "application/zip"),
        (b"plain words", "a.txt", None, "text/plain"),
        (b"plain words", "a", "text/markdown; charset=utf-8", "text/markdown"),
        (b"plain words", "a.pdf", "application/pdf", "text/plain"),
        (b"# heading", "README.md", "text/plain", "text/markdown"),
        (b"a;b\n1;2\n", "a.CSV", None, "text/csv"),
        (b'{"a": 1}', "a.json", None, "application/json"),
        (b"<!DOCTYPE html><html>", "a", None, "text/html"),
        (b"\xef\xbb\xbf  <html lang='en'>", "page.txt", None, "text/html"),
        ("<html><p>ö".encode("utf-16"), "a", None, "text/html"),
        (b"<p>in Markdown</p>", "a.md", None, "text/markdown"),
        (b"<?xml version='1.0'?><invoice/>", "a", None, "text/xml"),
        (b"<?xml version='1.0'?><svg/>", "a", None, "image/svg+xml"),
        (b"Received: from a\nMessage-ID: <1@b>\nSubject: x\n\nhello", "a", None, "message/rfc822"),
        (b"Name: Marlow\nTown: Quay\n", "a.txt", None, "text/plain"),
        ("Grüße".encode("latin-1"), "a.txt", None, "text/plain"),
        ("Grüße".encode("utf-16"), "a", None, "text/plain"),
        ("Grüße an alle".encode("utf-16-le"), "a", None, "text/plain"),
        ("Grüße an alle".encode("utf-32-be"), "a", None, "text/plain"),
        (b"\x00\x01\x02\x03\xff" * 20, "a.txt", "text/plain", "application/octet-stream"),
        (b"\x00\x01\x02\x03\xff" * 20, "a", "video/x-odd", "video/x-odd"),
        (b"\x00\x01\x02\x03\xff" * 20, "a.mp3", "video/x-odd", "audio/mpeg"),
        (b"", "a.pdf", None, "application/pdf"),
        (b"const a = 1;", "a.ts", "video/mp2t", "text/plain"),
        (b"fn main() {}", "a.rs", None, "text/plain"),
        (b"import re", "a.py", "application/x-python", "text/x-python"),
        (b"a: 1", "a", "application/x-yaml", "text/plain"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", "a", None, "image/svg+xml"),
        (b"BEGIN:VCALENDAR\r\n", "a", None, "text/calendar"),
        (b"BEGIN:VCARD\r\n", "a.txt", None, "text/vcard"),
        (b"From a@b Sat Mar  2 18:40:00 2019\nSubject: x\n\nhello", "a", None, "application/mbox"),
        (b"From the office at 18:40 we went\nhome: at last", "a", None, "text/plain"),
        (b"PK\x05\x06" + bytes(18), "a", None, "application/zip"),
        (b"letter.txt" + bytes(247) + b"ustar\x0000" + bytes(240), "a", None, "application/x-tar"),
        (b"", "a", None, "text/plain"),
        (b"BM is how this letter begins", "a.txt", None, "text/plain"),
        (b"P1 is the first plan\nP2 the other", "a.txt", None, "text/plain"),
    ],
)
def test_mime_types(head: bytes, name: str, declared: str | None, expected: str) -> None:
    assert detect_mime_type(head, name, declared) == expected


def test_utf8_cut_within_a_character_is_text() -> None:
    head = ("é" * 3000).encode()[:4095]
    assert detect_mime_type(head, "a") == "text/plain"


@pytest.mark.parametrize("mime_type", [*EXTRACTORS, "text/x-unheard-of"])
def test_every_extractor_of_the_table_loads(mime_type: str) -> None:
    assert callable(load_extractor(mime_type))


@pytest.mark.parametrize("mime_type", ["application/vnd.rar", "video/mp4", UNKNOWN])
def test_other_types_are_refused_with_a_next_step(mime_type: str) -> None:
    with pytest.raises(ContentUnsupported, match=r"add|save"):
        load_extractor(mime_type)


def test_detection_imports_nothing_heavy() -> None:
    heavy = {"PIL", "lxml", "pypdfium2", "zipfile", "charset_normalizer", "subprocess"}
    script = f"import sys, papra_index.extraction.detection; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=Path("/"))
    assert done.stdout.strip() == "[]"
