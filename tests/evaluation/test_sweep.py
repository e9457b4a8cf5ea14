"""The best of several is chosen on one part of the queries and compared on the other."""

from __future__ import annotations

import pytest

from papra_index.errors import InvalidInput
from papra_index.evaluation.collections import read_judgements
from papra_index.evaluation.measures import score_run
from papra_index.evaluation.runs import read_run
from papra_index.evaluation.sweep import choose_configuration, split_judgements
from tests.evaluation.conftest import DATA

JUDGEMENTS = read_judgements(DATA / "qrels.txt")


def test_queries_are_split_once_and_for_all() -> None:
    train, test = split_judgements(JUDGEMENTS, 0.6, 1)
    assert (len(train), len(test)) == (9, 6)
    assert {**train, **test} == JUDGEMENTS
    assert split_judgements(JUDGEMENTS, 0.6, 1) == (train, test)
    assert split_judgements(JUDGEMENTS, 0.6, 2) != (train, test)
    with pytest.raises(InvalidInput, match="cannot be split"):
        split_judgements({"q1": {"d1": 1}})


def test_the_best_is_tested_on_queries_that_did_not_choose_it() -> None:
    runs = {name: read_run(DATA / f"{name}.run") for name in ("second", "first")}
    sweep = choose_configuration(runs.items(), JUDGEMENTS, ["AP", "RR"])
    assert [row.name for row in sweep.rows] == ["first", "second"]
    assert (sweep.train_count, sweep.test_count) == (8, 7)
    _, tested = split_judgements(JUDGEMENTS)
    means = {name: score_run(tested, run, ["AP"]).means["AP"] for name, run in runs.items()}
    assert {row.name: row.test_mean for row in sweep.rows} == means
    assert sweep.tested is not None
    assert sweep.trained is not None
    by_ap = sweep.tested.differences[0]
    assert by_ap.delta == pytest.approx(means["first"] - means["second"])
    assert by_ap.wins + by_ap.ties + by_ap.losses == 7
    chosen = {row.name: row.train_mean for row in sweep.rows}
    assert sweep.trained.differences[0].delta == pytest.approx(chosen["first"] - chosen["second"])
    assert sweep.holds == (by_ap.randomisation_holm_p < 0.05)


def test_what_is_best_by_chance_does_not_hold() -> None:
    judgements = {f"q{number}": {"good": 1} for number in range(40)}
    trained, _ = split_judgements(judgements)
    found, missed = {"good": 2.0, "other": 1.0}, {"other": 2.0, "good": 1.0}
    plain = dict.fromkeys(judgements, missed)
    lucky = {query: found if query in trained else missed for query in judgements}
    sweep = choose_configuration([("plain", plain), ("lucky", lucky)], judgements, ["RR"])
    assert sweep.rows[0].name == "lucky"
    assert not sweep.holds
    better = choose_configuration([("plain", plain), ("better", dict.fromkeys(judgements, found))], judgements, ["RR"])
    assert better.holds


def test_nothing_is_compared_where_the_first_is_best() -> None:
    runs = {name: read_run(DATA / f"{name}.run") for name in ("first", "second")}
    sweep = choose_configuration(runs.items(), JUDGEMENTS, ["AP"])
    assert (sweep.trained, sweep.tested, sweep.holds) == (None, None, False)
