"""Whichever change to the disk fails, by an error or by being full: nothing acknowledged is lost or doubled, nothing is
left behind, and every failure is one of the library's own errors.

`PAPRA_INDEX_EVERY_FAULT=1` tries every change instead of a sample (some 4,000 runs, an hour).
"""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def fail_each(disk: Path, folder: Path, error: int, *, forever: bool, first: int, step: int) -> list[dict[str, object]]:
    if os.environ.get("PAPRA_INDEX_EVERY_FAULT"):
        first, step = 1, 1
    arguments = ["fail", str(folder / "archive"), str(error), str(int(forever)), str(first), str(step)]
    run = subprocess.run(
        [sys.executable, "-m", "tests.reliability.faults", *arguments],
        env=os.environ | {"LD_PRELOAD": str(disk)}, cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-2000:]
    outcomes = [json.loads(line) for line in run.stdout.splitlines()]
    # All are faults but the last, which had nothing left to fail.
    assert [bool(outcome["failed"]) for outcome in outcomes] == [True] * (len(outcomes) - 1) + [False]
    assert len(outcomes) > 3
    return [outcome for outcome in outcomes if outcome["problems"]]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("error", "forever", "step"), [(errno.EIO, False, 53), (errno.ENOSPC, False, 101), (errno.ENOSPC, True, 151)]
)
def test_changes_that_fail_lose_nothing(disk: Path, folder: Path, error: int, forever: bool, step: int) -> None:
    assert fail_each(disk, folder, error, forever=forever, first=1, step=step) == []
