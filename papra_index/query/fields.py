"""The fields of the search language (papra-api, section 8.4): a row each, with the function that reads it.

A new filter is a row here, an expression for it, and what each index makes of that expression.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from papra_index.documents import ExtractionStatus
from papra_index.query.dates import DATE_FORMS, parse_instant_or_period
from papra_index.query.expression import (
    Everything,
    Expression,
    Extracted,
    Has,
    HasValue,
    Nothing,
    Or,
    Range,
    RangeField,
    Tagged,
    Text,
    TextField,
)
from papra_index.query.issues import IssueCode, shorten_value
from papra_index.query.tokens import BLANKS, COMPARATORS, Comparator

_CONFIDENCE = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,2}))?")
_MOST_CONFIDENT = 100.0
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


def _read_time(field: RangeField, comparator: Comparator, value: str, now: int) -> Expression | Fault:
    """Compare with the first instant of the date; only `=` takes a whole year, month or day (section 8.6)."""
    period = parse_instant_or_period(value, now)
    if period is None:
        return Fault("invalid-date", f"{shorten_value(value)} is not a date; write {DATE_FORMS} or now")
    return _compare(field, comparator, period.start_ms, period.end_ms)


def _read_confidence(comparator: Comparator, value: str, _now: int) -> Expression | Fault:
    """Compare with a number of 0..100 as with a date: only `=` takes all that begins so, 87 up to 87.99."""
    found = _CONFIDENCE.fullmatch(value)
    if found is None or float(value) > _MOST_CONFIDENT:
        message = f"{shorten_value(value)} is not a confidence; write a number from 0 to 100, such as 60 or 87.5"
        return Fault("invalid-number", message)
    whole, decimals = found.group(1), found.group(2) or ""
    hundredths = int(whole + decimals.ljust(2, "0"))
    return _compare("ocr_confidence", comparator, hundredths, hundredths + 10 ** (2 - len(decimals)))


def _compare(field: RangeField, comparator: Comparator, start: int, end: int) -> Range:
    """Return what a comparison with a value means that stands for `start` up to `end` (exclusive) when it is equal."""
    ranges: Mapping[Comparator, Range] = {
        "=": Range(field, start, end),
        ">=": Range(field, start, None),
        ">": Range(field, start + 1, None),
        "<": Range(field, None, start),
        "<=": Range(field, None, start + 1),
    }
    return ranges[comparator]


_HAS_VALUES: Final[Mapping[str, HasValue]] = {"tags": "tags", "date": "document_date"}


def _read_has(_comparator: Comparator, value: str, _now: int) -> Expression | Fault:
    if value in _HAS_VALUES:
        return Has(_HAS_VALUES[value])
    known = " or ".join(f"has:{name}" for name in _HAS_VALUES)
    return Fault("unknown-has-value", f"has: does not know {shorten_value(value)}; write {known}")


_INCOMPLETE: Final = "incomplete"
_COMPLETE_SO_FAR: Final = frozenset({ExtractionStatus.PENDING, ExtractionStatus.DONE})


def _read_extraction(_comparator: Comparator, value: str, _now: int) -> Expression | Fault:
    if value == _INCOMPLETE:
        return Or(tuple(Extracted(status) for status in ExtractionStatus if status not in _COMPLETE_SO_FAR))
    if value in set(ExtractionStatus):
        return Extracted(ExtractionStatus(value))
    known = ", ".join(f"extraction:{status}" for status in ExtractionStatus)
    message = f"extraction: does not know {shorten_value(value)}; write {known} or extraction:{_INCOMPLETE}"
    return Fault("unknown-extraction-status", message)


_EQUAL: Final[tuple[Comparator, ...]] = ("=",)

_ROWS = (
    # An empty phrase matches everything, in one field too: a `name:` still being typed hides no document.
    Field("name", _EQUAL, partial(_read_text, "name"), without_value=Everything()),
    Field("content", _EQUAL, partial(_read_text, "content"), without_value=Everything()),
    Field("tag", COMPARATORS, _read_tag),  # all comparators mean the same here (section 8.4)
    Field("created", COMPARATORS, partial(_read_time, "created_at")),
    Field("date", COMPARATORS, partial(_read_time, "document_date")),
    Field("has", _EQUAL, _read_has),
    Field("extraction", _EQUAL, _read_extraction),
    Field("confidence", COMPARATORS, _read_confidence),
)

FIELDS: Final[Mapping[str, Field]] = {field.name: field for field in _ROWS}
"""The fields by name."""
