"""Adding: what is found in folders, what is passed by, what fails, and going on after a stop."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from papra_index.cli.walking import FileWalk
from tests.cli.conftest import CommandLine


def find_files(*paths: Path, **options: object) -> tuple[set[str], list[tuple[str, str]]]:
    failures: list[tuple[str, str]] = []
    walk = FileWalk([str(path) for path in paths], **options)  # type: ignore[arg-type]
    found = list(walk.iterate_files(lambda path, reason: failures.append((path, reason))))
    assert len(found) == len(set(found))
    return {Path(path).name for path in found}, failures


def test_a_folder_is_gone_through_with_all_in_it(line: CommandLine, letters: Path) -> None:
    printed = line.do("add", letters)
    assert "Added 4 documents" in printed
    assert "all searchable" in printed
    assert {document["name"] for document in line.lines("list")} == {path.name for path in letters.iterdir()}


def test_adding_again_adds_nothing(line: CommandLine, letters: Path) -> None:
    line.do("add", letters)
    assert "Nothing new in 4 files" in line.do("add", letters)
    assert {outcome["status"] for outcome in line.lines("add", letters)} == {"duplicate"}


def test_hidden_excluded_linked_and_special_files_are_passed_by(tmp_path: Path) -> None:
    for name in ("a.txt", ".hidden", "b.log", ".git/config", "deep/er/c.txt", "cache/d.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "deep" / "loop").symlink_to(tmp_path)
    (tmp_path / "linked.txt").symlink_to(tmp_path / "a.txt")
    os.mkfifo(tmp_path / "pipe")
    found, failures = find_files(tmp_path, exclude=("*.log", "cache"))
    assert found == {"a.txt", "c.txt", "linked.txt"}
    assert not failures
    assert {".hidden", "config"} <= find_files(tmp_path, hidden=True)[0]
    assert find_files(tmp_path / ".hidden")[0] == {".hidden"}


def test_an_archive_is_not_added_to_itself(line: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a letter")
    assert "Added 1 document " in line.do("add", tmp_path)


def test_a_very_deep_folder_is_gone_through(tmp_path: Path) -> None:
    folder = tmp_path / "/".join(["d"] * 400)
    folder.mkdir(parents=True)
    (folder / "a.txt").write_text("deep")
    assert find_files(tmp_path)[0] == {"a.txt"}


def test_what_fails_is_named_and_the_rest_is_added(line: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("a letter")
    (tmp_path / "broken.txt").symlink_to(tmp_path / "nowhere")
    result = line.run("add", tmp_path, tmp_path / "missing.txt")
    assert result.exit_code == 1
    assert "Added 1 document of 3 files" in result.stdout
    assert "broken.txt does not exist" in result.stdout
    assert "missing.txt does not exist" in result.stdout
    assert result.stderr.strip() == "error: 2 files could not be added"


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_folder_that_may_not_be_listed_is_a_failure(line: CommandLine, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0)
    try:
        result = line.run("add", locked)
    finally:
        locked.chmod(0o700)
    assert result.exit_code == 1
    assert "cannot be listed" in result.stdout


def test_what_cannot_be_read_is_added_and_named(line: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "torn.pdf").write_bytes(b"%PDF-1.7\nnothing more")
    printed = line.do("add", tmp_path / "torn.pdf")
    assert "Added 1 document " in printed
    assert "not all of their text could be read (1)" in printed
    assert [document["name"] for document in line.lines("list", "--incomplete")] == ["torn.pdf"]
    assert "torn.pdf" in line.do("list", "--incomplete")


def test_what_is_added_in_a_run_is_never_older_than_it(line: CommandLine, tmp_path: Path) -> None:
    # Within one process a run takes less than a millisecond to begin, so its first document may bear the same time.
    for number in range(4):
        (tmp_path / f"torn-{number}.pdf").write_text(f"%PDF-1.7\n{number}")
        assert "not all of their text could be read (1)" in line.do("add", tmp_path / f"torn-{number}.pdf")


def test_json_tells_of_every_file(line: CommandLine, letters: Path, tmp_path: Path) -> None:
    result = line.run("add", letters, tmp_path / "missing", "--json")
    outcomes = [json.loads(text) for text in result.stdout.splitlines()]
    assert [outcome["status"] for outcome in outcomes].count("added") == 4
    failed = [outcome for outcome in outcomes if outcome["status"] == "failed"]
    assert [outcome["error"]["code"] for outcome in failed] == ["source.unreadable"]


def test_tags_date_name_and_languages_are_kept(line: CommandLine) -> None:
    options = ("--name", "note.txt", "--tag", "a", "--tag", "B", "--date", "2024-06", "--language", "eng+deu")
    line.do("add", "-", *options, input=b"from standard input")
    line.do("add", "-", "--name", "other.txt", "--tag", "b", input=b"more")
    note = line.json("show", line.find_id("note.txt"))
    assert [tag["name"] for tag in note["tags"]] == ["a", "B"]
    assert note["document_date"] == "2024-06-01T00:00:00.000Z"
    assert note["ocr_languages"] == ["eng", "deu"]
    assert {tag["name"]: tag["documents_count"] for tag in line.lines("tags")} == {"a": 1, "B": 2}


def test_what_is_there_already_is_tagged_too(line: CommandLine, letters: Path) -> None:
    line.do("add", letters)
    line.do("add", letters, "--tag", "post")
    assert line.lines("tags")[0]["documents_count"] == 4


def test_no_wait_leaves_the_reading_to_wait(line: CommandLine, letters: Path) -> None:
    line.do("add", letters, "--no-wait")
    assert line.json("stats")["pending_extractions"] == 4
    assert "searchable" in line.do("wait")
    assert line.json("stats")["pending_extractions"] == 0


def test_adding_what_is_in_the_trash_restores_it(line: CommandLine, letters: Path) -> None:
    line.do("add", letters)
    line.do("trash", line.find_id("roof.txt"))
    assert "1 restored from the trash" in line.do("add", letters)


@pytest.mark.parametrize("arguments", [["-"], ["a", "b", "--name", "x"]])
def test_names_are_asked_for_where_they_mean_something(line: CommandLine, arguments: list[str]) -> None:
    assert line.run("add", *arguments).exit_code == 2


def test_interrupted_adding_goes_on_where_it_was(line: CommandLine, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(1500):
        (folder / f"{number}.txt").write_text(f"letter number {number}")
    command = [
        sys.executable,
        "-c",
        "from papra_index.cli import main; main()",
        "--archive",
        line.archive,
        "add",
        folder,
    ]
    adding = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while line.json("stats")["documents_count"] == 0 and time.monotonic() < deadline:
        time.sleep(0.02)
    adding.send_signal(signal.SIGINT)
    printed, messages = adding.communicate(timeout=30)
    assert adding.returncode == 130, messages
    assert "Added" in printed
    assert "Run the same command again to go on" in messages
    before = line.json("stats")["documents_count"]
    assert 0 < before <= 1500
    line.do("add", folder, "--no-wait")
    assert line.json("stats")["documents_count"] == 1500


def test_files_can_stay_where_they_are(line: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "roof.txt"
    path.write_text("eleven tiles")
    line.do("add", path, "--in-place", "--no-wait")
    line.do("add", "-", "--in-place", "--name", "piped.txt", "--no-wait", input="copied")
    assert not list((line.archive / "originals").rglob("doc_*"))[1:]
    assert str(path) in line.do("show", line.find_id("roof.txt"))
    path.write_text("twelve tiles")
    result = line.run("show", line.find_id("roof.txt"), "--original", "-")
    assert result.exit_code == 1
    assert "roof.txt is in place and has changed" in result.stderr
    assert line.do("show", line.find_id("piped.txt"), "--original", "-") == "copied"
