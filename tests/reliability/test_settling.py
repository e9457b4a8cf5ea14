"""Files that turn out not to be needed leave no trace, whichever change to the disk fails on the way."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.parametrize(("error", "forever"), [(errno.EIO, 0), (errno.ENOSPC, 0), (errno.ENOSPC, 1)])
def test_files_that_are_not_needed_leave_nothing(disk: Path, folder: Path, error: int, forever: int) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.reliability.settling", str(folder / "archive"), str(error), str(forever)],
        env=os.environ | {"LD_PRELOAD": str(disk)}, cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-2000:]
    told = json.loads(run.stdout)
    assert told.pop("documents") > 10
    assert told == {"raised": [], "staged": 0, "found": []}
