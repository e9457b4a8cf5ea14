"""An archive of a few letters that the tests of a module share, and the program as they call it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from papra_index.cli.program import program

LETTERS = {
    "boiler.txt": "The annual maintenance of the boiler costs 148.50 per visit.",
    "roof.txt": "The storm tore eleven tiles from the roof.\fThe roofer's estimate follows on page two.",
    "recipe.md": "# Plum cake\n\nTwo pounds of plums, and the maintenance of good humour.",
    "日本語の手紙.txt": "町内会からのお知らせ",
}


@dataclass(frozen=True)
class CommandLine:
    """Runs commands on an archive; `json` and `lines` give what --json prints."""

    archive: Path

    def run(self, *arguments: object, input: bytes | str | None = None) -> Result:  # noqa: A002 - click's name
        line = ["--archive", str(self.archive), *(str(argument) for argument in arguments)]
        return CliRunner().invoke(program, line, input=input, prog_name="papra-index")

    def do(self, *arguments: object, input: bytes | str | None = None) -> str:  # noqa: A002
        result = self.run(*arguments, input=input)
        assert result.exit_code == 0, result.output
        return result.stdout

    def json(self, *arguments: object) -> Any:
        return json.loads(self.do(*arguments, "--json"))

    def lines(self, *arguments: object) -> list[Any]:
        return [json.loads(line) for line in self.do(*arguments, "--json").splitlines()]

    def find_id(self, name: str) -> str:
        return next(str(document["id"]) for document in self.lines("list") if document["name"] == name)


@pytest.fixture(autouse=True)
def _without_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PAPRA_INDEX_ARCHIVE", "PAPRA_INDEX_ORG", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("letters")
    for name, text in LETTERS.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def shared(letters: Path, tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """An archive with the letters in it, read only."""
    line = CommandLine(tmp_path_factory.mktemp("shared") / "archive")
    line.do("init")
    line.do("add", letters, "--tag", "post", "--date", "2024-05-17")
    return line


@pytest.fixture
def line(tmp_path: Path) -> CommandLine:
    """An archive with nothing in it."""
    made = CommandLine(tmp_path / "archive")
    made.do("init")
    return made


@pytest.fixture
def stored(line: CommandLine) -> Callable[..., str]:
    """Archives a text under a name and gives the id."""

    def store(name: str, text: str, *options: str) -> str:
        line.do("add", "-", "--name", name, "--no-wait", *options, input=text.encode())
        return line.find_id(name)

    return store
