"""Runs rank what searches show, decrease strictly, and come back from their files as they were written."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papra_index import Organization
from papra_index.errors import InvalidEvaluationFile
from papra_index.evaluation import Configuration, QueryResult, read_collection, run_queries
from papra_index.evaluation.archives import open_collection
from papra_index.evaluation.runs import make_decreasing, read_details, read_run, write_run


def test_a_collection_is_run_written_and_read_back(folder: Path, tmp_path: Path) -> None:
    collection = read_collection(folder)
    with open_collection(collection) as home:
        results = list(run_queries(home, collection.queries, Configuration("plain")))
    file = write_run(tmp_path / "runs", "plain", results)
    assert read_run(file) == {result.details.query_id: result.scores for result in results if result.scores}
    assert list(read_run(file)["q1"]) == ["d1"]
    assert set(read_run(file)["q2"]) == {"d2", "d3"}  # the same text under two ids
    details = read_details(file)
    assert details == {result.details.query_id: result.details for result in results}
    [hit] = details["q1"].hits
    assert (hit.document_id, hit.name) == ("d1", "Boundary layers")
    assert any("boundary layer" in reason for reason in hit.reasons)
    assert details["q1"].milliseconds > 0
    assert details["q3"].documents_count == 0
    assert read_details(tmp_path / "of another system.run") == {}


def test_a_collection_without_documents_is_told(folder: Path) -> None:
    (folder / "corpus.jsonl").write_text("\n")
    with (
        pytest.raises(InvalidEvaluationFile, match="no document in the collection small"),
        open_collection(read_collection(folder)),
    ):
        pass


def test_a_kept_archive_is_opened_again(folder: Path, tmp_path: Path) -> None:
    collection = read_collection(folder)
    ids = []
    for _ in range(2):
        with open_collection(collection, tmp_path / "kept") as home:
            ids.append(sorted(document.id for document in home.list(page_size=100).documents))
    assert ids[0] == ids[1]
    assert len(ids[0]) == 4
    corpus = (folder / "corpus.jsonl").read_text().splitlines(keepends=True)
    (folder / "corpus.jsonl").write_text("".join(corpus[:3]))
    told = pytest.raises(InvalidEvaluationFile, match="holds 1 documents more than the collection has now: remove it")
    with told, open_collection(read_collection(folder), tmp_path / "kept"):
        pass


def test_pages_of_a_ranking_are_joined_and_cut(home: Organization, archive: object) -> None:
    for number in range(230):
        home.put(f"n{number}", content="boiler " * (number % 7 + 1) + f"w{number}")
    home._parts.wake_extraction()
    archive.wait_until_searchable()  # type: ignore[attr-defined]
    [result] = run_queries(home, {"1": "boiler"}, Configuration(), depth=205)
    assert len(result.scores) == 205
    assert result.details.documents_count == 230
    [by_name] = run_queries(home, {"1": "boiler"}, Configuration(sort="name"), explain=False)
    assert list(by_name.scores) == sorted((f"n{number}" for number in range(230)), key=lambda name: int(name[1:]))
    assert list(by_name.scores.values())[:2] == [230.0, 229.0]


@given(st.lists(st.floats(min_value=0, max_value=1e6, width=32), max_size=30))
def test_scores_decrease_strictly_for_trec_eval(scores: list[float]) -> None:
    given_order = {f"d{place}": score for place, score in enumerate(sorted(scores, reverse=True))}
    found = make_decreasing(given_order)
    assert list(found) == list(given_order)
    single = [struct.unpack("<f", struct.pack("<f", float(f"{score:.9g}")))[0] for score in found.values()]
    assert all(one > next_ for one, next_ in pairwise(single))


def test_a_run_is_whole_or_not_there(home: Organization, tmp_path: Path) -> None:
    (tmp_path / "plain.run").write_text("as before")

    def fail() -> Iterator[QueryResult]:
        yield from run_queries(home, {"1": "boiler"}, Configuration())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_run(tmp_path, "plain", fail())
    assert [path.name for path in tmp_path.iterdir()] == ["plain.run"]
    assert (tmp_path / "plain.run").read_text() == "as before"
    (tmp_path / "file").touch()
    with pytest.raises(InvalidEvaluationFile, match="cannot be written"):
        write_run(tmp_path / "file", "plain", [])
    assert read_run(write_run(tmp_path, "nothing", run_queries(home, {"1": "boiler"}, Configuration()))) == {}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("q1 Q0 d1 1 2 t\n\nq1 Q0 d1 2 1 t\n", "line 3: query q1 has document d1 a second time"),
        ("q1 Q0 d1 1 nan t\n", "line 1: a line of a run"),
    ],
)
def test_what_trec_eval_would_not_take_is_told(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "x.run").write_text(text)
    with pytest.raises(InvalidEvaluationFile, match=says):
        read_run(tmp_path / "x.run")


@pytest.mark.parametrize("text", ["q1 Q0 d1 1\n", "q1 Q0 d1 1 best tag\n"])
def test_what_is_no_run_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.run").write_text(text)
    with pytest.raises(InvalidEvaluationFile, match="line 1: a line of a run"):
        read_run(tmp_path / "x.run")
    with pytest.raises(InvalidEvaluationFile, match="cannot be read"):
        read_run(tmp_path / "y.run")


def test_damaged_details_are_told(tmp_path: Path) -> None:
    (tmp_path / "x.details.jsonl").write_text('{"query_id": "1"}\n')
    with pytest.raises(InvalidEvaluationFile, match="write the run again"):
        read_details(tmp_path / "x.run")
