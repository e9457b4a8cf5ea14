"""What every format owes: a fixture that is read, a damaged file and a locked one that say what they are."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import olefile
import py7zr
import pytest

from fixtures.ole import build_ole
from papra_index.documents import ExtractionStatus
from papra_index.extraction.content import ExtractedContent, ExtractionJob
from papra_index.extraction.detection import EXTRACTORS, HEAD_BYTES, detect_mime_type, is_plain_text
from papra_index.extraction.reading import extract_content
from papra_index.extraction.workers import WorkerPool
from tests.extraction.conftest import FIXTURES

DOCUMENTS = FIXTURES / "documents"
READABLE = sorted(path.name.removesuffix(".txt") for path in (FIXTURES / "expected").glob("*.txt"))

# An OLE file that is none of those: all that can be said of it is a reason.
WITHOUT_TEXT = {"application/x-ole-storage"}

# Half of these is a text, an archive of fewer files, or a table with rows missing, all without a sign of damage.
WHOLE_WHEN_CUT = {
    "application/mbox", "application/x-tar", "application/xhtml+xml", "image/svg+xml", "message/rfc822",
    "text/calendar", "text/html", "text/vcard", "text/xml",
}  # fmt: skip


def detect(name: str) -> str:
    path = DOCUMENTS / name
    with path.open("rb") as file:
        return detect_mime_type(file.read(HEAD_BYTES), name, None, path)


def is_whole_when_cut(name: str) -> bool:
    mime_type = detect(name)
    return is_plain_text(mime_type) or mime_type in WHOLE_WHEN_CUT


def test_every_type_in_the_table_has_a_fixture_that_is_read() -> None:
    assert set(EXTRACTORS) - {detect(name) for name in READABLE} == WITHOUT_TEXT


@pytest.fixture(scope="module")
def halves(pool: WorkerPool, tmp_path_factory: pytest.TempPathFactory) -> dict[str, ExtractedContent]:
    folder = tmp_path_factory.mktemp("halves")
    jobs = []
    for number, name in enumerate(READABLE):
        data = (DOCUMENTS / name).read_bytes()
        (folder / name).write_bytes(data[: len(data) // 2])
        jobs.append(ExtractionJob(number, folder / name, name))
    return {READABLE[outcome.job_id]: outcome for outcome in pool.extract(jobs)}


@pytest.mark.parametrize("name", [name for name in READABLE if not is_whole_when_cut(name)])
def test_half_of_a_file_is_damaged_and_says_so(name: str, halves: dict[str, ExtractedContent]) -> None:
    outcome = halves[name]
    assert outcome.status in {ExtractionStatus.FAILED, ExtractionStatus.PARTIAL}
    assert outcome.reason == "extraction.damaged"
    assert outcome.message


@pytest.mark.parametrize("name", [name for name in READABLE if is_whole_when_cut(name)])
def test_half_of_a_text_is_read(name: str, halves: dict[str, ExtractedContent]) -> None:
    outcome = halves[name]
    assert outcome.pages
    assert outcome.status is ExtractionStatus.DONE or outcome.reason == "extraction.damaged"


def lock_7z(header_encryption: bool) -> bytes:
    buffer = io.BytesIO()
    with py7zr.SevenZipFile(buffer, "w", password="sesame", header_encryption=header_encryption) as archive:
        archive.writestr("for few", "secret.txt")
    return buffer.getvalue()


def mark_locked(name: str, stream: str, place: int, mark: bytes) -> bytes:
    """A fixture with what marks a stream as encrypted at its place; the bytes before it occur once in the file."""
    data = bytearray((DOCUMENTS / name).read_bytes())
    with olefile.OleFileIO(bytes(data)) as file:
        start = file.openstream(stream).read(place)
    assert data.count(start) == 1
    position = data.index(start) + place
    data[position : position + len(mark)] = mark
    return bytes(data)


def lock_workbook() -> bytes:
    """An XLS with a FilePass record (MS-XLS 2.4.117) behind its beginning."""
    beginning = struct.pack("<HHHHHHII", 0x0809, 16, 0x0600, 5, 0, 1997, 0, 6)
    return build_ole({"Workbook": beginning + struct.pack("<HHHHH", 0x2F, 6, 1, 1, 1) + bytes(4096)})


LOCKED = {
    "by-a-reader.pdf": lambda: (DOCUMENTS / "salary-locked.pdf").read_bytes(),
    "archive.zip": lambda: (DOCUMENTS / "tax-locked.zip").read_bytes(),
    "archive.7z": lambda: lock_7z(header_encryption=False),
    "archive-with-its-names.7z": lambda: lock_7z(header_encryption=True),
    "letter.docx": lambda: (DOCUMENTS / "payroll-locked.xlsx").read_bytes(),
    "book.xlsx": lambda: (DOCUMENTS / "payroll-locked.xlsx").read_bytes(),
    "talk.pptx": lambda: (DOCUMENTS / "payroll-locked.xlsx").read_bytes(),
    "without an extension": lambda: (DOCUMENTS / "payroll-locked.xlsx").read_bytes(),
    "letter.odt": lambda: (DOCUMENTS / "will-locked.odt").read_bytes(),
    "novel.epub": lambda: (DOCUMENTS / "novel-sealed.epub").read_bytes(),
    "letter.doc": lambda: mark_locked("reference-1998.doc", "WordDocument", 10, b"\x00\x13"),
    "talk.ppt": lambda: mark_locked("boat-storage.ppt", "Current User", 12, b"\xdf\xc4\xd1\xf3"),
    "book.xls": lock_workbook,
}


@pytest.mark.parametrize("name", LOCKED)
def test_what_is_locked_says_so(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(LOCKED[name]())
    outcome = extract_content(ExtractionJob(1, tmp_path / name, name))
    assert (outcome.status, outcome.reason) == (ExtractionStatus.ENCRYPTED, "extraction.encrypted")
    assert ("DRM" if name == "novel.epub" else "password") in str(outcome.message)
    assert outcome.pages == ()
