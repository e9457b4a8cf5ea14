"""What the parts of an expression cost the engine, and an expression without those that would take too long.

A cost is a number of postings to be read, 10 ns each, estimated from how many documents hold the words. The first parts
of a query are never left out, however large the archive; those behind them are while the costs of all are bounded.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import tantivy

from papra_index.index.tantivy.analysis import tokenize
from papra_index.index.tantivy.beginnings import LONGEST_BEGINNING, name_beginning
from papra_index.index.tantivy.schema import list_fields
from papra_index.query.expression import (
    And,
    AtLeast,
    Boosted,
    Everything,
    Expression,
    Near,
    Not,
    Or,
    Pattern,
    Text,
    Words,
    walk_expression,
)

KEPT_PARTS: Final = 12
"""Words, phrases and patterns at the beginning of a query that are looked for whatever they cost."""

MAX_COST: Final = 10_000_000
"""What all parts of a query may cost in one go over the index: a tenth of a second."""

_COST_OF_DOCUMENT = 40
"""What they may cost for each document of the archive where that is more: a long query's words in a large archive."""

_COST_OF_TERM = 2.0
_COST_OF_PREFIX = 2.0
_COST_OF_NEIGHBOURS = 26.0
"""Of a document in a word's list, in those of all words with a beginning, and where places of words are compared, which
is done for scores and, with a beginning at the end, for matches.
"""

_MAX_LISTED = 1_000

Leaf = Text | Near | Pattern


def bound_expression(
    expression: Expression, searcher: tantivy.Searcher, passes: int = 1
) -> tuple[Expression, tuple[str, ...]]:
    """Return an expression without the parts that cost too much, and these as typed, in order.

    `passes` is how often the matches are gone through. Of parts that are the same all are left out or none.
    """
    parts = sum(
        len(part.values) if isinstance(part, Words) else isinstance(part, Leaf) for part in walk_expression(expression)
    )
    if parts <= KEPT_PARTS:
        return expression, ()
    meter = CostMeter(searcher, passes)
    kept = meter.keep(expression)
    return Everything() if kept is None else kept, tuple(meter.dropped)


def measure_neighbours(searcher: tantivy.Searcher, field: str, tokens: Iterable[str]) -> float:
    """Return what it costs to look at where words stand: in documents that hold them all, as many as the rarest."""
    return min((searcher.doc_freq(field, token) for token in tokens), default=0) * _COST_OF_NEIGHBOURS


def limit_cost(searcher: tantivy.Searcher, cost: float) -> float:
    """Return a cost that is allowed, or what is in an archive of very many documents."""
    return max(cost, _COST_OF_DOCUMENT * searcher.num_docs)


class CostMeter:
    """Adds up what the parts of one query cost."""

    def __init__(self, searcher: tantivy.Searcher, passes: int) -> None:
        self._searcher = searcher
        self._left = limit_cost(searcher, MAX_COST) / max(1.0, passes / 2)
        self._known: dict[Leaf, bool] = {}
        self.dropped: dict[str, None] = {}

    def keep(self, expression: Expression) -> Expression | None:
        """Return what is kept of an expression, None for nothing; parts are judged in their order."""
        match expression:
            case Text() | Near() | Pattern():
                return expression if self._admit(expression) else None
            case Words(values):
                kept = tuple(value for value in values if self._admit(Text(value)))
                return Words(kept) if kept else None
            case Boosted(operand, factor):
                inner = self.keep(operand)
                return None if inner is None else Boosted(inner, factor)
            case Not(operand):
                inner = self.keep(operand)
                return None if inner is None else Not(inner)
            case And(operands):
                parts = self._keep_all(operands)
                return And(parts) if len(parts) > 1 else parts[0] if parts else None
            case Or(operands):
                parts = self._keep_all(operands)
                return Or(parts) if len(parts) > 1 else parts[0] if parts else None
            case AtLeast(operands, minimum):
                parts = self._keep_all(operands)
                return AtLeast(parts, min(minimum, len(parts))) if parts else None
        return expression

    def _keep_all(self, operands: Iterable[Expression]) -> tuple[Expression, ...]:
        kept = (self.keep(operand) for operand in operands)
        return tuple(operand for operand in kept if operand is not None)

    def _admit(self, leaf: Leaf) -> bool:
        if leaf not in self._known:
            self._left -= self._measure(leaf)
            self._known[leaf] = self._left >= 0 or len(self._known) < KEPT_PARTS
            if not self._known[leaf]:
                self.dropped[leaf.value] = None
        return self._known[leaf]

    def _measure(self, leaf: Leaf) -> float:
        if self._left < 0 or isinstance(leaf, Pattern):  # these have limits of their own
            return 0.0
        tokens = tokenize(leaf.value)
        fields = list_fields(leaf.field)
        if isinstance(leaf, Near) or len(tokens) > 1:
            return sum(measure_neighbours(self._searcher, field, tokens) for field in fields)
        return sum(self._measure_word(field, token, leaf.is_exact) for field in fields for token in tokens)

    def _measure_word(self, field: str, token: str, is_exact: bool) -> float:
        cost = self._searcher.doc_freq(field, token) * _COST_OF_TERM
        if is_exact:
            return cost
        if len(token) > LONGEST_BEGINNING:
            found = self._searcher.terms_with_prefix(field, token, limit=_MAX_LISTED)
            return cost + sum(count for _, count in found) * _COST_OF_PREFIX
        if field == "content":
            return cost + self._searcher.doc_freq("fragments", name_beginning(token)) * _COST_OF_TERM
        return cost + self._searcher.num_docs * _COST_OF_PREFIX / len(token)
