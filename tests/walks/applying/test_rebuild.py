"""A rebuild of the index that is killed goes on, one of another version or a damaged one is begun anew, and searches
and writes notice nothing of it.
"""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from papra_index import Archive, IndexSettings, Organization, RebuildProgress, Settings, Upload
from papra_index.errors import ArchiveClosed, ArchiveError
from papra_index.index.construction import read_construction
from papra_index.index.engine import count_segment_documents
from papra_index.index.generations import Generations
from papra_index.settings import ExtractionSettings

COUNT = 120
SETTINGS = Settings(
    extraction=ExtractionSettings(background=False),
    index=IndexSettings(background=False, batch_documents=10, checkpoint_documents=20, max_dead_documents=20),
)
FOLLOWING = Settings(
    extraction=ExtractionSettings(background=False),
    index=IndexSettings(batch_documents=10, checkpoint_documents=20, max_dead_documents=20),
)
KILLED = """
import sys
from papra_index import Archive
from tests.walks.applying.test_rebuild import SETTINGS

def tell(state):
    print(state.documents_done, flush=True)
    if state.documents_done >= 70:
        sys.stdin.read()

with Archive.open(sys.argv[1], settings=SETTINGS) as archive:
    archive.rebuild_index(tell)
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    with Archive.open(folder, settings=FOLLOWING) as archive:
        home = archive.create_organization("Home")
        uploads = [Upload(b"%d" % n, f"{n}.txt", content=f"word{n} common") for n in range(COUNT)]
        for outcome in home.add_stream(uploads):
            assert outcome.error is None
        archive.wait_until_searchable()
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "archive")


@pytest.fixture(scope="module")
def killed_once(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = shutil.copytree(made, tmp_path_factory.mktemp("killed") / "archive")
    kill_rebuild(folder)
    return folder


@pytest.fixture
def killed(killed_once: Path, tmp_path: Path) -> Path:
    return shutil.copytree(killed_once, tmp_path / "archive")


def kill_rebuild(folder: Path) -> None:
    """Have a rebuild killed when it has 70 documents, of which 60 are committed."""
    command = [sys.executable, "-c", KILLED, str(folder)]
    root = Path(__file__).parents[3]
    with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) >= 70:
                wait_for(lambda: count_noted(folder) == 60)  # another thread commits them
                process.kill()
                break
    assert process.returncode == -signal.SIGKILL


def count_noted(folder: Path) -> int:
    path = Generations(folder / "index").find_unfinished(folder / "index" / "gen-000001")
    state = read_construction(path) if path is not None else None
    return state.documents_count if state is not None else 0


def find_generations(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "index").glob("gen-*"))


def watch_rebuild(archive: Archive) -> list[RebuildProgress]:
    states: list[RebuildProgress] = []
    archive.rebuild_index(states.append)
    return states


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def find_contents(home: Organization) -> set[str]:
    return {hit.document.name for hit in home.search("common", page_size=100, relax=False).hits} | {
        hit.document.name for hit in home.search("common", page_size=100, page_index=1, relax=False).hits
    }


def test_a_killed_rebuild_goes_on_without_what_it_had(killed: Path) -> None:
    assert find_generations(killed) == ["gen-000001", "gen-000002"]
    with Archive.open(killed, settings=SETTINGS) as archive:
        assert archive.verify().findings == ()
        states = watch_rebuild(archive)
        assert states[0].resumed_from == 60
        assert [state.documents_done for state in states] == [70, 80, 90, 100, 110, 120]
        assert states[-1].documents_count == COUNT
        assert find_generations(killed)[-1] == "gen-000002"
        assert archive.verify(deep=True, repair=True).is_sound
        assert archive.organizations()[0].search("common").documents_count == COUNT
    assert count_segment_documents(killed / "index" / "gen-000002") == (COUNT, 0)


def test_what_changed_while_it_was_interrupted_is_in_it(killed: Path) -> None:
    with Archive.open(killed, settings=SETTINGS) as archive:
        (home,) = archive.organizations()
        by_name = {document.name: document.id for document in home.list(page_size=100, page_index=1).documents}
        assert "5.txt" in by_name
        home.update(by_name["5.txt"], content="rewritten common")
        home.trash(by_name["6.txt"])
        home.trash(by_name["7.txt"])
        home.purge(by_name["7.txt"])
        home.add(b"late", name="late.txt", content="late common")
        assert watch_rebuild(archive)[0].resumed_from == 60
        assert find_contents(home) == {f"{n}.txt" for n in range(COUNT)} - {"6.txt", "7.txt"} | {"late.txt"}
        assert home.search("rewritten").documents_count == 1
        assert home.search('="word5"').documents_count == 0
        assert [finding.code for finding in archive.verify().findings] == ["index.stray"]  # no applier removes the old


def test_the_applier_goes_on_with_an_interrupted_rebuild(killed: Path) -> None:
    with Archive.open(killed, settings=FOLLOWING) as archive:
        wait_for(lambda: find_generations(killed) == ["gen-000002"])
        assert archive.organizations()[0].search("common").documents_count == COUNT
    assert count_segment_documents(killed / "index" / "gen-000002") == (COUNT, 0)


def _change_fingerprint(unfinished: Path) -> None:
    checkpoint = unfinished / "CHECKPOINT"
    checkpoint.write_text(re.sub('"fingerprint": "[^"]*"', '"fingerprint": "another"', checkpoint.read_text()))


def _damage(unfinished: Path) -> None:
    segment = next(unfinished.glob("*.term"))
    content = bytearray(segment.read_bytes())
    content[len(content) // 3] ^= 1
    segment.write_bytes(content)


def _garble(unfinished: Path) -> None:
    (unfinished / "BUILDING").write_text("{}")


def _lose_checkpoint(unfinished: Path) -> None:
    (unfinished / "CHECKPOINT").unlink()


@pytest.mark.parametrize("spoil", [_change_fingerprint, _damage, _garble, _lose_checkpoint])
def test_what_cannot_be_gone_on_with_is_begun_anew(killed: Path, spoil: Callable[[Path], None]) -> None:
    spoil(killed / "index" / "gen-000002")
    with Archive.open(killed, settings=SETTINGS) as archive:
        states = watch_rebuild(archive)
        assert (states[0].resumed_from, states[0].documents_done) == (0, 10)
        assert archive.organizations()[0].search("common").documents_count == COUNT


def test_an_index_that_does_not_equal_the_catalog_takes_no_place(killed: Path) -> None:
    building = killed / "index" / "gen-000002" / "BUILDING"
    noted = json.loads(building.read_text())
    building.write_text(json.dumps(noted | {"last_key": noted["last_key"] + 30}))
    with Archive.open(killed, settings=SETTINGS) as archive:
        states = watch_rebuild(archive)
        # Thirty documents are missing from what was gone on with, so all of it is built a second time.
        assert [state.resumed_from for state in states] == [60] * 3 + [0] * 12
        assert archive.organizations()[0].search("common").documents_count == COUNT


def test_an_archive_that_is_closed_keeps_what_its_rebuild_has(folder: Path) -> None:
    def stop(state: RebuildProgress) -> None:
        if state.documents_done >= 50:
            raise ArchiveClosed("stopped here")

    with Archive.open(folder, settings=SETTINGS) as archive:
        with pytest.raises(ArchiveClosed):
            archive.rebuild_index(stop)
        assert watch_rebuild(archive)[0].resumed_from == 50


def test_progress_tells_rate_and_time_left() -> None:
    state = RebuildProgress(documents_done=70, documents_count=100, seconds=2.0, resumed_from=60)
    assert (state.documents_per_second, state.seconds_left) == (5.0, 6.0)
    assert RebuildProgress(0, 100, 0.0).seconds_left is None


def test_two_rebuilds_at_once_are_one(folder: Path) -> None:
    begun, go = threading.Event(), threading.Event()
    counts: list[int] = []

    def hold(_state: RebuildProgress) -> None:
        begun.set()
        go.wait(10)

    with Archive.open(folder, settings=SETTINGS) as archive, Archive.open(folder, settings=SETTINGS) as other:
        first = threading.Thread(target=lambda: counts.append(archive.rebuild_index(hold)))
        first.start()
        assert begun.wait(10)
        second = threading.Thread(target=lambda: counts.append(other.rebuild_index()))
        second.start()
        time.sleep(0.2)
        go.set()
        first.join()
        second.join()
    assert counts == [COUNT, COUNT]
    assert find_generations(folder)[-1] == "gen-000002"


def test_a_mostly_dead_index_is_built_anew_by_itself(folder: Path) -> None:
    with Archive.open(folder, settings=FOLLOWING) as archive:
        (home,) = archive.organizations()
        named = [document.id for page in (0, 1) for document in home.list(page_size=100, page_index=page).documents]
        home.trash_many(named[:80])
        wait_for(lambda: find_generations(folder) == ["gen-000002"])
        assert home.search("common").documents_count == COUNT - 80
        home.add(b"after", name="after.txt", content="after")
        archive.wait_until_searchable()
        assert home.search("after").documents_count == 1
        time.sleep(0.5)
        assert find_generations(folder) == ["gen-000002"]  # once is enough


def test_searches_never_go_back_while_an_index_is_replaced(folder: Path) -> None:
    stop = threading.Event()
    with Archive.open(folder, settings=FOLLOWING) as archive:
        (home,) = archive.organizations()

        def keep_writing() -> None:
            number = 0
            while not stop.is_set():
                number += 1
                home.add(b"new %d" % number, name="new.txt", content="new common")
                time.sleep(0.005)

        writing = threading.Thread(target=keep_writing)
        writing.start()
        seen = [archive._reader.sequence]
        building = threading.Thread(target=lambda: [archive.rebuild_index() for _ in range(2)])
        building.start()
        try:
            while building.is_alive():
                seen.append(archive._reader.sequence)
                time.sleep(0.001)
        finally:
            stop.set()
            writing.join()
            building.join()
        assert seen == sorted(seen)
        archive.wait_until_searchable()
        wait_for(lambda: len(find_generations(folder)) == 1)
        assert archive.verify().findings == ()


def test_a_disk_that_refuses_the_lock_of_a_rebuild_is_this_librarys_own_error(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "archive", settings=SETTINGS) as archive:
        lock = tmp_path / "archive" / "locks" / "rebuild.lock"
        lock.unlink(missing_ok=True)
        lock.mkdir()
        with pytest.raises(ArchiveError, match=r"rebuild\.lock cannot be made \(Is a directory\): check its disk"):
            archive.rebuild_index()
        lock.rmdir()
        assert archive.rebuild_index() == 0
