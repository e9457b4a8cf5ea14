"""The SearchIndex protocol every engine satisfies: integer document keys in, integer document keys out."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace
from typing import Literal, Protocol

from papra_index.conventions.cursors import Position
from papra_index.conventions.principals import Reach
from papra_index.conventions.values import dataclass
from papra_index.query.expression import Expression, Identified, PropertyField, TextField
from papra_index.results import Sort, SortField
from papra_index.settings import RankingSettings
from papra_index.values.explanations import AnalyzedWord, ScorePart
from papra_index.values.properties import StoredProperty

SIZE_BOUNDS = (0, 100_000, 1_000_000, 10_000_000, 100_000_000)
"""Bytes at which the size classes begin."""

_IN_ANY_ORDER = Sort(SortField.CREATED_AT)  # none costs less


@dataclass(frozen=True, slots=True)
class IndexDocument:
    """What the index keeps of a live document.

    Times are milliseconds since 1970 UTC; `content` is the text of the pages joined; `extraction` is the status of it,
    `ocr_confidence` in 0..100, None where nothing went through OCR, `language` an ISO 639-1 code, None where unknown.
    """

    key: int
    organization_key: int
    name: str
    content: str
    mime_type: str
    size: int
    created_at: int
    updated_at: int
    document_date: int | None
    extraction: str
    ocr_confidence: float | None = None
    tag_keys: tuple[int, ...] = ()
    original_name: str = ""
    notes: str | None = None
    language: str | None = None
    page_count: int = 0
    properties: tuple[StoredProperty, ...] = ()
    principals: tuple[str, ...] = ()


WordField = Literal["name", "content", "notes", "original_name", "mime_type", "extension", "language"]
"""A field whose words, or whole values, can be listed."""

WordCount = tuple[str, int]
"""A word of the index, and how many documents hold it."""

FeedbackTerm = tuple[str, float]
"""A term of the index, and its weight among the others."""


@dataclass(frozen=True, slots=True)
class FeedbackText:
    """A document that a search found, as feedback reads it: name and content, and how well it matched."""

    text: str
    language: str | None
    score: float


@dataclass(frozen=True, slots=True)
class PropertyOrder:
    """A property that documents are ordered by: a number, date, boolean or text, or a select one with its options' ids
    in their order.
    """

    field: PropertyField
    option_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Amounts:
    """How many documents have a value of a property, the least and the greatest of these, and their sum."""

    count: int
    minimum: float | None
    maximum: float | None
    total: float


@dataclass(frozen=True, slots=True)
class IndexRequest:
    """A search inside one organization or several: nothing in the answer tells of what is beyond `reach`.

    `tag_keys` resolves each `Tagged.reference` of the expression (to several where several organizations have such a
    tag), `document_keys` each of its `Identified`; one that is missing there matches nothing.
    `first` is the rank of the first wanted match from 0, `limit` at least 1; with `after`, which needs an order that is
    not by relevance, the matches behind that place are wanted and `first` says nothing. `facets` has for each the
    expression whose matches it counts; its values come as strings of the tag key, the mime type, the language code,
    `YYYY`, `YYYYMM`, or the size class's first byte. Without `widening` words match as they are and as beginnings only.
    `feedback` are further alternatives of each `Words`, as `choose_terms` gives them. With `keys` only these documents
    are looked at. `order` is the property that `sort` names; `facet_fields` are the properties of the facets that count
    by one, `measured` those to be added up. `unseen_ids` are documents that no `Valued` of the expression
    is to tell of; `ranking` is how much what matches adds to scores.
    """

    reach: tuple[Reach, ...]
    expression: Expression
    sort: Sort
    first: int = 0
    limit: int = 25
    tag_keys: Mapping[str, int | tuple[int, ...]] = field(default_factory=dict)
    document_keys: Mapping[Identified, Sequence[int]] = field(default_factory=dict)
    facets: Mapping[str, Expression] = field(default_factory=dict)
    widening: bool = True
    feedback: tuple[FeedbackTerm, ...] = ()
    keys: tuple[int, ...] | None = None
    after: Position | None = None
    order: PropertyOrder | None = None
    facet_fields: Mapping[str, PropertyField] = field(default_factory=dict)
    measured: tuple[PropertyField, ...] = ()
    unseen_ids: frozenset[str] = frozenset()
    ranking: RankingSettings = field(default_factory=RankingSettings)


def restart_request(
    request: IndexRequest, expression: Expression, limit: int, sort: Sort = _IN_ANY_ORDER
) -> IndexRequest:
    """Return the request for the first matches of another expression, whose tags and ids are looked up with it."""
    return replace(request, expression=expression, sort=sort, first=0, limit=limit, facets={}, after=None)


@dataclass(frozen=True, slots=True)
class StandIn:
    """That the catalog answered in place of an index that is being built, with words as they are written.

    `looked_at` are the documents that there was time for, the newest of `documents_count`; `left_out` says what of the
    request it does not do. `is_lasting` where none is built, as the archive is only read.
    """

    looked_at: int
    documents_count: int
    left_out: tuple[str, ...] = ()
    is_lasting: bool = False


@dataclass(frozen=True, slots=True)
class IndexMatches:
    """Keys in order with their scores, the exact count of all matches, and facet values most frequent first.

    Scores are 0.0 unless sorted by relevance; otherwise, where more matches follow, `end` is the place of the last one
    here. What would have taken too long: `loosened` are the phrases, as their words, that were matched by documents
    holding the words anywhere, `dropped` the words and phrases that were left out, in order. `amounts` are those of the
    facets by a number or date property, by the facet's name. `stand_in` tells that no index answered,
    `behind` how many changes the index lacks that nobody is applying.
    """

    keys: tuple[int, ...]
    scores: tuple[float, ...]
    documents_count: int
    facets: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    loosened: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    end: Position | None = None
    amounts: Mapping[str, Amounts] = field(default_factory=dict)
    stand_in: StandIn | None = None
    behind: int = 0


@dataclass(frozen=True, slots=True)
class IndexSummary:
    """Count, bytes and pages of all matches, count and bytes of those of each tag key and `YYYYMM` of creation, and the
    amounts of measured properties by id; `loosened`, `dropped`, `stand_in` and `behind` are as in IndexMatches.
    """

    documents_count: int
    documents_size: int
    pages_count: int
    tags: Mapping[int, tuple[int, int]]
    months: Mapping[int, tuple[int, int]]
    amounts: Mapping[str, Amounts] = field(default_factory=dict)
    loosened: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    stand_in: StandIn | None = None
    behind: int = 0


MAX_SIMILAR = 100
"""Similar documents that are told of at most."""


@dataclass(frozen=True, slots=True)
class SimilarityRequest:
    """A document that others are compared with: its key, the beginning of its text, and what the others must match.

    Of `filter` reach, expression, first and limit count; `ignored_words` are folded words that say nothing.
    """

    document_key: int
    text: str
    language: str | None
    filter: IndexRequest
    ignored_words: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SimilarMatch:
    """A similar document: `score` is above 0 and up to 1; `words` are shared ones, for those on the wanted page."""

    key: int
    score: float
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Correction:
    """A word, or two with a blank between them, that another may have been meant as.

    `cost` is what the mistakes cost, 1 for a wrong letter; `documents_count` counts the documents within reach that
    have it, at least 1.
    """

    text: str
    cost: float
    documents_count: int


class IndexReader(Protocol):
    """Searches the newest commit; safe to share between threads."""

    def search(self, request: IndexRequest) -> IndexMatches:
        """Return one page of matches. Raises SearchIndexError when the engine fails."""
        ...

    def summarize(self, request: IndexRequest) -> IndexSummary:
        """Return what all matches amount to; pages and facets do not matter. Raises SearchIndexError as `search`."""
        ...

    def choose_terms(
        self, reach: Sequence[Reach], texts: Sequence[FeedbackText], limit: int
    ) -> tuple[FeedbackTerm, ...]:
        """Return up to `limit` terms that the best documents of a search within reach speak of.

        Raises SearchIndexError when the engine fails.
        """
        ...

    def explain(self, request: IndexRequest, keys: Sequence[int]) -> Mapping[int, tuple[ScorePart, ...]]:
        """Return what the scores of documents consist of, by key; the scores of the parts add up to the document's.

        Empty where the request does not rank. Raises SearchIndexError when the engine fails.
        """
        ...

    def analyze(self, text: str, language: str | None) -> tuple[AnalyzedWord, ...]:
        """Return the words of a text as they are looked for, with their stems in documents of a language."""
        ...

    def list_words(
        self, request: IndexRequest, field: WordField, beginning: str, *, limit: int | None, quickly: bool = False
    ) -> tuple[WordCount, ...] | None:
        """Return words of a field that begin so, with the documents of the request that hold each, most first.

        With `quickly`, None where there are too many to look at while somebody types. Raises SearchIndexError when the
        engine fails.
        """
        ...

    def measure_rarity(self, reach: Sequence[Reach], word: str) -> float:
        """Return how much a folded word in the content counts by being rare, among all documents of the index or, where
        not all are seen, among those within reach.

        Raises SearchIndexError when the engine fails.
        """
        ...

    def find_similar(self, request: SimilarityRequest) -> tuple[SimilarMatch, ...]:
        """Return at most MAX_SIMILAR documents that share distinctive words, best first. Raises SearchIndexError."""
        ...

    def find_copies(self, request: SimilarityRequest) -> tuple[int, ...]:
        """Return the few documents of which one may be a copy of the text, by key. Raises SearchIndexError."""
        ...

    def find_corrections(
        self, reach: Sequence[Reach], word: str, field: TextField, *, mistakes: int = 2
    ) -> tuple[Correction, ...]:
        """Return what a folded word may have been meant as, likeliest first, of words that documents within reach have.

        `mistakes`, 1 or 2, is how many a long word may hold beside letters that look alike. Raises SearchIndexError
        when the engine fails.
        """
        ...

    @property
    def sequence(self) -> int:
        """The change sequence that searches from now on include at least."""
        ...


class IndexWriter(Protocol):
    """Applies documents to one generation; one per archive, held by the applier."""

    @property
    def sequence(self) -> int:
        """The checkpoint of the last commit, 0 before the first."""
        ...

    def apply(self, documents: Sequence[IndexDocument], removed_keys: Sequence[int]) -> None:
        """Replace or add `documents` and remove `removed_keys`; applying twice changes nothing."""
        ...

    def commit(self, sequence: int, when_begun: Callable[[], object] = ...) -> None:
        """Make all applied changes durable and visible, then record `sequence` as the checkpoint.

        `when_begun` is called when it is fixed what belongs to it: what another thread applies from then on does not.
        """
        ...

    def close(self, merge_seconds: float = math.inf) -> None:
        """Release the writer, after merges as far as they end in time; what was not committed is discarded."""
        ...
