"""Questions in plain words, of which any suffices: neighbouring words become one node, without its stop words.

In prose `and`, `or` and `not` are words. Operators are those in capitals, where not all of the query is in capitals.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from papra_index.conventions.folding import fold_text
from papra_index.query.expression import Expression, Text, Words
from papra_index.query.stopwords import find_stop_words
from papra_index.query.tokens import Token, TokenKind

_WORD = re.compile(r"[^\W_]+")


_OPERATORS = {TokenKind.AND, TokenKind.OR, TokenKind.NOT}


def drop_prose_operators(tokens: Sequence[Token], query: str) -> tuple[Token, ...]:
    """Return the tokens of a query without the operators that are words of its prose.

    Beside a filter or a phrase, and before a parenthesis, `or` and `not` remain operators, as prose has none there.
    """
    around = "".join(query[token.start : token.end] for token in tokens if token.kind not in _OPERATORS)
    kept = []
    for place, token in enumerate(tokens):
        typed = query[token.start : token.end]
        is_prose = token.kind in _OPERATORS and typed != "-" and (around.isupper() or not typed.isupper())
        neighbours = tokens[max(place - (token.kind is TokenKind.OR), 0) : place + 2]
        is_bound = token.kind is not TokenKind.AND and any(_binds(other, query) for other in neighbours)
        if not is_prose or is_bound:
            kept.append(token)
    return tuple(kept)


def _binds(token: Token, query: str) -> bool:
    return token.kind in (TokenKind.FILTER, TokenKind.OPEN) or query.startswith('"', token.start)


def loosen_text(text: Text) -> Words:
    """Return the words of a text that was typed without quotes, `don't` and `state-of-the-art` in their parts."""
    parts = _WORD.findall(text.value) if text.value.isascii() else text.value.split()
    return Words(tuple(parts) or (text.value,))


def join_loose(operands: Iterable[Expression | None]) -> Iterator[Expression]:
    """Yield the operands of one side of an AND, their words of which any suffices as one, where the first was.

    Stop words are left out of it. A phrase among them is one alternative more, and its words are, too.
    """
    present = [operand for operand in operands if operand is not None]
    if not any(isinstance(operand, Words) for operand in present):
        yield from present
        return
    values = [value for operand in present for value in _list_values(operand)]
    for operand in present:
        if not _list_values(operand):
            yield operand
        elif values:
            yield _drop_stop_words(Words(tuple(values)))
            values = []


def _list_values(operand: Expression) -> tuple[str, ...]:
    if isinstance(operand, Words):
        return operand.values
    if isinstance(operand, Text) and operand.field == "any" and not operand.is_exact:
        words = loosen_text(operand).values
        return (operand.value, *words) if len(words) > 1 else words
    return ()


def _drop_stop_words(words: Words) -> Words:
    """Return the words that say what is looked for; all of them where none would be left.

    The language of the words is the one that has most of them as stop words.
    """
    keys = [fold_text(value).strip(".,;:!?") for value in words.values]
    stop_words = find_stop_words(keys)
    kept = tuple(value for value, key in zip(words.values, keys, strict=True) if key not in stop_words)
    return Words(kept) if kept else words
