"""Killed at random moments while it adds, changes, deletes, indexes, merges, rebuilds and backs up, an archive has all
acknowledged operations once: in the catalog, in the originals and in searches, and nothing besides.

`PAPRA_INDEX_KILLS` is the number of kills (40; 200 take some eight minutes).
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from papra_index import Archive, verify_backup
from tests.reliability.histories import SETTINGS, Possible, judge_archive, read_states
from tests.reliability.kills import read_description

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("PAPRA_INDEX_KILLS", "40"))


class Ledger:
    """What a writer that was killed has said: what is possible now, and what it was doing."""

    def __init__(self, possible: Possible) -> None:
        self.possible = possible
        self.acknowledged: Counter[str] = Counter()
        self.cut_off = "starting"
        self._begun: tuple[str, Possible] | None = None

    def read(self, line: str) -> None:
        said = json.loads(line)
        if "operation" in said:
            changes = {name: {read_description(value)} for name, value in said["changes"].items()}
            self._begun = said["operation"], changes
            self.cut_off = said["operation"]
        elif "acknowledged" in said and self._begun is not None:
            self.acknowledged[self._begun[0]] += 1
            self.possible.update(self._begun[1])
            self._begun, self.cut_off = None, "between"

    def close(self) -> None:
        for name, states in (self._begun[1] if self._begun is not None else {}).items():
            self.possible[name] = states | self.possible.get(name, {None})


def run_and_kill(folder: Path, backup: Path, possible: Possible, seed: int, seconds: float) -> Ledger:
    command = [sys.executable, "-m", "tests.reliability.kills", str(folder), str(backup), str(seed), str(seed * 10_000)]
    ledger = Ledger(possible)
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        if seconds < 0.2:  # also while it opens the archive
            threading.Timer(0.2 + seconds, writer.kill).start()
        for line in writer.stdout:
            if "ready" in line and seconds >= 0.2:
                threading.Timer(seconds - 0.2, writer.kill).start()
            elif line.endswith("\n") and "ready" not in line:
                ledger.read(line)
    assert writer.returncode == -signal.SIGKILL
    ledger.close()
    return ledger


@pytest.mark.slow
def test_kills_lose_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(20261126)
    archive_folder, backup = folder / "archive", folder / "backup"
    with Archive.open(archive_folder, settings=SETTINGS) as archive:
        archive.create_organization("Home")
    possible: Possible = {}
    acknowledged: Counter[str] = Counter()
    cut_off: Counter[str] = Counter()
    recoveries = []
    for kill in range(1, KILLS + 1):
        ledger = run_and_kill(archive_folder, backup, possible, kill, chance.choice([0.1, 0.4, 0.8]) + chance.random())
        started = time.monotonic()
        with Archive.open(archive_folder, settings=SETTINGS) as archive:
            archive.wait_until_searchable(30)
            recoveries.append(time.monotonic() - started)
            states, _ = read_states(archive)
        assert judge_archive(archive_folder, ledger.possible) == [], (kill, ledger.cut_off)
        if (backup / "BACKUP").exists():
            assert verify_backup(backup) == (), (kill, ledger.cut_off)
        possible = {name: {state} for name, state in states.items()}
        acknowledged += ledger.acknowledged
        cut_off[ledger.cut_off] += 1
    with capsys.disabled():
        sys.stdout.write(
            f"\n{KILLS} kills during {dict(cut_off)}; {sum(acknowledged.values())} operations acknowledged: lost 0, "
            f"doubled 0, leaked 0; open and searchable again in {sorted(recoveries)[len(recoveries) // 2]:.2f} s "
            f"(p50), {max(recoveries):.2f} s (longest)\n"
        )
    assert {"add", "update", "tag", "trash", "purge", "restore"} <= acknowledged.keys()
