"""What a search found as it is on the wire: documents with passages, counts of facets, issues of the query.

Places in texts are counted in UTF-16 units, as JavaScript does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NotRequired, cast

from typing_extensions import TypedDict

from papra_index.conventions.times import write_time
from papra_index.http.payloads import ListedDocument, write_listed
from papra_index.http.validation import utf16_length
from papra_index.results import FacetCount, Hit, QueryIssue, Relaxation, Snippet
from papra_index.values.properties import Property, PropertyStatistics


class SnippetPayload(TypedDict):
    """A passage of a page; `highlights` are the beginnings and ends of what matched, in UTF-16 units of `text`, as
    JavaScript counts. `html` is the passage escaped, with `<mark>` around what matched.
    """

    text: str
    html: str
    pageNumber: int
    pageLabel: str | None
    highlights: list[list[int]]


class FoundDocument(ListedDocument):
    """A document that was found; `snippets` and what matched in the name are there where they were asked for."""

    snippets: NotRequired[list[SnippetPayload]]
    nameHighlights: NotRequired[list[list[int]]]  # noqa: N815 - a field on the wire


class IssuePayload(TypedDict):
    """Something in a query that was repaired or could not be meant, and where it stands, in UTF-16 units."""

    code: str
    message: str
    start: int
    end: int


class RelaxedPayload(TypedDict):
    """What was searched for in place of a query that nothing matches: `searchQuery` says it, `replaced` the words that
    were taken for each mistyped one, `leftOut` what no document has; of the others `wordsNeeded` sufficed, or all.
    """

    kind: str
    searchQuery: str
    replaced: dict[str, list[str]]
    leftOut: list[str]
    wordsNeeded: int | None


class FacetPayload(TypedDict):
    """How many matching documents have a value; `filter`, joined with the query by a blank, selects them."""

    value: str
    label: str
    count: int
    filter: str


class StatisticsOfProperty(TypedDict):
    """What the matches have of a number or date property together: `total` and `average` are those of numbers."""

    count: int
    minimum: int | float | str | None
    maximum: int | float | str | None
    total: int | float | None
    average: float | None


def write_property_statistics(item: PropertyStatistics) -> StatisticsOfProperty:
    """Return what the matches have of a property."""
    lowest, highest = (
        write_time(bound) if isinstance(bound, datetime) else bound for bound in (item.minimum, item.maximum)
    )
    return {
        "count": item.count,
        "minimum": lowest,
        "maximum": highest,
        "total": item.total,
        "average": item.average,
    }


def write_hit(hit: Hit, definitions: Sequence[Property], *, snippets: bool) -> FoundDocument:
    """Return a match as lists have it, with its snippets if they were asked for."""
    payload = cast("FoundDocument", write_listed(hit.document, definitions))
    if snippets:
        payload["snippets"] = [_write_snippet(snippet) for snippet in hit.snippets]
        payload["nameHighlights"] = _count_utf16(hit.document.name, hit.name_highlights)
    return payload


def _write_snippet(snippet: Snippet) -> SnippetPayload:
    return {
        "text": snippet.text,
        "html": snippet.html,
        "pageNumber": snippet.page_number,
        "pageLabel": snippet.page_label,
        "highlights": _count_utf16(snippet.text, snippet.highlights),
    }


def write_issue(issue: QueryIssue, search_query: str) -> IssuePayload:
    """Return an issue of a query."""
    start, end = _count_utf16(search_query, [(issue.start, issue.end)])[0]
    return {"code": issue.code, "message": issue.message, "start": start, "end": end}


def _count_utf16(text: str, spans: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Return places in a text, given in characters, in UTF-16 units."""
    return [[utf16_length(text[:start]), utf16_length(text[:end])] for start, end in spans]


def write_relaxed(relaxed: Relaxation) -> RelaxedPayload:
    """Return what was searched for instead."""
    return {
        "kind": relaxed.kind,
        "searchQuery": relaxed.search_query,
        "replaced": {word: list(others) for word, others in relaxed.replaced.items()},
        "leftOut": list(relaxed.left_out),
        "wordsNeeded": relaxed.words_needed,
    }


def write_facet(counts: Iterable[FacetCount]) -> list[FacetPayload]:
    """Return the counts of a facet."""
    return [{"value": item.value, "label": item.label, "count": item.count, "filter": item.filter} for item in counts]
