"""Synonyms and stop words of an organization, applied to what a query means before it is searched for.

Words under NOT, exact ones, phrases and words of one field stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace
from typing import Final

from papra_index.conventions.folding import fold_text
from papra_index.conventions.values import dataclass
from papra_index.query.expression import (
    And,
    Boosted,
    Expression,
    Or,
    Text,
    Words,
    positive_patterns,
    positive_texts,
)
from papra_index.query.readings import make_text
from papra_index.results import Expansion

MAX_EXPANSIONS: Final = 50
"""Synonyms that a query is widened by; further ones are not looked for, so that its cost is bounded."""

_WORD = re.compile(r"[^\W_]+")

Term = tuple[str, ...]
"""The folded words of a word or phrase."""

Rarity = Callable[[str], float]
"""From a folded word to how much it counts by being rare, above 0."""


@dataclass(frozen=True, slots=True)
class Thesaurus:
    """For each term what else it stands for, as it was given; and the folded words to leave out."""

    synonyms: Mapping[Term, tuple[str, ...]] = field(default_factory=dict)
    stop_words: frozenset[str] = frozenset()

    @property
    def longest(self) -> int:
        """The number of words of the longest term."""
        return max(map(len, self.synonyms), default=0)


@dataclass(frozen=True, slots=True)
class Rewriting:
    """An expression after a thesaurus was applied, and what that did: terms that were widened, words left out."""

    expression: Expression
    expanded: tuple[Expansion, ...] = ()
    ignored: tuple[str, ...] = ()


def build_thesaurus(groups: Iterable[tuple[Sequence[str], bool]], stop_words: Iterable[str]) -> Thesaurus:
    """Return a thesaurus of groups, each its terms and whether only the first stands for the others."""
    synonyms: dict[Term, dict[str, None]] = {}
    for terms, is_one_way in groups:
        for term in terms[:1] if is_one_way else terms:
            others = (other for other in terms if split_term(other) != split_term(term))
            synonyms.setdefault(split_term(term), {}).update(dict.fromkeys(others))
    return Thesaurus({term: tuple(others) for term, others in synonyms.items()}, frozenset(stop_words))


def split_term(term: str) -> Term:
    """Return the folded words of a word or phrase."""
    return tuple(_WORD.findall(fold_text(term)))


def rewrite_expression(expression: Expression, thesaurus: Thesaurus, rarity: Rarity, weight: float) -> Rewriting:
    """Return an expression with synonyms beside their words, and without stop words where other words stay.

    A synonym scores `weight` times what the word that was typed does; a rarer one scores no more for that.
    It finds at least the same documents, but for `Words`, where one that is left out no longer suffices.
    """
    if not thesaurus.synonyms and not thesaurus.stop_words:
        return Rewriting(expression)
    rewriter = _Rewriter(thesaurus, rarity, weight)
    rewritten = rewriter.rewrite(expression)
    return Rewriting(rewritten, tuple(rewriter.expanded), tuple(dict.fromkeys(rewriter.ignored)))


@dataclass(slots=True)
class _Rewriter:
    """Rewrites one expression and notes what it did."""

    thesaurus: Thesaurus
    rarity: Rarity
    weight: float
    expanded: list[Expansion] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    count: int = 0

    def rewrite(self, expression: Expression) -> Expression:
        """Return an expression with the thesaurus applied wherever it is not negated."""
        if isinstance(expression, Text):
            return self._widen_text(expression)
        if isinstance(expression, Words):
            return self._widen_words(expression)
        if isinstance(expression, Boosted):
            return replace(expression, operand=self.rewrite(expression.operand))
        if isinstance(expression, Or):
            return Or(tuple(map(self.rewrite, expression.operands)))
        if isinstance(expression, And):
            return self._drop_stop_words(tuple(self._widen_runs(expression.operands)))
        return expression

    def _widen_text(self, text: Text) -> Expression:
        alternatives = self._find_alternatives([text.value]) if _is_plain(text) else []
        return Or((text, *alternatives)) if alternatives else text

    def _widen_words(self, words: Words) -> Expression:
        kept = tuple(value for value in words.values if not self._is_stop_word(value))
        if kept and len(kept) < len(words.values):
            self.ignored += [value for value in words.values if self._is_stop_word(value)]
        alternatives: list[Expression] = []
        for start in range(len(words.values)):
            for end in range(start + 1, min(start + self.thesaurus.longest, len(words.values)) + 1):
                alternatives += self._find_alternatives(words.values[start:end])
        loose = Words(kept) if kept else words
        return Or((loose, *alternatives)) if alternatives else loose

    def _widen_runs(self, operands: Sequence[Expression]) -> Iterable[Expression]:
        """Yield the operands, those that are a phrase of the thesaurus together as one, the longest first."""
        start = 0
        while start < len(operands):
            for end in range(min(start + self.thesaurus.longest, len(operands)), start + 1, -1):
                run = operands[start:end]
                values = [part.value for part in run if isinstance(part, Text) and _is_plain(part)]
                if len(values) == len(run) and (alternatives := self._find_alternatives(values)):
                    yield Or((And(tuple(run)), *alternatives))
                    start = end
                    break
            else:
                yield self.rewrite(operands[start])
                start += 1

    def _drop_stop_words(self, operands: tuple[Expression, ...]) -> Expression:
        kept = tuple(
            part
            for part in operands
            if not (isinstance(part, Text) and _is_plain(part) and self._is_stop_word(part.value))
        )
        rest = And(kept)
        if len(kept) == len(operands) or not (any(positive_texts(rest)) or any(positive_patterns(rest))):
            return And(operands)
        self.ignored += [part.value for part in operands if part not in kept and isinstance(part, Text)]
        return kept[0] if len(kept) == 1 else rest

    def _is_stop_word(self, value: str) -> bool:
        words = split_term(value)
        return len(words) == 1 and words[0] in self.thesaurus.stop_words

    def _find_alternatives(self, values: Sequence[str]) -> list[Expression]:
        """Return what else the words of these values stand for together, as far as the limit allows."""
        term = tuple(word for value in values for word in split_term(value))
        others = self.thesaurus.synonyms.get(term, ())[: MAX_EXPANSIONS - self.count]
        if not others:
            return []
        self.count += len(others)
        self.expanded.append(Expansion(" ".join(values), others))
        typed = sum(map(self.rarity, term))
        weights = [min(typed / sum(map(self.rarity, split_term(other))), 1) * self.weight for other in others]
        return [Boosted(make_text(other), weight) for other, weight in zip(others, weights, strict=True)]


def _is_plain(text: Text) -> bool:
    """Say whether a text is one word or a run such as `e-mail`, in any field; only quotes put blanks into one."""
    return text.field == "any" and not text.is_exact and " " not in text.value
