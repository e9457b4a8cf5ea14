"""Filters as engine queries: values of a document that are true or not, none of which adds to a score."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence

import tantivy
from tantivy import Query

from papra_index.conventions.principals import Reach
from papra_index.index.base import IndexRequest
from papra_index.index.tantivy.orders import order_value, stamp_order
from papra_index.index.tantivy.schema import (
    EVERYONE,
    HAS_CONTENT,
    HAS_DATE,
    HAS_LANGUAGE,
    HAS_NOTES,
    HAS_TAGS,
    build_schema,
    name_principal,
)
from papra_index.query.expression import (
    Extracted,
    Has,
    HasValue,
    Identified,
    Keyword,
    Owned,
    PropertyField,
    Range,
    RangeField,
    Tagged,
    Valued,
)

Filter = Owned | Tagged | Has | Extracted | Keyword | Identified | Valued | Range

_MAX_SINGLE_KEYS = 100
"""So many keys are looked up one by one; more go through the dictionary of keys, which costs half a millisecond."""

_RANGE_LIMIT = (1 << 63) - 1
_MARKS: Mapping[HasValue, int] = {
    "tags": HAS_TAGS,
    "document_date": HAS_DATE,
    "content": HAS_CONTENT,
    "notes": HAS_NOTES,
    "language": HAS_LANGUAGE,
}


class FilterMatcher:
    """Queries for the filters of one request."""

    def __init__(self, request: IndexRequest) -> None:
        self._schema = build_schema()
        self._tag_keys = request.tag_keys
        self._document_keys = request.document_keys
        self._unseen_ids = request.unseen_ids
        self.reach = match_reach(request.reach)

    def match(self, expression: Filter) -> Query:
        """Return the query for the documents where a filter is true."""
        match expression:
            case Tagged(reference):
                key = self._tag_keys.get(reference, ())
                return self._match_tags((key,) if isinstance(key, int) else key)
            case Owned(organization_key):
                return self._match_term("organization", organization_key)
            case Has(value):
                if isinstance(value, PropertyField):
                    return self._match_term("properties.has", value.id)
                return self._match_term("marks", _MARKS[value])
            case Extracted(status):
                return self._match_term("extraction", status.value)
            case Keyword(field, value, is_beginning):
                return self._match_beginning(field, value) if is_beginning else self._match_term(field, value)
            case Identified():
                return match_keys(self._document_keys.get(expression, ()))
            case Valued(field, value):
                if value in self._unseen_ids:
                    return Query.empty_query()
                return self._match_term(f"properties.{field.id}", value)
            case Range(field, start, end):
                return self._match_range(field, start, end)

    def match_opposite(self, expression: Range | Keyword) -> Query:
        """Return the query for the documents that have a value of the filter's field, and another one."""
        if isinstance(expression, Keyword):
            known = self._match_term("marks", _MARKS["language"])
            return Query.boolean_query([(tantivy.Occur.Must, known), (tantivy.Occur.MustNot, self.match(expression))])
        outside = []
        if expression.start is not None:
            outside.append(self._match_range(expression.field, None, expression.start))
        if expression.end is not None:
            outside.append(self._match_range(expression.field, expression.end, None))
        if not outside:
            return Query.empty_query()
        return Query.boolean_query([(tantivy.Occur.Should, query) for query in outside])

    def _match_term(self, field: str, value: int | str) -> Query:
        # The engine would score a filter by how rare it is.
        return Query.const_score_query(Query.term_query(self._schema, field, value), 0.0)

    def _match_tags(self, keys: tuple[int, ...]) -> Query:
        if not keys:
            return Query.empty_query()
        tags = [self._match_term("tags", key) for key in keys]
        return tags[0] if len(tags) == 1 else Query.boolean_query([(tantivy.Occur.Should, tag) for tag in tags])

    def _match_beginning(self, field: str, beginning: str) -> Query:
        found = Query.fuzzy_term_query(self._schema, field, beginning, distance=0, prefix=True)
        return Query.const_score_query(found, 0.0)

    def _match_range(self, field: RangeField | PropertyField, start: int | None, end: int | None) -> Query:
        """Return the query for the documents whose value is in the range; with both ends open, those that have one."""
        if isinstance(field, PropertyField):
            return match_orders(field.id, start, end)
        column, first, last = _find_column(field, start, end)
        # Both bounds are given: the engine takes a missing one for the end of the column's type.
        first = -_RANGE_LIMIT if first is None else max(first, -_RANGE_LIMIT)
        last = _RANGE_LIMIT if last is None else min(last, _RANGE_LIMIT)
        if first >= last:
            return Query.empty_query()
        values = Query.range_query(
            self._schema, column, tantivy.FieldType.Integer, first, last, include_upper=end is None
        )
        return Query.const_score_query(values, 0.0)


def match_reach(reach: Sequence[Reach]) -> Query:
    """Return the query for all documents that somebody may see: no request finds, counts or tells of others."""
    seen = [_match_seen(part) for part in reach]
    found = seen[0] if len(seen) == 1 else Query.boolean_query([(tantivy.Occur.Should, query) for query in seen])
    # The engine would score a filter by how rare it is.
    return Query.const_score_query(found, 0.0)


def _match_seen(part: Reach) -> Query:
    organization = Query.term_query(build_schema(), "organization", part.organization_key)
    if part.principals is None:
        return organization
    terms = [EVERYONE, *map(name_principal, part.principals)]
    if len(terms) > _MAX_SINGLE_KEYS:
        named = Query.term_set_query(build_schema(), "principals", terms)
    else:
        single = [Query.term_query(build_schema(), "principals", term, index_option="basic") for term in terms]
        named = Query.boolean_query([(tantivy.Occur.Should, query) for query in single])
    return Query.boolean_query([(tantivy.Occur.Must, organization), (tantivy.Occur.Must, named)])


def match_keys(keys: Sequence[int]) -> Query:
    """Return the query for some documents."""
    if not keys:
        return Query.empty_query()
    if len(keys) > _MAX_SINGLE_KEYS:
        return Query.const_score_query(Query.term_set_query(build_schema(), "key", list(keys)), 0.0)
    single = [(tantivy.Occur.Should, Query.term_query(build_schema(), "key", key)) for key in keys]
    return Query.const_score_query(Query.boolean_query(single), 0.0)


def match_orders(path: str, start: int | None, end: int | None) -> Query:
    """Return the query for the documents with `start <= order < end` at a path of `property_orders`; None is open."""
    first = -_RANGE_LIMIT if start is None else max(start, -_RANGE_LIMIT)
    behind = _RANGE_LIMIT if end is None else min(end, _RANGE_LIMIT)
    if first >= behind:
        return Query.empty_query()
    # The engine's parser is the only way to a range within JSON; it sees a property's id and two integers.
    found = _open_parser().parse_query(f"property_orders.{path}:[{first} TO {behind}}}")
    return Query.const_score_query(found, 0.0)


@functools.cache
def _open_parser() -> tantivy.Index:
    """Return an index without documents: what it parses means the same in any other of the schema."""
    return tantivy.Index(build_schema())


def _find_column(field: RangeField, start: int | None, end: int | None) -> tuple[str, int | None, int | None]:
    """Return the column that holds a field and the bounds in its terms: orders hold the value with a key below it."""
    orders: Mapping[RangeField, tuple[str, Callable[[int, int], int]]]
    orders = {"updated_at": ("updated_order", stamp_order), "size": ("size_order", order_value)}
    if field not in orders:
        return field, start, end
    column, order = orders[field]
    return column, None if start is None else order(start, 0), None if end is None else order(end, 0)
