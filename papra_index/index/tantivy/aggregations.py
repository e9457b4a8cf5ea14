"""What matches are counted and added up by, in the engine: facets, and what all matches amount to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import tantivy

from papra_index.index.base import SIZE_BOUNDS, IndexRequest, IndexSummary
from papra_index.index.tantivy.compiler import compile_request
from papra_index.query.expression import Expression
from papra_index.results import FacetName, Sort, SortField

Facets = dict[str, tuple[tuple[str, int], ...]]

_VALUES = 60_000  # below the engine's limit of buckets, so that no count is cut short by a segment's share
_SIZE = "size"
_COLUMNS: Mapping[FacetName, str] = {
    "tag": "tags",
    "mime_type": "mime_type",
    "language": "language",
    "year": "created_month",
    "month": "created_month",
    "document_year": "document_month",
    "document_month": "document_month",
    "size": "size",
}
_OF_MONTHS: Mapping[FacetName, int] = {"year": 100, "document_year": 100, "month": 1, "document_month": 1}
"""Facets of `YYYYMM`, and what that is divided by."""


def count_facets(searcher: tantivy.Searcher, query: tantivy.Query, request: IndexRequest) -> Facets:
    """Return the values of each facet with their counts, most frequent first; `query` is that of the request.

    Facets of the same matches are counted in one go.
    """
    names: dict[Expression, list[FacetName]] = {}
    for name, expression in request.facets.items():
        names.setdefault(expression, []).append(name)
    facets: Facets = {}
    for expression, counted in names.items():
        matched = query
        if expression != request.expression:
            asked = replace(request, expression=expression, sort=Sort(SortField.CREATED_AT))
            matched = compile_request(asked, searcher)[0]
        buckets = searcher.aggregate(matched, {_COLUMNS[name]: _aggregate(_COLUMNS[name]) for name in counted})
        for name in counted:
            counts = Counter[str]()
            for value, count in _name_values(name, buckets[_COLUMNS[name]]["buckets"]):
                counts[value] += count
            facets[name] = tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
    return facets


def summarize_matches(searcher: tantivy.Searcher, query: tantivy.Query) -> IndexSummary:
    """Return count, bytes and pages of the matches, and count and bytes by tag and month."""
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
    )


def _aggregate(column: str) -> dict[str, Any]:
    if column == _SIZE:
        ranges = [{"key": str(low), "from": float(low), "to": float(high)} for low, high in pairwise(SIZE_BOUNDS)]
        ranges.append({"key": str(SIZE_BOUNDS[-1]), "from": float(SIZE_BOUNDS[-1])})
        return {"range": {"field": column, "ranges": ranges}}
    return {"terms": {"field": column, "size": _VALUES, "segment_size": _VALUES}}


def _name_values(name: FacetName, buckets: list[dict[str, Any]]) -> Iterator[tuple[str, int]]:
    for bucket in buckets:
        key, count = bucket["key"], int(bucket["doc_count"])
        value = key if isinstance(key, str) else str(int(key) // _OF_MONTHS.get(name, 1))
        is_known = value != "0" if name in _OF_MONTHS else bool(value)
        if count and is_known:
            yield value, count


def _read_shares(buckets: list[dict[str, Any]]) -> dict[int, tuple[int, int]]:
    return {int(bucket["key"]): (int(bucket["doc_count"]), int(bucket[_SIZE]["value"])) for bucket in buckets}
