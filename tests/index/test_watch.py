"""Changes to the files of an index that is open: damage is noticed, and what is none is not taken for it."""

from __future__ import annotations

import json
import os
import resource
import shutil
from pathlib import Path

import pytest

from papra_index.index.tantivy.checkpoint import Checkpoint, write_checkpoint
from papra_index.index.tantivy.watch import FileWatch
from tests.archives import damage_file_in_use
from tests.index.corpus import Shelf, make_document


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "gen"
    shelf = Shelf.open(folder)
    shelf.put(*(make_document(key, f"letter {key}", "boiler and oil " * key) for key in range(1, 20)))
    shelf.put(make_document(3, "again"))
    shelf.writer.close()
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "gen")


def watch(folder: Path) -> FileWatch:
    opened = FileWatch(folder, pause_seconds=0.0)
    assert opened.check(1 << 30) is None
    assert opened.look() is None
    return opened


def find(folder: Path, ending: str) -> Path:
    return sorted(folder.glob(f"*.{ending}"))[0]


@pytest.mark.parametrize("how", ["flip", "truncate", "empty", "zero", "delete"])
def test_a_file_that_is_changed_is_noticed_by_the_next_look(folder: Path, how: str) -> None:
    opened, path = watch(folder), find(folder, "term")
    damage_file_in_use(path, how, seed=4)
    fault = opened.look()
    assert fault is not None
    assert fault.name == path.name


def test_what_is_no_damage_is_none(folder: Path) -> None:
    opened, path = watch(folder), find(folder, "pos")
    os.utime(path, (1, 1))
    copy = path.with_suffix(".copy")
    copy.write_bytes(path.read_bytes())
    copy.replace(path)
    assert opened.look() is None
    shelf = Shelf.open(folder)
    for number in range(12):  # commits, deletes and merges
        shelf.put(make_document(number % 20, f"other {number}", "gas"))
        assert opened.look() is None
    shelf.writer.close()
    assert opened.look() is None
    assert watch(folder).look() is None


def test_what_the_disk_changes_without_a_trace_is_found_by_checksums(folder: Path) -> None:
    opened, path = watch(folder), find(folder, "store")
    times = path.stat().st_mtime_ns
    damage_file_in_use(path, "flip", seed=1)
    os.utime(path, ns=(times, times))
    assert opened.look() is None
    assert opened.check(0) is None, "ends of files alone"
    for _ in range(200):
        fault = opened.check(1, anywhere=True)  # one file, another each time
        if fault is not None:
            break
    assert fault is not None
    assert fault.name == path.name


@pytest.mark.parametrize("field", ["max_doc", "num_deleted_docs"])
def test_a_list_that_counts_other_documents_is_damaged(folder: Path, field: str) -> None:
    path = folder / "meta.json"
    listed = json.loads(path.read_text())
    holder = next(item for item in listed["segments"] if item["deletes"])
    (holder if field == "max_doc" else holder["deletes"])[field] += 1
    path.write_text(json.dumps(listed))
    fault = FileWatch(folder).check(1 << 30)
    assert fault is not None
    assert fault.name == "meta.json"


def test_a_checkpoint_is_read_with_its_checksum_or_without(folder: Path) -> None:
    path = folder / "CHECKPOINT"
    written = json.loads(path.read_text())
    path.write_text(json.dumps(written | {"sequence": written["sequence"] + 1}))
    fault = FileWatch(folder).check(0)
    assert fault is not None
    assert fault.name == "CHECKPOINT"
    path.write_text(json.dumps({"sequence": 1, "fingerprint": "of before", "of a later version": 7}))
    assert FileWatch(folder).check(0) is None
    write_checkpoint(folder, Checkpoint(2, "of now", 19, 1 << 40))
    assert FileWatch(folder).check(0) is None, "the list may be newer than the checkpoint"


def test_a_file_that_nobody_may_open_now_is_no_damage(folder: Path) -> None:
    opened = watch(folder)
    for name in (find(folder, "term"), folder / "meta.json"):
        os.utime(name, (1, 1))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        with pytest.raises(OSError, match="Too many open files"):
            folder.joinpath("meta.json").read_bytes()
        assert opened.look() is None
        assert FileWatch(folder).check(1 << 30) is None
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    damage_file_in_use(find(folder, "term"), "flip", seed=4)
    assert opened.look() is not None
