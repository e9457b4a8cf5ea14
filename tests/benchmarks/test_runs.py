"""Each benchmark runs in small, finds what it added, and says all that it promises; no times are asserted."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks.corpus import Corpus
from benchmarks.engine import EngineRoom
from benchmarks.http import measure_http
from benchmarks.http import print_result as print_http
from benchmarks.ingest import RUNNERS
from benchmarks.queries import KINDS, make_queries
from benchmarks.search import VARIANTS, measure_search, print_result
from papra_index import Archive

REPOSITORY = Path(__file__).parents[2]
COUNT = 50


@pytest.mark.skipif(find_spec("papra_index.cli") is None, reason="the command line is not there yet")
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


def test_search_runs_and_keeps_its_archive(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "archive"
    for turn in range(2):
        scratch = tmp_path / str(turn)
        scratch.mkdir()
        result = measure_search(folder, scratch, COUNT, queries=5, passes=1, seed=1)
    print_result(json.loads(json.dumps(result)))
    assert "bare" in capsys.readouterr().out
    assert set(result["kinds"]) == set(KINDS)
    for found in result["kinds"].values():
        assert found["agreeing"] == found["queries"] == 5
        assert set(found["times"]) == set(VARIANTS)
        assert set(found["aims"]) == {"engine_ms", "hydration_ms", "snippets_ms"}
    assert any(found["matches_p50"] for found in result["kinds"].values())


def test_search_refuses_an_archive_of_another_size(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "archive") as archive:
        archive.create_organization("Home")
    with pytest.raises(RuntimeError, match="holds 0 documents"):
        measure_search(tmp_path / "archive", tmp_path, COUNT, queries=1, passes=1, seed=1)


def test_an_engine_room_needs_an_index(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="no index"):
        EngineRoom(tmp_path, "org_x")


def test_queries_are_distinct_and_those_of_their_seed() -> None:
    queries = make_queries(Corpus(3), 20, 3)
    assert queries == make_queries(Corpus(3), 20, 3)
    for found in queries.values():
        assert len(set(found)) == 20


@pytest.mark.slow
def test_http_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = measure_http(tmp_path / "archive", COUNT, 4, [1, 2], 1, 1)
    kinds = {"statistics", "list", "search", "search, checked", "search, snippets", "upload", "upload of 20 MB"}
    assert {run["kind"] for run in result["runs"]} == kinds
    assert all(run["ms_p50"] > 0 and run["server_cpu_ms"] >= 0 for run in result["runs"])
    print_http(result)
    assert "made the server grow" in capsys.readouterr().out
