"""The command eval: runs of a collection and of one's own archive, and their scores."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import CommandLine
from tests.evaluation.conftest import DATA, write_collection

CONFIGURATIONS = '[plain]\n["all words"]\nmatching = "all"\nrelax = false\n'


@pytest.fixture(autouse=True)
def _without_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IR_DATASETS_HOME", str(tmp_path / "ir_datasets"))


@pytest.fixture(scope="module")
def runs(shared: CommandLine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("eval")
    write_collection(folder / "small")
    (folder / "c.toml").write_text(CONFIGURATIONS)
    said = shared.do("eval", "run", folder / "small", "-c", folder / "c.toml", "-o", folder / "runs")
    begins = [line.split()[0] for line in said.splitlines() if line]
    assert begins == ["Wrote", "Wrote", "Run", "plain", "all", "Milliseconds", "plain", "all"]
    return folder / "runs"


def test_a_collection_is_run_by_every_configuration(runs: Path, shared: CommandLine) -> None:
    assert {file.name for file in runs.iterdir()} == {
        "plain.run", "plain.details.jsonl", "all words.run", "all words.details.jsonl", "qrels.txt",
    }  # fmt: skip
    assert (runs / "all words.run").read_text().startswith("q1 Q0 d1 1 ")
    printed = json.loads(shared.do("eval", "score", runs / "plain.run", "-m", "RR", "--per-query", "--json"))
    assert printed == {"plain": {"means": {"RR": 1.0}, "queries": {"RR": {"q1": 1.0, "q2": 1.0}}}}


def test_the_archive_is_asked_with_a_file_of_queries(shared: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "mine.tsv").write_text("1\tboiler\n2\tplums\n3\tnobody judged this\n")
    boiler, recipe = shared.find_id("boiler.txt"), shared.find_id("recipe.md")
    (tmp_path / "qrels").write_text(f"1 0 {boiler} 1\n2 0 {boiler} 1\n")
    options = ["--queries", tmp_path / "mine.tsv", "-o", tmp_path / "runs"]
    made = json.loads(shared.do("eval", "run", *options, "--qrels", tmp_path / "qrels", "--json"))
    assert made["means"]["default"]["RR"] == 0.5
    assert [line.split()[2] for line in Path(made["runs"][0]).read_text().splitlines()] == [boiler, recipe]
    shared.do("eval", "run", *options)
    assert (tmp_path / "runs" / "default.details.jsonl").read_text().count("\n") == 3
    refused = shared.run("eval", "run")
    assert refused.exit_code == 2
    assert "--queries FILE" in refused.stderr


def test_runs_of_other_systems_are_scored(shared: CommandLine) -> None:
    files = [DATA / "first.run", DATA / "second.run"]
    table = shared.do("eval", "score", *files)
    assert table.splitlines()[0].split() == ["Run", "nDCG@10", "AP", "R@100", "RR", "P@10", "Judged@10"]
    markdown = shared.do("eval", "score", *files, "-m", "nDCG@10", "--markdown", "--per-query").splitlines()
    assert markdown[:2] == ["| Run | Query | nDCG@10 |", "| --- | --: | --: |"]
    assert len(markdown) == 2 + 2 * 16
    assert "| second | q9 | 0.0000 |" in markdown
    judged = shared.json("eval", "score", *files, "--judged-only", "-m", "RR")
    assert judged["first"]["means"]["RR"] >= shared.json("eval", "score", *files, "-m", "RR")["first"]["means"]["RR"]


def test_what_cannot_be_scored_is_told(shared: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "x.run").write_text("1 Q0 d 1 1.0 x\n")
    assert "--qrels FILE" in shared.run("eval", "score", tmp_path / "x.run").stderr
    refused = shared.run("eval", "score", DATA / "first.run", "-m", "foo")
    assert refused.exit_code == 2
    assert "no measure that ir-measures knows" in refused.stderr


def test_runs_are_compared_with_the_first(runs: Path, shared: CommandLine, tmp_path: Path) -> None:
    files = [DATA / "first.run", DATA / "second.run"]
    table = shared.run("eval", "compare", *files, "-m", "AP", "--html", tmp_path / "report.html")
    assert table.exit_code == 0
    assert "second: the queries that changed most by AP" in table.stdout
    assert (tmp_path / "report.html").read_text().startswith("<!doctype html>")
    found = json.loads(shared.do("eval", "compare", *files, "-m", "AP", "--json", "--changed", "2"))
    assert found["differences"][0]["delta"] == pytest.approx(
        found["means"]["second"]["AP"] - found["means"]["first"]["AP"]
    )
    assert len(found["changes"]["second"]) == 2
    assert shared.do("eval", "compare", *files, "--markdown").startswith("# first and second\n")
    assert shared.run("eval", "compare", files[0]).exit_code == 2


def test_changed_queries_are_explained_side_by_side(runs: Path, shared: CommandLine) -> None:
    command = ["eval", "compare", runs / "all words.run", runs / "plain.run", "-m", "Judged@10"]
    printed = shared.do(*command)
    assert "Milliseconds for ten hits" in printed
    assert "q1: boundary layer (" in printed or "q2: heat (" in printed or "No query" not in printed
    other = [DATA / "first.run", DATA / "second.run", "-m", "AP"]
    told = shared.do("eval", "compare", *other, "--explained", "1")
    assert told.count("Relevant documents that moved: ") == 1
    assert "[grade " in told
    assert "[not judged]" in told
    markdown = shared.do("eval", "compare", *other, "--markdown", "--explained", "2")
    assert markdown.count("\n### ") == 2
    assert "| Rank | first | second |\n| --- | --- | --- |\n| 1 | " in markdown


def test_a_run_of_another_collection_is_told(runs: Path, shared: CommandLine, tmp_path: Path) -> None:
    doubted = shared.run("eval", "compare", runs / "plain.run", DATA / "first.run")
    assert "none of its documents is judged: is it a run of another collection?" in doubted.stderr
    (tmp_path / "other.run").write_text("z1 Q0 d1 1 2.0 x\n")
    refused = shared.run("eval", "compare", runs / "plain.run", tmp_path / "other.run")
    assert refused.exit_code == 2
    assert "no query of" in refused.stderr
    lacking = shared.run("eval", "score", DATA / "second.run").stderr
    assert "1 of 15 judged queries found nothing and count as 0" in lacking


def test_runs_of_one_name_are_told_apart(shared: CommandLine, tmp_path: Path) -> None:
    files = []
    for folder in ("a/runs", "b/runs"):
        (tmp_path / folder).mkdir(parents=True)
        files.append(tmp_path / folder / "x.run")
        files[-1].write_text((DATA / "first.run").read_text())
    found = shared.json("eval", "score", *files, "--qrels", DATA / "qrels.txt", "-m", "AP")
    assert list(found) == ["a/runs/x", "b/runs/x"]


def test_a_condition_decides_the_exit_status(shared: CommandLine) -> None:
    files = [DATA / "first.run", DATA / "second.run"]
    failed = shared.run("eval", "compare", *files, "-m", "AP", "--fail-if", "R@100 < -0.01", "--fail-if", "AP > 0.5")
    assert failed.exit_code == 1
    assert "second: R@100 differs by -" in failed.stderr
    assert "AP differs" not in failed.stderr
    assert shared.run("eval", "compare", *files, "--fail-if", "AP < -0.9").exit_code == 0
    assert shared.run("eval", "compare", *files, "--fail-if", "AP is worse").exit_code == 2


def test_mined_queries_are_asked_and_measured_by_kind(shared: CommandLine, tmp_path: Path) -> None:
    made = shared.json("eval", "mine", "-o", tmp_path / "mined", "--count", "2")
    assert made["documents"] == 4
    assert made["queries"] == sum(made["kinds"].values()) > 5
    queries, qrels = tmp_path / "mined" / "queries.tsv", tmp_path / "mined" / "qrels.txt"
    shared.do("eval", "run", "--queries", queries, "--qrels", qrels, "-o", tmp_path / "mined")
    kinds = shared.json("eval", "score", tmp_path / "mined" / "default.run", "-m", "RR", "--per-kind")["default"][
        "kinds"
    ]
    assert kinds["typo-1"]["RR"] > 0.5
    assert "typo-1 " in shared.do("eval", "score", tmp_path / "mined" / "default.run", "--per-kind")
    told = shared.run("eval", "mine", "-o", tmp_path / "the same").stderr
    assert f"papra-index --archive {shared.archive} eval run --queries '{tmp_path}/the same/queries.tsv'" in told


def test_judging_is_written_at_once_and_gone_on_with(runs: Path, shared: CommandLine, tmp_path: Path) -> None:
    command = ["eval", "judge", runs / "plain.run", runs / "all words.run", "--qrels", tmp_path / "qrels"]
    first = shared.run(*command, "--grades", "2", input="5\n2\nq\n")
    assert "is not one of" in first.stdout + first.stderr
    assert (tmp_path / "qrels").read_text() == "q1 0 d1 2\n"
    second = shared.run(*command, input="s\n0\n")
    assert "heat" in second.stdout
    assert "Heat transfer" in second.stdout
    assert (tmp_path / "qrels").read_text().count("\n") == 2
    assert "1 document to judge, 2 judged before" in shared.run(*command, input="q\n").stderr
    ended = shared.run(*command, input="")  # as by Ctrl-C
    assert ended.exit_code == 0
    assert "Judged 0 documents" in ended.stderr
    assert "the same command goes on from here" in ended.stderr


def test_a_sweep_tells_the_best_and_tests_it(runs: Path, shared: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "grid.toml").write_text(
        'query = ["nothing {any}", "{query}"]\nmatching = ["all", "any"]\nrelax = false\n'
        "[ranking]\nname_weight = [0.5, 2]\n"
    )
    command = ["eval", "sweep", runs.parent / "small", "--grid", tmp_path / "grid.toml", "-m", "RR"]
    found = shared.json(*command)
    assert found["queries"] == {"train": 1, "test": 1}
    assert len(found["rows"]) == 8
    assert found["rows"][0]["train_mean"] == 1.0
    assert found["rows"][-1]["train_mean"] == 0.0
    assert not found["holds"]  # one query proves nothing
    told = shared.run(*command, "--shown", "1")
    assert "RR of 8 combinations" in told.stdout
    assert "the first, which the best is compared with" in told.stdout
    assert "On the queries it was not chosen by" in told.stdout
    assert "warning: overfitted" in told.stderr
    refused = shared.run("eval", "sweep", "--queries", DATA / "qrels.txt", "--grid", tmp_path / "grid.toml")
    assert refused.exit_code == 2
