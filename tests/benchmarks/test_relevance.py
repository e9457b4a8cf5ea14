"""A small judged collection goes through every system that is installed, and the measures are what they should be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.rankers import SYSTEMS
from benchmarks.relevance import measure_collection, measure_rankings, measure_relevance, print_result
from papra_index.evaluation.collections import read_collection
from tests.evaluation.conftest import write_collection


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_collection(tmp_path / "small")


def test_every_system_finds_the_only_answers(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = json.loads(json.dumps(measure_relevance([folder], list(SYSTEMS))))
    print_result(result)
    found = result["collections"]["small"]
    assert (found["documents"], found["queries"]) == (4, 2)
    assert {"papra_index", "papra_index, all words", "tantivy", "FTS5"} <= set(found["systems"])
    for name, system in found["systems"].items():
        assert system["means"] == {"nDCG@10": 1.0, "AP": 1.0, "R@100": 1.0, "RR@10": 1.0}, name
        assert name == "tantivy" or system["p"] == {"nDCG@10": 1.0, "AP": 1.0}
    printed = capsys.readouterr()
    assert all(name in printed.out or f"SKIPPED {name}: " in printed.err for name in SYSTEMS)


def test_a_query_without_hits_counts_as_nothing(folder: Path) -> None:
    collection = read_collection(folder)
    measured = measure_rankings(collection, {"q1": [("d4", 2.0), ("d1", 1.0)], "q2": []})
    assert measured["queries"]["RR@10"] == [0.5, 0.0]
    assert measured["means"]["R@100"] == 0.5


def test_a_system_can_be_measured_alone(folder: Path) -> None:
    measured = measure_collection(read_collection(folder), ["FTS5"])
    assert list(measured["systems"]) == ["FTS5"]
    assert "p" not in measured["systems"]["FTS5"]
