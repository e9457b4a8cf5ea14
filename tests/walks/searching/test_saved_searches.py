"""Searches under a name: kept with their options, unique, and answered with what there is now."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papra_index import Archive, Organization, Sort, SortField
from papra_index.catalog import saved_searches as catalog_searches
from papra_index.errors import (
    InvalidInput,
    SavedSearchAlreadyExists,
    SavedSearchLimitReached,
    SavedSearchNotFound,
)
from papra_index.values.saved_searches import MAX_SAVED_SEARCHES, SavedSearch


def test_a_saved_search_finds_what_there_is_now(archive: Archive, home: Organization) -> None:
    saved = home.save_search("Bills", "invoice", sort=Sort(SortField.NAME, descending=False))
    assert (saved.name, saved.search_query, saved.matching, saved.feedback) == ("Bills", "invoice", "all", False)
    assert saved.created_at == saved.updated_at
    assert home.run_saved_search("Bills").documents_count == 0
    for name in ("b.txt", "a.txt"):
        home.add(name.encode(), name=name, content="an invoice")
    archive.wait_until_searchable()
    page = home.run_saved_search("bills", snippets=1, facets=["mime_type"])
    assert [hit.document.name for hit in page.hits] == ["a.txt", "b.txt"]
    assert page.hits[0].snippets
    assert page.facets["mime_type"][0].count == 2
    assert [hit.document.name for hit in home.run_saved_search("bills", page_size=1, page_index=1).hits] == ["b.txt"]


def test_options_are_kept(archive: Archive, home: Organization) -> None:
    home.save_search("Questions", "who repairs the roof", matching="any", feedback=True)
    saved = home.get_saved_search("questions")
    assert (saved.sort, saved.matching, saved.feedback) == (None, "any", True)
    home.add(b"1", name="a.txt", content="the roof leaks")
    archive.wait_until_searchable()
    assert home.run_saved_search("QUESTIONS").documents_count == 1


def test_names_are_unique_without_regard_to_case_accents_and_blanks(home: Organization) -> None:
    home.save_search("  Été   à venir ", "x")
    assert [saved.name for saved in home.list_saved_searches()] == ["Été à venir"]
    with pytest.raises(SavedSearchAlreadyExists, match="Été à venir"):
        home.save_search("ETE A VENIR", "y")
    assert home.get_saved_search("été  a Venir").search_query == "x"


def test_one_takes_the_place_of_another_under_any_name(home: Organization) -> None:
    first = home.save_search("Bills", "invoice")
    home.save_search("Letters", "dear")
    assert home.save_search("bills", "bill", replaces="BILLS").created_at == first.created_at
    assert home.save_search("Invoices", "invoice", replaces="bills").name == "Invoices"
    assert [saved.name for saved in home.list_saved_searches()] == ["Invoices", "Letters"]
    with pytest.raises(SavedSearchAlreadyExists):
        home.save_search("letters", "x", replaces="Invoices")
    with pytest.raises(SavedSearchNotFound):
        home.save_search("New", "x", replaces="Bills")


def test_what_is_not_there_is_told(home: Organization) -> None:
    home.save_search("Bills", "invoice")
    home.delete_saved_search("bills")
    assert home.list_saved_searches() == ()
    for verb in (home.get_saved_search, home.delete_saved_search, home.run_saved_search):
        with pytest.raises(SavedSearchNotFound, match="Bills"):
            verb("Bills")


def test_organizations_are_apart(archive: Archive, home: Organization) -> None:
    home.save_search("Bills", "invoice")
    neighbour = archive.create_organization("Next door")
    assert neighbour.list_saved_searches() == ()
    with pytest.raises(SavedSearchNotFound):
        neighbour.delete_saved_search("Bills")
    neighbour.save_search("Bills", "other")
    assert home.get_saved_search("Bills").search_query == "invoice"


@pytest.mark.parametrize("name", ["", "  ", "x" * 65, "\u0301"])
def test_bad_names_are_refused(home: Organization, name: str) -> None:
    with pytest.raises(InvalidInput):
        home.save_search(name, "x")


def test_options_that_do_not_go_together_are_refused(home: Organization) -> None:
    with pytest.raises(InvalidInput, match="1024"):
        home.save_search("a", "x" * 1025)
    with pytest.raises(InvalidInput, match="any"):
        home.save_search("a", "x", feedback=True)
    with pytest.raises(InvalidInput, match="matching"):
        home.save_search("a", "x", matching="some")  # type: ignore[arg-type]
    assert home.save_search("mistakes are told when it runs", "date:soon").search_query == "date:soon"
    assert home.run_saved_search("mistakes are told when it runs").issues


def test_there_is_a_limit(home: Organization) -> None:
    items = [
        catalog_searches.SearchSaving(home._key, SavedSearch(f"search {number}", "x"))
        for number in range(MAX_SAVED_SEARCHES)
    ]
    home._catalog.write(catalog_searches.save_searches, items)
    with pytest.raises(SavedSearchLimitReached, match="500"):
        home.save_search("one more", "x")
    home.save_search("search 7", "y", replaces="search 7")


@given(st.text(min_size=1, max_size=64), st.text(max_size=200))
def test_any_name_that_is_taken_is_found_again(home: Organization, name: str, query: str) -> None:
    try:
        saved = home.save_search(name, query)
    except InvalidInput:
        return
    assert home.get_saved_search(name) == saved
    home.delete_saved_search(name)
