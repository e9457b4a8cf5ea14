"""The command sync: what it prints, its statuses, and watching a folder until Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from papra_index import Archive
from tests.cli.conftest import CommandLine

_PROGRAM = [sys.executable, "-c", "from papra_index.cli import main; main()"]


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    (folder / "bills").mkdir(parents=True)
    (folder / "bills" / "roof.txt").write_text("eleven tiles")
    (folder / "note.txt").write_text("a note")
    return folder


def test_a_folder_is_synced_and_followed(line: CommandLine, papers: Path) -> None:
    assert "Would be: 2 added" in line.do("sync", papers, "--dry-run")
    assert line.lines("list") == []
    printed = line.do("sync", papers, "--in-place", "--folder-tags")
    assert "papers: 2 files" in printed
    assert "2 added" in printed
    assert "roof.txt" in line.do("search", "tiles tag:bills")
    (papers / "note.txt").rename(papers / "moved.txt")
    (papers / "bills" / "roof.txt").unlink()
    printed = line.do("sync", papers, "--verbose", "--no-wait")
    assert "moved      note.txt → moved.txt" in printed
    assert "trashed    bills/roof.txt" in printed
    assert str(papers / "moved.txt") in line.do("show", line.find_id("moved.txt"))


def test_json_has_all_of_the_report(line: CommandLine, papers: Path) -> None:
    os.mkfifo(papers / "pipe")
    (papers / "bills" / ".papraignore").write_text("!\n")
    result = line.run("sync", papers, "--json", "--verbose", "--no-wait")
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert told["report"]["added"] == 1
    assert [issue["path"] for issue in told["report"]["failures"]] == ["bills/"]
    assert [issue["path"] for issue in told["report"]["passed_by"]] == ["pipe"]
    assert [(event["action"], event["path"]) for event in told["events"]] == [("added", "note.txt")]
    result = line.run("sync", papers, "--no-wait")
    assert "bills/: cannot be read" in result.stdout
    assert "1 path could not be read" in result.stderr


def test_a_folder_that_is_missing_or_empty_is_refused(line: CommandLine, papers: Path) -> None:
    line.do("sync", papers, "--no-wait")
    for path in (papers / "note.txt", papers / "bills" / "roof.txt"):
        path.unlink()
    result = line.run("sync", papers, "--no-wait")
    assert (result.exit_code, "no file any more" in result.stderr) == (1, True)
    assert "2 trashed" in line.do("sync", papers, "--no-wait", "--allow-empty")
    result = line.run("sync", papers / "none")
    assert (result.exit_code, "nothing was put into the trash" in result.stderr) == (1, True)
    assert line.run("sync", papers, "--exclude", "!").exit_code == 2
    assert line.run("sync", papers, "--watch", "--dry-run").exit_code == 2


@pytest.mark.slow
def test_a_watched_folder_is_followed_until_ctrl_c(line: CommandLine, papers: Path) -> None:
    command = [*_PROGRAM, "--archive", str(line.archive), "sync", str(papers), "--watch"]
    process = subprocess.Popen([*command, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["added"] == 2
        (papers / "new").mkdir()
        (papers / "new" / os.fsdecode(b"caf\xe9.txt")).write_text("coffee")
        (papers / "note.txt").unlink()
        told = json.loads(process.stdout.readline())
        if not told["trashed"]:  # the machine was slow, and these two were apart
            told = json.loads(process.stdout.readline())
        with Archive.open(line.archive) as archive:
            [home] = archive.organizations()
            assert {document.name for document in home.list().documents} == {"caf?.txt", "roof.txt"}
        away = papers.rename(papers.with_name("away"))
        assert process.stderr is not None
        assert "is gone or cannot be reached: nothing was put into the trash" in process.stderr.readline()
        papers.mkdir()  # as a disk that is not mounted looks
        assert "is there again" in process.stderr.readline()
        assert "no file any more" in process.stderr.readline()
        papers.rmdir()
        assert "is gone" in process.stderr.readline()
        away.rename(papers)
        assert "is there again" in process.stderr.readline()
        assert json.loads(process.stdout.readline())["unchanged"] == 2
    finally:
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "Traceback" not in err
