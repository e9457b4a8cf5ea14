"""A dry run tells what the sync does that follows, holds nobody up, and leaves nothing anywhere."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papra_index import Archive, Organization, SyncEvent, SyncReport
from papra_index.errors import PapraIndexError
from papra_index.settings import ExtractionSettings, Settings

_UNREAD = Settings(max_original_size=100_000, extraction=ExtractionSettings(background=False))
_clock = iter(range(1_000_000_000, 2_000_000_000))
"""Times of change long past, each only once."""

_PATHS = ["a", "b.txt", "d/a", "d/b.txt", "d/e/f", "g.too-long/h"]
_TEXTS = ["", "1", "2", "3", "4"]
_NUMBERS = st.integers(0, 9)
_step = st.one_of(
    st.tuples(st.just("write"), st.sampled_from(_PATHS), st.sampled_from(_TEXTS)),
    st.tuples(st.just("move"), st.sampled_from([*_PATHS, "d"]), st.sampled_from([*_PATHS, "m", "m/d"])),
    st.tuples(st.just("exchange"), st.sampled_from(_PATHS), st.sampled_from(_PATHS)),
    st.tuples(st.just("delete"), st.sampled_from(_PATHS), st.just("")),
    st.tuples(st.sampled_from(["trash", "purge", "restore", "rename"]), _NUMBERS, st.just("")),
    st.tuples(st.just("upload"), st.just(""), st.sampled_from(_TEXTS)),
    st.tuples(st.just("sync other"), st.just(""), st.sampled_from(_TEXTS)),
)
_histories = st.lists(st.lists(_step, min_size=1, max_size=8), min_size=1, max_size=5)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (next(_clock),) * 2)


def change_folder(folder: Path, verb: str, first: str, second: str) -> None:
    path, other = folder / first, folder / second
    if verb == "write":
        write(path, second)
    elif verb == "move":
        other.parent.mkdir(parents=True, exist_ok=True)
        path.rename(other)
    elif verb == "exchange":
        path.rename(folder / "between")
        other.rename(path)
        (folder / "between").rename(other)
    else:
        path.unlink()


def change_archive(home: Organization, folder: Path, verb: str, number: int, text: str) -> None:
    if verb == "upload":
        home.add(text.encode(), name="upload")
    elif verb == "sync other":
        write(folder.with_name("other") / text / "z", text)
        home.sync(folder.with_name("other"), originals="in-place")
    else:
        listed = home.list_trash().documents if verb in {"purge", "restore"} else home.list(page_size=100).documents
        document = listed[number % len(listed)] if listed else None
        if document is None:
            return
        if verb == "rename":
            home.update(document.id, name="My own")
        else:
            getattr(home, verb)(document.id)


def take_step(home: Organization, folder: Path, step: tuple[str, Any, str]) -> None:
    verb, first, second = step
    try:
        if verb in {"write", "move", "exchange", "delete"}:
            change_folder(folder, verb, first, second)
        else:
            change_archive(home, folder, verb, first, second)
    except (OSError, PapraIndexError):
        pass  # a folder is where a file would be, nothing is there, or the bytes are archived already


def dump(folder: Path) -> list[tuple[Any, ...]]:
    """All rows of a catalog, but those that the archive's own threads remove in the background."""
    passed_by = {"generations", "changes", "leftovers"}
    with closing(sqlite3.connect(folder / "catalog.sqlite")) as connection:
        tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        names = sorted({name for (name,) in tables} - passed_by)
        return [(name, *row) for name in names for row in connection.execute(f"SELECT * FROM {name}")]


def list_tree(folder: Path) -> list[tuple[str, int]]:
    """Files and when they were changed, but those of the catalog, of the index, and locks."""
    own = ("catalog.sqlite", "index", "locks")
    paths = [path for path in folder.rglob("*") if not str(path.relative_to(folder)).startswith(own)]
    return sorted((str(path), path.stat().st_mtime_ns) for path in paths if path.is_file())


def tell(
    home: Organization, folder: Path, archive: Path, **options: Any
) -> tuple[SyncReport, list[tuple[str, str, str | None, str | None]]]:
    """Sync; return what it told, but for the ids of documents that there were not before."""
    with closing(sqlite3.connect(archive / "catalog.sqlite")) as connection:
        known = {id_ for (id_,) in connection.execute("SELECT id FROM documents")}
    events: list[SyncEvent] = []
    report = home.sync(folder, observe=events.append, allow_empty=True, **options)
    told = [
        (event.action.value, event.path, event.old_path, event.document_id if event.document_id in known else None)
        for event in events
    ]
    return replace(report, dry_run=False), told


def check_told(home: Organization, folder: Path, archive: Path, **options: Any) -> SyncReport:
    """Check that a dry run changes nothing and tells what the sync after it does; return its report."""
    before = dump(archive), list_tree(archive)
    planned = tell(home, folder, archive, dry_run=True, **options)
    assert (dump(archive), list_tree(archive)) == before
    assert tell(home, folder, archive, **options) == planned
    return planned[0]


def replay(history: list[list[tuple[str, Any, str]]], place: Path, mode: Any, *, keep_versions: bool) -> None:
    folder = place / "papers"
    folder.mkdir()
    with Archive.in_memory(settings=replace(_UNREAD, keep_versions=keep_versions)) as archive:
        home = archive.create_organization("Home")
        for steps in history:
            for step in steps:
                take_step(home, folder, step)
            check_told(home, folder, archive.folder, originals=mode, folder_tags=True)


@pytest.mark.parametrize("mode", ["copy", "in-place"])
@given(history=_histories)
@settings(max_examples=6)
def test_a_dry_run_tells_what_is_done(history: list[list[Any]], mode: str, tmp_path_factory: Any) -> None:
    replay(history, tmp_path_factory.mktemp("history"), mode, keep_versions=mode == "copy")


@pytest.mark.slow
@pytest.mark.parametrize("keep_versions", [False, True])
@pytest.mark.parametrize("mode", ["copy", "in-place"])
@given(history=_histories)
@settings(max_examples=300)
def test_dry_runs_tell_what_is_done(
    history: list[list[Any]], mode: str, keep_versions: bool, tmp_path_factory: Any
) -> None:
    replay(history, tmp_path_factory.mktemp("history"), mode, keep_versions=keep_versions)


@pytest.mark.parametrize("mode", ["copy", pytest.param("in-place", marks=pytest.mark.slow)])
def test_a_dry_run_of_many_groups(tmp_path: Path, mode: Any) -> None:
    """Files that were moved, copied, exchanged and deleted across what is read together."""
    folder, chance = tmp_path / "papers", random.Random(1)
    for number in range(560):
        write(folder / f"{number:03}", str(chance.randrange(600)))
    with Archive.in_memory(settings=_UNREAD) as archive:
        home = archive.create_organization("Home")
        first = check_told(home, folder, archive.folder, originals=mode)
        assert first.added + first.duplicates == 560
        paths = sorted(folder.iterdir())
        chosen = chance.sample(paths, 480)
        for path, other in zip(chosen[::2], chosen[1::2], strict=True):
            change = chance.choice(["exchange", "copy", "delete", "move", "write"])
            if change == "copy":
                write(other, path.read_text())
            elif change == "write":
                write(path, str(chance.randrange(300, 3_000)))
            elif change == "move":
                path.rename(other.with_name(f"{other.name}-moved"))
            else:
                change_folder(folder, change, path.name, other.name)
        for document in home.list(page_size=100).documents[:50]:
            home.trash(document.id)
        second = check_told(home, folder, archive.folder)
        assert min(second.added, second.changed, second.moved, second.duplicates, second.trashed) > 10
        assert second.forgotten


def test_nobody_waits_for_a_dry_run(tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    for number in range(600):
        write(folder / f"{number:03}", str(number))
    with Archive.in_memory(settings=_UNREAD) as archive, ThreadPoolExecutor(1) as thread:
        home = archive.create_organization("Home")
        home.sync(folder)
        for number in range(300):
            write(folder / f"{number:03}", f"{number} changed")
            (folder / f"{number + 300:03}").unlink()
        written: list[str] = []

        def write_meanwhile(_event: SyncEvent) -> None:
            if len(written) % 100 == 0:
                thread.submit(home.add, b"added %d" % len(written), name="new", content="new").result(timeout=20)
            written.append(_event.path)

        report = home.sync(folder, dry_run=True, observe=write_meanwhile)
        assert (report.changed, report.trashed, len(written)) == (300, 300, 600)
        assert home.statistics().documents_count == 606


_KILLED = """
import os, sys
from papra_index import Archive
from papra_index.settings import ExtractionSettings, Settings

with Archive.open(sys.argv[1], settings=Settings(extraction=ExtractionSettings(background=False))) as archive:
    [home] = archive.organizations()
    told = 0

    def note(_event):
        global told
        told += 1
        if told == int(sys.argv[3]):
            print(len(os.listdir(os.environ["SQLITE_TMPDIR"])), flush=True)
            os.kill(os.getpid(), 9)

    home.sync(sys.argv[2], dry_run=True, observe=note)
"""


@pytest.mark.parametrize("told", [pytest.param(1, marks=pytest.mark.slow), 450])
def test_a_killed_dry_run_leaves_nothing(tmp_path: Path, told: int) -> None:
    folder, place, temporary = tmp_path / "papers", tmp_path / "archive", tmp_path / "temporary"
    temporary.mkdir()
    for number in range(300):
        write(folder / f"{number:03}", str(number))
    with Archive.open(place, settings=_UNREAD) as archive:
        archive.create_organization("Home").sync(folder)
    for number in range(300):
        write(folder / f"{number + 300:03}", f"{number} new")
        (folder / f"{number:03}").unlink()
    before = dump(place), list_tree(place)
    run = subprocess.run(
        [sys.executable, "-c", _KILLED, str(place), str(folder), str(told)],
        env=os.environ | {"SQLITE_TMPDIR": str(temporary), "TMPDIR": str(temporary)}, capture_output=True, text=True,
    )  # fmt: skip
    assert (run.returncode, run.stdout, run.stderr) == (-signal.SIGKILL, "0\n", "")
    with Archive.open(place, settings=_UNREAD):
        pass
    assert (dump(place), list_tree(place)) == before
    assert list(temporary.iterdir()) == []


@pytest.mark.slow
def test_the_memory_of_a_dry_run_does_not_grow_with_the_folder(tmp_path: Path) -> None:
    """What Python holds at most while it goes through files that are new, half of them with the bytes of another."""
    peaks = []
    for count in (1_000, 6_000):
        folder = tmp_path / str(count)
        for number in range(count):
            write(folder / f"{number % 50}" / f"{number}", f"{number // 2}")
        with Archive.in_memory(settings=_UNREAD) as archive:
            home = archive.create_organization("Home")
            tracemalloc.start()
            home.sync(folder, dry_run=True)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks[1] < peaks[0] + 1_000_000
