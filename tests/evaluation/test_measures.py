"""Measures agree with trec_eval, asked by itself, on runs with ties and on our own."""

from __future__ import annotations

import pytest
import pytrec_eval

from papra_index.errors import InvalidInput
from papra_index.evaluation.collections import read_judgements
from papra_index.evaluation.measures import measure_precision, score_run
from papra_index.evaluation.runs import read_run
from tests.evaluation.conftest import DATA

TREC_NAMES = {"nDCG@10": "ndcg_cut_10", "AP": "map", "R@100": "recall_100", "RR": "recip_rank", "P@10": "P_10"}


@pytest.mark.parametrize("name", ["first", "second"])
@pytest.mark.parametrize("judged_only", [False, True])
def test_every_query_is_measured_as_by_trec_eval(name: str, judged_only: bool) -> None:
    judgements, run = read_judgements(DATA / "qrels.txt"), read_run(DATA / f"{name}.run")
    judge = pytrec_eval.RelevanceEvaluator(judgements, set(TREC_NAMES.values()), judged_docs_only_flag=judged_only)
    expected = judge.evaluate({query: dict(scores) for query, scores in run.items()})
    found = score_run(judgements, run, list(TREC_NAMES), judged_only=judged_only)
    assert len(expected) == (15 if name == "first" else 14)
    for measure, trec_name in TREC_NAMES.items():
        for query in judgements:
            value = expected[query][trec_name] if query in expected else 0.0
            assert round(found.queries[measure][query], 4) == round(value, 4)
        mean = sum(values[trec_name] for values in expected.values()) / len(judgements)
        assert round(found.means[measure], 4) == round(mean, 4)


def test_judged_counts_what_was_judged_of_the_first_ten() -> None:
    judgements = {"q": {f"d{number}": 0 for number in range(3)} | {"d9": 1}}
    run = {"q": {f"d{number}": float(-number) for number in range(10)}}
    assert score_run(judgements, run, ["Judged@10", "RR"]).means == {"Judged@10": 0.4, "RR": 0.1}
    assert score_run(judgements, run, ["Judged@10", "RR"], judged_only=True).means == {"Judged@10": 0.4, "RR": 0.25}


def test_a_query_without_hits_counts_as_nothing() -> None:
    judgements = {"q1": {"d1": 1}, "q2": {"d1": 1}}
    scores = score_run(judgements, {"q1": {"d1": 1.0}, "q2": {}, "unjudged": {"d1": 1.0}}, ["RR"])
    assert scores.queries == {"RR": {"q1": 1.0, "q2": 0.0}}
    assert scores.means == {"RR": 0.5}
    assert score_run(judgements, {}, ["AP"]).means == {"AP": 0.0}


def test_precision_falls_over_recall() -> None:
    curve = measure_precision(read_judgements(DATA / "qrels.txt"), read_run(DATA / "first.run"))
    assert len(curve) == 11
    assert curve == sorted(curve, reverse=True)


@pytest.mark.parametrize("name", ["foo", "nDCG@", "AP(rel=x)", "", "P(unknown=1)@5"])
def test_unknown_measures_are_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="ir-measures knows"):
        score_run({"q": {"d": 1}}, {"q": {"d": 1.0}}, [name])
