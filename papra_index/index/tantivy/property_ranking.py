"""Matches in the order of a custom property: stretches one after the other, the documents without a value last.

A select property has a stretch for each option. Within a stretch the engine's `top_hits` orders by columns of
`property_orders` and then by key, which its search cannot, as these are paths of a JSON field.
"""

from __future__ import annotations

import re
from typing import Any

import tantivy
from tantivy import Occur, Query

from papra_index.conventions.cursors import Position
from papra_index.conventions.values import dataclass
from papra_index.errors import InvalidCursor
from papra_index.index.base import IndexMatches, IndexRequest, PropertyOrder
from papra_index.index.tantivy.filters import match_orders
from papra_index.index.tantivy.properties import TEXT_HEADS
from papra_index.index.tantivy.schema import build_schema
from papra_index.values.properties import PropertyType

_SIGN = 1 << 63  # the engine tells orders as unsigned numbers
_LARGEST = (1 << 63) - 1
_ORDER = re.compile("-?[0-9]{1,19}")


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Documents that stand together: `columns` order them before their keys, `option_id` is the value of all."""

    query: Query
    columns: tuple[str, ...] = ()
    option_id: str | None = None
    is_empty: bool = False


def search_by_property(
    searcher: tantivy.Searcher, query: Query, request: IndexRequest, order: PropertyOrder
) -> IndexMatches:
    """Return a page of matches in the order of a property. Raises InvalidCursor for a place that it does not have."""
    descending = request.sort.descending
    stretches = _list_stretches(query, order, descending=descending)
    first = request.first
    if request.after is not None:
        stretches, first = _go_on(stretches, request.after, descending=descending), 0
    rows: list[tuple[_Stretch, list[int], int]] = []
    for stretch in stretches:
        wanted = request.limit + 1 - len(rows)  # one more, to know whether any follow
        if wanted < 1:
            break
        if first:
            count = _count(searcher, stretch.query)
            if count <= first:
                first -= count
                continue
        rows += [(stretch, *hit) for hit in _take(searcher, stretch, first, wanted, descending=descending)]
        first = 0
    shown = rows[: request.limit]
    return IndexMatches(
        keys=tuple(key for _, _, key in shown),
        scores=(0.0,) * len(shown),
        documents_count=_count(searcher, query),
        end=_read_place(*shown[-1]) if len(rows) > request.limit else None,
    )


def _list_stretches(query: Query, order: PropertyOrder, *, descending: bool) -> list[_Stretch]:
    field = order.field
    valued = _match("has", field.id)
    last = _Stretch(_narrow(query, (Occur.MustNot, valued)), is_empty=True)
    if field.type is PropertyType.SELECT:
        ids = reversed(order.option_ids) if descending else order.option_ids
        options = [_Stretch(_narrow(query, (Occur.Must, _match(field.id, id_))), option_id=id_) for id_ in ids]
        return [*options, last]
    paths = [f"{field.id}_{place}" for place in range(TEXT_HEADS)] if field.type is PropertyType.TEXT else [field.id]
    return [_Stretch(_narrow(query, (Occur.Must, valued)), tuple(paths)), last]


def _go_on(stretches: list[_Stretch], after: Position, *, descending: bool) -> list[_Stretch]:
    """Return what is left of the stretches behind a place."""
    behind_key = _match_key(after.key, descending=descending)
    for number, stretch in enumerate(stretches):
        if stretch.is_empty != (after.value is None) or (stretch.option_id not in (None, after.value)):
            continue
        behind = behind_key
        if stretch.columns:
            orders = [int(part) for part in str(after.value).split(",") if _ORDER.fullmatch(part)]
            if len(orders) != len(stretch.columns) or any(abs(order) >= _SIGN for order in orders):
                break
            behind = _match_behind(list(zip(stretch.columns, orders, strict=True)), behind_key, descending=descending)
        narrowed = _narrow(stretch.query, (Occur.Must, behind))
        rest = _Stretch(narrowed, stretch.columns, stretch.option_id, stretch.is_empty)
        return [rest, *stretches[number + 1 :]]
    raise InvalidCursor("this cursor is of a value that the property no longer has: start again without it")


def _match_behind(places: list[tuple[str, int]], behind_key: Query, *, descending: bool) -> Query:
    """Return the query for what comes behind a value: beyond it in one column and equal in all before, or by key."""
    alternatives: list[Query] = []
    equal: list[tuple[Occur, Query]] = []
    for path, order in places:
        beyond = match_orders(path, None, order) if descending else match_orders(path, order + 1, None)
        alternatives.append(Query.boolean_query([*equal, (Occur.Must, beyond)]))
        equal.append((Occur.Must, match_orders(path, order, order + 1)))
    alternatives.append(Query.boolean_query([*equal, (Occur.Must, behind_key)]))
    return Query.boolean_query([(Occur.Should, query) for query in alternatives])


def _match_key(key: int, *, descending: bool) -> Query:
    bounds = (-_LARGEST, key - 1) if descending else (key + 1, _LARGEST)
    return Query.const_score_query(Query.range_query(build_schema(), "key", tantivy.FieldType.Integer, *bounds), 0.0)


def _match(path: str, value: str) -> Query:
    return Query.const_score_query(Query.term_query(build_schema(), f"properties.{path}", value), 0.0)


def _narrow(query: Query, clause: tuple[Occur, Query]) -> Query:
    return Query.boolean_query([(Occur.Must, query), clause])


def _count(searcher: tantivy.Searcher, query: Query) -> int:
    found = searcher.aggregate(query, {"count": {"value_count": {"field": "key"}}})
    return int(found["count"]["value"])


def _take(
    searcher: tantivy.Searcher, stretch: _Stretch, first: int, count: int, *, descending: bool
) -> list[tuple[list[int], int]]:
    """Return the orders and keys of so many documents of a stretch from a rank on."""
    direction = "desc" if descending else "asc"
    columns = [*(f"property_orders.{path}" for path in stretch.columns), "key"]
    top: dict[str, Any] = {"sort": [{column: direction} for column in columns], "from": first, "size": count}
    found = searcher.aggregate(stretch.query, {"top": {"top_hits": top}})
    orders = [[int(order) - _SIGN for order in hit["sort"]] for hit in found["top"]["hits"]]
    return [(order[:-1], order[-1]) for order in orders]


def _read_place(stretch: _Stretch, orders: list[int], key: int) -> Position:
    if stretch.is_empty:
        return Position(None, key)
    return Position(stretch.option_id or ",".join(map(str, orders)), key)
