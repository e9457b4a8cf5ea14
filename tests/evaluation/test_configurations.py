"""Configurations are read from TOML, written into queries, and refused where they cannot be meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from papra_index.errors import InvalidEvaluationFile, InvalidInput
from papra_index.evaluation.configurations import Configuration, iterate_settings, read_configurations, read_grid
from papra_index.results import Sort, SortField
from papra_index.settings import RankingSettings


def test_tables_become_configurations(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text(
        '[plain]\n[names]\nmatching = "all"\nrelax = false\nquery = "{query} OR name:({any})^2 OR {words}"\n'
    )
    plain, names = read_configurations(file)
    assert plain == Configuration("plain")
    assert names.write_query('the "Flat {any}"') == ('the "Flat {any}" OR name:(the OR flat OR any)^2 OR the flat any')
    assert dict(iterate_settings(names)) == {"matching": "all", "relax": "false", "query": names.query}


def test_weights_are_in_place_of_the_archives(tmp_path: Path) -> None:
    (tmp_path / "c.toml").write_text("[loud.ranking]\nname_weight = 3\n")
    (loud,) = read_configurations(tmp_path / "c.toml")
    own = RankingSettings(stem_weight=0.1)
    assert loud.change_ranking(own) == RankingSettings(name_weight=3.0, stem_weight=0.1)
    assert Configuration().change_ranking(own) == own
    assert dict(iterate_settings(loud)) == {"name_weight": "3"}


def test_orders_have_their_natural_direction() -> None:
    assert Configuration().choose_sort() is None
    assert Configuration(sort="created_at").choose_sort() == Sort(SortField.CREATED_AT)
    assert Configuration(sort="name").choose_sort() == Sort(SortField.NAME, descending=False)


def test_a_grid_is_all_combinations(tmp_path: Path) -> None:
    file = tmp_path / "grid.toml"
    file.write_text(
        'matching = ["any", "all"]\nfeedback = [false, true]\nrelax = true\nquery = ["{query}", "{words}"]\n'
    )
    made = read_grid(file)
    assert len({(one.matching, one.feedback, one.query) for one in made}) == len(made) == 6  # feedback is for any word
    assert made[0].name == "matching=any,feedback=false,query=1"
    assert made[-1].name == "matching=all,feedback=false,query=2"


def test_a_grid_varies_weights(tmp_path: Path) -> None:
    file = tmp_path / "grid.toml"
    file.write_text(
        "feedback = true\n[ranking]\nfeedback_terms = [30, 10]\nfeedback_share = [0.2, 0.4]\nany_name_weight = 0\n"
    )
    made = read_grid(file)
    assert [one.name for one in made][::3] == [
        "feedback_terms=30,feedback_share=0.2", "feedback_terms=10,feedback_share=0.4",
    ]  # fmt: skip
    assert made[3].change_ranking(RankingSettings()) == RankingSettings(
        feedback_terms=10, feedback_share=0.4, any_name_weight=0.0
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "write a list"),
        ("ranking = 3", "table of lists"),
        ("[ranking]\nname_weight = []", "write a list"),
        ("[ranking]\nname_weight = [0.5, 11]", "name_weight=11: ranking.name_weight: .*from 0 to 10"),
        (f"relax = [true, false]\n[ranking]\nname_weight = {[1] * 2000}", "4,000 combinations"),
    ],
)
def test_what_is_no_grid_is_told(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "grid.toml").write_text(text)
    with pytest.raises(InvalidEvaluationFile, match=says):
        read_grid(tmp_path / "grid.toml")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "write a table"),
        ('matching = "any"', "write a table"),
        ("[a]\nboost = 2", "boost is no setting"),
        ('[a]\nmatching = "some"', "give any or all"),
        ('[a]\nsort = "size of it"', "give one of"),
        ('[a]\nquery = "x"', "where the text goes"),
        ("[a]\nfeedback = 1", "true or false"),
        ('[a]\nfeedback = true\nmatching = "all"', "of which any suffices"),
        ('["a/b"]', "cannot be that of a file"),
        ("[a]\nranking = 2", "write a table"),
        ("[a.ranking]\nname_weight = 11", r"ranking\.name_weight: .*from 0 to 10"),
        ("[a.ranking]\nk1 = 1", "unknown setting; known here are name_weight"),
        ("[a", "not valid TOML"),
    ],
)
def test_what_is_no_configuration_is_told(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "c.toml").write_text(text)
    with pytest.raises(InvalidEvaluationFile, match=says):
        read_configurations(tmp_path / "c.toml")


def test_a_configuration_is_checked_when_it_is_made() -> None:
    with pytest.raises(InvalidInput, match="give any or all"):
        Configuration(matching="none")  # type: ignore[arg-type]
