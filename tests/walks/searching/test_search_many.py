"""Several searches in one call: outcomes in order, of which a failing one loses no other."""

from __future__ import annotations

import inspect
from dataclasses import fields

import pytest

from papra_index import Archive, Organization, SearchRequest
from papra_index.errors import InvalidInput, InvalidPageRequest, InvalidQuery


def test_outcomes_come_in_order_and_fail_alone(archive: Archive, home: Organization) -> None:
    home.add(b"1", name="one.txt", content="boiler")
    home.add(b"2", name="two.txt", content="roof")
    archive.wait_until_searchable()
    strict, paged = SearchRequest("(boiler", strict=True), SearchRequest("x", page_size=0)
    found = home.search_many(["boiler", strict, paged, SearchRequest("roof", snippets=1), ""])
    assert [outcome.page.documents_count if outcome.page else None for outcome in found] == [1, None, None, 1, 2]
    assert isinstance(found[1].error, InvalidQuery)
    assert isinstance(found[2].error, InvalidPageRequest)
    assert found[1].request is strict
    assert found[0].request == SearchRequest("boiler")
    assert found[3].page is not None
    assert found[3].page.hits[0].snippets[0].text == "roof"
    assert home.search_many([]) == ()


def test_too_many_are_refused(home: Organization) -> None:
    with pytest.raises(InvalidInput, match="several calls"):
        home.search_many(["a"] * 101)


def test_a_request_has_what_search_takes() -> None:
    taken = inspect.signature(Organization.search).parameters
    assert [field.name for field in fields(SearchRequest)] == list(taken)[1:]
    assert all(field.default == taken[field.name].default for field in fields(SearchRequest)[1:])
