"""The command extract: text on stdout, what went wrong on stderr, and no archive needed or made."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from papra_index.cli.program import program
from tests.conftest import FIXTURES

CONTRACT = FIXTURES / "boiler-contract.pdf"
HANDBOOK = FIXTURES / "coffee-handbook.pdf"
LOCKED = FIXTURES / "salary-locked.pdf"


def run(*arguments: object, input: bytes | None = None) -> Result:  # noqa: A002 - click's name
    line = ["extract", *(str(argument) for argument in arguments)]
    return CliRunner().invoke(program, line, input=input, prog_name="papra-index")


def read_lines(result: Result) -> dict[str, dict[str, object]]:
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    return {Path(line["path"]).name: line for line in lines}


def test_it_prints_the_text_and_makes_no_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PAPRA_INDEX_ARCHIVE", str(tmp_path / "archive"))
    result = run(CONTRACT)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("Maintenance contract no. MC-2024-0117\n")
    assert list(tmp_path.iterdir()) == []


def test_several_files_come_in_order() -> None:
    result = run(FIXTURES / "receipt.png", CONTRACT)
    assert result.stdout.index("GREENGROCER") < result.stdout.index("Maintenance contract")


def test_pages_have_their_provenance() -> None:
    result = run(HANDBOOK, CONTRACT, "--pages")
    assert f"━━ {HANDBOOK} · PDF · 6 pages\n── page 1 · text layer · pypdfium2" in result.stdout
    assert "── page 6 · text layer" in result.stdout
    assert f"\n━━ {CONTRACT} · PDF · 1 page\n" in result.stdout


def test_json_has_everything_of_each_file() -> None:
    result = run(CONTRACT, FIXTURES / "receipt.png", LOCKED, "missing", "--json")
    assert result.exit_code == 1
    files = read_lines(result)
    assert set(files) == {"boiler-contract.pdf", "receipt.png", "salary-locked.pdf", "missing"}
    contract = files["boiler-contract.pdf"]
    assert (contract["path"], contract["mime_type"], contract["status"]) == (str(CONTRACT), "application/pdf", "done")
    assert (contract["reason"], contract["message"]) == (None, None)
    (page,) = files["receipt.png"]["pages"]  # type: ignore[misc]
    assert page["provenance"]["source"] == "ocr"
    assert page["provenance"]["confidence"] > 50
    assert "TOTAL 12.50" in page["text"]
    assert files["salary-locked.pdf"]["reason"] == "extraction.encrypted"
    assert files["missing"]["reason"] == "source.unreadable"


def test_each_failure_is_a_line_with_its_reason(tmp_path: Path) -> None:
    result = run(LOCKED, CONTRACT, tmp_path / "missing")
    assert result.exit_code == 1
    locked, missing = result.stderr.splitlines()
    assert locked.startswith(f"error: {LOCKED}: the PDF needs a password")
    assert missing == f"error: {tmp_path / 'missing'} does not exist: check the path"
    assert "Maintenance contract" in result.stdout


def test_what_was_read_in_part_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAPRA_INDEX_EXTRACTION_MAX_PAGES", "2")
    result = run(HANDBOOK)
    assert result.exit_code == 0
    assert result.stdout
    assert result.stderr.startswith(f"warning: {HANDBOOK}: ")


def test_folders_are_gone_through(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "a.txt").write_text("first")
    (tmp_path / "deep" / "er" / "b.md").write_text("second")
    (tmp_path / "deep" / ".hidden.txt").write_text("third")
    assert set(read_lines(run(tmp_path, "--json"))) == {"a.txt", "b.md"}
    assert set(read_lines(run(tmp_path, "--json", "--exclude", "*.md", "--hidden"))) == {"a.txt", ".hidden.txt"}


def test_a_folder_that_cannot_be_listed_is_told_of(tmp_path: Path) -> None:
    result = run("", CONTRACT, "--json")
    assert result.exit_code == 1
    assert [json.loads(line)["reason"] for line in result.stdout.splitlines()] == ["source.unreadable", None]
    assert result.stderr.startswith("error: ")


def test_standard_input_is_a_file() -> None:
    result = run("-", "--json", input=CONTRACT.read_bytes())
    assert result.exit_code == 0
    line = json.loads(result.stdout)
    assert (line["path"], line["mime_type"]) == ("-", "application/pdf")


def test_ocr_can_be_left_out_and_its_language_chosen() -> None:
    result = run(FIXTURES / "receipt.png", "--no-ocr")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "1 page left out that OCR would read" in result.stderr
    missing = run(FIXTURES / "receipt.png", "--language", "eng+tlh")
    assert missing.exit_code == 1
    assert "tlh" in missing.stderr
    assert run(CONTRACT, "--language", "English").exit_code == 2


def test_a_file_without_text_is_no_failure() -> None:
    result = run(FIXTURES / "empty.txt")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "there is no text in it" in result.stderr


def test_interrupting_it_leaves_nothing_behind(tmp_path: Path) -> None:
    words = tmp_path / "words"
    words.mkdir()
    for number in range(40):
        (words / f"{number}.png").write_bytes((FIXTURES / "receipt.png").read_bytes())
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    # Where the tests run in the background of a shell, programs start with the interrupt ignored.
    program = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from papra_index.cli import main; main()"
    )
    command = [sys.executable, "-c", program, "extract", str(words)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | {"TMPDIR": str(temporary)}
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert "GREENGROCER" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        _, errors = process.communicate(timeout=30)
    assert time.monotonic() - began < 10
    assert process.returncode == 130
    assert errors.endswith("error: stopped\n")
    assert list(temporary.iterdir()) == []
