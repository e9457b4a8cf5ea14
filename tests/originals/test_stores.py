"""What holds for every store of originals: copies and files in place pass the same tests."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from papra_index.conventions.identifiers import generate_id
from papra_index.errors import DocumentTooLarge, OriginalNotFound
from papra_index.originals.base import OriginalPlace, OriginalStore, StagedOriginal
from papra_index.originals.in_place import InPlaceOriginals
from papra_index.originals.local import LocalOriginals
from papra_index.originals.stores import OriginalStores

_DATA = bytes(range(256)) * 300


@pytest.fixture(params=["copies", "in place", "both, a copy", "both, in place"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[OriginalStores]:
    copies = LocalOriginals(tmp_path / "originals", tmp_path / "staging", max_size=100_000)
    opened = OriginalStores(copies, InPlaceOriginals(max_size=100_000))
    yield opened
    opened.close()


@pytest.fixture
def store(stores: OriginalStores, kind: str) -> OriginalStore:
    return {"copies": stores.copies, "in place": stores.in_place}.get(kind, stores)


@pytest.fixture
def stage(stores: OriginalStores, store: OriginalStore, kind: str) -> Callable[[Path], StagedOriginal]:
    def stage_file(path: Path) -> StagedOriginal:
        with path.open("rb", buffering=0) as stream:
            if store is stores:
                return stores.stage(stream, in_place=kind.endswith("in place"))
            return store.stage(stream)

    return stage_file


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "user" / "letter.bin"
    path.parent.mkdir()
    path.write_bytes(_DATA)
    return path


def place(staged: StagedOriginal) -> OriginalPlace:
    return OriginalPlace("org_x", generate_id("doc"), 1_700_000_000_000, staged.reference)


def test_a_file_is_kept_opened_and_let_go_and_the_users_own_stays(
    store: OriginalStore, stage: Callable[[Path], StagedOriginal], file: Path
) -> None:
    staged = stage(file)
    assert (staged.size, staged.sha256, staged.head) == (
        len(_DATA), hashlib.sha256(_DATA).hexdigest(), _DATA[:4096],
    )  # fmt: skip
    assert Path(staged.path).read_bytes() == _DATA
    where = place(staged)
    store.keep([(staged, where)])
    assert store.locate(where).read_bytes() == _DATA
    with store.open(where) as stream:
        assert stream.seekable()
        assert stream.read(1000) == _DATA[:1000]
        stream.seek(70_000)
        assert stream.read() == _DATA[70_000:]
    store.remove(where)
    store.remove(where)
    assert file.read_bytes() == _DATA


def test_what_is_discarded_is_gone_but_for_the_users_own(
    store: OriginalStore, stage: Callable[[Path], StagedOriginal], file: Path, tmp_path: Path
) -> None:
    store.discard(stage(file))
    assert file.read_bytes() == _DATA
    assert [path for path in (tmp_path / "staging").rglob("*") if path.is_file() and path.name[0] != "."] == []


def test_the_limit_is_kept(store: OriginalStore, stage: Callable[[Path], StagedOriginal], file: Path) -> None:
    file.write_bytes(bytes(100_000))
    store.discard(stage(file))
    file.write_bytes(bytes(100_001))
    with pytest.raises(DocumentTooLarge):
        stage(file)


def test_a_missing_original_is_named(store: OriginalStore, stage: Callable[[Path], StagedOriginal], file: Path) -> None:
    staged = stage(file)
    where = place(staged)
    store.keep([(staged, where)])
    store.locate(where).unlink()
    with pytest.raises(OriginalNotFound) as caught:
        store.open(where)
    assert str(store.locate(where)) in caught.value.message


def test_copies_and_files_in_place_are_kept_together(stores: OriginalStores, file: Path) -> None:
    copy = stores.stage(io.BytesIO(b"copied"))
    with file.open("rb") as stream:
        left = stores.stage(stream, in_place=True)
    places = [place(copy), place(left)]
    stores.keep([(copy, places[0]), (left, places[1])])
    assert [stores.locate(where).read_bytes() for where in places] == [b"copied", _DATA]
    stores.remove(places[0])
    with pytest.raises(OriginalNotFound):
        stores.open(places[0])
