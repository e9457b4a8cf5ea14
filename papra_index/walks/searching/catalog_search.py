"""The walk `search` without an index: the newest documents of the catalog one by one, for as long as a search may take.

It stands in while an index is built, so it needs none, is bounded in time whatever is asked, and says what it left out.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from papra_index.catalog.database import Catalog
from papra_index.catalog.indexable import iterate_indexable
from papra_index.catalog.organizations import read_statistics
from papra_index.catalog.selection import list_newest
from papra_index.conventions.cursors import Position
from papra_index.conventions.folding import order_text
from papra_index.conventions.principals import Reach
from papra_index.conventions.times import to_datetime
from papra_index.conventions.values import dataclass
from papra_index.errors import IndexRebuilding
from papra_index.index.base import SIZE_BOUNDS, Amounts, IndexMatches, IndexRequest, IndexSummary, StandIn
from papra_index.results import Sort, SortField
from papra_index.values.properties import PropertyType
from papra_index.walks.searching.plain_matching import Judge, PlainDocument, PlainMatcher

_MAX_SECONDS: Final = 1.0
_PORTION_DOCUMENTS: Final = 200
_PORTION_CHARACTERS: Final = 2_000_000
_MEASURED: Final = (PropertyType.NUMBER, PropertyType.DATE)

Rank = tuple[bool, int | str, int]
"""Whether there is a value to order by, the value, and the document's key."""


@dataclass(frozen=True, slots=True)
class _Match:
    rank: Rank
    key: int
    score: float


class _Scan:
    """The documents within reach, newest first in each organization, until all were looked at or the time is over."""

    def __init__(self, catalog: Catalog, request: IndexRequest) -> None:
        self._catalog = catalog
        self._request = request
        self._deadline = time.monotonic() + _MAX_SECONDS
        self.looked_at = 0

    def __iter__(self) -> Iterator[PlainDocument]:
        for reach in self._request.reach:
            yield from self._iterate_reach(reach)

    def describe(self, left_out: Sequence[str] = ()) -> StandIn:
        """Return what was looked at."""
        if self._request.keys is not None:
            return StandIn(self.looked_at, self.looked_at, tuple(left_out), self._catalog.is_read_only)
        count = 0
        for reach in self._request.reach:
            with self._catalog.read(reach.principals) as connection:
                count += read_statistics(connection, reach.organization_key).documents_count
        return StandIn(self.looked_at, max(count, self.looked_at), tuple(left_out), self._catalog.is_read_only)

    def _iterate_reach(self, reach: Reach) -> Iterator[PlainDocument]:
        behind: tuple[int, int] | None = None
        keys = self._request.keys
        while time.monotonic() < self._deadline:
            # The catalog is read no longer than a portion at a time, or its log would grow.
            with self._catalog.read(reach.principals) as connection:
                if keys is not None:
                    portion, keys = keys[:_PORTION_DOCUMENTS], keys[_PORTION_DOCUMENTS:]
                else:
                    listed = list_newest(connection, reach.organization_key, behind, _PORTION_DOCUMENTS)
                    portion, behind = tuple(key for _, key in listed), listed[-1] if listed else None
                if not portion:
                    return
                for documents in iterate_indexable(connection, portion, _PORTION_CHARACTERS):
                    mine = [item for item in documents if item.organization_key == reach.organization_key]
                    yield from map(PlainDocument, mine)
                    self.looked_at += len(mine)
                    if time.monotonic() > self._deadline:
                        return


def search_catalog(catalog: Catalog, request: IndexRequest) -> IndexMatches:
    """Return one page of matches, as an index that knows words only as they are written would.

    Counts, too, are of the documents that were looked at. Raises IndexRebuilding for a cursor in the order of a
    property, as that is the index's alone.
    """
    left_out = []
    if request.order is not None:
        if request.after is not None:
            raise IndexRebuilding("the search index is being rebuilt: this page's order is known when it is ready")
        left_out.append("the order by a property")
    if request.facet_fields:
        left_out.append("facets by properties")
    matcher, scan = PlainMatcher(request), _Scan(catalog, request)
    judge = matcher.prepare(request.expression)
    counted: dict[str, tuple[Judge, Counter[str]]] = {}
    for name, expression in request.facets.items():
        if name not in request.facet_fields:
            same = expression == request.expression
            counted[name] = judge if same else matcher.prepare(expression), Counter()
    matches = []
    for document in scan:
        found = judge(document) is True
        if found:
            matches.append(_rank(document, matcher, request.sort))
        for name, (counts, counter) in counted.items():
            if found if counts is judge else counts(document) is True:
                counter.update(_list_values(name, document))
    facets = {
        name: tuple(sorted(counter.items(), key=lambda item: (-item[1], item[0])))
        for name, (_, counter) in counted.items()
    }
    return _take_page(matches, request, facets, scan.describe(left_out))


def summarize_catalog(catalog: Catalog, request: IndexRequest) -> IndexSummary:
    """Return what the matches among the documents that were looked at amount to."""
    scan = _Scan(catalog, request)
    judge = PlainMatcher(request).prepare(request.expression)
    count = size = pages = 0
    tags: dict[int, tuple[int, int]] = {}
    months: dict[int, tuple[int, int]] = {}
    values: dict[str, list[float]] = {field.id: [] for field in request.measured}
    for document in scan:
        if judge(document) is not True:
            continue
        stored = document.stored
        count, size, pages = count + 1, size + stored.size, pages + stored.page_count
        for shares, keys in ((tags, stored.tag_keys), (months, (_find_month(stored.created_at),))):
            for key in keys:
                documents_count, documents_size = shares.get(key, (0, 0))
                shares[key] = documents_count + 1, documents_size + stored.size
        for id_, held in document.properties.items():
            if id_ in values and held.type in _MEASURED:
                values[id_].append(float(held.values[0]))
    amounts = {
        id_: Amounts(len(found), min(found, default=None), max(found, default=None), sum(found))
        for id_, found in values.items()
    }
    return IndexSummary(count, size, pages, tags, months, amounts, stand_in=scan.describe())


def _take_page(
    matches: list[_Match], request: IndexRequest, facets: dict[str, tuple[tuple[str, int], ...]], stand_in: StandIn
) -> IndexMatches:
    ranked = request.sort.field is SortField.RELEVANCE
    descending = ranked or request.order is not None or request.sort.descending
    matches.sort(key=lambda match: (match.score if ranked else 0.0, match.rank), reverse=descending)
    first = request.first
    if request.after is not None:
        place = _rank_value(request.after.value, request.after.key)
        first = sum(1 for match in matches if (match.rank >= place if descending else match.rank <= place))
    shown = matches[first : first + request.limit]
    end = None
    if shown and not ranked and request.order is None and len(matches) > first + request.limit:
        has_value, value, key = shown[-1].rank
        end = Position(value if has_value else None, key)
    scores = tuple(match.score if ranked else 0.0 for match in shown)
    keys = tuple(match.key for match in shown)
    return IndexMatches(keys, scores, len(matches), facets, end=end, stand_in=stand_in)


def _rank(document: PlainDocument, matcher: PlainMatcher, sort: Sort) -> _Match:
    stored = document.stored
    value: int | str | None = stored.created_at
    match sort.field:
        case SortField.UPDATED_AT:
            value = stored.updated_at
        case SortField.DOCUMENT_DATE:
            value = stored.document_date
        case SortField.SIZE:
            value = stored.size
        case SortField.NAME:
            value = order_text(stored.name)
    score = matcher.score(document) if sort.field is SortField.RELEVANCE else 0.0
    return _Match(_rank_value(value, stored.key), stored.key, score)


def _rank_value(value: int | str | None, key: int) -> Rank:
    """Documents without a value are below all others."""
    return value is not None, 0 if value is None else value, key


def _list_values(facet: str, document: PlainDocument) -> list[str]:
    stored = document.stored
    match facet:
        case "organization":
            return [str(stored.organization_key)]
        case "tag":
            return [str(key) for key in stored.tag_keys]
        case "mime_type":
            return [document.mime_type]
        case "language":
            return [] if stored.language is None else [stored.language.lower()]
        case "size":
            return [str(max(bound for bound in SIZE_BOUNDS if bound <= max(stored.size, 0)))]
    moment = stored.document_date if facet.startswith("document_") else stored.created_at
    if moment is None:
        return []
    month = _find_month(moment)
    return [str(month // 100 if facet.endswith("year") else month)]


def _find_month(milliseconds: int) -> int:
    moment = to_datetime(milliseconds)
    return moment.year * 100 + moment.month
