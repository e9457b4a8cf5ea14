"""The walk `relax`: a query that no document matches -> a like one that some do, by rewriting its expression.

First mistyped words become words of the organization, then fewer words have to match. Filters, NOT, `="…"` and words
near each other are never touched, words in quotes or behind a plus sign never left out; a phrase stays a phrase.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import field, replace
from itertools import product
from typing import Final

from papra_index.conventions.values import dataclass
from papra_index.index.base import Correction, IndexMatches, IndexReader, IndexRequest, restart_request
from papra_index.query.expression import (
    And,
    AtLeast,
    Boosted,
    Expression,
    Or,
    Pattern,
    Text,
    TextField,
    Words,
)
from papra_index.query.rewording import list_kept_values, list_words, reword_query
from papra_index.query.stopwords import find_stop_words
from papra_index.results import Relaxation, RelaxationKind
from papra_index.walks.searching.faceting import plan_facets

FEW_DOCUMENTS: Final = 3
"""A query that fewer documents match may have been mistyped."""

_MAX_TEXTS: Final = 16
"""Words and phrases of a query that are looked at one by one, the first ones."""

_COUNTED_LETTERS: Final = 3

_MAX_ASKED_PHRASES: Final = 12
"""A query with more phrases is not relaxed: each attempt would look for all of them again."""

_MAX_CORRECTED: Final = 8
"""Words of a query that others are sought for: each costs some milliseconds."""

_MAX_WORDS_OF_PHRASE: Final = 3
_MAX_PHRASES: Final = 9

_MAX_SUGGESTED: Final = 3
"""Words of a query above which no spelling is suggested: a document that has them all is the one that was meant."""

_MANY_DOCUMENTS: Final = 10
_MANY_TIMES: Final = 5
_SMALL_COST: Final = 1.0
"""A spelling is suggested that many documents have, many times those of the typed one, at the cost of one mistake."""


@dataclass(frozen=True, slots=True)
class Relaxed:
    """A request that documents match, what it found, and how it differs from the one that found nothing."""

    request: IndexRequest
    matches: IndexMatches
    relaxation: Relaxation


def relax_search(reader: IndexReader, request: IndexRequest, search_query: str) -> Relaxed | None:
    """Return what a request that nothing matches finds when it is relaxed; None where that is nothing, too."""
    return _Relaxer(reader, request, search_query).relax()


def suggest_spelling(reader: IndexReader, request: IndexRequest, search_query: str, documents_count: int) -> str | None:
    """Return the query in a spelling that far more documents match, None where there is none."""
    relaxer = _Relaxer(reader, request, search_query)
    better: dict[Text, Expression] = {}
    replacements: dict[str, str] = {}
    texts = list_texts(request.expression)
    if len(texts) > _MAX_SUGGESTED:
        return None
    for text in texts:
        words = list_words(text.value)
        count = relaxer.count(text) if len(words) == 1 else FEW_DOCUMENTS
        if count < FEW_DOCUMENTS:
            for correction in relaxer.correct(words[0], text.field, mistakes=1):
                needed = max(_MANY_DOCUMENTS, _MANY_TIMES * count)
                if correction.cost <= _SMALL_COST and correction.documents_count >= needed:
                    better[text] = Text(correction.text, text.field)
                    replacements[words[0]] = correction.text
                    break
    if not better:
        return None
    found = relaxer.count(replace_texts(request.expression, lambda text: better.get(text, text)))
    if found <= max(documents_count, 1) * _MANY_TIMES:
        return None
    return reword_query(search_query, replacements)


def list_texts(expression: Expression) -> list[Text]:
    """Return the distinct texts that may be relaxed, in order."""
    found: dict[Text, None] = {}

    def note(text: Text) -> Text:
        found.setdefault(text)
        return text

    replace_texts(expression, note)
    return list(found)


def replace_texts(expression: Expression, change: Callable[[Text], Expression]) -> Expression:
    """Return the expression with each text that may be relaxed changed."""
    match expression:
        case Text(is_exact=False):
            return change(expression) if list_words(expression.value) else expression
        case Words(values):
            changed = [(Text(value), change(Text(value))) for value in dict.fromkeys(values)]
            others = tuple(new for old, new in changed if new != old)
            return Or((expression, *others)) if others else expression
        case Boosted(operand, factor):
            return Boosted(replace_texts(operand, change), factor)
        case And(operands):
            return And(tuple(replace_texts(operand, change) for operand in operands))
        case Or(operands) if not any(isinstance(operand, Pattern) for operand in operands):
            return Or(tuple(replace_texts(operand, change) for operand in operands))
        case _:
            return expression


@dataclass(slots=True)
class _Relaxer:
    """Relaxes one request; every question to the index is asked once."""

    reader: IndexReader
    request: IndexRequest
    search_query: str
    replaced: dict[str, tuple[str, ...]] = field(default_factory=dict)
    reworded: dict[str, str] = field(default_factory=dict)
    typed: dict[Expression, Text] = field(default_factory=dict)
    kept_values: set[str] = field(default_factory=set)
    _counts: dict[tuple[Expression, bool], int] = field(default_factory=dict)
    _corrections: dict[tuple[str, TextField], tuple[Correction, ...]] = field(default_factory=dict)

    def relax(self) -> Relaxed | None:
        self.kept_values.update(list_kept_values(self.search_query))
        texts = list_texts(self.request.expression)
        if sum(len(list_words(text.value)) > 1 for text in texts) > _MAX_ASKED_PHRASES:
            return None
        if not self._may_match():
            return None
        is_short = len(texts) <= _MAX_TEXTS
        texts = texts[:_MAX_TEXTS]
        # A letter or two begin some word nearly always, and are slow to count.
        unknown = [text for text in texts if len(text.value) >= _COUNTED_LETTERS and not self.count(text)]
        joined = self._join_words(self.request.expression)
        if self.reworded and (relaxed := self._search(joined)) is not None:
            return relaxed
        self.replaced.clear()
        self.reworded.clear()
        corrected = {text: found for text in unknown if (found := self._correct_text(text)) is not None}
        expression = replace_texts(self.request.expression, lambda text: corrected.get(text, text))
        if self.replaced and (relaxed := self._search(expression)) is not None:
            return relaxed
        self.typed = {meant: text for text, meant in corrected.items()}
        hopeless = [text for text in unknown if text not in corrected]
        # In a long query fewer words do as well, for much less.
        if is_short and not hopeless and (relaxed := self._relax_known(expression, texts, unknown)) is not None:
            return relaxed
        return self._relax_words(expression, hopeless)

    def _may_match(self) -> bool:
        """Say whether documents match the parts that are never relaxed, without which nothing else helps."""
        expression = self.request.expression
        if not isinstance(expression, And):
            return True
        fixed = tuple(part for part in expression.operands if not list_texts(part))
        return not fixed or self.count(_join((), fixed)) > 0

    def count(self, expression: Expression, *, widening: bool = True) -> int:
        """Return how many documents of the organization match."""
        asked = (expression, widening)
        if asked not in self._counts:
            plain = restart_request(self.request, expression, 1)
            self._counts[asked] = self.reader.search(replace(plain, widening=widening)).documents_count
        return self._counts[asked]

    def correct(self, word: str, searched: TextField, mistakes: int = 2) -> tuple[Correction, ...]:
        """Return what a word may have been meant as; nothing once that was asked for too many words."""
        asked = (word, searched)
        if asked not in self._corrections:
            if len(self._corrections) == _MAX_CORRECTED:
                return ()
            reach = self.request.reach
            self._corrections[asked] = self.reader.find_corrections(reach, word, searched, mistakes=mistakes)
        return self._corrections[asked]

    def _correct_text(self, text: Text) -> Expression | None:
        """Return the texts that one may have been meant as, None where none is known."""
        words = list_words(text.value)
        choices: list[list[tuple[str, float]]] = []
        for place, word in enumerate(words):
            one = Text(word, text.field, is_exact=place + 1 < len(words))
            is_known = len(words) > 1 and self.count(one, widening=False) > 0
            corrections = () if is_known else self.correct(word, text.field)
            choices.append([(word, 0.0)] if is_known else [(other.text, other.cost) for other in corrections])
        if not all(choices) or all(choice == [(word, 0.0)] for word, choice in zip(words, choices, strict=True)):
            return None
        if len(words) > 1:
            choices = [choice[:_MAX_WORDS_OF_PHRASE] for choice in choices]
        meant = []
        for chosen in list(product(*choices))[:_MAX_PHRASES]:
            value = " ".join(word for word, _ in chosen)
            if text.value in self.kept_values:
                self.kept_values.add(value)
            meant.append(self._weigh(Text(value, text.field, is_exact=True), sum(cost for _, cost in chosen)))
        for word, choice in zip(words, choices, strict=True):
            if choice != [(word, 0.0)]:
                self.replaced[word] = tuple(other for other, _ in choice)
                self.reworded[word] = choice[0][0]
        return meant[0] if len(meant) == 1 else Or(tuple(meant))

    def _weigh(self, text: Text, cost: float) -> Boosted:
        return Boosted(text, self.request.ranking.typo_weight**cost)

    def _join_words(self, expression: Expression) -> Expression:
        """Return the expression with the one word that neighbouring words may be as an alternative to them."""
        if not isinstance(expression, And):
            return expression
        operands = list(expression.operands)
        place = 0
        while place + 1 < min(len(operands), _MAX_TEXTS):
            one, other = operands[place : place + 2]
            if isinstance(one, Text) and isinstance(other, Text) and one.field == other.field:
                words = [*list_words(one.value), *list_words(other.value)]
                whole = Text("".join(words), one.field, is_exact=True)
                if len(words) == 2 and not {one.value, other.value} & self.kept_values and self.count(whole):
                    operands[place : place + 2] = [Or((And((one, other)), whole))]
                    self.replaced[" ".join(words)] = (whole.value,)
                    self.reworded |= {words[0]: whole.value, words[1]: ""}
            place += 1
        return And(tuple(operands)) if len(operands) > 1 else operands[0]

    def _relax_known(self, expression: Expression, texts: Sequence[Text], unknown: Sequence[Text]) -> Relaxed | None:
        """Search with one of the words that documents have as another: a mistake may have made a word of a word."""
        parts = expression.operands if isinstance(expression, And) else (expression,)
        fixed = tuple(part for part in parts if not list_texts(part))
        if len(texts) < 2 or len(fixed) == len(parts):
            return None
        asked = _join((), tuple(part for part in parts if part not in fixed))
        alternatives: list[Expression] = []
        for text in texts:
            words = list_words(text.value)
            if text in unknown or len(words) != 1:
                continue
            found = self.correct(words[0], text.field, mistakes=1)
            meant = Or(tuple(self._weigh(Text(one.text, text.field, is_exact=True), one.cost) for one in found))
            changed = replace_texts(asked, _swap(text, meant))
            if found and self.count(_join(fixed, (changed,))):
                alternatives.append(changed)
                self.replaced[words[0]] = tuple(one.text for one in found)
                if len(alternatives) == 1:
                    self.reworded[words[0]] = found[0].text
        return self._search(_join(fixed, (Or(tuple(alternatives)),))) if alternatives else None

    def _relax_words(self, expression: Expression, hopeless: Sequence[Text]) -> Relaxed | None:
        """Search for the documents that have most of the words; words that no document has are left out first."""
        if not isinstance(expression, And):
            return None
        droppable = [part for part in expression.operands if _is_droppable(part, self.kept_values)]
        fixed = tuple(part for part in expression.operands if part not in droppable)
        words = [part for part in droppable if part not in hopeless][:_MAX_TEXTS]
        stop_words = find_stop_words([word for part in droppable for word in _list_part_words(part)])
        words = [part for part in words if not stop_words.issuperset(_list_part_words(part))]
        left_out = tuple(
            word for part in droppable if part not in words for word in _list_part_words(self.typed.get(part, part))
        )
        if not words:
            return None
        if left_out and (relaxed := self._search(_join(fixed, words), left_out)) is not None:
            return relaxed
        least, most = 1, len(words) - 1
        while least < most:  # what has more of the words has fewer of them, too
            middle = (least + most + 1) // 2
            if self.count(_join(fixed, [AtLeast(tuple(words), middle)])):
                least = middle
            else:
                most = middle - 1
        if least != most:
            return None
        return self._search(_join(fixed, [AtLeast(tuple(words), least)]), left_out, least)

    def _search(
        self, expression: Expression, left_out: tuple[str, ...] = (), words_needed: int | None = None
    ) -> Relaxed | None:
        if not self.count(expression):
            return None
        facets = plan_facets(expression, self.request.facets, self.request.facet_fields)
        request = replace(self.request, expression=expression, facets=facets)
        matches = self.reader.search(request)
        return Relaxed(request, matches, self._describe(left_out, words_needed))

    def _describe(self, left_out: tuple[str, ...], words_needed: int | None) -> Relaxation:
        replaced = {word: others for word, others in self.replaced.items() if word not in left_out}
        reworded = {word: other for word, other in self.reworded.items() if other and word not in left_out}
        gone = {*left_out, *(word for word, other in self.reworded.items() if not other)}
        kind: RelaxationKind = "typos"
        if left_out or words_needed is not None:
            kind = "both" if replaced else "fewer-words"
        return Relaxation(kind, reword_query(self.search_query, reworded, gone), replaced, left_out, words_needed)


def _swap(text: Text, meant: Expression) -> Callable[[Text], Expression]:
    return lambda one: meant if one == text else one


def _join(fixed: Sequence[Expression], words: Sequence[Expression]) -> Expression:
    return And((*fixed, *words)) if fixed or len(words) > 1 else words[0]


def _is_droppable(expression: Expression, kept_values: Set[str]) -> bool:
    """Say whether a part of a query is words alone that may be left out."""
    if isinstance(expression, Text):
        return expression.field == "any" and expression.value not in kept_values
    if isinstance(expression, Boosted):
        return _is_droppable(expression.operand, kept_values)
    if isinstance(expression, Or):
        return all(_is_droppable(operand, kept_values) for operand in expression.operands)
    return False


def _list_part_words(expression: Expression) -> Iterator[str]:
    if isinstance(expression, Text):
        yield from list_words(expression.value)
    elif isinstance(expression, Boosted):
        yield from _list_part_words(expression.operand)
    elif isinstance(expression, Or):
        for operand in expression.operands:
            yield from _list_part_words(operand)
