"""Originals are staged while hashed, bounded, kept under their document, and swept when their process is gone."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from papra_index.conventions.identifiers import generate_id
from papra_index.conventions.times import now_milliseconds
from papra_index.errors import ArchiveError, DocumentTooLarge, InvalidInput, OriginalNotFound
from papra_index.originals.base import OriginalPlace
from papra_index.originals.local import LocalOriginals


@pytest.fixture
def originals(tmp_path: Path) -> Iterator[LocalOriginals]:
    opened = LocalOriginals(tmp_path / "originals", tmp_path / "staging", max_size=1_000_000)
    yield opened
    opened.close()


def list_uploads(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "staging").rglob("*") if path.is_file() and path.name[0] != "."]


def test_a_stream_is_hashed_and_kept(originals: LocalOriginals, tmp_path: Path) -> None:
    data = bytes(range(256)) * 3000
    staged = originals.stage(io.BytesIO(data))
    assert (staged.size, staged.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert staged.head == data[:4096]
    document_id = generate_id("doc")
    place = OriginalPlace("org_x", document_id, 1_700_000_000_000)
    originals.keep([(staged, place)])
    assert originals.locate(place).relative_to(tmp_path).parts == (
        "originals", "org_x", "2023-11-14", "2213", document_id,
    )  # fmt: skip
    assert list_uploads(tmp_path) == []
    with originals.open(place) as stream:
        assert stream.read() == data
    originals.remove(place)
    originals.remove(place)
    with pytest.raises(OriginalNotFound):
        originals.open(place)


def test_exactly_the_limit_is_accepted_and_a_byte_more_refused(originals: LocalOriginals, tmp_path: Path) -> None:
    originals.discard(originals.stage(io.BytesIO(bytes(1_000_000))))
    with pytest.raises(DocumentTooLarge):
        originals.stage(io.BytesIO(bytes(1_000_001)))
    assert list_uploads(tmp_path) == []


def test_a_failing_stream_leaves_nothing(originals: LocalOriginals, tmp_path: Path) -> None:
    class Failing(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise OSError(5, "Input/output error")

    with pytest.raises(OSError, match="Input/output"):
        originals.stage(Failing())  # type: ignore[arg-type]
    assert list_uploads(tmp_path) == []


def test_many_are_kept_together(originals: LocalOriginals) -> None:
    items = [
        (originals.stage(io.BytesIO(b"%d" % number)), OriginalPlace("org_x", generate_id("doc"), number * 5000))
        for number in range(100)
    ]
    originals.keep(items)
    for number, (_, place) in enumerate(items):
        assert originals.locate(place).read_bytes() == b"%d" % number


def test_uploads_of_dead_processes_are_swept_and_others_left(originals: LocalOriginals, tmp_path: Path) -> None:
    left = tmp_path / "staging" / "left"
    left.mkdir()
    (left / "0").write_bytes(b"half")
    mine = originals.stage(io.BytesIO(b"whole"))
    originals.sweep(lambda ids: set(ids))
    assert not left.exists()
    assert Path(mine.path).read_bytes() == b"whole"
    originals.discard(mine)


def test_originals_without_a_document_are_swept_unless_somebody_places(originals: LocalOriginals) -> None:
    places = [OriginalPlace("org_x", generate_id("doc"), now_milliseconds()) for _ in range(3)]
    originals.keep([(originals.stage(io.BytesIO(b"%d" % number)), place) for number, place in enumerate(places)])
    old = OriginalPlace("org_x", generate_id("doc"), 1_700_000_000_000)
    originals.keep([(originals.stage(io.BytesIO(b"old")), old)])
    left = originals.locate(places[0]).parents[3].with_name("staging") / "left"
    left.mkdir()
    with originals.placing():
        originals.sweep(lambda ids: set())
    assert left.exists()
    originals.sweep(lambda ids: {places[1].document_id} & set(ids))
    assert [originals.locate(place).exists() for place in places] == [False, True, False]
    assert originals.locate(old).exists()
    assert not left.exists()


def test_a_failing_sync_keeps_none_and_leaks_nothing(originals: LocalOriginals, tmp_path: Path) -> None:
    items = [
        (originals.stage(io.BytesIO(b"%d" % number)), OriginalPlace("org_x", generate_id("doc"), 0))
        for number in range(40)
    ]
    os.close(items[20][0].descriptor)  # what a disk that fails looks like from here
    before = len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").exists() else 0
    with pytest.raises(ArchiveError, match="free space"):
        originals.keep(items)
    assert list_uploads(tmp_path) == []
    assert not list((tmp_path / "originals").rglob("doc_*"))
    if before:
        assert len(list(Path("/proc/self/fd").iterdir())) == before - 39


def test_a_text_stream_is_refused(originals: LocalOriginals, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="binary mode"):
        originals.stage(io.StringIO("text"))  # type: ignore[arg-type]
    assert list_uploads(tmp_path) == []
