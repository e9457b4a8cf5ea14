"""Commits and merges of the index whose disk fails: nothing is lost or doubled, and the next commit goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

_COMMITTING = """
import ctypes, os, shutil, sys
from pathlib import Path
from papra_index.errors import SearchIndexError
from papra_index.query.expression import Everything, Text
from tests.index.corpus import Shelf, make_document

disk = ctypes.CDLL(None)
base, error, segments, step = Path(sys.argv[1]), *map(int, sys.argv[2:])
before, after = [*range(segments, 0, -1)], [100, *range(segments, 1, -1)]

def change(shelf, sequence):
    shelf.writer.apply([make_document(100, "new"), make_document(segments, "changed")], [1])
    shelf.writer.commit(sequence)

for nth in range(1, 1_000, step):
    folder = base / str(nth)
    shelf = Shelf.open(folder)
    for key in range(1, segments + 1):
        shelf.writer.apply([make_document(key, "old")], [])
        shelf.writer.commit(key)
    disk.disk_watch(os.fsencode(folder), None)
    disk.disk_fail(nth, error, 0)
    refused = False
    try:
        change(shelf, segments + 1)
        shelf.writer.apply([make_document(100, "new")], [])
        shelf.writer.commit(segments + 2)
    except SearchIndexError:
        refused = True
    failed = disk.disk_failed()
    disk.disk_fail(0, 0, 0)
    try:
        shelf.writer.close()
    except SearchIndexError:
        pass
    # What is there is the one state or the other, whole; the checkpoint claims no more than that.
    shelf = Shelf.open(folder)
    found, changed = shelf.keys(Everything()), shelf.keys(Text("changed"))
    assert (found, changed) in [(before, []), (after, [segments])], (nth, found, changed)
    assert shelf.writer.sequence <= segments or found == after, nth
    assert refused or found == after, nth
    change(shelf, segments + 3)
    assert (shelf.keys(Everything()), shelf.keys(Text("changed"))) == (after, [segments]), nth
    shelf.writer.close()
    assert shelf.writer.sequence == segments + 3
    shutil.rmtree(folder)
    print(int(refused), int(found == after), failed)
    if not failed:
        break
"""


@pytest.mark.parametrize("error", [5, pytest.param(28, marks=pytest.mark.slow)])
@pytest.mark.parametrize(("segments", "step"), [(2, 13), pytest.param(7, 1, marks=pytest.mark.slow)])
def test_a_commit_that_fails_is_made_by_the_next_writer(
    disk: Path, folder: Path, error: int, segments: int, step: int
) -> None:
    run = subprocess.run(
        [sys.executable, "-c", _COMMITTING, str(folder), *map(str, (error, segments, step))],
        env=os.environ | {"LD_PRELOAD": str(disk)}, cwd=ROOT, capture_output=True, text=True, timeout=280,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-2_000:]
    assert {"1 0 1", "0 1 0"} <= set(run.stdout.splitlines()), "some were refused and changed nothing, the last was not"


_APPLYING = """
import ctypes, errno, os, sys
from pathlib import Path
from papra_index import Archive
from papra_index.settings import ExtractionSettings, Settings

disk = ctypes.CDLL(None)
with Archive.open(Path(sys.argv[1]), settings=Settings(extraction=ExtractionSettings(background=False))) as archive:
    home = archive.create_organization("Home")
    changing = home.add(b"changing", name="changing", content="word 0")
    archive.wait_until_searchable()
    disk.disk_watch(os.fsencode(archive.folder / "index"), None)
    for round, nth in enumerate((2, 12), start=1):
        disk.disk_fail(nth, errno.EIO, 0)
        home.update(changing.id, content=f"word {round}")
        home.add(b"%d" % round, name=f"added {round}", content=f"word {round}")
        archive.wait_until_searchable(60)
        hits = [hit.document.name for hit in home.search("word").hits]
        print(disk.disk_failed(), len(hits), len(set(hits)), home.search(f'"word {round}"').documents_count,
              home.search(f'"word {round - 1}" name:changing').documents_count)
    disk.disk_fail(0, 0, 0)
with Archive.open(Path(sys.argv[1])) as archive:
    print(len(archive.organizations()[0].search("word").hits), archive.verify().is_sound)
"""


def test_the_applier_begins_anew_after_a_commit_that_failed(disk: Path, folder: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", _APPLYING, str(folder / "archive")],
        env=os.environ | {"LD_PRELOAD": str(disk)}, cwd=ROOT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert run.stdout.splitlines() == ["1 2 2 2 0", "2 3 3 2 0", "3 True"], run.stderr[-2_000:]
    assert "the index could not be updated; trying again in 1 s" in run.stderr
