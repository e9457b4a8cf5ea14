"""Runs the history of `histories.py` under `disk.c`, once for each change that is made to fail; a program of its own,
so that the library is loaded once and each run is a fork.

    python -m tests.reliability.faults fail FOLDER ERRNO FOREVER FIRST STEP   one line of JSON for each run
    python -m tests.reliability.faults record FOLDER RECORD                   the history without a fault, recorded
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import pickle
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from papra_index import Archive
from papra_index.errors import PapraIndexError
from tests.reliability.histories import HISTORY, SETTINGS, Possible, Work, account, begin_possible, judge_archive

_SECONDS = 100
_disk = ctypes.CDLL(None)


def run_history(folder: Path, *, close: bool, patience: float = 20.0) -> Possible:
    """Run all steps; return what is possible now. Raises nothing but what no operation may raise."""
    possible = begin_possible()
    try:
        archive = Archive.open(folder, settings=SETTINGS)
    except PapraIndexError:
        _disk.disk_fail(0, 0, 0)
        archive = Archive.open(folder, settings=SETTINGS)
    work = _begin_work(archive, patience)
    if work is not None:
        for number, step in enumerate(HISTORY):
            if not step.adds and any(name not in work.ids for name in step.documents):
                continue
            acknowledged = False
            with contextlib.suppress(PapraIndexError):
                step.run(work)
                acknowledged = True
                _disk.disk_mark(number)
            account(possible, step, acknowledged=acknowledged)
    if close:
        with contextlib.suppress(PapraIndexError):
            archive.close()
    return possible


def _begin_work(archive: Archive, patience: float) -> Work | None:
    try:
        return Work(archive, archive.create_organization("Home"), patience=patience)
    except PapraIndexError:
        return None


def _call_forked(function: Callable[[], object]) -> object:
    """Call a function in a child process and return its value, or the text of what it raised."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(_SECONDS)
        try:
            result: object = function()
        except BaseException:
            result = traceback.format_exc(limit=-6)
        with os.fdopen(writing, "wb") as stream:
            stream.write(pickle.dumps(result))
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        content = stream.read()
    _, status = os.waitpid(child, 0)
    return pickle.loads(content) if status == 0 else f"ended by status {status}"


def _run_failing(folder: Path, nth: int, error: int, *, forever: bool) -> tuple[Possible, int]:
    _disk.disk_watch(os.fsencode(folder), None)
    _disk.disk_fail(nth, error, forever)
    possible = run_history(folder, close=nth % 2 == 0, patience=1.5 if forever else 20.0)
    return possible, _disk.disk_failed()


def fail_each(folder: Path, error: int, forever: bool, first: int, step: int) -> None:
    """Run the history with the n-th change failing, for n from `first` by `step` until none is left to fail."""
    for nth in range(first, 1_000_000, step):
        shutil.rmtree(folder, ignore_errors=True)
        outcome = _call_forked(lambda nth=nth: _run_failing(folder, nth, error, forever=forever))
        problems: object = [str(outcome)]
        failed = 1
        if isinstance(outcome, tuple):
            possible, failed = outcome
            problems = _call_forked(lambda possible=possible: judge_archive(folder, possible))
        sys.stdout.write(json.dumps({"nth": nth, "failed": failed, "problems": problems}) + "\n")
        if not failed:
            break
    shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Do what the arguments say."""
    mode, folder, *rest = sys.argv[1:]
    if mode == "fail":
        error, forever, first, step = map(int, rest)
        fail_each(Path(folder), error, bool(forever), first, step)
    else:
        _disk.disk_watch(os.fsencode(folder), os.fsencode(rest[0]))
        run_history(Path(folder), close=True)


if __name__ == "__main__":
    main()
