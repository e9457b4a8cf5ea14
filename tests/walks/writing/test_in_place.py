"""Documents whose originals stay where they lie: everything that opens an original works, and tells what is wrong."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from papra_index import Archive, ExtractionStatus, Organization, Upload
from papra_index.errors import DuplicateDocument, InvalidInput, InvalidSettings, OriginalChanged, OriginalNotFound
from papra_index.settings import ExtractionSettings, Settings
from tests.conftest import FIXTURES

_UNREAD = Settings(extraction=ExtractionSettings(background=False))


@pytest.fixture
def quiet() -> Iterator[Archive]:
    """An archive that reads nothing."""
    with Archive.in_memory(settings=_UNREAD) as archive:
        yield archive


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    return folder


def write(path: Path, text: str, age: float = 3600) -> Path:
    path.write_text(text)
    os.utime(path, (time.time() - age,) * 2)
    return path


def list_copies(archive: Archive) -> list[Path]:
    return [path for path in (archive.folder / "originals").rglob("*") if path.is_file()]


def test_a_file_in_place_is_read_found_opened_and_survives_its_purge(
    archive: Archive, home: Organization, files: Path
) -> None:
    path = write(files / "roof.txt", "eleven tiles are missing")
    scan = files / "receipt.png"
    scan.write_bytes((FIXTURES / "receipt.png").read_bytes())
    added = home.add(path, in_place=True)
    pictured = home.add(scan, in_place=True)
    archive.wait_until_searchable()
    assert [hit.document.id for hit in home.search("tiles").hits] == [added.id]
    assert home.get(pictured.id).content
    assert list_copies(archive) == []
    assert home.find_original(added.id) == path
    with home.open_original(added.id) as stream:
        assert stream.read() == b"eleven tiles are missing"
    home.trash(added.id)
    home.purge(added.id)
    assert path.read_text() == "eleven tiles are missing"


def test_an_original_that_vanished_or_changed_is_never_served(home: Organization, files: Path) -> None:
    path = write(files / "a.txt", "first")
    document = home.add(path, in_place=True)
    write(path, "other", age=10)
    with pytest.raises(OriginalChanged, match=r"a\.txt"):
        home.open_original(document.id)
    path.unlink()
    with pytest.raises(OriginalNotFound, match=r"a\.txt"):
        home.open_original(document.id)
    write(path, "first")
    with home.open_original(document.id) as stream:
        assert stream.read() == b"first"


@pytest.mark.parametrize("change", ["gone", "changed", "pipe"])
def test_the_text_of_another_file_is_not_taken_for_that_of_the_document(
    tmp_path: Path, files: Path, change: str
) -> None:
    path = write(files / "a.txt", "the right text")
    with Archive.open(tmp_path / "archive", settings=_UNREAD) as archive:
        document = archive.create_organization("Home").add(path, in_place=True)
    path.unlink()
    if change == "changed":
        write(path, "a wrong text!!")
    elif change == "pipe":
        os.mkfifo(path)
    with Archive.open(tmp_path / "archive") as archive:
        [home] = archive.organizations()
        archive.wait_until_searchable()
        read = home.get(document.id)
        assert read.extraction.status is ExtractionStatus.FAILED
        code = OriginalChanged.code if change == "changed" else OriginalNotFound.code
        assert read.extraction.reason == code
        assert str(path) in (read.extraction.message or "")
        assert read.content == ""
        path.unlink(missing_ok=True)
        write(path, "the right text")
        home.extract_again(document.id)
        archive.wait_until_searchable()
        assert home.get(document.id).content == "the right text"


def test_the_archive_says_what_becomes_of_files(tmp_path: Path, files: Path) -> None:
    path, copied = write(files / "a.txt", "a"), write(files / "b.txt", "b")
    with Archive.open(tmp_path / "archive", originals="in-place") as archive:
        assert archive.settings.originals == "in-place"
        home = archive.create_organization("Home")
        left, *others = home.add_many([path, Upload(copied, in_place=False), Upload(b"bytes", "c"), io.BytesIO(b"")])
        assert left.document_id is not None
        assert home.find_original(left.document_id) == path
        assert isinstance(others.pop().error, InvalidInput)  # it has no name
        assert [home.find_original(other.document_id or "") for other in others] == [None, None]
    with pytest.raises(InvalidSettings, match="in-place"):
        Settings(originals="elsewhere")


def test_bytes_and_streams_cannot_be_left_in_place(quiet: Archive, files: Path) -> None:
    home = quiet.create_organization("Home")
    with pytest.raises(InvalidInput, match="give its path"):
        home.add(b"x", name="x", in_place=True)
    with write(files / "a.txt", "a").open("rb") as stream, pytest.raises(InvalidInput, match="give its path"):
        home.add(stream, in_place=True)


def test_duplicates_count_whatever_their_place(quiet: Archive, files: Path) -> None:
    home = quiet.create_organization("Home")
    path = write(files / "a.txt", "a")
    document = home.add(path, in_place=True)
    for again in (True, False):
        with pytest.raises(DuplicateDocument) as caught:
            home.add(path, in_place=again)
        assert caught.value.document_id == document.id
    assert list_copies(quiet) == []


def test_bytes_that_restore_a_document_take_the_place_of_a_file_that_may_be_gone(quiet: Archive, files: Path) -> None:
    home = quiet.create_organization("Home")
    path = write(files / "a.txt", "a")
    document = home.add(path, in_place=True)
    home.trash(document.id)
    moved = path.rename(files / "moved.txt")
    assert home.add(moved, in_place=True).id == document.id
    assert home.find_original(document.id) == moved
    home.trash(document.id)
    moved.unlink()
    assert home.add(b"a", name="again.txt").id == document.id
    assert home.find_original(document.id) is None
    with home.open_original(document.id) as stream:
        assert stream.read() == b"a"
    assert len(list_copies(quiet)) == 1
    home.trash(document.id)
    home.purge(document.id)
    assert list_copies(quiet) == []
