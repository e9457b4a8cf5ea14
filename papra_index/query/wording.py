"""An expression as the search language writes it, to show people a part of their query: times are in UTC, as it reads
them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from papra_index.query.expression import (
    And,
    AtLeast,
    Boosted,
    Everything,
    Expression,
    Extracted,
    Has,
    HasValue,
    Identified,
    Keyword,
    KeywordField,
    Near,
    Not,
    Nothing,
    Or,
    Owned,
    Pattern,
    PropertyField,
    Range,
    RangeField,
    Tagged,
    Text,
    TextField,
    Valued,
    Words,
)
from papra_index.values.properties import PropertyType, read_number_order, tidy_number

_TEXT_FIELDS: Final[Mapping[TextField, str]] = {
    "any": "",
    "name": "name:",
    "content": "content:",
    "notes": "notes:",
    "original_name": "original:",
}
_HAS_VALUES: Final[Mapping[HasValue, str]] = {
    "tags": "tags",
    "document_date": "date",
    "content": "content",
    "notes": "notes",
    "language": "lang",
}
_KEYWORDS: Final[Mapping[KeywordField, str]] = {"mime_type": "mime", "extension": "ext", "language": "lang"}
_RANGES: Final[Mapping[RangeField, str]] = {
    "created_at": "created",
    "updated_at": "updated",
    "document_date": "date",
    "size": "size",
    "page_count": "page_count",
    "ocr_confidence": "confidence",
}
_TIMES: Final[frozenset[RangeField]] = frozenset({"created_at", "updated_at", "document_date"})

_PLAIN = re.compile(r"[^\W_]+")
_OPERATORS = re.compile(r"(?:and|or|not|near)", re.IGNORECASE)
_DAY = 86_400_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def write_expression(expression: Expression) -> str:
    """Return an expression in the search language; `everything` and `nothing` stand for what has no form in it."""
    match expression:
        case Everything():
            return "everything"
        case Nothing():
            return "nothing"
        case Owned():
            return "organization"
        case And(operands):
            return " ".join(_write_operand(operand) for operand in operands)
        case Or(operands):
            return " OR ".join(_write_operand(operand) for operand in operands)
        case AtLeast(operands, minimum):
            return f"{minimum} of ({', '.join(map(_write_operand, operands))})"
        case Not(operand):
            return f"-{_write_operand(operand)}"
        case Boosted(operand, factor):
            return f"{_write_operand(operand)}^{factor:g}"
        case Range():
            return _write_range(expression)
        case _:
            return _write_leaf(expression)


def _write_operand(expression: Expression) -> str:
    written = write_expression(expression)
    is_compound = isinstance(expression, And | Or) or (isinstance(expression, Range | Words) and " " in written)
    return f"({written})" if is_compound else written


def _write_leaf(
    expression: Text | Words | Near | Pattern | Tagged | Has | Extracted | Keyword | Identified | Valued,
) -> str:
    match expression:
        case Text(value, field, is_exact):
            mark = "=" if is_exact else ""
            return f"{_TEXT_FIELDS[field]}{mark}{_quote(value) if not is_exact else _force_quote(value)}"
        case Words(values):
            return " ".join(map(_quote, values))
        case Near(value, slop, field):
            return f"{_TEXT_FIELDS[field]}{_force_quote(value)}~{slop}"
        case Pattern(value, field):
            return f"{_TEXT_FIELDS[field]}{value}"
        case Tagged(reference):
            return f"tag:{_quote(reference)}"
        case Has(has):
            return f"has:{_quote(has.name) if isinstance(has, PropertyField) else _HAS_VALUES[has]}"
        case Valued(named, held, label):
            return f"{_quote(named.name)}:{_quote(label or held.removeprefix('='))}"
        case Extracted(status):
            return f"extraction:{status.value}"
        case Keyword(name, keyword, is_beginning):
            return f"{_KEYWORDS[name]}:{keyword}{'*' if is_beginning else ''}"
        case Identified(identity, beginning):
            return f"{'id' if identity == 'id' else 'sha256'}:{beginning}"


def _write_range(expression: Range) -> str:
    field, start, end = expression.field, expression.start, expression.end
    name = _quote(field.name) if isinstance(field, PropertyField) else _RANGES[field]
    unit = _DAY if _is_time(field) else 1
    if isinstance(field, PropertyField) and field.type is PropertyType.NUMBER:
        return _write_numbers(name, start, end)
    if start is not None and end is not None and start % unit == end % unit == 0 and start < end:
        # The language counts the last one in.
        first, last = _write_bound(expression.field, start), _write_bound(expression.field, end - unit)
        return f"{name}:{first}" if first == last else f"{name}:{first}..{last}"
    signs = ((">=", start), ("<", end))
    bounds = [f"{name}:{sign}{_write_bound(expression.field, bound)}" for sign, bound in signs if bound is not None]
    return " ".join(bounds) or f"{name}:any"


def _write_numbers(name: str, start: int | None, end: int | None) -> str:
    """Return a range of the orders of numbers, its ends as they were most likely typed: the shorter of neighbours."""
    if start is not None and end is not None:
        first, last = _write_number(start), _write_number(end - 1)
        return f"{name}:{first}" if first == last else f"{name}:{first}..{last}"
    bounds = []
    for sign, beyond, bound in ((">=", ">", start), ("<", "<=", end)):
        if bound is not None:
            here, before = _write_number(bound), _write_number(bound - 1)
            bounds.append(f"{name}:{sign}{here}" if len(here) <= len(before) else f"{name}:{beyond}{before}")
    return " ".join(bounds) or f"{name}:any"


def _write_number(order: int) -> str:
    return str(tidy_number(read_number_order(order)))


def _is_time(field: RangeField | PropertyField) -> bool:
    return field.type is PropertyType.DATE if isinstance(field, PropertyField) else field in _TIMES


def _write_bound(field: RangeField | PropertyField, bound: int) -> str:
    if field == "ocr_confidence":
        return f"{bound / 100:g}"
    if not _is_time(field):
        return str(bound)
    try:
        moment = _EPOCH + timedelta(milliseconds=bound)
    except OverflowError:
        return str(bound)
    written = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return written.removesuffix("T00:00:00.000Z")


def _quote(value: str) -> str:
    is_plain = _PLAIN.fullmatch(value) is not None and _OPERATORS.fullmatch(value) is None
    return value if is_plain else _force_quote(value)


def _force_quote(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
