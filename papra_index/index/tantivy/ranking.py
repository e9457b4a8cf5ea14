"""Which matches come first: by score, or by one of the orders that the index has as columns; and how many there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple, cast

import tantivy
from tantivy import Occur, Query

from papra_index.conventions.cursors import Position
from papra_index.index.base import IndexMatches, IndexRequest
from papra_index.index.tantivy.orders import (
    decode_name,
    encode_name,
    order_value,
    read_stamp,
    read_value,
    stamp_order,
)
from papra_index.index.tantivy.schema import build_schema
from papra_index.results import SortField

_SHALLOW = 10_000
"""Pages that end above this rank are searched for at once; before deeper ones the matches are counted."""

_LOOKED_UP = 64
"""Names up to this rank are cheaper to look up than a second search is."""

_SMALLEST, _LARGEST = -(1 << 63) + 1, (1 << 63) - 1

_ORDER_FIELDS: Mapping[SortField, str] = {
    SortField.CREATED_AT: "created_order",
    SortField.UPDATED_AT: "updated_order",
    SortField.DOCUMENT_DATE: "date_order",
    SortField.NAME: "name_order",
    SortField.SIZE: "size_order",
}


class Page(NamedTuple):
    """What the engine finds of a page: the order's values, the keys, and how many match in all."""

    values: list[int] | list[str]
    keys: list[int]
    matched: int


def search_by_score(searcher: tantivy.Searcher, query: Query, request: IndexRequest) -> IndexMatches:
    """Return a page of matches, best first; equal scores on a page come newest first."""
    request, count = _fit_page(searcher, query, request)
    if request.limit < 1:
        return IndexMatches((), (), count)
    result = searcher.search(query, request.limit, offset=request.first)
    keys = _read_keys(searcher, result)
    # The engine orders equal scores by where it keeps the documents.
    rows = sorted(((score, key) for (score, _), key in zip(result.hits, keys, strict=True)), reverse=True)
    return IndexMatches(
        keys=tuple(key for _, key in rows),
        scores=tuple(score for score, _ in rows),
        documents_count=_count_matches(result),
    )


def search_in_order(
    index: tantivy.Index, searcher: tantivy.Searcher, query: Query, request: IndexRequest
) -> IndexMatches:
    """Return a page of matches in the order asked for, newest first where that is relevance."""
    by_relevance = request.sort.field is SortField.RELEVANCE
    field = SortField.CREATED_AT if by_relevance else SortField(request.sort.field)
    descending = by_relevance or request.sort.descending
    followers = query
    if request.after is not None:
        behind = _match_behind(index, field, request.after, descending)
        followers = Query.boolean_query([(Occur.Must, query), (Occur.Must, behind)])
        request = replace(request, first=0)
    request, count = _fit_page(searcher, followers, request)
    order = tantivy.Order.Desc if descending else tantivy.Order.Asc
    if request.limit < 1:
        found = Page([], [], count)
    elif field is SortField.NAME:
        found = _search_by_name(searcher, followers, request, order)
    else:
        found = _search_by_column(searcher, followers, request, _ORDER_FIELDS[field], order)
    has_more = bool(found.keys) and found.matched > request.first + len(found.keys)
    return IndexMatches(
        keys=tuple(found.keys),
        scores=(0.0,) * len(found.keys),
        documents_count=found.matched if request.after is None else _count_all(searcher, query),
        end=_read_position(field, found.values[-1], found.keys[-1]) if has_more else None,
    )


def _search_by_column(
    searcher: tantivy.Searcher, query: Query, request: IndexRequest, column: str, order: tantivy.Order
) -> Page:
    """Return a page by a column."""
    result = searcher.search(query, request.limit, offset=request.first, order_by_field=column, order=order)
    values = cast("list[int] | list[str]", [value for value, _ in result.hits])
    return Page(values, _read_keys(searcher, result), _count_matches(result))


def _search_by_name(searcher: tantivy.Searcher, query: Query, request: IndexRequest, order: tantivy.Order) -> Page:
    """As `_search_by_column` by name.

    The engine looks up the text of all candidates up to the last one of the page. So a page that is not among the first
    is found by the heads of names, and only documents whose heads are on it are ordered by the whole name.
    """
    if request.first + request.limit <= _LOOKED_UP:
        return _search_by_column(searcher, query, request, "name_order", order)
    heads, _, count = _search_by_column(searcher, query, request, "name_head", order)
    if not heads:
        return Page([], [], count)
    low, high = sorted((int(heads[0]), int(heads[-1])))
    beyond = (high + 1, _LARGEST) if order == tantivy.Order.Desc else (_SMALLEST, low - 1)
    before = _count_all(searcher, _narrow(query, "name_head", *beyond))
    page = replace(request, first=request.first - before)
    found = _search_by_column(searcher, _narrow(query, "name_head", low, high), page, "name_order", order)
    return found._replace(matched=count)


def _fit_page(searcher: tantivy.Searcher, query: Query, request: IndexRequest) -> tuple[IndexRequest, int]:
    """Return the request for a page of what there is, its limit 0 behind the end, and then the count of matches.

    The engine makes room for all hits up to the last one asked for, so no more is asked for than exist.
    """
    if request.first + request.limit <= _SHALLOW:
        return request, 0
    count = _count_all(searcher, query)
    return replace(request, limit=max(0, min(request.limit, count - request.first))), count


def _match_behind(index: tantivy.Index, field: SortField, after: Position, descending: bool) -> Query:
    """Return the query for what comes behind a place in an order."""
    if field is SortField.NAME:
        name = encode_name(str(after.value), after.key)
        found = index.parse_query(f"name_order:{{* TO {name}}}" if descending else f"name_order:{{{name} TO *}}")
        return Query.const_score_query(found, 0.0)
    place = _write_order(field, after)
    bounds = (_SMALLEST, place - 1) if descending else (place + 1, _LARGEST)
    return _match_range(_ORDER_FIELDS[field], *bounds)


def _write_order(field: SortField, place: Position) -> int:
    value = None if place.value is None else int(place.value)
    if field is SortField.SIZE:
        return order_value(value, place.key)
    if field is SortField.DOCUMENT_DATE:
        return order_value(None if value is None else value // 1000, place.key)
    return stamp_order(value or 0, place.key)


def _read_position(field: SortField, order: int | str, key: int) -> Position:
    """Return the place in an order that its column says; what the catalog says may be newer."""
    if isinstance(order, str):
        return Position(decode_name(order), key)
    if field is SortField.SIZE:
        return Position(read_value(order), key)
    if field is SortField.DOCUMENT_DATE:
        seconds = read_value(order)
        return Position(None if seconds is None else seconds * 1000, key)
    return Position(read_stamp(order), key)


def _narrow(query: Query, column: str, first: int, last: int) -> Query:
    return Query.boolean_query([(Occur.Must, query), (Occur.Must, _match_range(column, first, last))])


def _match_range(column: str, first: int, last: int) -> Query:
    if first > last:
        return Query.empty_query()
    found = Query.range_query(build_schema(), column, tantivy.FieldType.Integer, first, last)
    return Query.const_score_query(found, 0.0)


def _count_all(searcher: tantivy.Searcher, query: Query) -> int:
    """Return how many match, at less than half the price of a search for the first."""
    found = searcher.aggregate(query, {"count": {"value_count": {"field": "key"}}})
    return int(found["count"]["value"])


def _count_matches(result: tantivy.SearchResult) -> int:
    return cast("int", result.count)  # type: ignore[attr-defined]


def _read_keys(searcher: tantivy.Searcher, result: tantivy.SearchResult) -> list[int]:
    return cast("list[int]", searcher.fast_field_values("key", [address for _, address in result.hits]))
