"""The write-ahead log stays short while readers come and go, and one that does not go away holds nobody up."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from papra_index import Archive
from papra_index.settings import Settings
from papra_index.walks.writing.uploads import Upload

_TEXT = "x" * 400_000


@pytest.fixture
def archive() -> Iterator[Archive]:
    with Archive.in_memory(settings=Settings().without_background()) as opened:
        yield opened


def write_much(archive: Archive, count: int) -> tuple[int, float]:
    """Add documents with 400 KB of text; return the largest size of the log and the longest call in seconds."""
    home = archive.create_organization("Home")
    log, peak, longest = archive.folder / "catalog.sqlite-wal", 0, 0.0
    for number in range(count):
        began = time.monotonic()
        home.add_many([Upload(b"%d" % number, "x.txt", content=f"{number}{_TEXT}")])
        longest = max(longest, time.monotonic() - began)
        peak = max(peak, log.stat().st_size)
    return peak, longest


@pytest.mark.slow
def test_the_log_stays_short_among_readers_without_a_gap(archive: Archive) -> None:
    stop, pages = threading.Event(), 0

    def page_on() -> None:
        nonlocal pages
        generator = random.Random()
        while not stop.is_set():
            with archive._catalog.read() as connection:
                connection.exec_driver_sql("SELECT count(*) FROM documents").all()
                time.sleep(0.02 + 0.02 * generator.random())
            pages += 1

    readers = [threading.Thread(target=page_on) for _ in range(4)]
    for reader in readers:
        reader.start()
    try:
        peak, longest = write_much(archive, 400)
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    assert pages > 20
    assert peak < 110_000_000  # of 160 MB written; 35 where the machine has nothing else to do
    assert longest < 2.0


@pytest.mark.slow
def test_a_reader_that_stays_holds_nobody_up_and_the_log_is_emptied_after_it(archive: Archive) -> None:
    with archive._catalog.read() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM documents").all()
        peak, longest = write_much(archive, 120)
        assert peak > 40_000_000
        assert longest < 2.0
    time.sleep(1.0)
    write_much(archive, 2)
    deadline = time.monotonic() + 5
    while _measure(archive.folder) > 1_000_000 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert _measure(archive.folder) <= 1_000_000


def _measure(folder: Path) -> int:
    return (folder / "catalog.sqlite-wal").stat().st_size
