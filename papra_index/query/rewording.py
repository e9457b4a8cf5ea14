"""A query as typed with some of its words replaced: what a person reads, and may search for, in place of it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from papra_index.conventions.folding import align_folded, fold_text
from papra_index.query.fields import TEXT_FIELDS
from papra_index.query.readings import make_text
from papra_index.query.tokens import Token, TokenKind, scan_tokens

_WORD = re.compile(r"[^\W_]+")

_Change = tuple[int, int, str]


def list_words(text: str) -> list[str]:
    """Return the folded words of a text, in order."""
    return _WORD.findall(fold_text(text))


def list_kept_values(query: str) -> frozenset[str]:
    """Return the values of texts that stand in quotes or behind a plus sign: without these nothing is meant."""
    tokens = scan_tokens(query).tokens
    return frozenset(make_text(token.value).value for token in tokens if token.is_quoted or token.is_required)


def reword_query(query: str, replacements: Mapping[str, str], left_out: Collection[str] = ()) -> str:
    """Return a query with folded words replaced at their positions and texts of nothing but words left out removed.

    Words under NOT or an equals sign, values of filters, and all else stay as typed. A replacement is written with a
    capital, or all in capitals, where the word was.
    """
    changes: list[_Change] = []
    previous: Token | None = None
    for token in scan_tokens(query).tokens:
        if _is_searched(token) and not (previous is not None and previous.kind is TokenKind.NOT):
            words = list_words(token.value)
            if words and all(word in left_out for word in words):
                is_joined = previous is not None and previous.kind is TokenKind.AND
                changes.append((previous.start if previous is not None and is_joined else token.start, token.end, ""))
            else:
                changes += _replace_words(query, token, replacements)
        previous = token
    pieces, end = [], 0
    for start, stop, text in changes:
        # Of the blanks around what was removed one is enough.
        stop += not text and query[stop : stop + 1] == " "
        pieces += [query[end:start], text]
        end = stop
    return ("".join(pieces) + query[end:]).rstrip() if changes else query


def _is_searched(token: Token) -> bool:
    is_text = token.kind is TokenKind.TEXT or (token.kind is TokenKind.FILTER and token.field in TEXT_FIELDS)
    return is_text and not token.is_exact


def _replace_words(query: str, token: Token, replacements: Mapping[str, str]) -> Iterator[_Change]:
    typed = query[token.start : token.end]
    behind_field = typed.index(":") + 1 if token.kind is TokenKind.FILTER else 0
    folded, alignment = align_folded(typed)
    for match in _WORD.finditer(folded):
        start, end = alignment.find_start(match.start()), alignment.find_end(match.end())
        if start >= behind_field and (replacement := replacements.get(match.group())) is not None:
            yield token.start + start, token.start + end, _take_case(replacement, typed[start:end])


def _take_case(word: str, typed: str) -> str:
    if len(typed) > 1 and typed.isupper():
        return word.upper()
    return word[:1].upper() + word[1:] if typed[:1].isupper() else word
