"""What matches are counted and added up by, in the engine: facets, and what all matches amount to."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import tantivy

from papra_index.index.base import SIZE_BOUNDS, Amounts, IndexRequest, IndexSummary
from papra_index.index.histograms import plan_buckets
from papra_index.index.tantivy.compiler import compile_request
from papra_index.index.tantivy.properties import month_name
from papra_index.query.expression import Expression, PropertyField
from papra_index.results import Sort, SortField
from papra_index.values.properties import PropertyType

Facets = dict[str, tuple[tuple[str, int], ...]]

_MEASURED = (PropertyType.NUMBER, PropertyType.DATE)
_VALUES = 60_000  # below the engine's limit of buckets, so that no count is cut short by a segment's share
_SIZE = "size"
_COLUMNS: Mapping[str, str] = {
    "organization": "organization",
    "tag": "tags",
    "mime_type": "mime_type",
    "language": "language",
    "year": "created_month",
    "month": "created_month",
    "document_year": "document_month",
    "document_month": "document_month",
    "size": "size",
}
_OF_MONTHS: Mapping[str, int] = {"year": 100, "document_year": 100, "month": 1, "document_month": 1}
"""Facets of `YYYYMM`, and what that is divided by."""


def count_facets(
    searcher: tantivy.Searcher, query: tantivy.Query, request: IndexRequest
) -> tuple[Facets, dict[str, Amounts]]:
    """Return the values of each facet with their counts, most frequent first, and what numbers and dates amount to.

    `query` is that of the request. Facets of the same matches are counted in one go.
    """
    names: dict[Expression, list[str]] = {}
    for name, expression in request.facets.items():
        names.setdefault(expression, []).append(name)
    facets: Facets = {}
    amounts: dict[str, Amounts] = {}
    for expression, counted in names.items():
        matched = query
        if expression != request.expression:
            asked = replace(request, expression=expression, sort=Sort(SortField.CREATED_AT))
            matched = compile_request(asked, searcher)[0]
        columns = {name: _find_column(name, request) for name in counted}
        buckets = searcher.aggregate(matched, {column: _aggregate(column) for column in columns.values() if column})
        for name, column in columns.items():
            field = request.facet_fields.get(name)
            if field is not None and field.type in _MEASURED:
                amounts[name] = measure_properties(searcher, matched, [field])[field.id]
            if field is not None and field.type is PropertyType.NUMBER:
                facets[name] = _count_numbers(searcher, matched, field, amounts[name])
                continue
            counts = Counter[str]()
            for value, count in _name_values(name, buckets[column]["buckets"]):
                counts[value] += count
            facets[name] = tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
    return facets, amounts


def measure_properties(
    searcher: tantivy.Searcher, query: tantivy.Query, fields: Sequence[PropertyField]
) -> dict[str, Amounts]:
    """Return what number and date properties of the matches amount to, by id."""
    found = searcher.aggregate(query, {field.id: {"stats": {"field": f"properties.{field.id}"}} for field in fields})
    return {
        field.id: Amounts(int(stats["count"]), stats["min"], stats["max"], float(stats["sum"]))
        for field in fields
        for stats in [found[field.id]]
    }


def _count_numbers(
    searcher: tantivy.Searcher, query: tantivy.Query, field: PropertyField, amounts: Amounts
) -> tuple[tuple[str, int], ...]:
    """Return how many documents have a value in each bucket of a histogram: `low..high`, the upper end excluded."""
    if amounts.minimum is None or amounts.maximum is None:
        return ()
    planned = {f"{low!r}..{high!r}": (low, high) for low, high in plan_buckets(amounts.minimum, amounts.maximum)}
    ranges = [
        {"key": key} | {end: bound for end, bound in (("from", low), ("to", high)) if math.isfinite(bound)}
        for key, (low, high) in planned.items()
    ]
    found = searcher.aggregate(query, {"numbers": {"range": {"field": f"properties.{field.id}", "ranges": ranges}}})
    counts = {bucket["key"]: int(bucket["doc_count"]) for bucket in found["numbers"]["buckets"]}
    return tuple((key, counts[key]) for key in planned if counts[key])


def _find_column(name: str, request: IndexRequest) -> str:
    """Return the column of a facet, empty for one of numbers, which are counted by ranges."""
    field = request.facet_fields.get(name)
    if field is None:
        return _COLUMNS[name]
    if field.type is PropertyType.NUMBER:
        return ""
    return f"properties.{month_name(field.id) if field.type is PropertyType.DATE else field.id}"


def summarize_matches(
    searcher: tantivy.Searcher, query: tantivy.Query, measured: Sequence[PropertyField] = ()
) -> IndexSummary:
    """Return count, bytes and pages of the matches, count and bytes by tag and month, and the amounts of properties."""
    size = {_SIZE: {"sum": {"field": _SIZE}}}
    found = searcher.aggregate(
        query,
        {
            _SIZE: {"stats": {"field": _SIZE}},
            "page_count": {"sum": {"field": "page_count"}},
            "tags": _aggregate("tags") | {"aggs": size},
            "created_month": _aggregate("created_month") | {"aggs": size},
        },
    )
    # The engine adds up as floats, which are exact to 2**53: nine petabytes.
    return IndexSummary(
        documents_count=int(found[_SIZE]["count"]),
        documents_size=int(found[_SIZE]["sum"]),
        pages_count=int(found["page_count"]["value"]),
        tags=_read_shares(found["tags"]["buckets"]),
        months=_read_shares(found["created_month"]["buckets"]),
        amounts=measure_properties(searcher, query, measured) if measured else {},
    )


def _aggregate(column: str) -> dict[str, Any]:
    if column == _SIZE:
        ranges = [{"key": str(low), "from": float(low), "to": float(high)} for low, high in pairwise(SIZE_BOUNDS)]
        ranges.append({"key": str(SIZE_BOUNDS[-1]), "from": float(SIZE_BOUNDS[-1])})
        return {"range": {"field": column, "ranges": ranges}}
    return {"terms": {"field": column, "size": _VALUES, "segment_size": _VALUES}}


def _name_values(name: str, buckets: list[dict[str, Any]]) -> Iterator[tuple[str, int]]:
    for bucket in buckets:
        key, count = bucket["key"], int(bucket["doc_count"])
        value = key if isinstance(key, str) else str(int(key) // _OF_MONTHS.get(name, 1))
        is_known = value != "0" if name in _OF_MONTHS else bool(value)
        if count and is_known:
            yield value, count


def _read_shares(buckets: list[dict[str, Any]]) -> dict[int, tuple[int, int]]:
    return {int(bucket["key"]): (int(bucket["doc_count"]), int(bucket[_SIZE]["value"])) for bucket in buckets}
