"""The fields of the search language (papra-api, section 8.4): a row each, with the function that reads it.

A new filter is a row here, an expression for it, and what each index makes of that expression.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from papra_index.query.dates import DATE_FORMS, parse_instant_or_period
from papra_index.query.expression import (
    Everything,
    Expression,
    Has,
    HasValue,
    Nothing,
    Tagged,
    Text,
    TextField,
    TimeField,
    TimeRange,
)
from papra_index.query.issues import IssueCode, shorten_value
from papra_index.query.tokens import BLANKS, COMPARATORS, Comparator

_QUOTES_TO_BLANKS = str.maketrans(dict.fromkeys("\"'‘’“”", " "))


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a filter cannot be meant as typed, and what it means: nothing, so its negation is everything."""

    code: IssueCode
    message: str
    meaning: Expression = Nothing()  # noqa: RUF009 - frozen, without state


FilterReading = Callable[[Comparator, str, int], Expression | Fault]
"""From comparator, value (not empty) and the current time in milliseconds to what the filter means."""


@dataclass(frozen=True, slots=True)
class Field:
    """A row of the table; `without_value` is what `name:` alone means, always reported as `missing-value`."""

    name: str
    comparators: tuple[Comparator, ...]
    read_value: FilterReading
    without_value: Expression = Nothing()  # noqa: RUF009 - frozen, without state


def make_text(value: str, field: TextField = "any") -> Text:
    """Return the words of a value, its quotation marks and apostrophes turned to blanks (section 8.5)."""
    return Text(value.translate(_QUOTES_TO_BLANKS).strip(BLANKS), field)


def read_filter(name: str, comparator: Comparator, value: str, now: int) -> Expression | Fault:
    """Return what `name:` with this comparator and value means, or the first thing that is wrong with it.

    `now` is in milliseconds since 1970 UTC. Names are case-sensitive, as in the contract.
    """
    field = FIELDS.get(name)
    if field is None:
        return _fault_unknown_field(name)
    if comparator not in field.comparators:
        message = f"{name}: does not compare with {comparator}; write {name}:value"
        return Fault("unsupported-comparator", message)
    if not value:
        message = f"{name}: has no value; write one behind it, in quotes if it has blanks or parentheses"
        return Fault("missing-value", message, field.without_value)
    return field.read_value(comparator, value, now)


def _fault_unknown_field(name: str) -> Fault:
    known = ", ".join(FIELDS)
    advice = f"write {name.lower()}:" if name.lower() in FIELDS else f"the fields are {known}"
    missing = f"there is no field {shorten_value(name)}"
    return Fault("unknown-field", f"{missing}; {advice}, or put \\ before the colon to search for text")


def _read_text(field: TextField, _comparator: Comparator, value: str, _now: int) -> Expression:
    return make_text(value, field)


def _read_tag(_comparator: Comparator, value: str, _now: int) -> Expression:
    return Tagged(value)


def _read_time(field: TimeField, comparator: Comparator, value: str, now: int) -> Expression | Fault:
    """Compare with the first instant of the date; only `=` takes a whole year, month or day (section 8.6)."""
    period = parse_instant_or_period(value, now)
    if period is None:
        return Fault("invalid-date", f"{shorten_value(value)} is not a date; write {DATE_FORMS} or now")
    start = period.start_ms
    ranges: Mapping[Comparator, TimeRange] = {
        "=": TimeRange(field, start, period.end_ms),
        ">=": TimeRange(field, start, None),
        ">": TimeRange(field, start + 1, None),
        "<": TimeRange(field, None, start),
        "<=": TimeRange(field, None, start + 1),
    }
    return ranges[comparator]


_HAS_VALUES: Final[Mapping[str, HasValue]] = {"tags": "tags", "date": "document_date"}


def _read_has(_comparator: Comparator, value: str, _now: int) -> Expression | Fault:
    if value in _HAS_VALUES:
        return Has(_HAS_VALUES[value])
    known = " or ".join(f"has:{name}" for name in _HAS_VALUES)
    return Fault("unknown-has-value", f"has: does not know {shorten_value(value)}; write {known}")


_EQUAL: Final[tuple[Comparator, ...]] = ("=",)

_ROWS = (
    # An empty phrase matches everything, in one field too: a `name:` still being typed hides no document.
    Field("name", _EQUAL, partial(_read_text, "name"), without_value=Everything()),
    Field("content", _EQUAL, partial(_read_text, "content"), without_value=Everything()),
    Field("tag", COMPARATORS, _read_tag),  # all comparators mean the same here (section 8.4)
    Field("created", COMPARATORS, partial(_read_time, "created_at")),
    Field("date", COMPARATORS, partial(_read_time, "document_date")),
    Field("has", _EQUAL, _read_has),
)

FIELDS: Final[Mapping[str, Field]] = {field.name: field for field in _ROWS}
"""The fields by name."""
