"""The processes of `papra-index serve`: ended one by one or all at once, in the middle of uploads; nothing is lost."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from papra_index import Archive
from papra_index.settings import load_settings
from tests.http.conftest import Home, Server, make_home, wait_for
from tests.http.processes import open_beside
from tests.http.test_uploads import FILE, connect, count_staged, form, read_status
from tests.serving import RunningServer, list_children, run_server

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="processes are told apart as on Linux")

SETTINGS = {"HTTP_UPLOAD_SECONDS": "4", "HTTP_SHUTDOWN_SECONDS": "1"}
LARGE = form((FILE, b"x" * 3_000_000))


@contextmanager
def serve(folder: Path) -> Iterator[tuple[RunningServer, Home]]:
    """Serve a new archive, with a user who may do everything; the archive is open here, too, but does nothing."""
    Archive.open(folder, settings=load_settings().without_background()).close()
    with run_server(folder, settings=SETTINGS) as running, open_beside(folder) as archive:
        for home in make_home(Server(archive, running.url, running.port)):
            wait_for(lambda: len(list_children(running.process.pid)) == 2)
            yield running, home


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def find_holder(lock: Path) -> int:
    """Return the process that holds a lock file, as /proc tells."""
    inode = f":{lock.stat().st_ino}" if lock.exists() else "none"
    for line in Path("/proc/locks").read_text(encoding="utf-8").splitlines():
        words = line.split()
        if "->" not in words and words[5].endswith(inode):
            return int(words[4])
    return 0


@pytest.mark.slow
def test_reading_and_indexing_are_a_process_of_their_own_that_is_replaced(tmp_path: Path) -> None:
    with serve(tmp_path / "papers") as (running, home):
        background, answering = list_children(running.process.pid)
        locks = home.server.archive.folder / "locks"
        for name in ("applier.lock", "extraction.lock"):
            wait_for(lambda name=name: find_holder(locks / name) == background)  # type: ignore[misc]
        before = home.upload("written before")
        wait_for(lambda: home.get(f"/documents/{before['id']}")["document"]["content"])
        os.kill(background, signal.SIGKILL)
        meanwhile = home.upload("written meanwhile")
        wait_for(lambda: home.get("/documents/search", searchQuery="written")["documentsCount"] == 2)
        assert home.get(f"/documents/{meanwhile['id']}")["document"]["content"] == "written meanwhile"
        replaced = [child for child in list_children(running.process.pid) if child != answering]
        assert len(replaced) == 1
        assert replaced != [background]
        # What is archived is searchable soon, though nobody in the process that answers reads or indexes.
        began = time.monotonic()
        home.upload("written afterwards")
        wait_for(lambda: home.get("/documents/search", searchQuery="afterwards")["documentsCount"] == 1)
        assert time.monotonic() - began < 2
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(30) == 0
        assert not any(map(is_alive, (answering, *replaced)))
        assert running.process.stderr is not None
        told = running.process.stderr.read()
        assert "the process that reads and indexes has ended (-9): another is started" in told
        assert "Traceback" not in told


@pytest.mark.slow
def test_a_process_that_answers_is_replaced(tmp_path: Path) -> None:
    with serve(tmp_path / "papers") as (running, home):
        kept = home.upload("kept")
        answering = list_children(running.process.pid)[1]
        with connect(home, f"Content-Length: {len(LARGE)}", home.token) as connection:
            connection.sendall(LARGE[:-1_000_000])
            wait_for(lambda: count_staged(home.server.archive) == 1)
            os.kill(answering, signal.SIGKILL)
        with home.server.connect(home.token) as client:
            listed = client.get(f"{home.path}/documents").json()["documents"]
        assert [document["id"] for document in listed] == [kept["id"]]


@pytest.mark.slow
def test_all_end_with_the_process_that_started_them(tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    with serve(folder) as (running, home):
        children = list_children(running.process.pid)
        document = home.upload("acknowledged")
        os.kill(running.process.pid, signal.SIGKILL)
        wait_for(lambda: not any(map(is_alive, children)))
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", running.port))
        organization = home.organization.id
    with Archive.open(folder) as archive:
        archive.wait_until_searchable()
        assert archive.organization(organization).get(document["id"]).content == "acknowledged"


@pytest.mark.slow
def test_the_end_of_the_server_leaves_no_half_of_an_upload_and_takes_no_whole_one(tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    with serve(folder) as (running, home):
        acknowledged = home.upload("acknowledged")
        head = f"Content-Length: {len(LARGE)}"
        with connect(home, head, home.token) as stalling, connect(home, head, home.token) as finishing:
            for connection in (stalling, finishing):
                connection.sendall(LARGE[:-1_000_000])
            wait_for(lambda: count_staged(home.server.archive) == 2)
            running.process.send_signal(signal.SIGTERM)
            time.sleep(0.6)
            finishing.sendall(LARGE[-1_000_000:])
            assert read_status(finishing) == 200, "what was begun is taken while there is time"
            # Who calls now is refused, and not left to wait.
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", running.port))
            assert running.process.wait(30) == 0
            assert read_status(stalling) == 503
        assert count_staged(home.server.archive) == 0
    with Archive.open(folder) as archive:
        archive.wait_until_searchable()
        organization = archive.organization(home.organization.id)
        documents = [hit.document for hit in organization.search("").hits]
        assert [document.original_size for document in documents] == [3_000_000, len("acknowledged")]
        assert documents[1].id == acknowledged["id"]
        files = [path for path in (folder / "originals").rglob("doc_*") if path.is_file()]
        assert {path.name for path in files} == {document.id for document in documents}


@pytest.mark.slow
@pytest.mark.parametrize("stalls", [True, False])
def test_an_upload_that_does_not_come_to_its_end_leaves_nothing(tmp_path: Path, stalls: bool) -> None:
    with serve(tmp_path / "papers") as (_, home):
        archive = home.server.archive
        with connect(home, f"Content-Length: {len(LARGE)}", home.token) as connection:
            connection.sendall(LARGE[:-1_000_000])
            wait_for(lambda: count_staged(archive) == 1)
            if stalls:
                assert read_status(connection) == 504
        wait_for(lambda: count_staged(archive) == 0)
        assert home.get("/documents/statistics")["organizationStats"]["totalDocumentsCount"] == 0
        assert not any(path.is_file() for path in (archive.folder / "originals").rglob("doc_*"))
