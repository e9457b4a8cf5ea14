"""An oracle for expressions: a literal matcher over the corpus, in three-valued logic and without an index.

It reads nothing from the code under test but the expression tree and the folding of text.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime

from papra_index.folding import fold_text
from papra_index.query.expression import (
    And,
    Everything,
    Expression,
    Extracted,
    Has,
    Not,
    Nothing,
    Or,
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
        case Text(value, field):
            columns = {"name": document.name, "content": document.content}
            searched = columns.values() if field == "any" else [columns[field]]
            return any(_has_phrase(text, value) for text in searched)
        case Tagged(reference):
            named = (TAG_IDS.get(tag) == reference or tag.lower() == reference.lower() for tag in document.tags)
            return any(named)
        case Has(value):
            return bool(document.tags) if value == "tags" else document.document_date is not None
        case Extracted(status):
            return document.extraction is status
        case Range(field, start, end):
            found = getattr(document, field)
            return None if found is None else _is_within(_count_units(found), start, end)
        case Not(operand):
            result = matches(operand, document)
            return None if result is None else not result
        case And(operands):
            results = [matches(operand, document) for operand in operands]
            return False if False in results else None if None in results else True
        case Or(operands):
            results = [matches(operand, document) for operand in operands]
            return True if True in results else None if None in results else False


def _count_units(found: datetime | float) -> int:
    """Milliseconds of a time, hundredths of a confidence."""
    return round(found.timestamp() * 1000 if isinstance(found, datetime) else found * 100)


def _is_within(units: int, start: int | None, end: int | None) -> bool:
    return (start is None or start <= units) and (end is None or units < end)


def _has_phrase(column: str, value: str) -> bool:
    wanted, found = split_words(value), split_words(column)
    if not wanted:
        return True
    *whole, last = wanted
    return any(
        found[at : at + len(whole)] == whole and found[at + len(whole)].startswith(last)
        for at in range(len(found) - len(whole))
    )


def split_words(text: str) -> list[str]:
    """Return the folded words of a text: letters, numbers and private use, with the marks behind them."""
    return "".join(
        character if unicodedata.category(character)[0] in "LNM" or unicodedata.category(character) == "Co" else " "
        for character in fold_text(text)
    ).split()
