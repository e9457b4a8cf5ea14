"""A small judged collection goes through every system that is installed, and the measures are what they should be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.judged import find_collections, read_collection
from benchmarks.rankers import SYSTEMS
from benchmarks.relevance import measure_collection, measure_rankings, measure_relevance, print_result
from benchmarks.significance import compare_paired

DOCUMENTS = [
    ("d1", "Boundary layers", "The boundary layer on a flat plate at high speed."),
    ("d2", "", "Heat transfer in tubes."),
    ("d3", "Heat transfer", "Heat transfer in tubes."),
    ("d4", "Plates", "A plate of glass."),
]
QUERIES = {"q1": "boundary layer", "q2": "heat", "q3": "not judged"}
JUDGED = [("q1", "d1", 2), ("q1", "d4", 0), ("q2", "d2", 1), ("q2", "d3", 1)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "small"
    (folder / "qrels").mkdir(parents=True)
    rows = [{"_id": id_, "title": title, "text": text} for id_, title, text in DOCUMENTS]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "queries.jsonl").write_text(
        "".join(json.dumps({"_id": id_, "text": text}) + "\n" for id_, text in QUERIES.items())
    )
    judged = "".join(f"{query}\t{document}\t{grade}\n" for query, document, grade in JUDGED)
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n" + judged)
    return folder


def test_a_collection_is_read_without_unjudged_queries(folder: Path) -> None:
    collection = read_collection(folder)
    assert [document.id for document in collection.documents] == ["d1", "d2", "d3", "d4"]
    assert set(collection.queries) == {"q1", "q2"}
    assert collection.judgements["q1"] == {"d1": 2, "d4": 0}
    assert find_collections([folder]) == find_collections([folder.parent]) == [folder]


def test_a_folder_without_a_collection_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no corpus\.jsonl"):
        find_collections([tmp_path])
    (tmp_path / "corpus.jsonl").write_text("")
    with pytest.raises(ValueError, match="is missing"):
        read_collection(tmp_path)


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
    assert all(name in printed.out or f"{name} is left out" in printed.err for name in SYSTEMS)


def test_a_query_without_hits_counts_as_nothing(folder: Path) -> None:
    collection = read_collection(folder)
    measured = measure_rankings(collection, {"q1": [("d4", 2.0), ("d1", 1.0)], "q2": []})
    assert measured["queries"]["RR@10"] == [0.5, 0.0]
    assert measured["means"]["R@100"] == 0.5


def test_a_system_can_be_measured_alone(folder: Path) -> None:
    measured = measure_collection(read_collection(folder), ["FTS5"])
    assert list(measured["systems"]) == ["FTS5"]
    assert "p" not in measured["systems"]["FTS5"]


def test_p_values_tell_a_difference_from_chance() -> None:
    ours = [0.5 + 0.01 * number for number in range(40)]
    assert compare_paired(ours, ours) == 1.0
    assert compare_paired(ours, [value - 0.1 for value in ours]) == pytest.approx(1 / 10_001)
    wavering = [value + (0.1 if number % 2 else -0.1) for number, value in enumerate(ours)]
    assert compare_paired(ours, wavering) > 0.9
    # Of two queries with equal differences, both signs agree in half of all trials.
    assert compare_paired([1.0, 1.0], [0.0, 0.0]) == pytest.approx(0.5, abs=0.03)
