"""Commands that are stopped, by Ctrl-C or SIGTERM, say what is left and how to go on, and leave nothing else."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from papra_index import Archive, Upload
from papra_index.upkeep import verify_archive
from tests.archives import NO_READING

PROGRAM = """
import os, signal, sys
from papra_index.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where the tests run in the background of a shell
number, name, times = signal.Signals[sys.argv.pop(1)], sys.argv.pop(1), int(sys.argv.pop(1))

def stop(event, arguments):
    global times
    if event == "open" and times and isinstance(arguments[0], (str, os.PathLike)) and name in os.fspath(arguments[0]):
        times -= 1
        os.kill(os.getpid(), number)

sys.addaudithook(stop)
main()
"""
"""Runs the program, and sends it a signal when it opens a file of this name."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive") / "archive"
    with Archive.open(folder, settings=NO_READING) as archive:
        home = archive.create_organization("Home")
        home.add_many([Upload(f"{number}".encode(), f"{number}.txt", content="boiler") for number in range(120)])
        archive.wait_until_searchable()
        archive.export(folder.with_name("export"))
        archive.backup(folder.with_name("backup"))
    return folder


def stop(kind: str, opened: str, times: int, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PROGRAM, kind, opened, str(times), *map(str, arguments)]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(("kind", "status"), [("SIGTERM", 143), pytest.param("SIGINT", 130, marks=pytest.mark.slow)])
def test_a_stopped_export_leaves_nothing(folder: Path, tmp_path: Path, kind: str, status: int) -> None:
    ended = stop(kind, "documents.jsonl", 1, "--archive", folder, "export", tmp_path / "export")
    told = "error: stopped: nothing is left of it; run the same command again\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (status, "", told)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "status"), [("SIGTERM", 143), ("SIGINT", 130)])
def test_other_commands_go_on_when_they_are_run_again(folder: Path, tmp_path: Path, kind: str, status: int) -> None:
    for opened, place, arguments in (
        ("documents.jsonl", tmp_path / "new", ["import", folder.with_name("export")]),
        ("BACKUP.", folder, ["backup", tmp_path / "backup"]),
        ("RESTORING", None, ["restore-backup", folder.with_name("backup"), tmp_path / "restored"]),
        ("originals", folder, ["verify", "--deep"]),
        ("CHECKPOINT", folder, ["reindex"]),
    ):
        command = [*([] if place is None else ["--archive", place]), *arguments]
        ended = stop(kind, opened, 1, *command)
        assert ended.returncode == status, (arguments, ended)
        assert ended.stderr.count("\n") == 1
        assert "run the same command again" in ended.stderr or "goes on where it was" in ended.stderr
        again = subprocess.run(
            [sys.executable, "-m", "papra_index", *map(str, command)], check=False, capture_output=True, text=True
        )
        assert again.returncode == 0, (arguments, again)
    for archive in (folder, tmp_path / "new", tmp_path / "restored"):
        assert verify_archive(archive, deep=True).findings == ()


def test_a_second_interrupt_leaves_no_trace_of_calls(folder: Path, tmp_path: Path) -> None:
    ended = stop("SIGINT", "documents.jsonl", 2, "--archive", folder, "export", tmp_path / "export")
    assert ended.returncode in {130, -signal.SIGINT}
    assert "Traceback" not in ended.stderr
