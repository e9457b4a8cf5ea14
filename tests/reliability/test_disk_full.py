"""Before the disk is full writes stop with an error of their own; searching, reading and deleting go on, and what was
refused or left waiting goes on by itself when there is space.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from papra_index import Archive
from papra_index.conventions.durability import DiskReserve
from papra_index.errors import DiskFull
from papra_index.settings import Settings
from papra_index.walks.writing.uploads import Upload

SIZE = 200_000_000


@pytest.fixture
def ballast(folder: Path) -> Iterator[Path]:
    """A file that takes most of what may be taken; removing it makes space."""
    path = folder / "ballast"
    with path.open("wb") as stream:
        os.posix_fallocate(stream.fileno(), 0, SIZE)
    yield path
    path.unlink(missing_ok=True)


def test_writes_stop_before_the_disk_is_full_and_all_else_goes_on(folder: Path, ballast: Path) -> None:
    with Archive.open(folder / "archive") as archive:
        home = archive.create_organization("Home")
        kept = home.add(b"kept", name="kept.txt", content="a word")
        other = home.add(b"other", name="other.txt", content="a word")
        archive.wait_until_searchable()
    free = shutil.disk_usage(folder).free
    # Now and then others use the same disk: half of the ballast is what may come and go.
    with Archive.open(folder / "archive", settings=replace(Settings(), reserve_bytes=free + SIZE // 2)) as archive:
        (home,) = archive.organizations()
        with pytest.raises(DiskFull, match="reserve_bytes"):
            home.add(b"more", name="more.txt")
        with pytest.raises(DiskFull):
            home.update(kept.id, content="much more text")
        (outcome,) = home.add_many([Upload(b"more", "more.txt")])
        assert isinstance(outcome.error, DiskFull)
        home.trash(other.id)
        home.purge(other.id)
        home.tag(kept.id, home.create_tag("paid").id)
        archive.wait_until_searchable()
        assert [hit.document.id for hit in home.search("word tag:paid").hits] == [kept.id]
        ballast.unlink()
        added = home.add(b"more word", name="more.txt")
        archive.wait_until_searchable()
        assert {hit.document.id for hit in home.search("word").hits} == {kept.id, added.id}
    assert not [path for path in (folder / "archive" / "staging").rglob("*") if path.is_file() and path.name[0] != "."]


def test_a_text_waits_for_space_and_is_read_then(folder: Path, ballast: Path) -> None:
    free = shutil.disk_usage(folder).free
    with Archive.open(folder / "archive", settings=Settings().without_background()) as archive:
        document = archive.create_organization("Home").add(b"a text that waits", name="waits.txt")
    with Archive.open(folder / "archive", settings=Settings(reserve_bytes=free + SIZE // 2)) as archive:
        (home,) = archive.organizations()
        assert home.get(document.id).content == ""
        ballast.unlink()
        archive.wait_until_searchable(30)
        assert home.get(document.id).content == "a text that waits"


def test_a_reserve_counts_what_is_still_to_come(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    DiskReserve(folder, free // 2).check()
    DiskReserve(folder, 0).check(2 * free)
    with pytest.raises(DiskFull, match="MB left"):
        DiskReserve(folder, free // 2).check(free)


_REHEARSAL = """
import ctypes, errno, os, sys
from papra_index import Archive
from papra_index.errors import DiskFull
from papra_index.settings import ExtractionSettings, Settings

disk = ctypes.CDLL(None)
disk.disk_watch(os.fsencode(os.environ["SQLITE_TMPDIR"]), None)
with Archive.in_memory(settings=Settings(extraction=ExtractionSettings(background=False))) as archive:
    home = archive.create_organization("Home")
    disk.disk_fail(3, errno.ENOSPC, 1)
    try:
        home.sync(sys.argv[1], dry_run=True)
    except DiskFull as error:
        print(error.message)
    disk.disk_fail(0, 0, 0)
    print(home.sync(sys.argv[1], dry_run=True).added, home.statistics().documents_count)
"""


@pytest.mark.slow
def test_a_temporary_folder_that_is_full_is_told(disk: Path, tmp_path: Path) -> None:
    papers, temporary = tmp_path / "papers", tmp_path / "temporary"
    papers.mkdir(), temporary.mkdir()
    for number in range(12_000):  # fewer are noted in memory
        (papers / f"a long name of a file that takes some room {number}").write_text(f"{number}")
    run = subprocess.run(
        [sys.executable, "-c", _REHEARSAL, str(papers)],
        env=os.environ | {"LD_PRELOAD": str(disk), "SQLITE_TMPDIR": str(temporary)}, capture_output=True, text=True,
    )  # fmt: skip
    assert run.stderr == ""
    [message, counts] = run.stdout.splitlines()
    assert "SQLITE_TMPDIR" in message
    assert counts == "12000 0"
    assert list(temporary.iterdir()) == []
