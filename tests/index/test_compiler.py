"""What a compiled expression matches, against the plain reading of it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from papra_index.index.base import IndexDocument
from papra_index.query.expression import And, Boosted, Everything, Expression, Not, Or, Range, Text
from papra_index.results import Sort, SortField
from tests.index.corpus import Shelf, documents, expressions, judge, make_document

ALL_KEYS = range(1, 13)
SHARED = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def fill_shelf(shelf: Shelf, corpus: Sequence[IndexDocument]) -> dict[int, IndexDocument]:
    """Replace everything, in two commits so that there are segments and deletes."""
    half = len(corpus) // 2
    shelf.put(*corpus[:half], removed=ALL_KEYS)
    shelf.put(*corpus[half:])
    return {document.key: document for document in corpus}


def _expected(corpus: dict[int, IndexDocument], expression: Expression, organization: int) -> set[int]:
    return {
        key
        for key, document in corpus.items()
        if document.organization_key == organization and judge(expression, document) is True
    }


@SHARED
@given(corpus=st.lists(documents, max_size=12), asked=st.lists(expressions, min_size=8, max_size=8))
def test_matches_are_those_of_the_plain_reading(
    shared_shelf: Shelf, corpus: list[IndexDocument], asked: list[Expression]
) -> None:
    held = fill_shelf(shared_shelf, corpus)
    for expression in asked:
        for organization in (1, 2):
            expected = _expected(held, expression, organization)
            for field in (SortField.RELEVANCE, SortField.CREATED_AT):
                matches = shared_shelf.search(expression, organization=organization, sort=Sort(field), widening=False)
                assert set(matches.keys) == expected, expression
                assert matches.documents_count == len(matches.keys) == len(matches.scores)


@pytest.mark.slow
@SHARED
@given(corpus=st.lists(documents, min_size=6, max_size=12), asked=st.lists(expressions, min_size=4, max_size=4))
def test_pages_partition_the_matches(shared_shelf: Shelf, corpus: list[IndexDocument], asked: list[Expression]) -> None:
    fill_shelf(shared_shelf, corpus)
    for expression in asked:
        for field in SortField:
            for descending in (True, False):
                sort = Sort(field, descending)
                whole = shared_shelf.search(expression, sort=sort)
                paged = [
                    key
                    for first in range(0, whole.documents_count + 2, 2)
                    for key in shared_shelf.keys(expression, sort=sort, first=first, limit=2)
                ]
                assert sorted(paged) == sorted(whole.keys)
                if field is not SortField.RELEVANCE:
                    assert paged == list(whole.keys)


def test_an_organization_sees_only_its_documents(shelf: Shelf) -> None:
    shelf.put(make_document(1, "foo"), make_document(2, "foo", organization_key=2))
    asked: list[Expression] = [Everything(), Text("foo"), Not(Text("bar")), Or((Text("foo"), Everything()))]
    for expression in asked:
        assert shelf.keys(expression) == [1]
        assert shelf.keys(expression, organization=2) == [2]
        assert shelf.keys(expression, organization=3) == []


def test_undated_documents_match_neither_a_range_nor_its_negation(shelf: Shelf) -> None:
    shelf.put(make_document(1, document_date=5), make_document(2, document_date=50), make_document(3))
    early = Range("document_date", 0, 10)
    assert shelf.keys(early) == [1]
    assert shelf.keys(Not(early)) == [2]
    assert shelf.keys(Not(Not(early))) == [1]
    assert shelf.keys(Not(And((early, Everything())))) == [2]
    assert shelf.keys(Not(Or((early, Text("absent"))))) == [2]
    assert shelf.keys(Not(Range("document_date"))) == []


@pytest.mark.parametrize("words_count", [49, 50, 51, 52, 400])
def test_prefixes_stand_for_any_number_of_words(shelf: Shelf, words_count: int) -> None:
    shelf.put(*[make_document(key, content=f"head po{key:04}x tail") for key in range(words_count)])
    shelf.put(*[make_document(1000 + key, "head po", f"other po{key:04}x") for key in range(60)])
    assert shelf.search(Text("po")).documents_count == words_count + 60
    assert shelf.search(Text("po", "name")).documents_count == 60
    assert shelf.search(Text("head po")).documents_count == words_count + 60
    assert shelf.search(Text("head po", "content")).documents_count == words_count
    assert set(shelf.keys(Not(Text("head po", "content")))) == set(range(1000, 1060))


def test_a_phrase_with_a_prefix_of_more_words_than_one_pattern_holds(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("papra_index.index.tantivy.prefixes.MAX_WORDS", 30)
    shelf.put(*[make_document(key, content=f"head é{key:x}") for key in range(700)])
    shelf.put(make_document(900, content="head é"), make_document(901, content="é1 head"))
    assert set(shelf.keys(Text("head é"))) == {*range(700), 900}
    assert set(shelf.keys(Not(Text("head é")))) == {901}


def test_whole_words_come_above_beginnings_and_names_above_contents(shelf: Shelf) -> None:
    shelf.put(
        make_document(1, "x", "invoice"),
        make_document(2, "x", "invoices"),
        make_document(3, "invoices", "x"),
        make_document(4, "x", "nothing"),
    )
    matches = shelf.search(Text("invoice"))
    assert matches.keys == (1, 3, 2)
    assert list(matches.scores) == sorted(matches.scores, reverse=True)
    assert min(matches.scores) > 0


def test_a_weight_orders_and_changes_no_match(shelf: Shelf) -> None:
    shelf.put(make_document(1, content="boiler"), make_document(2, content="heating"))
    either: list[Expression] = [Text("boiler"), Text("heating")]
    for light, heavy, order in ((0, 1, [2, 1]), (1, 0, [1, 2])):
        boosted = Or((Boosted(either[heavy], 5), either[light]))
        assert shelf.keys(boosted) == order
        assert shelf.keys(Boosted(Not(boosted), 5)) == []


def test_exact_words_are_whole(shelf: Shelf) -> None:
    shelf.put(make_document(1, "inv", "annual main"), make_document(2, "invoice", "annual maintenance"))
    assert shelf.keys(Text("inv", is_exact=True)) == [1]
    assert shelf.keys(Text("annual main", "content", is_exact=True)) == [1]
    assert shelf.keys(Not(Text("annual main", is_exact=True))) == [2]
    assert shelf.keys(Text("!", is_exact=True)) == [2, 1]


def test_neighbouring_words_lift_a_document_and_change_no_match(shelf: Shelf) -> None:
    shelf.put(make_document(1, content="annual maintenance x y"), make_document(2, content="annual x y maintenance"))
    shelf.put(make_document(3, content="annual y x z"))
    assert shelf.keys(And((Text("annual"), Text("maintenance")))) == [1, 2]


def test_equal_scores_come_newest_first(shelf: Shelf) -> None:
    for first in range(0, 300, 100):
        shelf.put(*[make_document(key, content="same words") for key in range(first, first + 100)])
    for expression in (Text("same"), Text("sa"), Everything()):
        assert shelf.keys(expression, limit=300) == list(range(299, -1, -1))


def test_text_without_words_is_everything(shelf: Shelf) -> None:
    shelf.put(make_document(1, "a"))
    for value in ("", "!!!", '"', "_", "🎉", "\u0301", "\x00"):
        assert shelf.keys(Text(value)) == [1]
        assert shelf.keys(Not(Text(value))) == []


def test_long_words_are_found_by_their_beginning(shelf: Shelf) -> None:
    shelf.put(make_document(1, content="x" * 70_000 + " yy"), make_document(2, content="日" * 500))
    assert shelf.keys(Text("x" * 150)) == [1]
    assert shelf.keys(Text("x" * 900)) == [1]
    assert shelf.keys(Text("日" * 300)) == [2]
    assert shelf.keys(Text("x" * 199 + "y")) == []
    assert shelf.keys(Text("x" * 70_000 + " yy")) == [1]


@settings(max_examples=40, deadline=None)
@given(value=st.text(max_size=30))
def test_any_text_can_be_asked_for_and_is_found_in_itself(shared_shelf: Shelf, value: str) -> None:
    shared_shelf.put(make_document(1, value, value), removed=ALL_KEYS)
    for field in ("any", "name", "content"):
        assert shared_shelf.keys(Text(value, field)) == [1]  # type: ignore[arg-type]
