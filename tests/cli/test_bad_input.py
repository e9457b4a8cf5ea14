"""Bad input: each a message on one line that says what to do, a status that is not 0, and nothing lost."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from click.testing import Result

from tests.cli.conftest import CommandLine

NO_DOCUMENT = "doc_" + "a" * 24
NO_ORGANIZATION = "org_" + "a" * 24


def check_refusal(result: Result, status: int, message: str) -> None:
    assert result.exit_code == status, result.output
    lines = result.stderr.strip().splitlines()
    assert message in lines[-1], result.stderr
    assert len(lines) == 1 or lines[0].startswith("Usage:"), result.stderr
    assert "Traceback" not in result.output


@pytest.fixture(scope="module")
def document_id(shared: CommandLine) -> str:
    return shared.find_id("boiler.txt")


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["show", NO_DOCUMENT], 1, "there is no document doc_aaaa"),
        (["show", "doc_aaaaaaa"], 1, "there is no document doc_aaaaaaa"),
        (["show", "boiler.txt"], 2, "'boiler.txt' is not a document id"),
        (["show", "doc_a"], 2, "is not a document id"),
        (["show", "DOCUMENT", "--original", "/nowhere/file"], 1, "/nowhere/file: No such file"),
        (["update", "DOCUMENT", "--name", "x" * 256], 2, "1 to 255 characters"),
        (["update", "DOCUMENT", "--name", ""], 2, "1 to 255 characters"),
        (["update", "DOCUMENT", "--notes", "x" * 2049], 2, "at most 2048 characters"),
        (["update", "DOCUMENT", "--date", "2024-13-01"], 2, "is no date: give one such as 2024-06-30"),
        (["tag", "DOCUMENT", "post"], 1, "has the tag 'post' already"),
        (["tag", "DOCUMENT", "nope"], 1, "there is no tag 'nope'"),
        (["tag", NO_DOCUMENT, "post"], 1, "there is no document"),
        (["untag", "DOCUMENT", "nope"], 1, "there is no tag 'nope'"),
        (["tags", "create", "POST"], 1, "already"),
        (["tags", "create", "x" * 65], 2, "1 to 64 characters"),
        (["tags", "create", "new", "--color", "red"], 2, "'red' is not a colour"),
        (["tags", "create", "new", "--color", "#12345"], 2, "such as #2ECC71"),
        (["tags", "create", "new", "--description", "x" * 257], 2, "at most 256"),
        (["tags", "update", "post"], 2, "nothing to change"),
        (["restore", "DOCUMENT"], 1, "trash"),
        (["purge", "DOCUMENT", "--yes"], 1, "trash"),
        (["trash", NO_DOCUMENT], 1, "there is no document"),
        (["trash"], 2, "give documents to move to the trash"),
        (["activity", NO_DOCUMENT], 1, "there is no document"),
        (["list", "--page-size", "0"], 2, "page_size is 0: give a whole number from 1 to 100"),
        (["list", "--page-size", "101"], 2, "page_size is 101"),
        (["list", "--page", "0"], 2, "--page"),
        (["search", "x", "--page-size", "0"], 2, "page_size is 0"),
        (["search", "x", "--page-size", "101"], 2, "page_size is 101"),
        (["search", "x", "--facet", "owner"], 2, "'owner' is not one of 'tag'"),
        (["search", "x", "--cursor", "nonsense"], 2, "start again without it"),
        (["search", "x", "--sort", "name", "--cursor", "WzEsIm5hbWUiLHRydWUsMSwiYSIsMV0"], 2, "order name descending"),
        (["list", "--cursor", "WzEsIm5hbWUiLHRydWUsMSwiYSIsMV0", "--page", "2"], 2, "leave page_index out"),
        (["list", "--incomplete", "--cursor", "x"], 2, "leave order and cursor out"),
        (["stats", "--jsn"], 2, "no such option: --jsn"),
        (["search", "--jsn", "x"], 2, "no such option: --jsn"),
        (["list", "--org", NO_ORGANIZATION], 1, "there is no organization org_aaaa"),
        (["list", "--org", "Office"], 1, "there is no organization 'Office' here, but 'Home' (org_"),
        (["list", "--org", "org_short"], 2, "is not an organization id"),
        (["org", "create", " "], 2, "an organization name has"),
        (["org", "create", "x" * 51], 2, "an organization name has"),
        (["frobnicate"], 2, "No such command 'frobnicate'"),
        (["demo", "/nowhere"], 1, "/nowhere is not a folder"),
    ],
)
def test_bad_input_is_refused_in_a_line(
    shared: CommandLine, document_id: str, arguments: list[str], status: int, message: str
) -> None:
    before = shared.json("stats"), shared.lines("list"), shared.lines("tags")
    line = [document_id if argument == "DOCUMENT" else argument for argument in arguments]
    check_refusal(shared.run(*line), status, message)
    assert (shared.json("stats"), shared.lines("list"), shared.lines("tags")) == before


@pytest.mark.parametrize("name", ["x" * 4097, "y" * 70_000])
def test_a_name_too_long_is_not_added(line: CommandLine, name: str) -> None:
    result = line.run("add", "-", "--name", name, input=b"text")
    assert result.exit_code == 1
    assert "at most 4096 characters" in result.stdout
    assert line.lines("list") == []


def test_a_file_too_large_is_not_added(line: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAPRA_INDEX_MAX_ORIGINAL_SIZE", "10")
    (tmp_path / "large.txt").write_text("more than ten bytes")
    result = line.run("add", tmp_path / "large.txt")
    assert result.exit_code == 1
    assert "large.txt" in result.stdout
    monkeypatch.setenv("PAPRA_INDEX_MAX_ORIGINAL_SIZE", "ten")
    check_refusal(line.run("list"), 2, "PAPRA_INDEX_MAX_ORIGINAL_SIZE='ten'")


def test_without_an_archive_it_says_where_to_name_one(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from papra_index.cli.program import program

    result = CliRunner().invoke(program, ["list"])
    check_refusal(result, 2, "Pass --archive PATH, or set PAPRA_INDEX_ARCHIVE")
    check_refusal(CommandLine(tmp_path / "nowhere").run("list"), 1, "create one with `papra-index init`")
    assert not (tmp_path / "nowhere").exists()
    (tmp_path / "file").write_text("mine")
    check_refusal(CommandLine(tmp_path / "file").run("list"), 1, "is a file: give the folder of an archive")
    check_refusal(CommandLine(tmp_path).run("init"), 2, "is not empty and no archive")
    assert (tmp_path / "file").read_text() == "mine"


def test_a_damaged_archive_folder_is_left_as_it_is(line: CommandLine, letters: Path) -> None:
    line.do("add", letters)
    catalog = line.archive / "catalog.sqlite"
    saved = catalog.read_bytes()
    catalog.write_bytes(b"no database at all" * 100)
    check_refusal(line.run("list"), 1, "restore it from a backup")
    catalog.unlink()
    for name in ("catalog.sqlite-wal", "catalog.sqlite-shm"):
        (line.archive / name).unlink(missing_ok=True)
    for command in (["list"], ["add", letters], ["init"]):
        check_refusal(line.run(*command), 1, "without its catalog.sqlite: restore it from a backup")
    catalog.write_bytes(saved)
    assert len(line.lines("list")) == 4


def test_an_archive_of_a_newer_version_is_refused(line: CommandLine) -> None:
    with sqlite3.connect(line.archive / "catalog.sqlite") as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    check_refusal(line.run("list"), 1, "upgrade papra-index")


def test_an_archive_without_an_organization_says_so(line: CommandLine) -> None:
    from papra_index import Archive

    with Archive.open(line.archive.with_name("bare")):
        pass
    check_refusal(CommandLine(line.archive.with_name("bare")).run("list"), 1, "papra-index org create")


def test_what_nobody_expected_is_a_line_too(shared: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("papra_index.organization.Organization.list_tags", fail)
    check_refusal(shared.run("tags"), 1, "unexpected ZeroDivisionError: a bug")
    assert "Traceback" in shared.run("--debug", "tags").stderr


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["lst"], 2, "Did you mean list"),
        (["sync", ""], 2, "the path is empty"),
        (["put", "crm:1"], 2, "give a FILE or --content"),
        (["token", "create", "x", "--expires", "2001"], 2, "is over"),
        (["reindex", "--only", "foo:bar"], 2, "~"),
        (["add", "a.txt", "b.txt", "--language", "xx"], 2, "'xx' is not a Tesseract language code"),
        (["org", "delete", "Home"], 2, "pass --yes"),
    ],
)
def test_what_would_do_something_else_is_refused(
    shared: CommandLine, arguments: list[str], status: int, message: str
) -> None:
    result = shared.run(*arguments)
    assert result.exit_code == status, result.output
    assert message in result.stderr.splitlines()[-1], result.stderr


def test_an_archive_is_not_synced_into_itself(shared: CommandLine) -> None:
    for folder in (shared.archive, shared.archive / "originals"):
        check_refusal(shared.run("sync", folder), 2, "lies in the archive itself")


def test_names_stand_on_one_line(shared: CommandLine) -> None:
    shared.do("tags", "create", "two\nlines\x1b[31m")
    assert "two lines [31m" in [tag["name"] for tag in shared.lines("tags")]


def test_who_answers_nothing_is_told_of_yes(shared: CommandLine) -> None:
    assert shared.run("tags", "delete", "post", input="n\n").exit_code == 1
    check_status = shared.run("tags", "delete", "post", input="")
    assert (check_status.exit_code, "--yes" in check_status.stderr) == (2, True)
