"""Which failures to open an index call for a new one, and which pass."""

from __future__ import annotations

import resource
from collections.abc import Callable
from pathlib import Path

import pytest

from papra_index.errors import IndexUnusable, SearchIndexError
from papra_index.index.engine import fingerprint, open_reader, open_writer, read_checkpoint
from tests.index.corpus import make_document

_HEAP_BYTES = 15_000_000


def make_index(folder: Path) -> Path:
    writer = open_writer(folder, _HEAP_BYTES)
    writer.apply([make_document(1, "kept")], [])
    writer.commit(7)
    writer.close()
    return folder


def test_what_was_written_is_opened_again(tmp_path: Path) -> None:
    folder = make_index(tmp_path / "gen")
    checkpoint = read_checkpoint(folder)
    assert checkpoint is not None
    assert (checkpoint.sequence, checkpoint.fingerprint) == (7, fingerprint())
    assert open_reader(folder).sequence == 7
    writer = open_writer(folder, _HEAP_BYTES)
    assert writer.sequence == 7
    writer.close()


def _break_meta(folder: Path) -> None:
    (folder / "meta.json").write_text('{"segments": [')


def _remove_meta(folder: Path) -> None:
    (folder / "meta.json").unlink()


def _remove_terms(folder: Path) -> None:
    next(folder.glob("*.term")).unlink()


def _empty_terms(folder: Path) -> None:
    next(folder.glob("*.term")).write_bytes(b"")


def _age_checkpoint(folder: Path) -> None:
    (folder / "CHECKPOINT").write_text('{"sequence": 7, "fingerprint": "of another version"}')


@pytest.mark.parametrize("change", [_break_meta, _remove_meta, _remove_terms, _empty_terms, _age_checkpoint])
def test_damaged_and_foreign_indexes_are_unusable(tmp_path: Path, change: Callable[[Path], None]) -> None:
    folder = make_index(tmp_path / "gen")
    change(folder)
    with pytest.raises(IndexUnusable):
        open_reader(folder)
    with pytest.raises(IndexUnusable):
        open_writer(folder, _HEAP_BYTES)


@pytest.mark.parametrize("broken", [True, False])
def test_an_index_without_its_checkpoint_is_not_written_to(tmp_path: Path, broken: bool) -> None:
    folder = make_index(tmp_path / "gen")
    if broken:
        (folder / "CHECKPOINT").write_text("{")
    else:
        (folder / "CHECKPOINT").unlink()
    with pytest.raises(IndexUnusable):
        open_writer(folder, _HEAP_BYTES)


def test_a_lack_of_files_passes(tmp_path: Path) -> None:
    folder = make_index(tmp_path / "gen")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    opened: list[Callable[[], object]] = [lambda: open_writer(folder, _HEAP_BYTES), lambda: open_reader(folder)]
    for open_index in opened:
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
        try:
            with pytest.raises(SearchIndexError) as raised:
                open_index()
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        assert not isinstance(raised.value, IndexUnusable)
    open_writer(folder, _HEAP_BYTES).close()


@pytest.mark.parametrize(
    "message",
    [
        "Failed to acquire Lockfile: LockBusy.",
        'IoError { io_error: Os { code: 24, kind: TooManyOpenFiles, message: "Too many open files" } }',
        "An IO error occurred: 'No space left on device (os error 28)'",
    ],
)
def test_what_the_system_refuses_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, message: str) -> None:
    folder = make_index(tmp_path / "gen")

    def refuse(*_: object) -> None:
        raise ValueError(message)

    monkeypatch.setattr("papra_index.index.tantivy.writer.remove_orphans", refuse)
    with pytest.raises(SearchIndexError) as raised:
        open_writer(folder, _HEAP_BYTES)
    assert not isinstance(raised.value, IndexUnusable)
