"""Whenever power is lost, with all that was not synced gone or any part of it there: nothing acknowledged is lost."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.reliability.histories import HISTORY, Possible, account, begin_possible, judge_archive
from tests.reliability.replay import Disk, Entry, Kind, read_record

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def record(disk: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Entry]:
    folder = tmp_path_factory.mktemp("recorded")
    subprocess.run(
        [sys.executable, "-m", "tests.reliability.faults", "record", str(folder / "archive"), str(folder / "record")],
        env=os.environ | {"LD_PRELOAD": str(disk)}, cwd=ROOT, check=True,
    )  # fmt: skip
    entries = list(read_record(folder / "record"))
    assert [entry.offset for entry in entries if entry.kind is Kind.MARK] == list(range(len(HISTORY)))
    return entries


def find_possible(entries: list[Entry]) -> Possible:
    """Return what is possible after these changes: the step after the last that was acknowledged is under way."""
    possible = begin_possible()
    acknowledged = sum(entry.kind is Kind.MARK for entry in entries)
    for number, step in enumerate(HISTORY[: acknowledged + 1]):
        account(possible, step, acknowledged=number < acknowledged)
    return possible


def lose_power(record: list[Entry], place: int, folder: Path, chance: random.Random | None) -> list[str]:
    disk = Disk()
    for entry in record[:place]:
        disk.apply(entry)
    archive = folder / f"at-{place}"
    if chance is None:
        disk.write_synced(archive)
    else:
        disk.write_survivors(archive, chance)
    return judge_archive(archive, find_possible(record[:place]))


def test_what_was_acknowledged_was_synced(record: list[Entry], folder: Path) -> None:
    marks = [place for place, entry in enumerate(record, 1) if entry.kind is Kind.MARK]
    for place in marks[::3]:
        assert lose_power(record, place, folder, None) == []


@pytest.mark.slow
def test_power_may_be_lost_at_any_moment(record: list[Entry], folder: Path) -> None:
    chance = random.Random(20261126)
    first = next(place for place, entry in enumerate(record, 1) if entry.kind is Kind.MARK)
    for place in [*range(first, len(record), 97), len(record)]:
        assert lose_power(record, place, folder / "synced", None) == [], place
        assert lose_power(record, place, folder / "survivors", chance) == [], place
