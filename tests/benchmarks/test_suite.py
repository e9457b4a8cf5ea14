"""The suite names every benchmark, survives one that fails or takes too long, and tells."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import SUMMARY, main, print_summary, run_suite
from benchmarks.headlines import Headline, find_headlines
from benchmarks.suite import PARTS, SUITE, Benchmark

REPOSITORY = Path(__file__).parents[2]


def test_every_module_that_runs_is_a_question_or_a_part() -> None:
    runs = {
        path.stem
        for path in (REPOSITORY / "benchmarks").glob("*.py")
        if 'if __name__ == "__main__"' in path.read_text()
    }
    asked = {one.module or one.name for one in SUITE}
    assert not asked & set(PARTS)
    assert asked | set(PARTS) == runs
    assert len({one.name for one in SUITE}) == len(SUITE)


def test_every_question_has_a_quick_form_and_writes_its_result() -> None:
    for one in SUITE:
        source = (REPOSITORY / "benchmarks" / f"{one.module or one.name}.py").read_text()
        assert '"--quick"' in source, one.name
        assert '"--output"' in source, one.name
        assert ('"--folder"' in source) == one.has_folder, one.name


def test_a_benchmark_that_fails_does_not_stop_the_others(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    suite = [
        Benchmark("missing", "Is there a module of this name?"),
        Benchmark("endless", "Does it end?", ("200", "--quick"), "http", limit_seconds=0.2),
        Benchmark("dates", "Is the date guessed right?"),
    ]
    outcomes = {one.name: one for one in run_suite(suite, tmp_path / "results", {}, tmp_path)}
    assert outcomes["missing"].problem == "FAILED with status 1"
    assert outcomes["endless"].problem == "EXCEEDED 0.2 s"
    assert not outcomes["dates"].problem
    assert [one.what for one in outcomes["dates"].headlines] == ["precision", "recall"]
    print_summary([*outcomes.values()], tmp_path / "results")
    told = capfd.readouterr().out
    assert "No module named benchmarks.missing" in told
    assert "missing, endless failed" in told
    assert [path.name for path in tmp_path.iterdir()] == ["results"]


def test_what_is_skipped_is_repeated_at_the_end(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "letter.txt").write_text("a letter")
    suite = [Benchmark("extraction", "Is it read?", ("--quick", "--peers", "markitdown"), takes="files")]
    outcomes = run_suite(suite, tmp_path / "results", {"files": [str(tmp_path / "files")]})
    print_summary(outcomes, tmp_path / "results")
    assert not outcomes[0].problem
    assert "extraction: SKIPPED markitdown" in capfd.readouterr().out.partition("# Summary")[2]


def test_the_exit_status_tells_of_a_failure(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks", "--only", "dates", "--limit", "0.01", "--output", str(tmp_path)]
    run = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True)
    assert run.returncode == 1
    assert "dates failed" in run.stdout
    [outcome] = json.loads((tmp_path / SUMMARY).read_text())
    assert outcome["problem"] == "EXCEEDED 0.01 s"


def test_the_questions_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--list"])
    listed = capsys.readouterr().out
    assert all(f"| {one.name} " in listed and one.question in listed for one in SUITE)


def test_a_result_names_its_own_headlines() -> None:
    result = {"headlines": [{"what": "put", "value": 1234.5, "unit": "/s", "beside": "SQLite", "reference": 2469.0}]}
    [headline] = find_headlines("anything", result)
    assert str(headline) == "put 1,234 /s, 0.50 of SQLite (2,469)"
    assert str(Headline("recall", 0.98765)) == "recall 0.988"
    assert find_headlines("anything", {}) == []
