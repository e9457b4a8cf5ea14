"""What is being typed at the end of a query, and what documents have to match for each way to complete it to find them.

A mark is put where the typing stands and the query is read with it, so that whatever the language means by its
operators, groups and fields, it means here too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from papra_index.conventions.folding import fold_text
from papra_index.conventions.values import dataclass
from papra_index.query.expression import (
    And,
    Boosted,
    Everything,
    Expression,
    Near,
    Or,
    Tagged,
    Text,
    walk_expression,
)
from papra_index.query.fields import FIELDS
from papra_index.query.kinds import KINDS
from papra_index.query.readings import EXTRACTION_VALUES, HAS_VALUES, make_text
from papra_index.query.simplification import simplify_expression
from papra_index.query.tokens import BLANKS, Token, TokenKind, scan_tokens

Reading = Callable[[str], Expression]
"""From a query to what it means."""

_MARK: Final = "\ue000"  # for private use: neither typed nor in any text
_RUN = re.compile(f'[^{BLANKS}()"]*\\Z')
_UNCOMPLETED = re.compile(r"[*?^~]|\ANEAR/")
_DATE_WORDS: Final = (
    "today", "yesterday", "this-week", "last-week", "this-month", "last-month", "this-quarter", "last-quarter",
    "this-year", "last-year",
)  # fmt: skip

LISTED_VALUES: Final[Mapping[str, tuple[str, ...]]] = {
    "type": tuple(KINDS),
    "has": HAS_VALUES,
    "extraction": EXTRACTION_VALUES,
    "created": _DATE_WORDS,
    "updated": _DATE_WORDS,
    "date": _DATE_WORDS,
}
"""Values of the filters that have few of them."""

INDEXED_VALUES: Final = ("mime", "ext", "lang")
"""Filters whose values are those that documents have."""


@dataclass(frozen=True, slots=True)
class TypedWord:
    """A word that is being typed behind `before`, with the folded `beginning` there is of it.

    A document that matches `context` and holds a word in `leaf`'s field in place of its mark is found by the query
    completed with the word. Where `leaf` has words before the mark, the document must hold them next to it, too.
    """

    before: str
    beginning: str
    leaf: Text | Near
    context: Expression
    marked: Expression

    @property
    def is_one_word(self) -> bool:
        """Whether a document needs nothing but the word in the leaf's place."""
        return isinstance(self.leaf, Text) and self.leaf.value == _MARK

    @property
    def with_whole_words(self) -> TypedWord:
        """The same where documents hold the words before as they are, which is less, and far faster to look up."""
        return replace(self, context=_take_whole(self.context))

    @property
    def held(self) -> Expression:
        """What candidates match: the context, and the words before the mark as they are."""
        return simplify_expression(And((self.context, Text(self.leaf.value[:-1], self.leaf.field, is_exact=True))))

    def complete(self, word: str) -> tuple[str, Expression]:
        """Return the query completed by a word, and what it is to mean."""
        leaf = replace(self.leaf, value=self.leaf.value[:-1] + word)
        return self.before + word, simplify_expression(_replace_leaf(self.marked, self.leaf, leaf))

    def hold(self, word: str) -> Expression:
        """Return what documents match that hold a word, whole, where it is typed."""
        leaf = replace(self.leaf, value=self.leaf.value[:-1] + word)
        return And((self.context, leaf if isinstance(leaf, Near) else replace(leaf, is_exact=True)))

    def is_held_already(self, word: str) -> bool:
        """Say whether the query means the same without the word."""
        without = simplify_expression(_replace_leaf(self.marked, self.leaf, Everything()))
        return self.complete(word)[1] == without


@dataclass(frozen=True, slots=True)
class TypedName:
    """Words at the end of a query that may be those of a document's name; what is before them is a query of its own.

    `searched` finds the documents of which the query completed with their name finds at least that one. Where it
    `is_beginning`, nothing else restricts these, and all names that begin with what was typed are among them.
    """

    before: str
    typed: str
    searched: Expression
    is_beginning: bool

    def complete(self, name: str) -> str:
        """Return the query completed by a name."""
        return self.before + quote_value(name)


@dataclass(frozen=True, slots=True)
class TypedTag:
    """The beginning of a tag's name; `before` may end in an open quote, or in a comma."""

    before: str
    beginning: str

    def complete(self, name: str) -> str | None:
        """Return the query completed by a name; None where it cannot stand."""
        if self.before.endswith('"'):
            return f"{self.before[:-1]}{quote_value(name)}"
        if is_bare(name):
            return self.before + name
        return None if self.before.endswith(",") else self.before + quote_value(name)


@dataclass(frozen=True, slots=True)
class TypedValue:
    """The beginning of a value of a filter that has listed or indexed values."""

    before: str
    field: str
    beginning: str


def find_typed_value(query: str) -> TypedValue | None:
    """Return the value of a filter that is being typed at the end of a query."""
    tokens = scan_tokens(query).tokens
    last = tokens[-1] if tokens else None
    if last is None or last.kind is not TokenKind.FILTER or last.is_quoted or last.comparator != "=":
        return None
    if last.field not in LISTED_VALUES and last.field not in INDEXED_VALUES:
        return None
    beginning = last.value.rpartition(",")[2] if FIELDS[last.field].takes_list else last.value
    if not query.endswith(beginning) or (not beginning and not query.endswith((":", ","))):
        return None
    return TypedValue(query[: len(query) - len(beginning)], last.field, beginning.lower())


def find_typed_word(query: str, read: Reading) -> TypedWord | TypedTag | None:
    """Return the word or tag that is being typed at the end of a query; None under NOT, or where there is neither."""
    run = _RUN.search(query)
    typed = _find_last_word(query)
    if _MARK in query or (run is not None and _UNCOMPLETED.search(run.group())):
        return None
    before = query[: len(query) - len(typed)]
    marked = read(before + _MARK)
    leaves = [node for node in walk_expression(marked) if _ends_in_mark(node)]
    if not leaves:
        return None
    leaf = leaves[-1]
    context = _find_context(marked, leaf)
    if isinstance(leaf, Tagged):
        beginning = leaf.reference[:-1] + typed
        if not query.endswith(beginning):
            return None
        return TypedTag(query[: len(query) - len(beginning)], beginning)
    beginning = fold_text(typed)
    if context is None or not beginning or not isinstance(leaf, Text | Near):
        return None
    return TypedWord(before, beginning, leaf, context, marked)


def find_typed_name(query: str, read: Reading) -> TypedName | None:
    """Return the plain words at the end of a query, which may be those of a name; None where there are none."""
    tokens = scan_tokens(query).tokens
    first = len(tokens)
    while first and _is_plain(tokens[first - 1]):
        first -= 1
    if first and first < len(tokens) and tokens[first - 1].kind in (TokenKind.NOT, TokenKind.NEAR):
        first += 1  # the word belongs to the operator
    run = tokens[first:]
    if not run or _MARK in query or query[run[-1].end :].strip(BLANKS):
        return None
    before = query[: run[0].start]
    marked = read(before + _MARK)
    context = _find_context(marked, Text(_MARK))
    texts = [make_text(token.value, "name") for token in run]
    if context is None or not any(character.isalnum() for text in texts for character in text.value):
        return None
    is_ended = run[-1].end < len(query)
    words = [replace(text, is_exact=True) for text in (texts if is_ended else texts[:-1])]
    searched = simplify_expression(And((_take_whole(context), *words, *([] if is_ended else texts[-1:]))))
    is_beginning = isinstance(context, Everything) and not is_ended
    return TypedName(before, query[run[0].start : run[-1].end], searched, is_beginning)


def is_bare(value: str) -> bool:
    """Say whether a value can stand in a query without quotes and means itself."""
    return bool(value) and not any(character in BLANKS + '"()\\:,^' for character in value)


def quote_value(value: str) -> str:
    """Return a value in quotes as a query has it."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _find_last_word(query: str) -> str:
    """Return the letters, digits and their marks that the query ends in."""
    start = len(query)
    while start and (query[start - 1].isalnum() or unicodedata.category(query[start - 1]).startswith("M")):
        start -= 1
    return query[start:]


def _is_plain(token: Token) -> bool:
    bare = not token.is_quoted and not token.is_exact and not token.is_required
    return token.kind is TokenKind.TEXT and bare and token.boost == 1 and not re.search(r"[*?]", token.run)


def _ends_in_mark(node: Expression) -> bool:
    if isinstance(node, Tagged):
        return node.reference.endswith(_MARK)
    return isinstance(node, Text | Near) and node.value.endswith(_MARK)


def _find_context(expression: Expression, leaf: Expression) -> Expression | None:
    """Return what documents must match beside a leaf for an expression to find them; None where none can be said."""
    if expression == leaf:
        return Everything()
    if isinstance(expression, Boosted):
        return _find_context(expression.operand, leaf)
    if isinstance(expression, And):
        for place, operand in enumerate(expression.operands):
            inner = _find_context(operand, leaf)
            if inner is not None:
                others = (*expression.operands[:place], *expression.operands[place + 1 :])
                return simplify_expression(And((*others, inner)))
    if isinstance(expression, Or):
        return next((inner for part in expression.operands if (inner := _find_context(part, leaf)) is not None), None)
    return None


def _replace_leaf(expression: Expression, leaf: Expression, by: Expression) -> Expression:
    if expression == leaf:
        return by
    if isinstance(expression, Boosted):
        return replace(expression, operand=_replace_leaf(expression.operand, leaf, by))
    if isinstance(expression, And | Or):
        return replace(expression, operands=tuple(_replace_leaf(part, leaf, by) for part in expression.operands))
    return expression


def _take_whole(expression: Expression) -> Expression:
    """Return an expression whose words that are not negated are whole ones."""
    if isinstance(expression, Text):
        return replace(expression, is_exact=True)
    if isinstance(expression, And | Or):
        return replace(expression, operands=tuple(map(_take_whole, expression.operands)))
    return expression
