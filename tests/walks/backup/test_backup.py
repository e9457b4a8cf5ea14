"""A backup is made while others write, holds what is new only, survives its own end at any moment, and comes back."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from papra_index import Archive, Upload
from papra_index.errors import ArchiveLocked, BackupDamaged, BackupNotFound, InvalidInput
from papra_index.settings import WebhookSettings
from papra_index.upkeep import restore_backup, verify_archive, verify_backup
from papra_index.walks.backup.layout import POINTER
from tests.archives import NO_READING, describe_archive, fill_archive
from tests.cli.conftest import CommandLine

BACK_UP = """
import sys
from papra_index import Archive
from papra_index.settings import ExtractionSettings, Settings
with Archive.open(sys.argv[1], settings=Settings(extraction=ExtractionSettings(background=False))) as archive:
    print("ready", flush=True)
    archive.backup(sys.argv[2])
"""
RESTORE = """
import sys
from papra_index.upkeep import restore_backup
print("ready", flush=True)
restore_backup(sys.argv[1], sys.argv[2])
"""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled") / "archive"
    fill_archive(folder, 12)
    return folder


@pytest.fixture
def folder(filled: Path, tmp_path: Path) -> Path:
    shutil.copytree(filled, tmp_path / "archive")
    return tmp_path / "archive"


def back_up(folder: Path, target: Path) -> int:
    with Archive.open(folder, settings=NO_READING) as archive:
        outcome = archive.backup(target)
        assert outcome.findings == ()
        return outcome.copied_count


def test_what_is_restored_is_what_was_backed_up(folder: Path, tmp_path: Path) -> None:
    (folder / "settings.toml").write_text("max_tags = 77\n")
    assert back_up(folder, tmp_path / "backup") == 13
    assert verify_backup(tmp_path / "backup") == ()
    outcome = restore_backup(tmp_path / "backup", tmp_path / "restored")
    assert (outcome.documents_count, outcome.copied_count, outcome.findings) == (13, 13, ())
    assert verify_archive(tmp_path / "restored", deep=True).findings == ()
    assert describe_archive(tmp_path / "restored") == describe_archive(folder)
    with Archive.open(tmp_path / "restored") as archive:
        assert archive.settings.max_tags == 77
        found = archive.organizations()[0].search("boiler")
    with Archive.open(folder) as archive:
        assert archive.organizations()[0].search("boiler").documents_count == found.documents_count > 0


def test_only_what_is_new_is_copied_and_what_is_gone_is_removed(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup"
    back_up(folder, target)
    before = {path: path.stat().st_mtime_ns for path in target.rglob("originals/*/*")}
    assert back_up(folder, target) == 0
    with Archive.open(folder, settings=NO_READING) as archive:
        home = archive.organizations()[0]
        home.add(b"new", name="new.txt", content="new")
        first = home.list(page_size=1).documents[0]
        [gone] = home.list_trash().documents
        home.purge(gone.id)
        outcome = archive.backup(target)
    assert (outcome.copied_count, outcome.removed_count, outcome.documents_count) == (1, 1, 13)
    after = {path: path.stat().st_mtime_ns for path in target.rglob("originals/*/*")}
    assert len(after) == 13
    assert not [path for path in after if path.name == gone.original_sha256]
    assert all(before[path] == changed for path, changed in after.items() if path in before), "nothing is written twice"
    assert len(list(target.glob("catalog-*"))) == 1
    restore_backup(target, tmp_path / "restored")
    assert describe_archive(tmp_path / "restored") == describe_archive(folder)
    assert first.name == "new.txt"


def test_a_backup_of_an_archive_in_use_is_of_one_moment(folder: Path, tmp_path: Path) -> None:
    ended = threading.Event()
    with Archive.open(folder, settings=NO_READING) as archive:
        home = archive.organizations()[0]

        def write() -> None:
            number = 0
            while not ended.is_set():
                number += 1
                document = home.add(f"while copying {number}".encode(), name=f"{number}.txt", content="boiler")
                if number % 2:
                    home.trash(document.id)
                    home.purge(document.id)

        writer = threading.Thread(target=write)
        writer.start()
        try:
            for number in range(4):
                assert archive.backup(tmp_path / "backup").findings == (), number
        finally:
            ended.set()
            writer.join()
    assert verify_backup(tmp_path / "backup") == ()
    restore_backup(tmp_path / "backup", tmp_path / "restored")
    assert verify_archive(tmp_path / "restored", deep=True).findings == ()


def kill_after(code: str, arguments: list[Path], seconds: float) -> bool:
    """Start a program and kill it so long after it is ready; return whether it had ended by itself."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(seconds)
    process.kill()
    process.stdout.close()
    return process.wait() == 0


def check_kills(folder: Path, tmp_path: Path, delays: list[float]) -> None:
    """A backup ended at any moment leaves the one before; a restore ended at any moment goes on, and is no archive."""
    target = tmp_path / "backup"
    back_up(folder, target)
    counted = (target / POINTER).read_bytes()
    cut = 0
    for number, delay in enumerate(delays):
        with Archive.open(folder, settings=NO_READING) as archive:
            home = archive.organizations()[0]
            content = [Upload(f"{number} {item}".encode() * 999, f"{item}.txt", content="late") for item in range(40)]
            assert all(outcome.document_id for outcome in home.add_many(content))
        cut += not kill_after(BACK_UP, [folder, target], delay)
        assert verify_backup(target) == (), "whole, whether it is the one before or the new one"
        shutil.rmtree(tmp_path / "restored", ignore_errors=True)
        kill_after(RESTORE, [target, tmp_path / "restored"], delay)
        if not (tmp_path / "restored" / "catalog.sqlite").exists():
            restore_backup(target, tmp_path / "restored")
        assert verify_archive(tmp_path / "restored", deep=True, repair=True).is_sound
    assert cut, "none was killed before its end: the delays are too long"
    back_up(folder, target)
    assert (target / POINTER).read_bytes() != counted
    assert not (target / "incoming").exists()


@pytest.mark.slow
def test_killed_at_any_moment_the_backup_before_is_whole(folder: Path, tmp_path: Path) -> None:
    check_kills(folder, tmp_path, [0.01])


@pytest.mark.slow
def test_killed_at_many_moments_the_backup_before_is_whole(folder: Path, tmp_path: Path) -> None:
    check_kills(folder, tmp_path, [0.005 * number for number in range(20)])


def test_a_damaged_original_is_named_and_its_good_copy_kept(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup"
    back_up(folder, target)
    for path in sorted((folder / "originals").rglob("doc_*"))[:2]:
        path.write_bytes(b"overwritten")
    with Archive.open(folder, settings=NO_READING) as archive:
        assert archive.backup(target).findings == (), "the backup has them as they were"
        [finding] = archive.backup(tmp_path / "other").findings[:1]
    assert finding.code == "backup.original_missing"
    assert "verify" in finding.next_step
    restore_backup(target, tmp_path / "restored")
    assert verify_archive(tmp_path / "restored", deep=True).findings == ()


def test_an_original_that_cannot_be_read_ends_neither_backup_nor_export(folder: Path, tmp_path: Path) -> None:
    first, second = sorted((folder / "originals").rglob("doc_*"))[:2]
    first.unlink()
    first.mkdir()  # what opens and reads it gets an error of the system, as from a bad disk
    with Archive.open(folder, settings=NO_READING) as archive:
        outcome = archive.backup(tmp_path / "backup")
        assert [finding.subject for finding in outcome.findings] == [first.name]
        assert "cannot be read" in outcome.findings[0].message
        exported = archive.export(tmp_path / "export")
        assert [finding.subject for finding in exported.findings] == [first.name]
        assert exported.documents_count == outcome.documents_count == 13
    assert not list((tmp_path / "export").glob(f"*/originals/*/{first.name}*"))
    kept = tmp_path / "backup" / "originals"
    [copy] = [path for path in kept.glob("*/*") if path.read_bytes() == second.read_bytes()]
    copy.unlink()
    copy.mkdir()
    restored = restore_backup(tmp_path / "backup", tmp_path / "restored")
    faults = {finding.subject: finding.message for finding in restored.findings}
    assert "is missing" in faults[first.name]
    assert "cannot be read" in faults[second.name]
    assert restored.documents_count == 13


def test_a_damaged_backup_is_named_and_restored_as_far_as_it_goes(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup"
    back_up(folder, target)
    damaged, missing = sorted(target.rglob("originals/*/*"))[:2]
    damaged.write_bytes(damaged.read_bytes()[::-1])
    missing.unlink()
    assert {finding.code for finding in verify_backup(target)} == {
        "backup.original_damaged",
        "backup.original_missing",
    }
    outcome = restore_backup(target, tmp_path / "restored")
    assert len(outcome.findings) == 2
    assert outcome.documents_count == 13
    back_up(folder, target)
    assert [finding.code for finding in verify_backup(target)] == ["backup.original_damaged"]
    [catalog] = target.glob("catalog-*.sqlite")
    catalog.write_bytes(catalog.read_bytes()[:-1])
    assert [finding.code for finding in verify_backup(target)] == ["backup.catalog_damaged"]
    with pytest.raises(BackupDamaged):
        restore_backup(target, tmp_path / "again")
    (target / POINTER).write_bytes(b"{")
    with pytest.raises(BackupDamaged):
        verify_backup(target)


def test_originals_in_place_are_copied_and_stay_in_place_where_they_are(tmp_path: Path) -> None:
    kept, lost = tmp_path / "kept.txt", tmp_path / "lost.txt"
    kept.write_bytes(b"kept")
    lost.write_bytes(b"lost")
    with Archive.open(tmp_path / "archive", settings=NO_READING, originals="in-place") as archive:
        home = archive.create_organization("Home")
        ids = [home.add(path, content="boiler").id for path in (kept, lost)]
        assert archive.backup(tmp_path / "backup").copied_count == 2
    lost.unlink()
    found = verify_archive(tmp_path / "archive").findings
    assert [(finding.code, finding.subject) for finding in found] == [("originals.missing", ids[1])]
    assert restore_backup(tmp_path / "backup", tmp_path / "restored").copied_count == 1
    assert verify_archive(tmp_path / "restored", deep=True).findings == ()
    with Archive.open(tmp_path / "restored", settings=NO_READING) as archive:
        home = archive.organizations()[0]
        for document_id, content in zip(ids, (b"kept", b"lost"), strict=True):
            with home.open_original(document_id) as stream:
                assert stream.read() == content


def test_earlier_originals_and_documents_without_one_go_along(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "archive", settings=NO_READING) as archive:
        home = archive.create_organization("Home")
        home.put("erp:1", b"first state", name="put.txt", content="boiler")
        archive.backup(tmp_path / "backup")
        home.put("erp:1", b"second state", name="put.txt", content="boiler again")
        home.put("erp:2", name="no file", content="boiler without a file")
        outcome = archive.backup(tmp_path / "backup")
        assert (outcome.documents_count, outcome.copied_count, outcome.removed_count) == (2, 1, 0)
        document_id = home.get(external_id="erp:1").id
    assert verify_archive(tmp_path / "archive", deep=True, repair=True).findings == ()
    restore_backup(tmp_path / "backup", tmp_path / "restored")
    assert verify_archive(tmp_path / "restored", deep=True).findings == ()
    with Archive.open(tmp_path / "restored", settings=NO_READING) as archive:
        [home] = archive.organizations()
        assert [version.original_size for version in home.versions(document_id)] == [12, 11]
    for path in (tmp_path / "restored" / "originals").rglob("doc_*"):
        if path.read_bytes() == b"first state":
            path.unlink()
    found = verify_archive(tmp_path / "restored").findings
    assert [(finding.code, finding.subject) for finding in found] == [("originals.missing", document_id)]


def test_folders_that_hold_something_else_are_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("dear")
    with Archive.open(folder, settings=NO_READING) as archive:
        for target in (tmp_path / "other", folder, folder / "backup", tmp_path / "other" / "letter.txt"):
            with pytest.raises(InvalidInput):
                archive.backup(target)
        archive.backup(tmp_path / "backup")
        with pytest.raises(ArchiveLocked):
            _back_up_twice(archive, tmp_path / "backup")
    for target in (tmp_path / "other", folder, tmp_path / "other" / "letter.txt"):
        with pytest.raises(InvalidInput):
            restore_backup(tmp_path / "backup", target)
    with pytest.raises(BackupNotFound):
        restore_backup(tmp_path / "other", tmp_path / "restored")


def _back_up_twice(archive: Archive, target: Path) -> None:
    """Begin a backup in the middle of another."""
    archive.backup(target, progress=lambda _done, _total: archive.backup(target) and None)


def test_a_folder_is_restored_into_by_one_at_a_time(folder: Path, tmp_path: Path) -> None:
    back_up(folder, tmp_path / "backup")
    target, refused = tmp_path / "restored", []

    def restore_again(_done: int, _total: int) -> None:
        with pytest.raises(ArchiveLocked, match="already") as told:
            restore_backup(tmp_path / "backup", target)
        refused.append(told.value)

    restore_backup(tmp_path / "backup", target, progress=restore_again)
    assert refused
    with pytest.raises(InvalidInput, match="not empty"):
        restore_backup(tmp_path / "backup", target)
    assert describe_archive(target) == describe_archive(folder)


def test_what_was_killed_at_its_very_beginning_is_gone_on_with(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "backup").mkdir()
    (tmp_path / "backup" / ".lock").touch()
    back_up(folder, tmp_path / "backup")
    (tmp_path / "restored" / "locks").mkdir(parents=True)
    (tmp_path / "restored" / "locks" / "restore.lock").touch()
    restore_backup(tmp_path / "backup", tmp_path / "restored")
    assert describe_archive(tmp_path / "restored") == describe_archive(folder)


def test_the_commands_back_up_verify_and_restore(folder: Path, tmp_path: Path) -> None:
    program = CommandLine(folder)
    assert "Backed up 13 documents" in program.do("backup", tmp_path / "backup")
    assert program.json("backup", tmp_path / "backup")["copied_count"] == 0
    assert "as it was written" in program.do("backup", tmp_path / "backup", "--verify")
    assert "Restored 13 documents" in program.do("restore-backup", tmp_path / "backup", tmp_path / "restored")
    next((tmp_path / "backup").rglob("originals/*/*")).unlink()
    assert program.run("backup", tmp_path / "backup", "--verify").exit_code == 1
    assert program.run("restore-backup", tmp_path / "nothing", tmp_path / "x").exit_code == 1


def test_a_restored_archive_calls_no_webhook(tmp_path: Path) -> None:
    quiet = replace(NO_READING, webhooks=WebhookSettings(background=False, allow_private=True))
    with Archive.open(tmp_path / "archive", settings=quiet) as archive:
        home = archive.create_organization("Home")
        hook = home.create_webhook("ledger", "https://192.0.2.1/hook", enabled=True)
        home.add(b"a bill", name="bill.txt", content="a bill")
        assert len(home.list_deliveries(hook.id)) == 1
        archive.backup(tmp_path / "backup")
    restore_backup(tmp_path / "backup", tmp_path / "restored")
    with Archive.open(tmp_path / "restored", settings=quiet) as archive:
        (home,) = archive.organizations()
        assert [webhook.enabled for webhook in home.list_webhooks()] == [False]
        assert home.list_deliveries(hook.id) == ()
