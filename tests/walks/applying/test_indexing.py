"""The applier survives failures, follows what is put back from a backup, and lets go when it is asked to."""

from __future__ import annotations

import os
import re
import shutil
import threading
import time
from pathlib import Path

import pytest

from papra_index import Archive, Organization, RebuildProgress
from papra_index.catalog.database import Catalog
from papra_index.errors import ArchiveClosed
from papra_index.index.generations import Generations


def list_generations(archive: Archive) -> list[str]:
    return sorted(path.name for path in (archive.folder / "index").glob("gen-*"))


def test_an_index_deleted_while_open_is_built_anew(archive: Archive, home: Organization) -> None:
    home.add(b"before", name="a.txt", content="word before")
    archive.wait_until_searchable()
    shutil.rmtree(archive.folder / "index")
    home.add(b"after", name="b.txt", content="word after")
    archive.wait_until_searchable()
    assert home.search("word").documents_count == 2


def test_each_trouble_with_the_disk_is_waited_out_from_a_second_on(
    archive: Archive, home: Organization, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(2):
        home.add(b"%d" % number, name="a.txt", content="word")
        archive.wait_until_searchable()
        swap = archive.folder / "index" / "SWAP"
        swap.unlink(missing_ok=True)
        swap.mkdir()
        caplog.clear()
        home.add(b"more %d" % number, name="b.txt", content="word")
        deadline = time.monotonic() + 20
        while not caplog.messages and time.monotonic() < deadline:
            time.sleep(0.01)
        assert "the index could not be updated; trying again in 1 s" in caplog.text
        swap.rmdir()
    archive.wait_until_searchable()
    assert home.search("word").documents_count == 4


def test_a_catalog_put_back_from_a_backup_gets_an_index_of_its_own(tmp_path: Path) -> None:
    path, backup = tmp_path / "archive", tmp_path / "backup.sqlite"
    with Archive.open(path) as archive:
        home = archive.create_organization("Home")
        home.add(b"early", name="early.txt", content="early word")
        archive.wait_until_searchable()
    shutil.copy(path / "catalog.sqlite", backup)
    with Archive.open(path) as archive:
        (home,) = archive.organizations()
        for number in range(3):
            home.add(b"later %d" % number, name="later.txt", content="later word")
        archive.wait_until_searchable()
    shutil.copy(backup, path / "catalog.sqlite")
    with Archive.open(path) as archive:
        (home,) = archive.organizations()
        home.add(b"fresh", name="fresh.txt", content="fresh word")
        archive.wait_until_searchable()
        assert {hit.document.name for hit in home.search("word").hits} == {"early.txt", "fresh.txt"}
        assert home.search("later").documents_count == 0


def test_an_older_index_put_back_from_a_backup_is_not_believed(tmp_path: Path) -> None:
    path, backup = tmp_path / "archive", tmp_path / "index"
    with Archive.open(path) as archive:
        home = archive.create_organization("Home")
        home.add(b"early", name="early.txt", content="early word")
    shutil.copytree(path / "index", backup)
    with Archive.open(path) as archive:
        (home,) = archive.organizations()
        home.add(b"later", name="later.txt", content="later word")
    shutil.rmtree(path / "index")
    shutil.copytree(backup, path / "index")
    with Archive.open(path) as archive:
        (home,) = archive.organizations()
        archive.wait_until_searchable()
        assert home.search("word").documents_count == 2


def test_waiting_includes_the_building_of_an_index_of_another_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Archive.open(tmp_path) as archive:
        home = archive.create_organization("Home")
        home.add(b"kept", name="kept.txt", content="word")
        archive.wait_until_searchable()
    (checkpoint,) = (tmp_path / "index").glob("gen-*/CHECKPOINT")
    checkpoint.write_text(
        re.sub('"fingerprint": "[^"]*"', '"fingerprint": "of another version"', checkpoint.read_text())
    )
    monkeypatch.setattr("papra_index.index.current._PATIENCE_SECONDS", 0.0)
    with Archive.open(tmp_path) as archive:
        (home,) = archive.organizations()
        archive.wait_until_searchable()
        assert home.search("word").documents_count == 1


def test_a_rebuild_that_fails_leaves_nothing_and_the_old_index_answers(archive: Archive, home: Organization) -> None:
    home.add(b"x", name="x.txt", content="word")
    archive.wait_until_searchable()
    before = list_generations(archive)

    def fail(_progress: RebuildProgress) -> None:
        raise RuntimeError("stopped by the caller")

    with pytest.raises(RuntimeError, match="stopped by the caller"):
        archive.rebuild_index(fail)
    assert list_generations(archive) == before
    assert home.search("word").documents_count == 1
    assert archive.rebuild_index() == 1
    home.add(b"y", name="y.txt", content="word")
    archive.wait_until_searchable()
    assert home.search("word").documents_count == 2
    deadline = time.monotonic() + 5
    while len(list_generations(archive)) > 1 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(list_generations(archive)) == 1


def test_closing_does_not_wait_for_other_writers(tmp_path: Path) -> None:
    writer, closing = Archive.open(tmp_path / "archive"), Archive.open(tmp_path / "archive")
    stop = threading.Event()
    home = writer.create_organization("Home")

    def keep_writing() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            home.add(b"%d" % number, name="x.txt", content="word")

    thread = threading.Thread(target=keep_writing)
    thread.start()
    try:
        closer = threading.Thread(target=closing.close)
        closer.start()
        closer.join(10)
        assert not closer.is_alive()
    finally:
        stop.set()
        thread.join()
        writer.close()


def test_the_applier_outlives_a_failure(archive: Archive, home: Organization) -> None:
    home.add(b"x", name="x.txt", content="word")
    archive.wait_until_searchable()
    current = Generations(archive.folder / "index").find_current()
    assert current is not None
    # The engine's files vanish under its open writer: the next commit fails.
    shutil.rmtree(current)
    home.add(b"y", name="y.txt", content="word")
    archive.wait_until_searchable()
    assert home.search("word").documents_count == 2


def test_a_forked_child_disturbs_nothing(archive: Archive, home: Organization) -> None:
    home.add(b"x", name="x.txt")
    archive.wait_until_searchable()
    child = os.fork()
    if child == 0:
        try:
            archive.close()
            home.statistics()
        except ArchiveClosed:
            os._exit(17)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 17
    home.add(b"y", name="y.txt")
    archive.wait_until_searchable()
    assert home.statistics().documents_count == 2


def test_waiting_ends_under_a_steady_stream_of_writes(archive: Archive, home: Organization) -> None:
    stop = threading.Event()

    def keep_writing() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            home.add(b"%d" % number, name="x.txt")

    thread = threading.Thread(target=keep_writing)
    thread.start()
    try:
        for _ in range(3):
            count = home.statistics().documents_count
            archive.wait_until_searchable(timeout=20)
            assert home.search("name:x").documents_count >= count
    finally:
        stop.set()
        thread.join()


def test_a_catalog_that_cannot_be_opened_is_a_typed_error(tmp_path: Path) -> None:
    (tmp_path / "catalog.sqlite").mkdir()
    with pytest.raises(Exception, match="could not be read or written") as caught:
        Catalog(tmp_path / "catalog.sqlite", tmp_path / "lock")
    assert caught.value.code == "archive.failed"
