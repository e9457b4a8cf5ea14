"""Orders, facets and statistics by custom properties, by brute force over random values."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from papra_index import Archive, Organization, ResultPage, Sort, SortField
from papra_index.conventions.cursors import Cursor, Position, write_cursor
from papra_index.conventions.folding import order_text
from papra_index.errors import InvalidCursor, InvalidInput
from papra_index.index.histograms import MAX_BUCKETS, plan_buckets
from tests.walks.searching.test_property_search import OPTIONS, Filled, Values, fill_organization

OLDEST_FIRST = Sort(SortField.CREATED_AT, descending=False)
ORDERED = ("Amount", "Due Date", "Paid", "Ref", "State")
QUERIES = ("", "plum", "has:paid", "amount:>0", "-topics:open", "nothing-has-this")


@pytest.fixture(scope="module")
def filled() -> Iterator[Filled]:
    with Archive.in_memory() as archive:
        yield fill_organization(archive, random.Random(5))


def collect(home: Organization, query: str, sort: Sort, size: int, *, by_cursor: bool) -> list[str]:
    """The names of all documents in an order, page by page."""
    names: list[str] = []
    page: ResultPage | None = None
    while page is None or page.hits:
        if by_cursor and page is not None:
            if page.next_cursor is None:
                break
            page = home.search(query, sort=sort, page_size=size, cursor=page.next_cursor)
        else:
            number = 0 if page is None else page.page_index + 1
            page = home.search(query, sort=sort, page_size=size, page_index=number)
        names += [hit.document.name for hit in page.hits]
    return names


def rank(name: str, value: Any) -> Any:
    """What a value is ordered by."""
    if name == "Ref":
        return order_text(str(value))[:40]
    return OPTIONS.index(str(value)) if name == "State" else value


@pytest.mark.slow
@settings(max_examples=25)
@given(
    name=st.sampled_from(ORDERED),
    descending=st.booleans(),
    query=st.sampled_from(QUERIES),
    size=st.sampled_from([1, 7, 50, 100]),
    by_cursor=st.booleans(),
)
def test_orders_are_those_of_the_values_and_what_lacks_one_comes_last(
    filled: Filled, name: str, descending: bool, query: str, size: int, by_cursor: bool
) -> None:
    if size == 1:
        query = f"({query}) amount:>100" if query else "amount:>100"
    sort = Sort(f"property:{name.lower()}", descending)
    found = collect(filled.home, query, sort, size, by_cursor=by_cursor)
    matching = collect(filled.home, query, OLDEST_FIRST, 100, by_cursor=True)
    valued = [match for match in matching if name in filled.values[match]]
    places = {match: place for place, match in enumerate(matching)}  # equal values are ordered by key
    ordered = sorted(valued, key=lambda match: (rank(name, filled.values[match][name]), places[match]))
    lacking = [match for match in matching if name not in filled.values[match]]
    assert found == (ordered[::-1] + lacking[::-1] if descending else ordered + lacking)


def test_an_order_that_there_is_not_is_refused(filled: Filled) -> None:
    for field in ("property:nope", "property:", "property:topics", "nope"):
        with pytest.raises(InvalidInput):
            filled.home.search("", sort=Sort(field))
    with pytest.raises(InvalidInput, match='search for ""'):
        filled.home.list(sort=Sort("property:amount"))


def test_cursors_are_of_one_order_and_of_values_that_there_are(archive: Archive, home: Organization) -> None:
    state = home.create_property("State", "select", options=["a", "b"])
    home.create_property("Note", "text")
    for number in range(4):
        document = home.add(str(number).encode(), name=f"{number}.txt", content="x")
        home.set_properties([document.id], {"State": "ab"[number % 2], "Note": str(number)})
    archive.wait_until_searchable()
    first = home.search("", sort=Sort("property:state", descending=False), page_size=1)
    assert first.next_cursor
    home.update_property(state.id, name="Status")
    second = home.search("", cursor=first.next_cursor, page_size=1)
    assert [hit.document.name for hit in (*first.hits, *second.hits)] == ["0.txt", "2.txt"]
    with pytest.raises(InvalidCursor):
        home.search("", cursor=first.next_cursor, sort=Sort("property:note", descending=False))
    home.update_property(state.id, options=[state.options[1]])
    with pytest.raises(InvalidCursor):
        home.search("", cursor=first.next_cursor)
    by_note = Sort("property:note")
    for value in ("1,2", "x,1,1,1", "9" * 30, f"{1 << 64},1,1,1", "cpso_x"):
        definition = home.list_properties()[1]
        forged = write_cursor(Cursor(Sort(f"property:{definition.id}"), Position(value, 1), 1))
        with pytest.raises(InvalidCursor):
            home.search("", cursor=forged, sort=by_note)


def test_a_place_beyond_what_there_is_is_empty(filled: Filled) -> None:
    page = filled.home.search("", sort=Sort("property:amount"), page_index=50)
    assert (page.hits, page.documents_count, page.next_cursor) == ((), 120, None)


def test_an_order_is_kept_in_saved_searches_and_told_by_why(archive: Archive, home: Organization) -> None:
    home.create_property("Amount", "number")
    for number in (5, 7, 6):
        document = home.add(str(number).encode(), name=f"{number}.txt", content="x")
        home.set_property(document.id, "Amount", number)
    archive.wait_until_searchable()
    home.save_search("Dear", "x", sort=Sort("property:amount"))
    assert [hit.document.name for hit in home.run_saved_search("dear").hits] == ["7.txt", "6.txt", "5.txt"]
    assert home.why(document.id, "x", sort=Sort("property:amount")).rank == 2
    assert home.why(document.id, "", sort=Sort("property:amount")).rank == 2


FACETED = {"Paid": ("paid:yes",), "Ref": ('ref:"INV 1"',), "State": ("state:open", "state:(C OR C++)"),
           "Topics": ("topics:open,c", "topics:c++"), "Due Date": ("duedate:2026-01", "duedate:>2026 duedate:<2027"),
           "Amount": ("amount:>=0", "amount:(1 OR 100)")}  # fmt: skip


def list_values(values: Values, name: str) -> list[str]:
    """The values of a document in words of FacetCount.label."""
    value = values.get(name)
    match value:
        case None:
            return []
        case bool():
            return ["yes" if value else "no"]
        case datetime():
            return [f"{value:%Y-%m}"]
        case list():
            return [str(part) for part in value]
    return [str(value)]


@settings(max_examples=25)
@given(
    query=st.sampled_from(["", "plum", "has:paid", "-amount:>0", "-topics:open"]),
    own=st.sampled_from([(name, selecting) for name, filters in FACETED.items() for selecting in filters]),
)
def test_facets_count_as_by_hand_and_ignore_their_own_filter(filled: Filled, query: str, own: tuple[str, str]) -> None:
    chosen, selecting = own
    joined = f"({query}) {selecting}" if query else selecting
    names = [f"property:{name}" for name in FACETED]
    page = filled.home.search(joined, facets=[*names, "mime_type"], page_size=1)
    matching, without = (collect(filled.home, asked, OLDEST_FIRST, 100, by_cursor=True) for asked in (joined, query))
    assert page.documents_count == len(matching)
    for name in FACETED:
        counted = without if name == chosen else matching
        facet = page.facets[f"property:{name}"]
        if name == "Amount":
            check_numbers(filled, page, counted)
            continue
        by_hand = Counter(value for match in counted for value in list_values(filled.values[match], name))
        assert {count.label: count.count for count in facet} == by_hand
    dates = [
        day
        for match in (without if chosen == "Due Date" else matching)
        if (day := filled.values[match].get("Due Date"))
    ]
    told = page.statistics["property:Due Date"]
    assert (told.count, told.total, told.average) == (len(dates), None, None)
    assert (told.minimum, told.maximum) == ((min(dates), max(dates)) if dates else (None, None))
    assert {*page.statistics} == {"property:Due Date", "property:Amount"}


def check_numbers(filled: Filled, page: ResultPage, counted: list[str]) -> None:
    numbers = [float(filled.values[match]["Amount"]) for match in counted if "Amount" in filled.values[match]]  # type: ignore[arg-type]
    told = page.statistics["property:Amount"]
    assert told.count == len(numbers) == sum(count.count for count in page.facets["property:Amount"])
    assert len(page.facets["property:Amount"]) <= MAX_BUCKETS
    if numbers:
        assert (told.minimum, told.maximum) == (min(numbers), max(numbers))
        assert told.total is not None
        assert math.isclose(told.total, math.fsum(numbers), rel_tol=1e-9, abs_tol=1e285)


@pytest.mark.parametrize("query", ["", "plum", "-has:amount", "amount:-1000..1000"])
def test_the_filter_of_a_value_finds_what_it_counts(filled: Filled, query: str) -> None:
    for name in FACETED:
        for count in filled.home.search(query, facets=[f"property:{name}"]).facets[f"property:{name}"]:
            reduced = "" if name == "Amount" and "amount" in query else query
            found = filled.home.search(f"({reduced}) {count.filter}" if reduced else count.filter)
            assert (found.documents_count, found.issues) == (count.count, ()), count


def test_facets_stand_in_an_order_of_their_own(filled: Filled) -> None:
    facets = filled.home.search(
        "amount:-1000..1000", facets=["property:duedate", "property:state", "property:amount"]
    ).facets
    months = [count.value for count in facets["property:duedate"]]
    assert months == sorted(months, reverse=True)
    counts = [count.count for count in facets["property:state"]]
    assert counts == sorted(counts, reverse=True)
    lows = [float(count.value) for count in facets["property:amount"]]
    assert lows == sorted(lows)


def test_a_facet_that_there_is_not_is_refused(archive: Archive, home: Organization) -> None:
    home.create_property("Related", "document_relation")
    for name in ("property:nope", "property:related", "nope"):
        with pytest.raises(InvalidInput):
            home.search("", facets=[name])


@pytest.mark.parametrize("query", ["", "plum", "-has:amount", "amount:0..1000", "paid:yes"])
def test_a_summary_adds_up_the_properties(filled: Filled, query: str) -> None:
    matching = collect(filled.home, query, OLDEST_FIRST, 100, by_cursor=True)
    summed = {item.name: item for item in filled.home.summarize(query).by_property}
    for name in ("Amount", "Due Date"):
        values = [filled.values[match][name] for match in matching if name in filled.values[match]]
        if not values:
            assert name not in summed
            continue
        told = summed[name]
        assert (told.count, told.minimum, told.maximum) == (len(values), min(values), max(values))  # type: ignore[type-var]
    if "amount:0" in query:
        numbers = [float(filled.values[match]["Amount"]) for match in matching]  # type: ignore[arg-type]
        total, average = summed["Amount"].total, summed["Amount"].average
        assert total is not None
        assert average is not None
        assert math.isclose(total, math.fsum(numbers), rel_tol=1e-12)
        assert math.isclose(average, math.fsum(numbers) / len(numbers), rel_tol=1e-12)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=2).map(sorted))
@example([5e-324, 5e-324])
@example([-5e-324, 1e-310])
def test_buckets_are_few_and_hold_all_numbers_between_two(bounds: list[float]) -> None:
    low, high = bounds
    buckets = plan_buckets(low, high)
    assert 1 <= len(buckets) <= MAX_BUCKETS
    assert buckets[0][0] <= low
    assert high < buckets[-1][1]
    assert all(first[1] == second[0] for first, second in pairwise(buckets))
    assert all(first < behind for first, behind in buckets)


@pytest.mark.parametrize(
    ("low", "high", "first", "count"),
    [
        (0, 100, (0, 10), 11),
        (3, 3, (3, 3.00000000000005), 1),
        (0.05, 0.3, (0.04, 0.06), 14),
        (-250, 1000, (-300, -200), 14),
    ],
)
def test_buckets_begin_at_round_numbers(low: float, high: float, first: tuple[float, float], count: int) -> None:
    buckets = plan_buckets(low, high)
    assert (buckets[0], len(buckets)) == (first, count)


def test_a_deleted_option_is_no_value_before_the_index_knows(archive: Archive, home: Organization) -> None:
    state = home.create_property("State", "select", options=["a", "b"])
    for name in "ab":
        home.set_property(home.add(name.encode(), name=f"{name}.txt", content="x").id, "State", name)
    archive.wait_until_searchable()
    home.update_property(state.id, options=[state.options[0]])
    counts = home.search("", facets=["property:state"]).facets["property:state"]
    assert [count.label for count in counts] == ["a"]
