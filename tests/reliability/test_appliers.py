"""Processes beside each other: who applies and dies is replaced, who reads sees each commit, who waits costs nothing,
and threads of several processes that write at once meet no busy error.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from papra_index import Archive
from papra_index.settings import Settings

APPLIER = """
import sys
from papra_index import Archive
with Archive.open(sys.argv[1]) as archive:
    (home,) = archive.organizations()
    for number, line in enumerate(iter(sys.stdin.readline, "")):
        home.add(line.encode(), name="x.txt", content=line, wait_for="searchable")
        print("applied", flush=True)
"""

IDLER = """
import sys, time
from papra_index import Archive
with Archive.open(sys.argv[1]) as archive:
    archive.organizations()[0].search("word")
    time.sleep(1.5)
    began = time.process_time()
    time.sleep(2.5)
    print((time.process_time() - began) / 2.5)
"""

WRITER = """
import sys, threading
from papra_index import Archive
with Archive.open(sys.argv[1]) as archive:
    (home,) = archive.organizations()
    def write(thread):
        try:
            for number in range(int(sys.argv[3])):
                text = f"{sys.argv[2]} {thread} {number} word"
                added = home.add(text.encode(), name="x.txt", content=text)
                home.update(added.id, notes="noted")
        except Exception as error:
            print(repr(error), flush=True)
    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
"""


@contextmanager
def apply_elsewhere(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Have another process apply; a line that is written to it becomes a document, and is answered when it is found."""
    command = [sys.executable, "-c", APPLIER, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        add_there(process, f"first of {process.pid}")
        try:
            yield process
        finally:
            process.kill()


def add_there(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()
    assert process.stdout.readline() == "applied\n"


def create_archive(folder: Path) -> Path:
    with Archive.open(folder / "archive") as archive:
        archive.create_organization("Home").add(b"word", name="word.txt", content="word")
    return folder / "archive"


@pytest.mark.slow
def test_a_dead_applier_is_replaced_within_a_second(folder: Path) -> None:
    path, elapsed = create_archive(folder), []
    for number in range(3):
        with apply_elsewhere(path) as other, Archive.open(path) as archive:
            (home,) = archive.organizations()
            time.sleep(0.3)
            other.kill()
            began = time.monotonic()
            home.add(b"after %d" % number, name="x.txt", content=f"after{number}", wait_for="searchable")
            elapsed.append(time.monotonic() - began)
            assert home.search(f"after{number}", relax=False).documents_count == 1
    assert min(elapsed) < 1.0  # the least of three, on a machine that may be busy with something else


def test_a_reader_sees_a_commit_of_another_process_at_once(folder: Path) -> None:
    path, delays = create_archive(folder), []
    with apply_elsewhere(path) as other, Archive.open(path, settings=Settings().without_background()) as archive:
        (home,) = archive.organizations()
        for number in range(5):
            assert home.search(f"news{number}", relax=False).documents_count == 0
            add_there(other, f"news{number}")
            began = time.monotonic()
            assert home.search(f"news{number}", relax=False).documents_count == 1
            delays.append(time.monotonic() - began)
    assert min(delays) < 0.1


@pytest.mark.slow
def test_processes_that_wait_for_work_cost_nearly_nothing(folder: Path) -> None:
    path = create_archive(folder)
    idlers = [
        subprocess.Popen([sys.executable, "-c", IDLER, str(path)], stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    shares = [float(idler.communicate(timeout=60)[0]) for idler in idlers]
    assert max(shares) < 0.02


@pytest.mark.slow
def test_threads_of_processes_that_write_at_once_meet_no_busy_error(folder: Path) -> None:
    path = create_archive(folder)
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), str(n), "15"], stdout=subprocess.PIPE, text=True)
        for n in range(3)
    ]
    assert [writer.communicate(timeout=120)[0] for writer in writers] == [""] * 3
    with Archive.open(path) as archive:
        (home,) = archive.organizations()
        archive.wait_until_searchable()
        assert home.statistics().documents_count == home.search("word").documents_count == 1 + 3 * 4 * 15
        assert home.search("notes:noted").documents_count == 3 * 4 * 15
