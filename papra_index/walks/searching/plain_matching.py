"""Whether one document of the catalog is what an expression means, by its words as they are written: no stems, no
compounds, no typos.

What is unknown, as the date of a document without one, is neither true nor false (None), also where it is negated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from fnmatch import translate
from functools import cached_property
from itertools import pairwise
from math import log1p
from typing import Final

from papra_index.catalog.indexable import IndexableDocument
from papra_index.conventions.folding import fold_text, replace_surrogates
from papra_index.index.base import IndexRequest
from papra_index.query.expression import (
    And,
    AtLeast,
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
    Owned,
    Pattern,
    PropertyField,
    Range,
    Tagged,
    Text,
    TextField,
    Valued,
    Words,
    positive_texts,
)
from papra_index.values.properties import PropertyType, StoredProperty, order_number

Judge = Callable[["PlainDocument"], bool | None]
"""Tells whether a part of an expression is true of a document; None is unknown."""

_NAME_WEIGHT: Final = 2.0
_WORD = re.compile(r"[^\W_]+")
_ORDERED = (PropertyType.DATE, PropertyType.BOOLEAN)


class PlainDocument:
    """A document and its texts, each folded when it is first looked at."""

    def __init__(self, document: IndexableDocument) -> None:
        self.stored = document
        self.mime_type = replace_surrogates(document.mime_type.partition(";")[0])
        self._folded: dict[str, str] = {}

    def fold(self, field: str) -> str:
        """Return the folded text of a field."""
        if field not in self._folded:
            self._folded[field] = fold_text(getattr(self.stored, field) or "")
        return self._folded[field]

    @cached_property
    def properties(self) -> dict[str, StoredProperty]:
        """What it has of properties, by their ids."""
        return {item.property_id: item for item in self.stored.properties}

    @cached_property
    def extensions(self) -> frozenset[str]:
        """Extensions of its names without dots; of `a.tar.gz` there are two."""
        found = set[str]()
        for name in (self.stored.name, self.stored.original_name):
            stem, dot, last = replace_surrogates(name).lower().rpartition(".")
            if dot and last:
                found |= {last, f"tar.{last}"} if stem.endswith(".tar") else {last}
        return frozenset(found)


class PlainMatcher:
    """The expressions of one request, prepared once for all documents."""

    def __init__(self, request: IndexRequest) -> None:
        self._request = request
        self._scored = [(_prepare_text(text), text.field) for text in positive_texts(request.expression)]

    def prepare(self, expression: Expression) -> Judge:
        """Return what judges an expression, whose tags and ids are those of the request."""
        match expression:
            case Everything():
                return lambda _: True
            case Nothing():
                return lambda _: False
            case Not(operand):
                inner = self.prepare(operand)
                return lambda document: None if (found := inner(document)) is None else not found
            case Boosted(operand):
                return self.prepare(operand)
            case And(operands):
                return _count_true([self.prepare(part) for part in operands], len(operands))
            case Or(operands):
                return _count_true([self.prepare(part) for part in operands], 1)
            case AtLeast(operands, minimum):
                return _count_true([self.prepare(part) for part in operands], minimum)
            case Text() | Words() | Near() | Pattern():
                return _prepare_words(expression)
            case _:
                return lambda document: self._judge_filter(expression, document)

    def score(self, document: PlainDocument) -> float:
        """Return how often the words and phrases that are looked for stand there, those of the name before others."""
        score = 0.0
        for pattern, field in self._scored:
            if pattern is None:
                continue
            for name in _list_fields(field):
                if found := sum(1 for _ in pattern.finditer(document.fold(name))):
                    score += (_NAME_WEIGHT if name == "name" else 1.0) + log1p(found)
        return score

    def _judge_filter(self, expression: Expression, document: PlainDocument) -> bool | None:
        stored = document.stored
        match expression:
            case Owned(organization_key):
                return stored.organization_key == organization_key
            case Tagged(reference):
                keys = self._request.tag_keys.get(reference, ())
                return not {*stored.tag_keys}.isdisjoint((keys,) if isinstance(keys, int) else keys)
            case Has(PropertyField() as field):
                return field.id in document.properties
            case Has(value):
                return _has_value(stored, str(value))
            case Extracted(status):
                return stored.extraction == status.value
            case Keyword():
                return _judge_keyword(expression, document)
            case Identified():
                return stored.key in self._request.document_keys.get(expression, ())
            case Valued(field, value):
                held = document.properties.get(field.id)
                return held is not None and value not in self._request.unseen_ids and _holds_value(held, value)
            case Range(PropertyField() as field, start, end):
                held = document.properties.get(field.id)
                return held is not None and _is_within(_order_property(held), start, end)
            case Range(field, start, end):
                return _judge_range(stored, str(field), start, end)
        raise AssertionError(f"{type(expression).__name__} is no part of an expression")


def _count_true(judges: list[Judge], minimum: int) -> Judge:
    """Return what is true where so many are, and false where so many cannot be."""

    def judge(document: PlainDocument) -> bool | None:
        true, unknown, left = 0, 0, len(judges)
        for part in judges:
            if true >= minimum or true + unknown + left < minimum:
                break
            found = part(document)
            left -= 1
            true += found is True
            unknown += found is None
        return True if true >= minimum else None if true + unknown + left >= minimum else False

    return judge


def _list_fields(field: TextField) -> tuple[str, ...]:
    return ("name", "content") if field == "any" else (field,)


def _prepare_words(expression: Text | Words | Near | Pattern) -> Judge:
    match expression:
        case Words(values):
            texts = [Text(part) for value in values if " " not in value for part in _WORD.findall(fold_text(value))]
            texts += [Text(value, "content", is_exact=True) for value in values if " " in value]
            return _count_true([_prepare_words(text) for text in texts], 1) if texts else lambda _: True
        case Pattern(value, field):
            piece = max(re.split(r"[*?]+", value), key=len)
            like = re.compile(translate(value))
            return _look_in(field, lambda text: piece in text and any(map(like.fullmatch, _WORD.findall(text))))
        case Near(value, slop, field):
            words = _WORD.findall(fold_text(value))
            if not words:
                return lambda _: True
            return _look_in(field, lambda text: all(map(text.__contains__, words)) and _is_near(text, words, slop))
        case Text(field=field):
            pattern = _prepare_text(expression)
            if pattern is None:
                return lambda _: True
            first = _WORD.findall(fold_text(expression.value))[0]
            return _look_in(field, lambda text: first in text and pattern.search(text) is not None)


def _look_in(field: TextField, look: Callable[[str], bool]) -> Judge:
    names = _list_fields(field)
    return lambda document: any(look(document.fold(name)) for name in names)


def _prepare_text(text: Text) -> re.Pattern[str] | None:
    """Return what finds the words of a text in folded ones, next to each other; None where it has none."""
    words = _WORD.findall(fold_text(text.value))
    if not words:
        return None
    end = r"(?![^\W_])" if text.is_exact else ""
    return re.compile(r"(?<![^\W_])" + r"[\W_]+".join(map(re.escape, words)) + end)


def _is_near(text: str, words: list[str], slop: int) -> bool:
    places: dict[str, list[int]] = {word: [] for word in words}
    for place, word in enumerate(_WORD.findall(text)):
        if word in places:
            places[word].append(place)
    if len(words) == 1:
        return bool(places[words[0]])
    return all(
        any(abs(behind - 1 - before) <= slop for before in places[first] for behind in places[second])
        for first, second in pairwise(words)
    )


def _has_value(stored: IndexableDocument, value: str) -> bool:
    if value in ("content", "notes"):
        return bool((getattr(stored, value) or "").strip())
    if value == "tags":
        return bool(stored.tag_keys)
    return getattr(stored, value) is not None


def _judge_range(stored: IndexableDocument, field: str, start: int | None, end: int | None) -> bool | None:
    value: float | None = getattr(stored, field)
    if value is None:
        return None
    return _is_within(round(value * 100) if field == "ocr_confidence" else int(value), start, end)


def _judge_keyword(keyword: Keyword, document: PlainDocument) -> bool | None:
    if keyword.field == "language":
        language = document.stored.language
        return None if language is None else language.lower() == keyword.value
    values: Iterator[str] = iter(document.extensions if keyword.field == "extension" else (document.mime_type,))
    return any(value.startswith(keyword.value) if keyword.is_beginning else value == keyword.value for value in values)


def _holds_value(held: StoredProperty, value: str) -> bool:
    if held.type is PropertyType.BOOLEAN:
        return value in ["true" if item else "false" for item in held.values]
    if held.type is PropertyType.TEXT:
        return value in [f"={item}" for item in held.values]
    return value in held.values


def _order_property(held: StoredProperty) -> int | None:
    if held.type is PropertyType.NUMBER:
        return order_number(float(held.values[0]))
    return int(held.values[0]) if held.type in _ORDERED else None


def _is_within(value: int | None, start: int | None, end: int | None) -> bool:
    return value is not None and (start is None or start <= value) and (end is None or value < end)
