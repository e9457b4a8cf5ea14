"""Orders and the places in them: pages by place are those by rank, whatever the expression and the corpus."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papra_index.conventions.cursors import Position
from papra_index.conventions.folding import order_text
from papra_index.errors import InvalidPageRequest
from papra_index.index.base import IndexDocument
from papra_index.query.expression import Everything, Expression, Text
from papra_index.results import Sort, SortField
from tests.index.corpus import BY_RELEVANCE, Shelf, documents, expressions, make_document
from tests.index.test_compiler import SHARED, fill_shelf

FEW = settings(SHARED, max_examples=8)
SORTS = [Sort(field, descending) for field in SortField for descending in (True, False)][2:]


def walk_pages(shelf: Shelf, expression: Expression, sort: Sort, limit: int) -> list[int]:
    """The keys of all pages, each found by the place where the one before it ended."""
    found: list[int] = []
    after: Position | None = None
    while True:
        matches = shelf.search(expression, sort=sort, limit=limit, after=after)
        found += matches.keys
        if matches.end is None:
            assert len(found) == matches.documents_count
            return found
        assert matches.end.key == matches.keys[-1]
        after = matches.end


@pytest.fixture(params=[0, 64], ids=["by heads", "at once"])
def _both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small corpora have no deep pages, so these are found the way of deep ones, too."""
    monkeypatch.setattr("papra_index.index.tantivy.ranking._LOOKED_UP", request.param)


@FEW
@given(corpus=st.lists(documents, min_size=6, max_size=12), expression=expressions, limit=st.integers(1, 4))
def test_pages_by_place_are_those_by_rank(
    shared_shelf: Shelf, corpus: list[IndexDocument], expression: Expression, limit: int
) -> None:
    fill_shelf(shared_shelf, corpus)
    for sort in SORTS:
        assert walk_pages(shared_shelf, expression, sort, limit) == shared_shelf.keys(expression, sort=sort)


@pytest.mark.usefixtures("_both_ways")
@FEW
@given(names=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=14), min_size=1, max_size=12))
def test_any_names_are_ordered_as_the_catalog_orders_them(shared_shelf: Shelf, names: list[str]) -> None:
    fill_shelf(shared_shelf, [make_document(key, name, "word") for key, name in enumerate(names, 1)])
    expected = sorted(range(1, len(names) + 1), key=lambda key: (order_text(names[key - 1]), key))
    for expression in (Everything(), Text("word")):
        for sort in (Sort(SortField.NAME, descending=False), Sort(SortField.NAME)):
            keys = expected if not sort.descending else expected[::-1]
            assert shared_shelf.keys(expression, sort=sort) == keys
            assert [shared_shelf.keys(expression, sort=sort, first=at, limit=1)[0] for at in range(len(keys))] == keys
            assert walk_pages(shared_shelf, expression, sort, 3) == keys


@pytest.mark.usefixtures("_both_ways")
def test_names_that_begin_alike_are_paged_from_any_rank(shelf: Shelf) -> None:
    for half in (0, 1):
        shelf.put(*[make_document(key, f"the same beginning {key}", "x") for key in range(half, 60, 2)])
    for sort, keys in ((Sort(SortField.NAME, False), list(range(60))), (Sort(SortField.NAME), list(range(60))[::-1])):
        for first in (0, 7, 55):
            assert shelf.keys(Text("x"), sort=sort, first=first, limit=7) == keys[first : first + 7]


def test_a_place_between_the_matches_is_as_good(shelf: Shelf) -> None:
    shelf.put(*[make_document(key, f"n{key}", size=key) for key in (1, 3, 5)])
    for field, value in ((SortField.SIZE, 4), (SortField.NAME, order_text("n4")), (SortField.CREATED_AT, 4000)):
        for descending, keys in ((True, (3, 1)), (False, (5,))):
            matches = shelf.search(Everything(), sort=Sort(field, descending), after=Position(value, 4))
            assert (matches.keys, matches.documents_count, matches.end) == (keys, 3, None)
    undated = Position(None, 3)
    assert shelf.keys(Everything(), sort=Sort(SortField.DOCUMENT_DATE), after=undated) == [1]
    assert shelf.keys(Everything(), sort=Sort(SortField.DOCUMENT_DATE, False), after=undated) == [5]


def test_relevance_has_no_places(shelf: Shelf) -> None:
    with pytest.raises(InvalidPageRequest, match="page it by first"):
        shelf.search(Text("a"), sort=BY_RELEVANCE, after=Position(1, 1))
