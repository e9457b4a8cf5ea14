"""Four processes write at once, one reads, one rebuilds the index again and again, and the one that updates it is
killed three times: everything acknowledged is there, once.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from papra_index import Archive
from tests.reliability.histories import SETTINGS, Possible, judge_archive
from tests.reliability.test_kills import ROOT, Ledger

WRITERS = 4
OPERATIONS = int(os.environ.get("PAPRA_INDEX_OPERATIONS", "150"))

APPLIER = """
import sys, time
from papra_index import Archive
from tests.reliability.histories import SETTINGS
with Archive.open(sys.argv[1], settings=SETTINGS) as archive:
    print("ready", flush=True)
    while True:
        archive.rebuild_index()
        time.sleep(0.3)
"""


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True)


def follow(writer: subprocess.Popen[str], ledger: Ledger) -> threading.Thread:
    def read() -> None:
        assert writer.stdout is not None
        with writer.stdout as lines:
            for line in lines:
                ledger.read(line)

    thread = threading.Thread(target=read)
    thread.start()
    return thread


@pytest.mark.slow
def test_writers_beside_a_dying_applier_lose_nothing(folder: Path) -> None:
    archive_folder = folder / "archive"
    with Archive.open(archive_folder, settings=SETTINGS) as archive:
        archive.create_organization("Home").create_tag("paid")
    ledgers = [Ledger({}) for _ in range(WRITERS)]
    writers = [
        start("-m", "tests.reliability.kills", str(archive_folder), "", str(n), str((n + 1) * 100_000), str(OPERATIONS))
        for n in range(WRITERS)
    ]
    threads = [follow(writer, ledger) for writer, ledger in zip(writers, ledgers, strict=True)]
    killed = 0
    with Archive.open(archive_folder, settings=SETTINGS.without_background()) as reader:
        (home,) = reader.organizations()
        while killed < 3 or any(thread.is_alive() for thread in threads):
            with start("-c", APPLIER, str(archive_folder)) as applier:
                assert applier.stdout is not None
                assert applier.stdout.readline() == "ready\n"
                until = time.monotonic() + 0.7
                while time.monotonic() < until or (killed >= 3 and any(thread.is_alive() for thread in threads)):
                    page = home.search("common", page_size=100)
                    assert len({hit.document.id for hit in page.hits}) == len(page.hits)
                applier.kill()
            killed += 1
    for writer, thread in zip(writers, threads, strict=True):
        thread.join()
        assert writer.wait() == 0
    possible: Possible = {}
    for ledger in ledgers:
        assert ledger.acknowledged.total() == OPERATIONS
        possible |= ledger.possible
    assert judge_archive(archive_folder, possible) == []
