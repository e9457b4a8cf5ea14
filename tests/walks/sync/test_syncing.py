"""A folder and the documents that come from it: what is new, changed, moved, deleted, and all that can go wrong."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papra_index import Archive, Organization, SyncAction, SyncEvent, SyncReport
from papra_index.errors import (
    ArchiveLocked,
    DocumentNotFound,
    FolderEmptied,
    FolderUnavailable,
    InvalidInput,
    OriginalChanged,
    OriginalNotFound,
)
from papra_index.settings import ExtractionSettings, Settings

_UNREAD = Settings(max_original_size=100_000, extraction=ExtractionSettings(background=False))
_clock = iter(range(1_000_000_000, 2_000_000_000))
"""Times of change long past, each only once."""


@pytest.fixture(params=["copy", "in-place"])
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def quiet(mode: str) -> Iterator[Organization]:
    """An organization of an archive that reads nothing and has originals where `mode` says."""
    with Archive.in_memory(settings=Settings(100_000, originals=mode, extraction=_UNREAD.extraction)) as archive:
        yield archive.create_organization("Home")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "papers"
    made.mkdir()
    return made


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    os.utime(path, (next(_clock),) * 2)
    return path


def counts(report: SyncReport) -> dict[str, int]:
    """The counts that are not 0, but for those of all files."""
    names = ("unchanged", "added", "changed", "moved", "restored", "duplicates", "trashed", "forgotten", "kept")
    found = {name: getattr(report, name) for name in names if getattr(report, name)}
    return found | ({"failures": len(report.failures)} if report.failures else {})


def sync(home: Organization, folder: Path, **options: Any) -> dict[str, int]:
    return counts(home.sync(folder, **options))


def list_names(home: Organization) -> dict[str, str]:
    """Id by name of the live documents."""
    return {document.name: document.id for document in home.list(page_size=100).documents}


def read(home: Organization, document_id: str) -> bytes:
    with home.open_original(document_id) as stream:
        return stream.read()


def test_new_changed_moved_deleted_and_back_again(quiet: Organization, folder: Path) -> None:
    write(folder / "a.txt", "one")
    write(folder / "sub" / "b.txt", "two")
    gone = write(folder / "sub" / "deep" / "c.txt", "three")
    assert sync(quiet, folder) == {"added": 3}
    assert sync(quiet, folder) == {"unchanged": 3}
    ids = list_names(quiet)
    tag = quiet.create_tag("kept")
    quiet.tag_many(ids.values(), tag.id)

    write(folder / "a.txt", "one, changed")
    (folder / "sub" / "b.txt").rename(folder / "moved.txt")
    gone.unlink()
    events: list[SyncEvent] = []
    report = quiet.sync(folder, observe=events.append)
    assert counts(report) == {"changed": 1, "moved": 1, "trashed": 1}
    assert (report.files, report.changes) == (2, 3)
    assert {(event.action, event.path, event.old_path, event.document_id) for event in events} == {
        (SyncAction.CHANGED, "a.txt", None, ids["a.txt"]),
        (SyncAction.MOVED, "moved.txt", "sub/b.txt", ids["b.txt"]),
        (SyncAction.TRASHED, "sub/deep/c.txt", None, ids["c.txt"]),
    }
    assert list_names(quiet) == {"a.txt": ids["a.txt"], "moved.txt": ids["b.txt"]}
    assert read(quiet, ids["a.txt"]) == b"one, changed"
    assert read(quiet, ids["b.txt"]) == b"two"
    assert [tags.name for tags in quiet.get(ids["a.txt"]).tags] == ["kept"]
    assert {entry.event for entry in quiet.activity(ids["a.txt"])} == {"created", "tagged", "updated"}
    assert quiet.list_trash().documents_count == 1

    write(folder / "elsewhere" / "c.txt", "three")
    assert sync(quiet, folder) == {"unchanged": 2, "restored": 1}
    back = quiet.get(ids["c.txt"])
    assert not back.is_trashed
    assert [tags.name for tags in back.tags] == ["kept"]
    assert read(quiet, back.id) == b"three"
    assert sync(quiet, folder) == {"unchanged": 3}


def test_in_place_and_copied_originals_lie_where_they_should(quiet: Organization, folder: Path, mode: str) -> None:
    path = write(folder / "a.txt", "one")
    quiet.sync(folder)
    [document_id] = list_names(quiet).values()
    assert quiet.find_original(document_id) == (path if mode == "in-place" else None)
    moved = path.rename(folder / "z.txt")
    if mode == "in-place":
        with pytest.raises(OriginalNotFound, match=r"a\.txt"):
            quiet.open_original(document_id)
    quiet.sync(folder)
    assert quiet.find_original(document_id) == (moved if mode == "in-place" else None)
    write(moved, "changed")
    if mode == "in-place":
        with pytest.raises(OriginalChanged, match=r"z\.txt"):
            quiet.open_original(document_id)
    else:
        assert read(quiet, document_id) == b"one"
    quiet.sync(folder)
    assert read(quiet, document_id) == b"changed"


def test_a_touched_file_is_read_and_nothing_else(quiet: Organization, folder: Path) -> None:
    path = write(folder / "a.txt", "one")
    quiet.sync(folder)
    before = quiet.get(next(iter(list_names(quiet).values())))
    os.utime(path, (next(_clock),) * 2)
    assert sync(quiet, folder) == {"unchanged": 1}
    assert quiet.get(before.id) == before
    assert read(quiet, before.id) == b"one"


def test_two_files_with_the_same_bytes_are_one_document_by_the_first_name(quiet: Organization, folder: Path) -> None:
    write(folder / "m.txt", "same")
    write(folder / "n.txt", "same")
    assert sync(quiet, folder) == {"added": 1, "duplicates": 1}
    write(folder / "a.txt", "same")
    assert sync(quiet, folder) == {"unchanged": 2, "duplicates": 1}
    [(name, document_id)] = list_names(quiet).items()
    assert name == "a.txt"
    (folder / "a.txt").unlink()
    assert sync(quiet, folder) == {"unchanged": 2, "forgotten": 1}
    assert list_names(quiet) == {"m.txt": document_id}
    assert read(quiet, document_id) == b"same"
    write(folder / "m.txt", "other")
    assert sync(quiet, folder) == {"unchanged": 1, "added": 1}
    assert list_names(quiet) == {"n.txt": document_id, "m.txt": list_names(quiet)["m.txt"]}
    (folder / "n.txt").unlink()
    assert sync(quiet, folder) == {"unchanged": 1, "trashed": 1}


def test_files_that_exchange_their_names(quiet: Organization, folder: Path) -> None:
    one, two = write(folder / "a.txt", "one"), write(folder / "b.txt", "two")
    quiet.sync(folder)
    ids = list_names(quiet)
    one.rename(folder / "c"), two.rename(one), (folder / "c").rename(two)
    assert sync(quiet, folder) == {"moved": 2}
    assert list_names(quiet) == {"a.txt": ids["b.txt"], "b.txt": ids["a.txt"]}
    assert read(quiet, ids["a.txt"]) == b"one"
    assert "restored" not in {entry.event for entry in quiet.activity(ids["a.txt"])}


@pytest.mark.parametrize("names", [("a.txt", "b.txt"), ("b.txt", "a.txt")])
def test_a_file_that_is_copied_and_then_changed(quiet: Organization, folder: Path, names: tuple[str, str]) -> None:
    changing, copy = names
    write(folder / changing, "one")
    quiet.sync(folder)
    write(folder / copy, "one")
    write(folder / changing, "two")
    quiet.sync(folder)
    assert {name: read(quiet, id_) for name, id_ in list_names(quiet).items()} == {changing: b"two", copy: b"one"}
    assert sync(quiet, folder) == {"unchanged": 2}


def test_what_people_did_stays(quiet: Organization, folder: Path) -> None:
    for name in ("renamed", "trashed", "purged"):
        write(folder / f"{name}.txt", name)
    quiet.sync(folder)
    ids = list_names(quiet)
    quiet.update(ids["renamed.txt"], name="My own")
    quiet.trash(ids["trashed.txt"])
    quiet.trash(ids["purged.txt"])
    quiet.purge(ids["purged.txt"])
    for name in ("renamed", "trashed"):
        (folder / f"{name}.txt").rename(folder / f"{name}-2.txt")
    quiet.sync(folder)
    assert list_names(quiet) == {"My own": ids["renamed.txt"]}
    assert quiet.get(ids["trashed.txt"]).is_trashed
    with pytest.raises(DocumentNotFound):
        quiet.get(ids["purged.txt"])
    assert sync(quiet, folder) == {"unchanged": 3}
    write(folder / "trashed-2.txt", "something new")
    write(folder / "purged.txt", "something else")
    assert sync(quiet, folder) == {"unchanged": 1, "added": 2}
    assert quiet.get(ids["trashed.txt"]).is_trashed


def test_a_document_that_came_by_another_way_stays_when_the_file_goes(quiet: Organization, folder: Path) -> None:
    uploaded = quiet.add(b"bytes", name="upload.txt")
    write(folder / "same.txt", "bytes")
    assert sync(quiet, folder) == {"duplicates": 1}
    assert list_names(quiet) == {"upload.txt": uploaded.id}
    (folder / "same.txt").unlink()
    assert sync(quiet, folder, allow_empty=True) == {"forgotten": 1}
    assert read(quiet, uploaded.id) == b"bytes"
    write(folder / "same.txt", "bytes")
    quiet.sync(folder)
    write(folder / "same.txt", "other bytes")
    assert sync(quiet, folder) == {"added": 1}
    assert read(quiet, uploaded.id) == b"bytes"


def test_two_folders_share_a_document(quiet: Organization, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    write(one / "a.txt", "same")
    write(two / "a.txt", "same")
    write(two / "b.txt", "more")
    assert sync(quiet, one) == {"added": 1}
    assert sync(quiet, two) == {"added": 1, "duplicates": 1}
    (one / "a.txt").unlink()
    assert sync(quiet, one, allow_empty=True) == {"forgotten": 1}
    document_id = list_names(quiet)["a.txt"]
    assert read(quiet, document_id) == b"same"
    (two / "a.txt").unlink()
    assert sync(quiet, two) == {"unchanged": 1, "trashed": 1}


def test_organizations_have_folders_of_their_own(quiet: Organization, folder: Path) -> None:
    write(folder / "a.txt", "same")
    quiet.sync(folder)
    with Archive.in_memory(settings=_UNREAD) as archive:
        one, two = archive.create_organization("One"), archive.create_organization("Two")
        assert [sync(home, folder) for home in (one, two)] == [{"added": 1}] * 2
        (folder / "a.txt").unlink()
        assert sync(one, folder, allow_empty=True) == {"trashed": 1}
        assert len(list_names(two)) == 1


def test_a_dry_run_says_what_is_done_afterwards_and_writes_nothing(quiet: Organization, folder: Path) -> None:
    for name in ("a", "b", "c", "d"):
        write(folder / name, name)
    told: list[SyncEvent] = []
    done: list[SyncEvent] = []
    assert sync(quiet, folder, dry_run=True) == {"added": 4}
    assert list_names(quiet) == {}
    quiet.sync(folder)
    before = quiet.statistics()
    write(folder / "a", "changed"), write(folder / "new", "new"), write(folder / "copy", "b")
    (folder / "c").unlink(), (folder / "d").rename(folder / "moved")
    planned = quiet.sync(folder, dry_run=True, observe=told.append)
    assert planned.dry_run
    assert quiet.statistics() == before
    assert set(list_names(quiet)) == {"a", "b", "c", "d"}
    assert counts(quiet.sync(folder, observe=done.append)) == counts(planned)
    assert [(event.action, event.path) for event in told] == [(event.action, event.path) for event in done]
    with pytest.raises(FolderUnavailable):
        quiet.sync(folder / "none", dry_run=True)


# What is taken and what is left out.


def test_patterns_and_hidden_files(quiet: Organization, folder: Path) -> None:
    names = ".hidden a.pdf b.tmp sub/c.pdf sub/keep.tmp sub/build/d.pdf other/e.txt x/y/f.pdf"
    for name in names.split():
        write(folder / name, name)
    write(folder / ".papraignore", "*.tmp\nbuild/\n# a comment\n/x/y\n")
    write(folder / "sub" / ".papraignore", "!keep.tmp\n")
    assert sync(quiet, folder) == {"added": 4}
    assert set(list_names(quiet)) == {"a.pdf", "c.pdf", "keep.tmp", "e.txt"}
    assert sync(quiet, folder, include=["*.pdf"], exclude=["/sub"]) == {"unchanged": 1, "trashed": 3}
    assert sync(quiet, folder, hidden=True) == {"unchanged": 1, "restored": 3, "added": 1}
    assert sync(quiet, folder, include=["/sub/"]) == {"unchanged": 2, "trashed": 3}
    with pytest.raises(InvalidInput, match="gitignore"):
        quiet.sync(folder, exclude=["!"])
    with pytest.raises(InvalidInput, match="sequence"):
        quiet.sync(folder, exclude="*.tmp")


def test_tags_from_folder_names(quiet: Organization, folder: Path) -> None:
    quiet.create_tag("Bills")
    write(folder / "bills" / "2024" / "a.txt", "a")
    write(folder / "b.txt", "b")
    write(folder / ("x" * 70) / "c.txt", "c")
    report = quiet.sync(folder, folder_tags=True)
    assert [issue.code for issue in report.failures] == ["input.invalid"]
    assert report.added == 3
    tagged = {name: [tag.name for tag in quiet.get(id_).tags] for name, id_ in list_names(quiet).items()}
    assert tagged == {"a.txt": ["2024", "Bills"], "b.txt": [], "c.txt": []}


def test_folders_that_are_synced_at_once_share_their_tags(tmp_path: Path) -> None:
    names = [f"tag {number}" for number in range(60)]
    for place, name in ((place, name) for place in "ab" for name in names):
        write(tmp_path / place / name / "note.txt", f"{place} {name}")
    with (
        Archive.open(tmp_path / "archive", settings=_UNREAD) as archive,
        Archive.open(tmp_path / "archive", settings=_UNREAD) as other,
        ThreadPoolExecutor(2) as threads,
    ):
        home = archive.create_organization("Home")
        folders = [(home, tmp_path / "a"), (other.organization(home.id), tmp_path / "b")]
        reports = list(threads.map(lambda each: each[0].sync(each[1], folder_tags=True), folders))
        assert [(report.added, report.failures) for report in reports] == [(60, []), (60, [])]
        assert sorted((tag.name, tag.documents_count) for tag in home.list_tags()) == sorted((n, 2) for n in names)


def test_a_tag_that_is_deleted_during_a_sync_ends_nothing(quiet: Organization, folder: Path) -> None:
    for number in range(600):
        write(folder / "bills" / f"{number}.txt", f"{number}")

    def delete(_event: SyncEvent) -> None:
        for tag in quiet.list_tags():
            quiet.delete_tag(tag.id)

    report = quiet.sync(folder, folder_tags=True, observe=delete)
    assert (report.added, report.failures, quiet.list_tags()) == (600, [], ())


def test_the_archive_itself_is_passed_by(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "papers" / "archive", settings=_UNREAD) as archive:
        home = archive.create_organization("Home")
        write(tmp_path / "papers" / "a.txt", "a")
        assert sync(home, tmp_path / "papers") == {"added": 1}


def test_links_loops_and_special_files(quiet: Organization, folder: Path, tmp_path: Path) -> None:
    write(tmp_path / "outside.txt", "outside")
    path = write(folder / "sub" / "a.txt", "a")
    (folder / "loop").symlink_to(folder)
    (folder / "sub" / "out").symlink_to(tmp_path)
    (folder / "file-out").symlink_to(tmp_path / "outside.txt")
    (folder / "file-in").symlink_to(path)
    (folder / "broken").symlink_to(folder / "none")
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(folder / "socket"))
        report = quiet.sync(folder)
    assert counts(report) == {"added": 1}
    assert sorted(issue.path for issue in report.passed_by) == [
        "broken", "file-in", "file-out", "loop", "pipe", "socket", "sub/out",
    ]  # fmt: skip
    assert sync(quiet, folder) == {"unchanged": 1}


def test_names_that_are_not_utf_8(quiet: Organization, folder: Path) -> None:
    path = write(folder / os.fsdecode(b"caf\xe9/r\xe9sum\xe9.txt"), "text")
    events: list[SyncEvent] = []
    assert counts(quiet.sync(folder, observe=events.append)) == {"added": 1}
    assert os.fsencode(events[0].path) == b"caf\xe9/r\xe9sum\xe9.txt"
    [(name, document_id)] = list_names(quiet).items()
    assert name == "r?sum?.txt"
    assert read(quiet, document_id) == b"text"
    assert sync(quiet, folder) == {"unchanged": 1}
    path.rename(folder / os.fsdecode(b"\xff"))
    assert sync(quiet, folder) == {"moved": 1}
    assert list_names(quiet) == {"?": document_id}


def test_a_file_that_is_too_large_is_named_and_not_opened(quiet: Organization, folder: Path) -> None:
    path = write(folder / "a.bin", bytes(100_000))
    assert sync(quiet, folder) == {"added": 1}
    write(path, bytes(100_001))
    [issue] = quiet.sync(folder).failures
    assert (issue.path, issue.code) == ("a.bin", "document.size_too_large")
    assert set(list_names(quiet)) == {"a.bin"}


def test_a_file_that_changes_while_it_is_read_is_named(folder: Path, mode: Any) -> None:
    path = write(folder / "busy.bin", bytes(20_000_000))
    write(folder / "fine.txt", "fine")
    stop = threading.Event()

    def disturb() -> None:
        while not stop.is_set():
            os.utime(path, ns=(0, time.time_ns()))

    with Archive.in_memory(settings=Settings(extraction=_UNREAD.extraction)) as archive:
        home = archive.create_organization("Home")
        busy = threading.Thread(target=disturb)
        busy.start()
        try:
            report = home.sync(folder, originals=mode)
        finally:
            stop.set()
            busy.join()
        assert {issue.path: issue.code for issue in report.failures} == {"busy.bin": OriginalChanged.code}
        assert set(list_names(home)) == {"fine.txt"}
        os.utime(path, (next(_clock),) * 2)
        assert sync(home, folder) == {"unchanged": 1, "added": 1}


# Folders that are not there.


def test_a_folder_that_is_missing_or_empty_costs_no_document(quiet: Organization, folder: Path) -> None:
    write(folder / "a.txt", "a")
    quiet.sync(folder)
    away = folder.rename(folder.with_name("away"))
    with pytest.raises(FolderUnavailable, match="papers"):
        quiet.sync(folder)
    folder.write_text("a file now")
    with pytest.raises(FolderUnavailable):
        quiet.sync(folder)
    folder.unlink()
    folder.mkdir()  # as a disk that is not mounted looks
    with pytest.raises(FolderEmptied, match="allow-empty"):
        quiet.sync(folder)
    assert set(list_names(quiet)) == {"a.txt"}
    folder.rmdir()
    away.rename(folder)
    assert sync(quiet, folder) == {"unchanged": 1}
    (folder / "a.txt").unlink()
    assert sync(quiet, folder, allow_empty=True) == {"trashed": 1}
    assert sync(quiet, folder) == {}


def test_a_folder_that_disappears_during_a_sync_costs_no_document(quiet: Organization, folder: Path) -> None:
    for number in range(600):
        write(folder / f"{number % 5}" / f"{number}.txt", str(number))
    quiet.sync(folder)
    write(folder / "0" / "0.txt", "changed")
    for number in range(1, 300):
        write(folder / "0" / f"new-{number}.txt", f"new {number}")

    def vanish(_event: SyncEvent) -> None:
        if folder.exists():
            folder.rename(folder.with_name("away"))

    with pytest.raises(FolderUnavailable):
        quiet.sync(folder, observe=vanish)
    assert quiet.statistics().deleted_documents_count == 0
    folder.with_name("away").rename(folder)
    quiet.sync(folder)
    assert quiet.statistics().deleted_documents_count == 0
    assert quiet.statistics().documents_count == 899


@pytest.mark.parametrize("how", ["rights", "ignore file", "ignore folder", "ignore link"])
def test_an_unreadable_folder_keeps_its_documents_and_is_named(quiet: Organization, folder: Path, how: str) -> None:
    for name in ("a.txt", "sub/b.txt", "sub/deep/c.txt", "sub2/d.txt"):
        write(folder / name, name)
    quiet.sync(folder)
    if how == "rights":
        if os.geteuid() == 0:
            pytest.skip("root may read everything")
        (folder / "sub").chmod(0)
    elif how == "ignore file":
        write(folder / "sub" / ".papraignore", "!\n")
    elif how == "ignore link":
        (folder / "sub" / ".papraignore").symlink_to("of a disk that is not mounted")
    else:
        (folder / "sub" / ".papraignore").mkdir()
    (folder / "sub2" / "d.txt").unlink()
    report = quiet.sync(folder)
    assert counts(report) == {"unchanged": 1, "kept": 2, "trashed": 1, "failures": 1}
    assert report.failures[0].path == "sub/"
    assert {"b.txt", "c.txt"} <= set(list_names(quiet))
    if how == "rights":
        (folder / "sub").chmod(0o700)
    elif how in {"ignore file", "ignore link"}:
        (folder / "sub" / ".papraignore").unlink()
    else:
        (folder / "sub" / ".papraignore").rmdir()
    assert sync(quiet, folder) == {"unchanged": 3}


def test_what_is_left_unread_consents_to_no_trash(quiet: Organization, folder: Path) -> None:
    for name in ("a.txt", "b.txt", "sub/c.txt"):
        write(folder / name, name)
    quiet.sync(folder)
    (folder / "a.txt").unlink()
    (folder / "b.txt").unlink()
    (folder / "sub" / ".papraignore").mkdir()
    with pytest.raises(FolderEmptied, match="2 were known"):
        quiet.sync(folder)
    assert sync(quiet, folder, allow_empty=True) == {"kept": 1, "trashed": 2, "failures": 1}


def test_two_syncs_of_a_folder_do_not_meet(quiet: Organization, folder: Path) -> None:
    write(folder / "a.txt", "a")
    errors: list[Exception] = []

    def sync_again(_event: SyncEvent) -> None:
        try:
            quiet.sync(folder)
        except ArchiveLocked as error:
            errors.append(error)

    assert counts(quiet.sync(folder, observe=sync_again)) == {"added": 1}
    assert len(errors) == 1
    assert sync(quiet, folder) == {"unchanged": 1}


_OPENED: list[str] = []
_listening = threading.Event()


def _note_opening(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and _listening.is_set():
        _OPENED.append(os.fsdecode(arguments[0]) if isinstance(arguments[0], str | bytes) else str(arguments[0]))


def test_a_folder_without_changes_is_not_opened_anywhere(quiet: Organization, folder: Path) -> None:
    sys.addaudithook(_note_opening)
    for number in range(300):
        write(folder / f"{number % 7}" / f"{number}.txt", str(number))
    _listening.set()
    try:
        quiet.sync(folder)
        first, _OPENED[:] = [path for path in _OPENED if path.startswith(str(folder))], []
        assert sync(quiet, folder) == {"unchanged": 300}
        second = [path for path in _OPENED if path.startswith(str(folder))]
    finally:
        _listening.clear()
    assert len(first) >= 300
    assert second == []


@pytest.mark.slow
def test_a_sync_that_is_killed_goes_on(tmp_path: Path, folder: Path, mode: str) -> None:
    for number in range(4_000):
        write(folder / f"{number}.txt", f"document {number}")
    place = tmp_path / "archive"
    with Archive.open(place, settings=_UNREAD) as archive:
        archive.create_organization("Home")
    option = "--in-place" if mode == "in-place" else "--copy"
    program = [sys.executable, "-c", "from papra_index.cli import main; main()"]
    line = [*program, "--archive", str(place), "sync", str(folder), option, "--no-wait"]
    for least in (1, 1_000, 2_500):
        with Archive.open(place, settings=_UNREAD) as archive:
            process = subprocess.Popen(line, stdout=subprocess.DEVNULL)
            [home] = archive.organizations()
            while home.statistics().documents_count < least and process.poll() is None:
                time.sleep(0.005)
            process.kill()
            process.wait()
            assert home.statistics().documents_count < 4_000
    with Archive.open(place, settings=_UNREAD) as archive:
        [home] = archive.organizations()
        report = home.sync(folder)
        assert report.added + report.unchanged == 4_000
        assert report.added < 3_000
        assert home.statistics().documents_count == 4_000
        assert sync(home, folder) == {"unchanged": 4_000}
        if mode == "copy":
            assert read(home, home.list().documents[0].id).startswith(b"document")


@pytest.mark.slow
def test_many_files_in_one_folder_and_many_with_the_same_bytes(quiet: Organization, folder: Path) -> None:
    for number in range(5_000):
        (folder / f"{number}.txt").write_text("" if number % 2 else str(number))
        os.utime(folder / f"{number}.txt", (1_000_000, 1_000_000))
    assert sync(quiet, folder) == {"added": 2_501, "duplicates": 2_499}
    assert sync(quiet, folder) == {"unchanged": 5_000}
    for number in range(1, 5_000, 2):
        (folder / f"{number}.txt").unlink()
    assert sync(quiet, folder) == {"unchanged": 2_500, "forgotten": 2_499, "trashed": 1}


# A random history ends as a fresh archive does.

_PATHS = ["a", "b.txt", "a/x", "a/y.txt", "a.b", "d/e/f", "d/e.txt", "d/g"]
_step = st.one_of(
    st.tuples(st.just("write"), st.sampled_from(_PATHS), st.sampled_from(["", "1", "2", "33", "44"])),
    st.tuples(st.just("move"), st.sampled_from([*_PATHS, "d", "d/e"]), st.sampled_from([*_PATHS, "d", "m"])),
    st.tuples(st.just("delete"), st.sampled_from(_PATHS), st.just("")),
    st.tuples(st.just("touch"), st.sampled_from(_PATHS), st.just("")),
    st.tuples(st.just("mkdir"), st.sampled_from(["a", "d", "d/e", "empty"]), st.just("")),
)
_histories = st.lists(st.lists(_step, min_size=1, max_size=6), min_size=1, max_size=6)


def take_step(folder: Path, step: tuple[str, str, str]) -> None:
    verb, first, second = step
    path = folder / first
    try:
        if verb == "write":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(second)
            if second != "33":  # which stays as young as it is
                os.utime(path, (next(_clock),) * 2)
        elif verb == "move":
            (folder / second).parent.mkdir(parents=True, exist_ok=True)
            path.rename(folder / second)
        elif verb == "delete":
            path.unlink()
        elif verb == "touch":
            os.utime(path, (next(_clock),) * 2)
        else:
            path.mkdir(parents=True)
    except OSError:
        pass  # a folder is where a file would be, or nothing is there


def describe(home: Organization, in_place: bool) -> list[tuple[str, bytes]]:
    documents = home.list(page_size=100).documents
    if in_place:
        for document in documents:
            assert home.find_original(document.id) is not None
    return sorted((document.name, read(home, document.id)) for document in documents)


def replay(history: list[list[tuple[str, str, str]]], folder: Path, mode: Any) -> None:
    """Sync after each step, each time as a dry run said; then compare with an archive that only saw the end."""
    with Archive.in_memory(settings=_UNREAD) as archive:
        home, fresh = archive.create_organization("Home"), archive.create_organization("Fresh")
        for steps in history:
            for step in steps:
                take_step(folder, step)
            planned = home.sync(folder, originals=mode, dry_run=True, allow_empty=True)
            assert counts(home.sync(folder, originals=mode, allow_empty=True)) == counts(planned)
        fresh.sync(folder, originals=mode)
        assert describe(home, mode == "in-place") == describe(fresh, mode == "in-place")
        again = home.sync(folder, allow_empty=True)
        assert again.unchanged == again.files
        assert again.changes == 0


@given(history=_histories)
@settings(max_examples=12)
def test_a_history_of_changes_ends_as_a_fresh_archive(
    history: list[list[tuple[str, str, str]]], mode: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    replay(history, tmp_path_factory.mktemp("history"), mode)


@pytest.mark.slow
@given(history=_histories)
@settings(max_examples=400)
def test_many_histories_of_changes_end_as_fresh_archives(
    history: list[list[tuple[str, str, str]]], mode: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    replay(history, tmp_path_factory.mktemp("history"), mode)
