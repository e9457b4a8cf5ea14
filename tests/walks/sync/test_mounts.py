"""Disks below a folder that are not mounted: what is known of them stays, until they are back or given up.

Mounting takes rights, so here the catalog is told of the mounts by what a sync tells it by; real ones are in
`tests/reliability/test_folders.py`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from papra_index import Archive, Organization, SyncReport
from papra_index.catalog.folders import FolderMounts, find_folder, list_mounts, save_mounts
from papra_index.errors import FolderEmptied
from papra_index.settings import ExtractionSettings, Settings


@pytest.fixture
def home() -> Iterator[Organization]:
    with Archive.in_memory(settings=Settings(extraction=ExtractionSettings(background=False))) as archive:
        yield archive.create_organization("Home")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "papers"


def write(folder: Path, *paths: bytes) -> None:
    for path in paths:
        file = folder / os.fsdecode(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(path)
        os.utime(file, (1_000_000_000, 1_000_000_000))


def find_key(home: Organization, folder: Path) -> int:
    with home._catalog.read() as connection:
        found = find_folder(connection, home._key, os.fsencode(folder))
    assert found is not None
    return found.key


def remember(home: Organization, folder: Path, *paths: bytes) -> None:
    """Have the folder known as one below which disks were mounted."""
    home._catalog.write(save_mounts, [FolderMounts(find_key(home, folder), frozenset(paths))])


def list_remembered(home: Organization, folder: Path) -> set[bytes]:
    with home._catalog.read() as connection:
        return set(list_mounts(connection, find_key(home, folder)))


def sync(home: Organization, folder: Path, **options: Any) -> SyncReport:
    """Sync, after a dry run has said the same and changed nothing."""
    before = home.statistics(), list_remembered(home, folder)
    planned = home.sync(folder, dry_run=True, **options)
    assert (home.statistics(), list_remembered(home, folder)) == before
    report = home.sync(folder, **options)
    assert replace(planned, dry_run=False) == report
    return report


def tell(report: SyncReport) -> tuple[int, int, int, list[bytes]]:
    """How many are unchanged, kept, trashed, and what is named as not mounted."""
    assert {issue.code for issue in report.failures} <= {"folder.unmounted"}
    return report.unchanged, report.kept, report.trashed, [os.fsencode(issue.path) for issue in report.failures]


@pytest.mark.parametrize("how", ["empty", "gone", "a link"])
def test_a_disk_that_is_not_mounted_costs_no_document(home: Organization, folder: Path, how: str) -> None:
    write(folder, b"a", b"my disk/b", b"my disk/sub/c", b"my disk 2/d", b"my disk0", b"my disk.txt")
    assert home.sync(folder).added == 6
    remember(home, folder, b"my disk", b"nothing of this")
    disk = folder / "my disk"
    away = disk.rename(folder.with_name("away"))
    if how == "empty":
        disk.mkdir()
    elif how == "a link":
        disk.symlink_to(away)
    for name in ("a", "my disk 2/d", "my disk0"):
        (folder / name).unlink()
    report = sync(home, folder)
    assert tell(report) == (1, 2, 3, [b"my disk"])
    assert "files known of it: 2" in report.failures[0].message
    assert "mount it and sync again" in report.failures[0].message
    assert "--allow-empty" in report.failures[0].message
    assert list_remembered(home, folder) == {b"my disk"}
    assert tell(sync(home, folder)) == (1, 2, 0, [b"my disk"])
    assert home.statistics().documents_count == 3

    if how == "empty":
        disk.rmdir()
    elif how == "a link":
        disk.unlink()
    away.rename(disk)  # a folder as any other from now on
    assert tell(sync(home, folder)) == (3, 0, 0, [])
    assert list_remembered(home, folder) == set()
    shutil.rmtree(disk)
    assert tell(sync(home, folder)) == (1, 0, 2, [])


def test_a_disk_that_is_gone_for_good_is_given_up(home: Organization, folder: Path) -> None:
    write(folder, b"a", b"disk/b")
    home.sync(folder)
    remember(home, folder, b"disk")
    (folder / "disk" / "b").unlink()
    assert tell(sync(home, folder)) == (1, 1, 0, [b"disk"])
    assert tell(sync(home, folder, allow_empty=True)) == (1, 0, 1, [])
    assert list_remembered(home, folder) == set()
    write(folder, b"disk/b")
    assert sync(home, folder).restored == 1
    (folder / "disk" / "b").unlink()
    assert tell(sync(home, folder)) == (1, 0, 1, [])


def test_each_of_disks_within_disks_is_named_and_comes_back_by_itself(home: Organization, folder: Path) -> None:
    outer, inner = b"d\xefsk", b"d\xefsk/in\\ner \xff"
    write(folder, b"a", outer + b"/b", inner + b"/c", inner + b"/d")
    home.sync(folder)
    remember(home, folder, outer, inner)
    away = (folder / os.fsdecode(outer)).rename(folder.with_name("away"))
    assert tell(sync(home, folder)) == (1, 3, 0, [inner, outer])
    shutil.rmtree(away / os.fsdecode(inner.rpartition(b"/")[2]))
    away.rename(folder / os.fsdecode(outer))
    assert tell(sync(home, folder)) == (2, 2, 0, [inner])
    assert list_remembered(home, folder) == {inner}
    (folder / os.fsdecode(inner)).mkdir()
    assert tell(sync(home, folder)) == (2, 2, 0, [inner])
    write(folder, inner + b"/c", inner + b"/d")
    assert tell(sync(home, folder)) == (4, 0, 0, [])


def test_nothing_but_a_disk_that_is_not_mounted_is_no_empty_folder(home: Organization, folder: Path) -> None:
    write(folder, b"a", b"disk/b")
    home.sync(folder)
    remember(home, folder, b"disk")
    shutil.rmtree(folder / "disk")
    (folder / "a").unlink()
    with pytest.raises(FolderEmptied, match="1 were known"):
        home.sync(folder)
    write(folder, b"a")
    assert tell(sync(home, folder)) == (1, 1, 0, [b"disk"])
    assert tell(sync(home, folder, exclude=["*"], allow_empty=True)) == (0, 0, 2, [])
