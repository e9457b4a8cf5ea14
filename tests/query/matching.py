"""An oracle for expressions: a literal matcher over the corpus, in three-valued logic and without an index.

It reads nothing from the code under test but the expression tree and the folding of text.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime
from fnmatch import fnmatchcase
from itertools import pairwise

from papra_index.conventions.folding import fold_text
from papra_index.query.expression import (
    And,
    Boosted,
    Everything,
    Expression,
    Extracted,
    Has,
    Identified,
    Keyword,
    Near,
    Not,
    Nothing,
    Or,
    Pattern,
    Range,
    Tagged,
    Text,
)

from .corpus import CORPUS, TAG_IDS, CorpusDocument


def find_letters(expression: Expression) -> str:
    """Return the letters of the documents of the corpus that match, in order."""
    return "".join(document.letter for document in CORPUS if matches(expression, document) is True)


def matches(expression: Expression, document: CorpusDocument) -> bool | None:
    """Say whether a document matches; None is the unknown of SQL: a comparison with a date that is not there."""
    match expression:
        case Everything():
            return True
        case Nothing():
            return False
        case Text(value, field, is_exact):
            columns = _list_columns(field)
            return any(_has_phrase(getattr(document, column) or "", value, is_exact) for column in columns)
        case Near(value, slop, field):
            return any(_has_near(getattr(document, column) or "", value, slop) for column in _list_columns(field))
        case Pattern(value, field):
            return any(_has_pattern(getattr(document, column) or "", value) for column in _list_columns(field))
        case Tagged(reference):
            named = (TAG_IDS.get(tag) == reference or tag.lower() == reference.lower() for tag in document.tags)
            return any(named)
        case Has(value):
            return bool(getattr(document, value))
        case Extracted(status):
            return document.extraction is status
        case Keyword("extension", value):
            return any(name.lower().endswith(f".{value}") for name in (document.name, document.original_name))
        case Keyword(field, value, is_beginning):
            held = getattr(document, field)
            return None if held is None else held.startswith(value) if is_beginning else held == value
        case Identified(field, beginning):
            return bool(getattr(document, field).startswith(beginning))
        case Range(field, start, end):
            found = getattr(document, field)
            return None if found is None else _is_within(_count_units(found), start, end)
        case Boosted(operand):
            return matches(operand, document)
        case Not(operand):
            result = matches(operand, document)
            return None if result is None else not result
        case And(operands):
            results = [matches(operand, document) for operand in operands]
            return False if False in results else None if None in results else True
        case Or(operands):
            results = [matches(operand, document) for operand in operands]
            return True if True in results else None if None in results else False


def _count_units(found: datetime | float | int) -> int:
    """Milliseconds of a time, hundredths of a confidence, a size or number as it is."""
    if isinstance(found, datetime):
        return round(found.timestamp() * 1000)
    return found if isinstance(found, int) else round(found * 100)


def _is_within(units: int, start: int | None, end: int | None) -> bool:
    return (start is None or start <= units) and (end is None or units < end)


def _has_phrase(column: str, value: str, is_exact: bool) -> bool:
    wanted, found = split_words(value), split_words(column)
    if not wanted:
        return True
    *whole, last = wanted
    if is_exact:
        return any(found[at : at + len(wanted)] == wanted for at in range(len(found)))
    return any(
        found[at : at + len(whole)] == whole and found[at + len(whole)].startswith(last)
        for at in range(len(found) - len(whole))
    )


def _list_columns(field: str) -> list[str]:
    return ["name", "content"] if field == "any" else [field]


def _has_near(column: str, value: str, slop: int) -> bool:
    wanted, found = split_words(value), split_words(column)
    if len(wanted) < 2:
        return not wanted or wanted[0] in found
    return all(
        any(
            abs(behind - 1 - before) <= slop
            for before, word in enumerate(found)
            if word == first
            for behind, other in enumerate(found)
            if other == second
        )
        for first, second in pairwise(wanted)
    )


def _has_pattern(column: str, pattern: str) -> bool:
    return any(fnmatchcase(word, pattern) for word in split_words(column))


def split_words(text: str) -> list[str]:
    """Return the folded words of a text: letters, numbers and private use, with the marks behind them."""
    return "".join(
        character if unicodedata.category(character)[0] in "LNM" or unicodedata.category(character) == "Co" else " "
        for character in fold_text(text)
    ).split()
