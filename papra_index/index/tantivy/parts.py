"""The parts of a query that score, noted while it is compiled: asked one by one, they explain a score.

A score is the sum of its parts, so each is a query of its own, and none of the engine's trees has to be understood.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tantivy import Occur, Query

from papra_index.conventions.values import dataclass
from papra_index.values.explanations import PartKind


@dataclass(frozen=True, slots=True)
class QueryPart:
    """A query that adds to scores, with what it says; `conditions` must match, too, for it to count."""

    kind: PartKind
    field: str
    text: str
    query: Query
    factor: float = 1.0
    conditions: tuple[Query, ...] = ()

    def restrict(self, documents: Query) -> Query:
        """Return the query for what this adds to the scores of some documents."""
        silent = ((Occur.Must, Query.const_score_query(query, 0.0)) for query in (documents, *self.conditions))
        scored = self.query if self.factor == 1 else Query.boost_query(self.query, self.factor)
        return Query.boolean_query([*silent, (Occur.Must, scored)])


class PartList:
    """The parts of one query, in the order in which they were compiled."""

    def __init__(self) -> None:
        self._noted: list[tuple[PartKind, str, str, Query]] = []
        self._changes: list[tuple[int, int, float, Query | None]] = []

    def __len__(self) -> int:
        return len(self._noted)

    def note(self, kind: PartKind, field: str, words: Sequence[str], query: Query) -> Query:
        """Note what a query adds scores for, and return it."""
        self._noted.append((kind, field, " ".join(words), query))
        return query

    def scale(self, first: int, factor: float) -> None:
        """Multiply what the parts from `first` on add."""
        self._changes.append((first, len(self._noted), factor, None))

    def require(self, first: int, condition: Query) -> None:
        """Let the parts from `first` on count only where a query matches: that of an alternative they stand in."""
        if len(self._noted) > first:
            self._changes.append((first, len(self._noted), 1.0, condition))

    def build(self) -> list[QueryPart]:
        """Return the parts."""
        parts = [QueryPart(*noted) for noted in self._noted]
        for first, end, factor, condition in self._changes:
            for place in range(first, end):
                part = parts[place]
                conditions = part.conditions if condition is None else (*part.conditions, condition)
                parts[place] = replace(part, factor=part.factor * factor, conditions=conditions)
        return parts
