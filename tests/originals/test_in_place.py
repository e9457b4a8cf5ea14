"""A file in place that vanished or changed is an error that names it, whenever and however that happened."""

from __future__ import annotations

import io
import os
import time
from pathlib import Path

import pytest

from papra_index.conventions.references import UNCERTAIN, FileReference, check_unchanged
from papra_index.errors import InvalidInput, OriginalChanged, OriginalNotFound
from papra_index.originals.base import OriginalPlace
from papra_index.originals.in_place import InPlaceOriginals

_OLD = time.time() - 3600


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "letter.txt"
    path.write_bytes(b"first words" * 100_000)
    os.utime(path, (_OLD, _OLD))
    return path


def refer(path: Path) -> OriginalPlace:
    with path.open("rb", buffering=0) as stream:
        return OriginalPlace("org_x", "doc_x", 0, InPlaceOriginals().stage(stream).reference)


def read(place: OriginalPlace) -> bytes:
    with InPlaceOriginals().open(place) as stream:
        return stream.read()


def test_a_file_that_was_touched_is_served_and_one_that_changed_is_not(file: Path) -> None:
    data = file.read_bytes()
    place = refer(file)
    os.utime(file)
    assert read(place) == data
    file.write_bytes(data[:-1] + b"!")
    with pytest.raises(OriginalChanged, match=r"letter\.txt"):
        read(place)
    file.write_bytes(data + b"!")
    with pytest.raises(OriginalChanged):
        read(place)
    file.write_bytes(data)
    assert read(place) == data


def test_a_change_in_the_same_moment_is_found(tmp_path: Path) -> None:
    path = tmp_path / "young.txt"
    path.write_bytes(b"one")
    place = refer(path)
    assert place.reference is not None
    assert place.reference.mtime_ns == UNCERTAIN
    state = path.stat()
    assert read(place) == b"one"
    path.write_bytes(b"two")
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))  # as a clock that is too coarse shows it
    with pytest.raises(OriginalChanged):
        read(place)


def test_a_file_that_changes_while_it_is_read_ends_in_an_error(file: Path) -> None:
    with InPlaceOriginals().open(refer(file)) as stream:
        assert stream.read(10) == b"first word"
        with file.open("r+b") as writer:
            writer.write(b"other")
        stream.read(io.DEFAULT_BUFFER_SIZE - 10)  # what was buffered before the change
        with pytest.raises(OriginalChanged):
            stream.read(200_000)


def test_a_file_that_changes_while_it_is_hashed_is_refused(file: Path) -> None:
    class Disturbed(io.FileIO):
        def read(self, size: int | None = -1, /) -> bytes:
            chunk = super().read(size) or b""
            os.utime(file)
            return chunk

    with Disturbed(str(file), "rb") as stream, pytest.raises(OriginalChanged, match=r"letter\.txt"):
        InPlaceOriginals().stage(stream)  # type: ignore[arg-type]


@pytest.mark.parametrize("made", ["gone", "folder", "pipe", "link", "no folder", "unreadable"])
def test_what_took_the_place_of_a_file_is_not_opened(file: Path, tmp_path: Path, made: str) -> None:
    place = refer(file)
    other = tmp_path / "elsewhere"
    file.rename(other)
    if made == "folder":
        file.mkdir()
    elif made == "pipe":
        os.mkfifo(file)
    elif made == "link":
        file.symlink_to(other)
    elif made == "unreadable":
        if os.geteuid() == 0:
            pytest.skip("root may read everything")
        other.rename(file)
        file.chmod(0)
    elif made == "no folder":
        assert place.reference is not None
        place = OriginalPlace("org_x", "doc_x", 0, FileReference(f"{other}/x", 1, 1, place.reference.sha256))
    with pytest.raises(OriginalNotFound, match=r"in place and cannot be read"):
        read(place)


def test_a_name_that_is_not_utf_8_and_a_path_through_a_link(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    path = Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.txt"))
    path.write_bytes(b"coffee")
    (tmp_path / "way").symlink_to(folder)
    place = refer(tmp_path / "way" / path.name)
    assert place.reference is not None
    assert place.reference.path == str(path)
    (tmp_path / "way").unlink()
    assert read(place) == b"coffee"
    path.unlink()
    with pytest.raises(OriginalNotFound) as caught:
        check_unchanged(place.reference)
    assert caught.value.message.encode()  # no lone surrogates in what is printed


def test_only_a_file_can_be_left_in_place() -> None:
    with pytest.raises(InvalidInput, match="give a path"):
        InPlaceOriginals().stage(io.BytesIO(b"bytes"))
