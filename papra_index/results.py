"""What goes into a listing or search and what comes back, as frozen values checked when they are made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from enum import StrEnum
from typing import Literal, get_args

from papra_index.conventions.values import dataclass
from papra_index.documents import Document
from papra_index.errors import InvalidInput, InvalidPageRequest, PapraIndexError
from papra_index.settings import RankingSettings
from papra_index.values.explanations import Explanation
from papra_index.values.properties import PropertyStatistics
from papra_index.values.reranks import Rerank, Reranking

Span = tuple[int, int]
"""Offsets of the first character and behind the last one."""

MAX_PAGE_SIZE = 100
"""Largest page of results."""

MAX_PAGE_INDEX = 10**12
"""Far beyond any archive, and within what databases count in."""

MAX_RELEVANCE_DEPTH = 10_000
"""Hits that paging by relevance reaches; scores move with commits, so deeper pages would mean nothing."""


class SortField(StrEnum):
    """What results are ordered by; ties are broken by the document key in the same direction."""

    RELEVANCE = "relevance"
    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"
    DOCUMENT_DATE = "document_date"
    NAME = "name"
    SIZE = "size"


PROPERTY_PREFIX = "property:"
"""What an order or facet by a custom property begins with; its id, name or key follows."""


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort field and its direction; undated documents come last when descending and first when ascending.

    In searches the field may be `property:` and the name of a property: documents without a value then come last.
    """

    field: SortField | str
    descending: bool = True

    def __post_init__(self) -> None:
        if not isinstance(self.field, SortField) and not str(self.field).startswith(PROPERTY_PREFIX):
            raise InvalidInput(f"{self.field!r} is no order: give a SortField, or {PROPERTY_PREFIX} and a name")


def read_sort_field(name: object) -> SortField | str:
    """Return the field of this value. Raises ValueError for what is neither one nor that of a property."""
    if not isinstance(name, str):
        raise ValueError(f"{name!r} is no order")
    return name if name.startswith(PROPERTY_PREFIX) else SortField(name)


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page is wanted: `page_index` counts from 0, `page_size` is 1..100.

    Raises InvalidPageRequest when out of bounds.
    """

    page_index: int = 0
    page_size: int = 25

    def __post_init__(self) -> None:
        if isinstance(self.page_index, bool) or not isinstance(self.page_index, int) or self.page_index < 0:
            raise InvalidPageRequest(f"page_index is {self.page_index!r}: give a whole number from 0")
        if type(self.page_size) is not int or not 1 <= self.page_size <= MAX_PAGE_SIZE:
            raise InvalidPageRequest(f"page_size is {self.page_size!r}: give a whole number from 1 to {MAX_PAGE_SIZE}")
        if self.page_index > MAX_PAGE_INDEX:
            raise InvalidPageRequest(f"page_index is {self.page_index}: pages are counted up to {MAX_PAGE_INDEX}")

    @property
    def first(self) -> int:
        """Rank of the first wanted result, from 0."""
        return self.page_index * self.page_size


FacetName = Literal["tag", "mime_type", "language", "year", "month", "document_year", "document_month", "size"]
FACET_NAMES: tuple[FacetName, ...] = get_args(FacetName)
"""What documents can be counted by. Years and months are those of creation, or of the document date, in UTC."""

Matching = Literal["all", "any"]
"""Whether a document has to match all plain words of a query, or any of them suffices."""


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A search of several that are asked together; the fields are what `Organization.search` takes."""

    search_query: str
    page_index: int = 0
    page_size: int = 25
    sort: Sort | None = None
    snippets: int = 0
    facets: Sequence[str] = ()
    strict: bool = False
    time_zone: str | None = None
    matching: Matching = "all"
    feedback: bool = False
    matched: bool = False
    explain: bool = False
    cursor: str | None = None
    relax: bool = True
    tags: Sequence[str] = ()
    principals: Sequence[str] | None = None
    rerank: Rerank | None = None
    ranking: RankingSettings | None = None


@dataclass(frozen=True, slots=True)
class QueryIssue:
    """Something in a search query that was repaired or could not be meant.

    `start` and `end` are character positions in the query as given (`end` exclusive).
    """

    code: str
    message: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Snippet:
    """A passage of a page around words that matched; `highlights` are (start, end) offsets within `text`.

    `start` and `end` are the passage's place in the page's text, where runs of blanks stand that are one blank in
    `text`; `page_highlights` are the places there of what is highlighted, in the same order.
    `starts_inside` and `ends_inside` say whether the page goes on before and after the passage; `page_label` is what is
    printed on the page where the file says so.
    """

    text: str
    page_number: int
    highlights: tuple[Span, ...] = ()
    starts_inside: bool = False
    ends_inside: bool = False
    page_label: str | None = None
    start: int = 0
    end: int = 0
    page_highlights: tuple[Span, ...] = ()

    @property
    def plain(self) -> str:
        """The passage without marks."""
        return self.text

    @property
    def html(self) -> str:
        """The passage for a web page: escaped, with `<mark>` around what is highlighted."""
        return mark_html(self.text, self.highlights)


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that matched. `score` is 0.0 when the order is not by relevance.

    `name_highlights` are (start, end) offsets in the document's name of what matched there, told with snippets.
    `matched` has the words and phrases of the query that were found, by the field that holds them, and `explanation`
    what the score consists of; both are there where they were asked for. Of one that was given to a `Rerank`,
    `engine_rank` is the rank it would have without, from 1, and `rerank_score` what the callable gave it.
    """

    document: Document
    score: float
    snippets: tuple[Snippet, ...] = ()
    name_highlights: tuple[Span, ...] = ()
    matched: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    explanation: Explanation | None = None
    engine_rank: int | None = None
    rerank_score: float | None = None

    @property
    def name_html(self) -> str:
        """The document's name for a web page: escaped, with `<mark>` around what is highlighted."""
        return mark_html(self.document.name, self.name_highlights)


def mark_html(text: str, highlights: Iterable[Span]) -> str:
    """Return a text escaped for HTML, between tags and in attributes, with `<mark>` around spans of it.

    The spans stand in order and do not overlap.
    """
    from html import escape  # which reads all entities of HTML

    pieces, position = [], 0
    for start, end in highlights:
        pieces += [escape(text[position:start]), "<mark>", escape(text[start:end]), "</mark>"]
        position = end
    return "".join([*pieces, escape(text[position:])])


@dataclass(frozen=True, slots=True)
class FacetCount:
    """How many documents have a value, and `filter`, which finds them in the search language.

    `value` is a tag id, mime type, language code, `YYYY`, `YYYY-MM` (UTC) or the first byte of a size class; `label` is
    what to show, such as the tag's name. `filter` is empty where the language cannot say it.
    """

    value: str
    label: str
    count: int
    filter: str


RelaxationKind = Literal["typos", "fewer-words", "both"]


@dataclass(frozen=True, slots=True)
class Relaxation:
    """What was searched for in place of a query that no document matches.

    `search_query` is the query with the likeliest word for each mistyped one and without those left out. `replaced`
    has the words looked for by mistyped word, folded, the likeliest first; `left_out` are words that no document of the
    organization has, and words such as "the". Of the others a document has at least `words_needed`, all where None.
    """

    kind: RelaxationKind
    search_query: str
    replaced: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    words_needed: int | None = None


@dataclass(frozen=True, slots=True)
class Expansion:
    """A word or phrase of a query, and the synonyms of the organization that were searched for beside it."""

    text: str
    synonyms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ResultPage:
    """One page of a search: `documents_count` is the exact number of matches before paging.

    `expanded` tells which words were searched for with their synonyms, `ignored_words` which were left out as stop
    words of the organization. `next_cursor` gives the page behind this one, None where there is none or the order
    is by relevance. `relaxed` tells that no document matches the query as it is, and what was searched for instead;
    `suggestion` is the query in a spelling that far more documents match, where few match this one. `statistics`
    has those of each facet by a number or date property. `reranked` tells what became of the order that was asked
    for with `rerank`.
    """

    hits: tuple[Hit, ...]
    documents_count: int
    page_index: int
    page_size: int
    issues: tuple[QueryIssue, ...] = ()
    facets: Mapping[str, tuple[FacetCount, ...]] = field(default_factory=dict)
    expanded: tuple[Expansion, ...] = ()
    ignored_words: tuple[str, ...] = ()
    next_cursor: str | None = None
    relaxed: Relaxation | None = None
    suggestion: str | None = None
    statistics: Mapping[str, PropertyStatistics] = field(default_factory=dict)
    reranked: Reranking | None = None

    @property
    def is_degraded(self) -> bool:
        """Whether the catalog answered, without an index, or one that nobody keeps up to date; an issue says so."""
        return any(issue.code in {"index-rebuilding", "index-behind"} for issue in self.issues)


@dataclass(frozen=True, slots=True)
class SearchOutcome:
    """What became of one of several searches: its `page`, or else the `error` it would have raised alone."""

    request: SearchRequest
    page: ResultPage | None
    error: PapraIndexError | None = None


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """One page of a listing: `documents_count` counts all of them before paging, `next_cursor` is as in ResultPage."""

    documents: tuple[Document, ...]
    documents_count: int
    page_index: int
    page_size: int
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts and bytes of originals: live, in the trash, and both together."""

    documents_count: int
    documents_size: int
    deleted_documents_count: int
    deleted_documents_size: int

    @property
    def total_documents_count(self) -> int:
        """Live and trashed documents."""
        return self.documents_count + self.deleted_documents_count

    @property
    def total_documents_size(self) -> int:
        """Bytes of live and trashed documents."""
        return self.documents_size + self.deleted_documents_size


@dataclass(frozen=True, slots=True)
class Share:
    """What the matching documents with one value amount to: how many they are, and the bytes of their originals.

    `value`, `label` and `filter` are as in FacetCount.
    """

    value: str
    label: str
    documents_count: int
    documents_size: int
    filter: str


@dataclass(frozen=True, slots=True)
class Summary:
    """What all documents that match a query amount to: count, bytes of originals, pages.

    `by_tag` has the most documents first, `by_month`, of creation in UTC, the newest month. `relaxed` tells that no
    document matches the query as it is, and what was summarized instead. `by_property` has the number and date
    properties that a match has a value of, in their order.
    """

    documents_count: int
    documents_size: int
    pages_count: int
    by_tag: tuple[Share, ...]
    by_month: tuple[Share, ...]
    issues: tuple[QueryIssue, ...] = ()
    relaxed: Relaxation | None = None
    by_property: tuple[PropertyStatistics, ...] = ()
