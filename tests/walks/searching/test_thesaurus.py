"""Synonyms and stop words belong to one organization and hold from the next search on, in every process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from papra_index import Archive, Organization
from papra_index.catalog.thesaurus import MAX_STOP_WORDS, MAX_SYNONYMS
from papra_index.errors import (
    InvalidIdentifier,
    InvalidInput,
    StopWordLimitReached,
    SynonymLimitReached,
    SynonymsNotFound,
)


def find(home: Organization, query: str) -> list[str]:
    return [hit.document.name for hit in home.search(query, relax=False).hits]


def fill(home: Organization) -> None:
    for name, content in {
        "a": "the invoice of May",
        "b": "a bill of May",
        "c": "yearly service",
        "d": "die Rechnung von Mai",
    }.items():
        home.add(f"{home.name} {name}".encode(), name=name, content=content)


def test_synonyms_widen_searches_of_their_organization_alone(archive: Archive, home: Organization) -> None:
    other = archive.create_organization("Other")
    for organization in (home, other):
        fill(organization)
    archive.wait_until_searchable()
    group = home.save_synonyms(["invoice", " Bill ", "Rechnung", "INVOICE"])
    home.save_synonyms(["annual maintenance", "yearly service"], one_way=True)
    assert group.terms == ("invoice", "Bill", "Rechnung")
    assert find(home, "invoice")[0] == "a"
    assert set(find(home, "invoice")) == {"a", "b", "d"}
    assert set(find(home, "invoice may")) == {"a", "b"}
    assert set(find(home, "may -invoice")) == {"b"}
    assert find(home, "annual maintenance") == ["c"]
    page = home.search("invoice", snippets=1)
    assert [expansion.synonyms for expansion in page.expanded] == [("Bill", "Rechnung")]
    assert all(hit.snippets[0].highlights for hit in page.hits)
    assert set(find(other, "invoice")) == {"a"}
    assert other.search("invoice").expanded == ()
    assert other.list_synonyms() == ()
    with pytest.raises(SynonymsNotFound):
        other.delete_synonyms(group.id)
    home.delete_synonyms(group.id)
    assert set(find(home, "invoice")) == {"a"}
    with pytest.raises(SynonymsNotFound):
        home.delete_synonyms(group.id)


def test_scores_and_reasons_know_of_synonyms(archive: Archive, home: Organization) -> None:
    fill(home)
    home.save_synonyms(["invoice", "bill"])
    archive.wait_until_searchable()
    [_, second] = home.search("invoice", explain=True).hits
    assert second.explanation is not None
    assert {part.text for part in second.explanation.parts} >= {"bill"}
    assert sum(part.score for part in second.explanation.parts) == pytest.approx(second.score, rel=1e-4)
    assert home.why(second.document.id, "invoice").rank == 2


def test_what_was_typed_comes_before_a_rarer_synonym(archive: Archive, home: Organization) -> None:
    for number in range(20):
        home.add(b"%d" % number, name=f"{number}", content="an invoice of May and June")
    home.add(b"rare", name="rare", content="a Rechnung of May and June")
    home.save_synonyms(["invoice", "Rechnung"])
    archive.wait_until_searchable()
    assert find(home, "invoice")[-1] == "rare"
    assert find(home, "rechnung")[0] == "rare"


def test_stop_words_are_left_out_of_queries_with_other_words(archive: Archive, home: Organization) -> None:
    fill(home)
    archive.wait_until_searchable()
    assert find(home, "the bill") == []
    home.add_stop_words(["The", "of"])
    assert home.list_stop_words() == ("of", "the")
    assert find(home, "the bill") == ["b"]
    assert home.search("the bill").ignored_words == ("the",)
    assert find(home, "the") == ["a"]
    assert find(home, '"the bill"') == []
    home.remove_stop_words(["the", "unknown"])
    assert find(home, "the bill") == []
    assert archive.create_organization("Other").list_stop_words() == ()


def test_the_same_group_is_saved_once(home: Organization) -> None:
    group = home.save_synonyms(["a", "b"])
    assert home.save_synonyms(["B", "a"]) == group
    one_way = home.save_synonyms(["a", "b"], one_way=True)
    assert home.save_synonyms(["b", "a"], one_way=True) != one_way
    assert len(home.list_synonyms()) == 3


@pytest.mark.parametrize("terms", [[], ["a"], ["a", "A"], ["a", "!"], ["a", "x" * 65], ["a", "b c d e f g"]])
def test_what_is_no_synonym_is_refused(home: Organization, terms: list[str]) -> None:
    with pytest.raises(InvalidInput, match="give"):
        home.save_synonyms(terms)


def test_too_many_synonyms_are_refused(home: Organization) -> None:
    with pytest.raises(InvalidInput, match="2 to 20"):
        home.save_synonyms(f"w{number}" for number in range(21))
    with pytest.raises(InvalidIdentifier):
        home.delete_synonyms("invoice")
    for number in range(MAX_SYNONYMS):
        home.save_synonyms([f"a{number}", f"b{number}"])
    with pytest.raises(SynonymLimitReached, match="delete one"):
        home.save_synonyms(["one", "more"])


def test_stop_words_are_single_words_and_not_too_many(home: Organization) -> None:
    for words in (["two words"], [""], []):
        with pytest.raises(InvalidInput):
            home.add_stop_words(words)
    home.add_stop_words(f"w{number}" for number in range(MAX_STOP_WORDS))
    with pytest.raises(StopWordLimitReached, match="remove some"):
        home.add_stop_words(["more", "w1"])
    assert len(home.list_stop_words()) == MAX_STOP_WORDS


def test_another_process_sees_them_at_its_next_search(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "archive") as archive:
        home = archive.create_organization("Home")
        fill(home)
        archive.wait_until_searchable()
        assert find(home, "invoice") == ["a"]
        code = (
            "import sys; from papra_index import Archive\n"
            "with Archive.open(sys.argv[1]) as archive: archive.organizations()[0].save_synonyms(['invoice', 'bill'])"
        )
        subprocess.run([sys.executable, "-c", code, str(tmp_path / "archive")], check=True, timeout=60)
        assert set(find(home, "invoice")) == {"a", "b"}
