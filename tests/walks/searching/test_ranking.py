"""What weighs how much is a setting that every search reads: the order changes, what is found does not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest

from papra_index import Archive, Organization, RankingSettings, SearchRequest, Settings
from papra_index.errors import InvalidSettings
from papra_index.results import Matching, ResultPage
from papra_index.settings import change_setting, load_settings

SILENT = RankingSettings(
    **{item.name: 0 for item in fields(RankingSettings) if item.name.endswith(("_weight", "_score", "_share"))}
)


@pytest.fixture(scope="module")
def shelf() -> Iterator[Organization]:
    with Archive.in_memory() as archive:
        home = archive.create_organization("Home")
        home.put("named", name="Boiler", content="One page about the plums and pears of the garden.")
        home.put("written", name="Scan", content="The boiler is warm.")
        home.put("stemmed", name="Letter", content="Boilers are warm, they say.")
        home.put("begun", name="Note", content="A boilersuit hangs here.")
        home.put("apart", name="Report", content="Warm is what a day in June was, when nobody had need of any boiler.")
        archive.wait_until_searchable()
        yield home


def list_ids(page: ResultPage) -> list[str | None]:
    return [hit.document.external_id for hit in page.hits]


def test_names_weigh_what_they_are_given(shelf: Organization) -> None:
    plain = shelf.search("boiler")
    loud = shelf.search("boiler", ranking=replace(shelf.ranking, name_weight=5))
    assert list_ids(plain)[0] == "written"
    assert list_ids(loud)[0] == "named"
    assert set(list_ids(plain)) == set(list_ids(loud)) == {"named", "written", "stemmed", "begun", "apart"}
    assert (
        list_ids(shelf.search("boiler", matching="any", ranking=replace(shelf.ranking, any_name_weight=5)))[0]
        == "named"
    )


@pytest.mark.parametrize("query", ["boiler", "boiler warm", "boilr", "name:boil*", '"boiler is"', "suit"])
@pytest.mark.parametrize("ranking", [SILENT, RankingSettings(name_weight=3, stem_weight=2, neighbour_weight=1)])
def test_weights_change_no_match_and_explanations_add_up(
    shelf: Organization, query: str, ranking: RankingSettings
) -> None:
    plain, changed = shelf.search(query), shelf.search(query, ranking=ranking, explain=True)
    assert set(list_ids(plain)) == set(list_ids(changed))
    for hit in changed.hits:
        assert hit.explanation is not None
        assert sum(part.score for part in hit.explanation.parts) == pytest.approx(hit.score, abs=1e-4)


def test_neighbours_and_words_near_each_other_are_rewarded_as_told(shelf: Organization) -> None:
    def measure(query: str, matching: Matching = "any", **values: float) -> float:
        page = shelf.search(query, matching=matching, ranking=replace(SILENT, **values))  # type: ignore[arg-type]
        return page.hits[0].score

    assert measure("boilersuit hangs", any_neighbour_weight=1) > measure("boilersuit hangs")
    assert measure("boilersuit hangs", "all", neighbour_weight=1) > measure("boilersuit hangs", "all")
    assert measure("boiler warm", any_near_weight=1, any_near_words=1) > measure("boiler warm")
    assert measure("page garden", any_near_weight=1, any_near_words=1) == measure("page garden")
    assert measure("page garden", any_near_weight=1, any_near_words=7) > measure("page garden")


def test_a_mistake_leaves_what_is_told_of_a_score(shelf: Organization) -> None:
    kept, halved = (
        shelf.search("boilr", ranking=replace(shelf.ranking, typo_weight=weight)).hits[0].score for weight in (1, 0.5)
    )
    assert 0 < halved < kept


def test_synonyms_weigh_what_they_are_given(shelf: Organization) -> None:
    shelf.save_synonyms(["furnace", "boiler"])
    full, half = (
        shelf.search("furnace", ranking=replace(shelf.ranking, synonym_weight=weight)).hits[0].score
        for weight in (1, 0.5)
    )
    assert half == pytest.approx(full / 2, rel=0.05)


def test_feedback_reads_and_adds_what_it_is_told(archive: Archive, home: Organization) -> None:
    for number in range(30):
        home.put(f"other-{number}", name=f"Other {number}", content="common words of no subject")
    home.put("best", name="Best", content="boiler thermostat burner valve")
    home.put("related", name="Related", content="thermostat burner valve")
    archive.wait_until_searchable()

    def find(**values: float) -> set[str | None]:
        ranking = replace(home.ranking, **values)  # type: ignore[arg-type]
        return set(list_ids(home.search("boiler", matching="any", feedback=True, ranking=ranking)))

    assert find() == {"best", "related"}
    one = home.search(
        "boiler", matching="any", feedback=True, explain=True, ranking=replace(home.ranking, feedback_terms=1)
    )
    explained = next(hit.explanation for hit in one.hits if hit.document.external_id == "best")
    assert explained is not None
    assert sum(part.kind == "feedback" for part in explained.parts) == 1


def test_the_settings_of_the_folder_are_read_without_a_rebuild(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    with Archive.open(folder) as archive:
        home = archive.create_organization("Home")
        home.put("named", name="Boiler", content="Plums and pears.")
        home.put("written", name="Scan", content="The boiler is warm.")
        archive.wait_until_searchable()
        assert list_ids(home.search("boiler")) == ["written", "named"]
    (folder / "settings.toml").write_text("[ranking]\nname_weight = 5\n")
    generations = sorted(path.name for path in (folder / "index").iterdir())
    with Archive.open(folder) as archive:
        home = archive.organization(home.id)
        assert home.ranking == RankingSettings(name_weight=5.0)
        assert list_ids(home.search("boiler")) == ["named", "written"]
        assert list_ids(archive.search_organizations([home], "boiler")) == ["named", "written"]
        asked = SearchRequest("boiler", ranking=RankingSettings())
        assert list_ids(archive.search_organizations([home], asked)) == ["written", "named"]
        assert home.search_many([asked])[0].page == home.search("boiler", ranking=RankingSettings())
    assert sorted(path.name for path in (folder / "index").iterdir()) == generations


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[ranking]\nname_weight = 11", r"ranking\.name_weight is 11\.0: give a number from 0 to 10"),
        ("[ranking]\nname_weight = nan", "give a number from 0 to 10"),
        ("[ranking]\ntypo_weight = 1.5", "from 0 to 1"),
        ("[ranking]\nfeedback_terms = 2.5", "expected a whole number"),
        ("[ranking]\nname_weight = true", "expected a number, got True"),
        ("[ranking]\nk1 = 1.2", "unknown setting; known here are name_weight"),
        ("[ranking]\nfeedback_share = 1", r"from 0 to 0\.9"),
    ],
)
def test_what_cannot_be_a_weight_is_told(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "settings.toml").write_text(text)
    with pytest.raises(InvalidSettings, match=says):
        load_settings(tmp_path / "settings.toml")


def test_settings_are_changed_by_name() -> None:
    assert change_setting(RankingSettings(), "name_weight", 2) == RankingSettings(name_weight=2.0)
    assert load_settings(None, {"PAPRA_INDEX_RANKING_FEEDBACK_TERMS": "5"}) == Settings(
        ranking=RankingSettings(feedback_terms=5)
    )
