"""Folders whose disk does not tell what is in them, or is taken away: no document goes to the trash for it. And folders
of disks without locks, which backups may lie on.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

_LISTING = """
import ctypes, errno, json, sys
from pathlib import Path
from papra_index import Archive
from papra_index.settings import ExtractionSettings, Settings

listing, folder = ctypes.CDLL(None), Path(sys.argv[1])
for name in ("a.txt", "bad", "bad-1.txt", "bad.d/b.txt", "bad.d/deep/c.txt", "bad.d.txt", "sub/d.txt", "z.txt"):
    (folder / name).parent.mkdir(exist_ok=True, parents=True)
    (folder / name).write_text(name)
with Archive.in_memory(settings=Settings(extraction=ExtractionSettings(background=False))) as archive:
    home = archive.create_organization("Home")
    reports = [home.sync(folder)]
    (folder / "z.txt").unlink()
    listing.listing_fail(getattr(errno, sys.argv[2]))
    reports.append(home.sync(folder))
    listing.listing_fail(0)
    reports.append(home.sync(folder))
    for report in reports:
        told = sorted(issue.path for issue in report.failures)
        print(json.dumps([report.added, report.unchanged, report.kept, report.trashed, told]))
"""


@pytest.mark.parametrize("error", ["EIO", "EACCES"])
def test_what_a_disk_does_not_describe_is_kept_and_named(
    build: Callable[[str], Path], tmp_path: Path, error: str
) -> None:
    run = subprocess.run(
        [sys.executable, "-c", _LISTING, str(tmp_path / "papers"), error],
        env=os.environ | {"LD_PRELOAD": str(build("listing.c"))}, cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert run.stderr == ""
    assert run.stdout.splitlines() == [
        "[8, 0, 0, 0, []]",
        '[0, 2, 5, 1, ["bad", "bad-1.txt", "bad.d", "bad.d.txt"]]',
        "[0, 7, 0, 0, []]",
    ]


_MOUNTING = """
import subprocess, sys
from pathlib import Path
from papra_index import Archive
from papra_index.errors import FolderEmptied, FolderUnavailable
from papra_index.settings import ExtractionSettings, Settings

folder = Path(sys.argv[1])
disk = folder.with_name("disk")
disk.mkdir(), folder.mkdir()
for number in range(1200):
    (disk / f"{number}.txt").write_text(str(number))

def mount():
    subprocess.run(["mount", "--bind", disk, folder], check=True)

def unmount(_event=None):
    if any(folder.iterdir()):
        subprocess.run(["umount", "-l", folder], check=True)

mount()
with Archive.in_memory(settings=Settings(extraction=ExtractionSettings(background=False))) as archive:
    home = archive.create_organization("Home")
    home.sync(folder)
    unmount()
    for dry_run in (True, False):
        try:
            home.sync(folder, dry_run=dry_run)
        except FolderEmptied:
            print("empty")
    mount()
    (disk / "0.txt").write_text("changed")
    for number in range(300):
        (disk / f"0-{number}.txt").write_text(f"0-{number}")
    try:
        home.sync(folder, observe=unmount)
    except FolderUnavailable:
        print("gone")
    print(home.statistics().deleted_documents_count)
    mount()
    print(home.sync(folder).trashed, home.statistics().documents_count)
"""


def find_mounting() -> list[str]:
    """The command that runs another where it may mount, which is gone with it."""
    unshare = [shutil.which("unshare") or "unshare", "--user", "--map-root-user", "--mount"]
    try:
        subprocess.run([*unshare, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no mounting without the rights to")
    return unshare


def test_a_disk_that_is_unmounted_costs_no_document(tmp_path: Path) -> None:
    run = subprocess.run(
        [*find_mounting(), sys.executable, "-c", _MOUNTING, str(tmp_path / "papers")],
        cwd=ROOT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert run.stderr == ""
    assert run.stdout.split() == ["empty", "empty", "gone", "0", "0", "1500"]


_MOUNTING_BELOW = """
import subprocess, sys
from dataclasses import replace
from pathlib import Path
from papra_index import Archive
from papra_index.settings import ExtractionSettings, Settings

folder = Path(sys.argv[1])
disk, stored = folder / "my disk", folder.with_name("stored")
inner = disk / "inner"
for made in (disk, stored / "0", stored / "9", stored / "inner"):
    made.mkdir(parents=True)
(folder / "a.txt").write_text("a")
(stored / "9" / "b.txt").write_text("b")

def run(*command):
    subprocess.run(command, check=True)

def unmount(_event=None):
    if any(disk.iterdir()):
        run("umount", "-l", disk)

def stop(_event):
    raise InterruptedError

def sync(**options):
    planned = home.sync(folder, dry_run=True, **options)
    report = home.sync(folder, **options)
    named = [issue.path for issue in report.failures if issue.code == "folder.unmounted"]
    print(report.added, report.unchanged, report.kept, report.trashed, named, replace(planned, dry_run=False) == report)

def mount():
    run("mount", "--bind", stored, disk)
    run("mount", "-t", "tmpfs", "tmpfs", inner)
    (inner / "c.txt").write_text("c")

mount()
with Archive.in_memory(settings=Settings(extraction=ExtractionSettings(background=False))) as archive:
    home = archive.create_organization("Home")
    try:
        home.sync(folder, observe=stop)
    except InterruptedError:
        unmount()
    sync()
    mount()
    sync()
    run("umount", inner)
    sync()
    run("umount", disk)
    sync()
    run("mount", "--bind", stored, disk)
    sync()
    run("mount", "-t", "tmpfs", "tmpfs", inner)
    sync()
    for number in range(1600):
        (stored / "0" / f"{number}.txt").write_text(str(number))
        if number % 800 == 799:
            report = home.sync(folder, observe=unmount, allow_empty=number > 800)
            named = [(issue.path, issue.code) for issue in report.failures]
            print(report.added > 0, report.kept > 0, report.trashed, ("my disk", "folder.unmounted") in named)
            run("mount", "--bind", stored, disk)
    home.sync(folder)
    print(home.statistics().documents_count, home.statistics().deleted_documents_count)
    unmount()
    sync(allow_empty=True)
    sync()
"""


@pytest.mark.slow
def test_a_disk_below_a_folder_that_is_unmounted_costs_no_document(tmp_path: Path) -> None:
    run = subprocess.run(
        [*find_mounting(), sys.executable, "-c", _MOUNTING_BELOW, str(tmp_path / "papers")],
        cwd=ROOT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert run.stderr == ""
    assert run.stdout.splitlines() == [
        "0 1 2 0 ['my disk/inner', 'my disk'] True",  # a first sync that did not end
        "0 3 0 0 [] True",
        "0 2 1 0 ['my disk/inner'] True",
        "0 1 2 0 ['my disk/inner', 'my disk'] True",
        "0 2 1 0 ['my disk/inner'] True",
        "0 2 0 1 [] True",  # an empty disk
        "True True 0 True",
        "True True 0 True",
        "1602 1",
        "0 1 0 1601 [] True",
        "0 1 0 0 [] True",
    ]


_SHARING = """
import sys
from pathlib import Path
from papra_index import Archive
from papra_index.errors import ArchiveError
from papra_index.upkeep import restore_backup, verify_backup

folder = Path(sys.argv[1])
share = folder / "share"
share.mkdir()
with Archive.open(folder / "archive") as archive:
    home = archive.create_organization("Home")
    for number in range(3):
        home.add(f"text {number}".encode(), name="a.txt", content="a text")
        print(archive.backup(share / "backup").copied_count)
print(verify_backup(share / "backup"))
print(restore_backup(share / "backup", folder / "restored").documents_count)
try:
    Archive.open(share / "archive")
except ArchiveError as error:
    print(error.code)
"""


def test_a_backup_needs_no_locks_of_its_disk(build: Callable[[str], Path], tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", _SHARING, str(tmp_path)],
        env=os.environ | {"LD_PRELOAD": str(build("share.c"))}, cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert run.stderr == ""
    assert run.stdout.split() == ["1", "1", "1", "()", "3", "archive.failed"]
