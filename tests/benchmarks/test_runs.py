"""Each benchmark runs in small, finds what it added, and says all that it promises; no times are asserted."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks.building import open_filled
from benchmarks.corpus import Corpus
from benchmarks.engine import EngineRoom
from benchmarks.http import measure_http
from benchmarks.http import print_result as print_http
from benchmarks.ingest import RUNNERS
from benchmarks.population import Population
from benchmarks.questions import KINDS, make_questions
from benchmarks.search import main
from benchmarks.worst import fill_query, make_families
from papra_index import Archive
from papra_index.query.tokens import MAX_QUERY_LENGTH, MAX_TOKENS, scan_tokens

REPOSITORY = Path(__file__).parents[2]
COUNT = 50


@pytest.mark.skipif(find_spec("papra_index.cli") is None, reason="the command line is not there yet")
@pytest.mark.slow
def test_ingest_runs(tmp_path: Path) -> None:
    output = tmp_path / "ingest.json"
    arguments = ["--count", str(COUNT), "--rounds", "1", "--folder", str(tmp_path), "--output", str(output)]
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.ingest", *arguments], cwd=REPOSITORY, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    assert "of the slower limit" in run.stdout
    result = json.loads(output.read_text())
    assert result["count"] == COUNT
    assert set(result["runs"]) == set(result["summary"]["files_per_second"]) == set(RUNNERS)
    assert result["summary"]["is_right"]
    assert set(result["summary"]["aims"]) <= set(result["summary"])
    for runs in result["runs"].values():
        assert {"wall_seconds", "cpu_seconds", "files_per_second", "cpu_us_per_file", "is_right"} <= set(runs[0])
    assert list(tmp_path.iterdir()) == [output]


@pytest.mark.slow
def test_sync_runs(tmp_path: Path) -> None:
    output = tmp_path / "sync.json"
    arguments = ["--count", str(COUNT), "--folder", str(tmp_path), "--output", str(output)]
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.sync", *arguments], cwd=REPOSITORY, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    assert "files opened without a change | 0" in run.stdout
    result = json.loads(output.read_text())
    assert result["summary"]["is_right"]
    for [turn] in result["runs"].values():
        assert turn["first"]["opened"] >= COUNT
        assert turn["unchanged"]["unchanged"] == COUNT
    assert list(tmp_path.iterdir()) == [output]


@pytest.mark.parametrize("turn", ["built", "kept"])
def test_search_runs_and_keeps_its_archives(
    turn: str, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    base = tmp_path_factory.getbasetemp()
    output = base / "search.json"
    arguments = ["--documents", str(COUNT), "--short", "0", "--questions", "2", "--passes", "1"]
    main([*arguments, "--subset", "0", "--keep", str(base / "search"), "--output", str(output)])
    shown = capsys.readouterr()
    assert ("documents added" in shown.err) == (turn == "built")
    result = json.loads(output.read_text())
    population = result["populations"]["documents"]
    assert set(population["kinds"]) == set(KINDS)
    for kind, found in population["kinds"].items():
        assert f"| {kind} " in shown.out or not found["times"]
        for name, counts in found["counts"].items():
            # Stems find more than FTS5; nothing finds more than the library.
            assert set(counts) <= {"same"} | ({"fewer"} if name != "bare" else set()), (kind, name)
    assert {"bare", "search", "fts5"} <= set(population["kinds"]["two words"]["times"])
    assert population["sizes"]["papra-index"][1] == COUNT


def test_search_refuses_an_archive_of_another_size(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "archive") as archive:
        archive.create_organization("Home")
    with pytest.raises(RuntimeError, match="holds 0 documents"):
        open_filled(tmp_path / "archive", Population("short", COUNT))


def test_an_engine_room_needs_an_index(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="no index"):
        EngineRoom(tmp_path, ["org_x"])


@pytest.mark.slow
def test_http_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = measure_http(tmp_path / "archive", COUNT, 4, [1, 2], [1, 2], 1)
    kinds = {"statistics", "list", "search", "search, checked", "search, snippets", "upload", "upload of 20 MB"}
    # Where wrk is installed, it asks the same beside the Python client.
    assert [server["workers"] for server in result["servers"]] == [1, 2]
    for server in result["servers"]:
        assert {run["kind"].removesuffix(" (wrk)") for run in server["runs"]} == kinds
        assert all(run["ms_p50"] > 0 and run["server_cpu_ms"] >= 0 for run in server["runs"])
    print_http(result)
    assert "made the server grow" in capsys.readouterr().out


def test_questions_are_distinct_and_those_of_their_seed() -> None:
    population, again = Population("documents", COUNT, 3), Population("documents", COUNT, 3)
    for kind in KINDS:
        questions = make_questions(population, kind, 10)
        assert questions == make_questions(again, kind, 10)
        assert len(set(questions)) == len(questions) > 5


def test_a_worst_query_fills_the_limits() -> None:
    for parts in make_families(Corpus(1), random.Random(1)).values():
        query = fill_query(parts, " OR ", "-")
        assert len(scan_tokens(query).tokens) > MAX_TOKENS // 4 or len(query) > MAX_QUERY_LENGTH * 3 // 4
        assert not [issue for issue in scan_tokens(query).issues if issue.code == "too-many-tokens"]
