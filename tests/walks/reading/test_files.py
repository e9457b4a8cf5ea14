"""Reading files without an archive: the same text as an archive's, a status for what cannot be read, nothing left."""

from __future__ import annotations

import io
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from papra_index import (
    Archive,
    ExtractionSettings,
    ExtractionStatus,
    Organization,
    PageSource,
    extract,
    extract_many,
)
from papra_index.errors import InvalidInput, SourceUnreadable
from tests.conftest import FIXTURES

CONTRACT = FIXTURES / "boiler-contract.pdf"
ONE_WORKER = ExtractionSettings(workers=1)


def test_a_file_gives_what_the_archive_keeps(archive: Archive, home: Organization) -> None:
    read = extract(FIXTURES / "coffee-handbook.pdf")
    assert (read.status, read.reason, read.message) == (ExtractionStatus.DONE, None, None)
    assert (read.name, read.mime_type) == ("coffee-handbook.pdf", "application/pdf")
    assert [page.number for page in read.pages] == [1, 2, 3, 4, 5, 6]
    assert {page.provenance.source for page in read.pages} == {PageSource.LAYER}
    assert read.seconds > 0
    document = home.add(FIXTURES / "coffee-handbook.pdf")
    archive.wait_until_searchable()
    assert home.get(document.id).content == read.text


def test_bytes_and_streams_are_read_like_files() -> None:
    by_path = extract(str(CONTRACT))
    with CONTRACT.open("rb") as stream:
        from_stream = extract(stream)
    assert from_stream.name == "boiler-contract.pdf"
    assert extract(CONTRACT.read_bytes()).text == by_path.text == from_stream.text


def test_hints_help_where_bytes_say_nothing() -> None:
    data = b"a,b\n1,2\n"
    assert extract(data).mime_type == "text/plain"
    assert extract(data, name="a.csv").mime_type == "text/csv"
    assert extract(data, mime_type="text/csv; charset=utf-8").mime_type == "text/csv"
    assert extract(data, name="a.csv").name == "a.csv"


@pytest.mark.parametrize(
    ("name", "status", "reason"),
    [
        ("salary-locked.pdf", ExtractionStatus.ENCRYPTED, "extraction.encrypted"),
        ("backup.bin", ExtractionStatus.UNSUPPORTED, "extraction.unsupported"),
        ("holiday-broken.png", ExtractionStatus.FAILED, "extraction.damaged"),
    ],
)
def test_what_is_in_a_file_never_raises(name: str, status: ExtractionStatus, reason: str) -> None:
    read = extract(FIXTURES / name)
    assert (read.status, read.reason, read.text) == (status, reason, "")
    assert read.message


def test_ocr_can_be_left_out() -> None:
    read = extract(FIXTURES / "receipt.png", ocr=False)
    assert read.status is ExtractionStatus.DONE
    assert [(page.text, page.awaits_ocr) for page in read.pages] == [("", True)]


def test_languages_are_those_given() -> None:
    read = extract(FIXTURES / "receipt.png", ocr_languages=["tlh"])
    assert (read.status, read.reason) == (ExtractionStatus.FAILED, "ocr.language_missing")


def test_limits_are_those_of_the_settings() -> None:
    read = extract(FIXTURES / "coffee-handbook.pdf", settings=ExtractionSettings(max_pages=2))
    assert read.status is ExtractionStatus.PARTIAL
    assert (len(read.pages), read.reason) == (2, "extraction.too_large")


@pytest.mark.parametrize(
    ("source", "error", "advice"),
    [
        (lambda folder: folder / "missing.txt", SourceUnreadable, "check the path"),
        (lambda folder: str(folder), SourceUnreadable, "is a folder"),
        (lambda _folder: "/dev/zero", SourceUnreadable, "pass the stream"),
        (lambda _folder: "a\0b", SourceUnreadable, "could not be read"),
        (lambda _folder: None, InvalidInput, "binary stream"),
        (lambda _folder: io.StringIO("text"), InvalidInput, "binary mode"),
        (lambda _folder: _close(io.BytesIO(b"x")), SourceUnreadable, "the stream could not be read"),
    ],
)
def test_what_is_no_file_raises(
    tmp_path: Path, source: Callable[[Path], BinaryIO], error: type[Exception], advice: str
) -> None:
    with pytest.raises(error, match=advice):
        extract(source(tmp_path))


def test_languages_are_checked() -> None:
    with pytest.raises(InvalidInput, match="sequence of codes"):
        extract(b"x", ocr_languages="eng")
    with pytest.raises(InvalidInput, match="language code"):
        extract_many([], ocr_languages=["english"])


def test_many_come_in_order_when_wanted() -> None:
    paths = [FIXTURES / "receipt.png", FIXTURES / "missing", *sorted(FIXTURES.glob("*.txt")), CONTRACT]
    files = list(extract_many(paths, in_order=True))
    assert [file.source for file in files] == paths
    assert [file.reason for file in files].count("source.unreadable") == 1
    assert (files[1].status, files[1].name) == (ExtractionStatus.FAILED, "missing")
    assert "TOTAL 12.50" in files[0].text


def test_many_come_as_they_are_done() -> None:
    paths = [FIXTURES / "receipt.png", FIXTURES / "missing"]
    assert [file.source for file in extract_many(paths, settings=ONE_WORKER)] == paths[::-1]
    assert [file.source for file in extract_many(paths, in_order=True, settings=ONE_WORKER)] == paths


@pytest.mark.slow
@pytest.mark.parametrize("in_order", [False, True])
def test_sources_are_not_taken_before_they_can_be_read(in_order: bool) -> None:
    taken = 0

    def give() -> Iterator[bytes]:
        nonlocal taken
        for taken in range(1, 2001):
            yield b"words of a short text %d" % taken

    ahead = [
        taken - number for number, _ in enumerate(extract_many(give(), in_order=in_order, settings=ONE_WORKER), start=1)
    ]
    assert len(ahead) == 2000
    assert max(ahead) < 200


def test_many_that_cannot_be_opened_are_told_of_as_they_come() -> None:
    ahead = 0

    def give() -> Iterator[str]:
        nonlocal ahead
        for number in range(1000):
            ahead += 1
            yield f"missing/{number}"

    for file in extract_many(give(), settings=ONE_WORKER):
        ahead -= 1
        assert file.reason == "source.unreadable"
        assert ahead < 100
    assert ahead == 0


def test_a_pipe_is_read_when_it_gives_something(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    answered = threading.Event()

    def write() -> None:
        assert answered.wait(30)
        os.write(writer, b"from the pipe")
        os.close(writer)

    threading.Thread(target=write, daemon=True).start()
    with open(reader, "rb", buffering=0) as pipe:  # noqa: PTH123 - a descriptor
        files = extract_many([b"before", pipe, b"after"], settings=ONE_WORKER)
        texts = [next(files).text]
        answered.set()
        texts += [file.text for file in files]
    assert texts == ["before", "from the pipe", "after"]


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    extract(b"words")
    files = extract_many(b"words %d" % number for number in range(100))
    assert next(files).text.startswith("words")
    assert len(list(tmp_path.iterdir())) > 0
    files.close()
    assert list(tmp_path.iterdir()) == []


def _close(stream: io.BytesIO) -> io.BytesIO:
    stream.close()
    return stream
