"""A pool has each document of the first ranks once, mixed, and goes on where judging ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from papra_index.errors import InvalidEvaluationFile
from papra_index.evaluation.collections import read_judgements
from papra_index.evaluation.pooling import Pool
from papra_index.evaluation.runs import read_run
from tests.evaluation.conftest import DATA

RUNS = [DATA / "first.run", DATA / "second.run"]


def test_a_pool_has_the_first_of_every_run_once(tmp_path: Path) -> None:
    pool = Pool(RUNS, tmp_path / "qrels", depth=5)
    found = [(one.query_id, one.document.document_id) for one in pool]
    runs = [read_run(file) for file in RUNS]
    expected = {(query, id_) for run in runs for query, scores in run.items() for id_ in list(scores)[:5]}
    assert set(found) == expected
    assert len(found) == len(expected) == len(pool)
    assert [one.place for one in pool] == list(range(1, len(pool) + 1))
    in_rank_order = list(runs[0]["q1"])[:5]
    mixed = [id_ for query, id_ in found if query == "q1" and id_ in in_rank_order]
    assert mixed != in_rank_order
    assert found == [(one.query_id, one.document.document_id) for one in Pool(RUNS, tmp_path / "qrels", depth=5)]


def test_judging_goes_on_where_it_ended(tmp_path: Path) -> None:
    qrels = tmp_path / "qrels"
    pool = Pool(RUNS, qrels, depth=2)
    first, second, *_ = pool
    pool.judge(first, 2)
    pool.judge(second, 0)
    assert read_judgements(qrels) == {
        "q1": {first.document.document_id: 2, second.document.document_id: 0},
    }
    again = Pool(RUNS, qrels, depth=2)
    assert (len(again), again.judged_count) == (len(pool) - 2, 2)
    assert first.document not in [one.document for one in again if one.query_id == "q1"]
    with pytest.raises(InvalidEvaluationFile, match="cannot be written"):
        Pool(RUNS, tmp_path / "no folder" / "qrels").judge(first, 1)
