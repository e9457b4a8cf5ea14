"""How many documents there are and hold a term: of the whole index, which costs nothing, unless some may not be seen.

What is chosen by such counts, such as the words that few documents have, would otherwise tell of the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import tantivy
from tantivy import Occur, Query

from papra_index.conventions.principals import Reach
from papra_index.index.tantivy.filters import match_reach
from papra_index.index.tantivy.schema import build_schema
from papra_index.index.tantivy.stems import choose_field, match_term

_MAX_COUNTED = 1_000  # looking at more documents takes time, and few of so many were replaced


class Census:
    """Counts of documents for one searcher."""

    def __init__(self, searcher: tantivy.Searcher, reach: Sequence[Reach]) -> None:
        self._searcher = searcher
        self._within = match_reach(reach) if any(part.principals is not None for part in reach) else None

    @property
    def is_restricted(self) -> bool:
        """Whether only documents within reach count; the engine's own scores know of all."""
        return self._within is not None

    @cached_property
    def documents_count(self) -> int:
        """All documents."""
        return self._searcher.num_docs if self._within is None else self._count(self._within)

    def count_term(self, field: str, term: str) -> int:
        """Return how many documents have a term; of the whole index replaced ones count until they are merged away."""
        if self._within is None:
            return self._searcher.doc_freq(field, term)
        return self._count_within(Query.term_query(build_schema(), field, term, index_option="freq"))

    def count_holders(self, term: str, limit: float) -> int:
        """Return how many documents have a stem or a pair of characters; above 1,000 possibly too many.

        The engine's own count has replaced documents until they are merged away. It serves where it is within the
        limit.
        """
        holding = match_term(build_schema(), term)
        if self._within is not None:
            return self._count_within(holding)
        count = self._searcher.doc_freq(choose_field(term), term)
        return self._count(holding) if limit < count <= _MAX_COUNTED else count

    def _count_within(self, query: Query) -> int:
        assert self._within is not None  # noqa: S101 - the callers have looked
        return self._count(Query.boolean_query([(Occur.Must, query), (Occur.Must, self._within)]))

    def _count(self, query: Query) -> int:
        return int(self._searcher.search(query, 1).count)  # type: ignore[attr-defined]
