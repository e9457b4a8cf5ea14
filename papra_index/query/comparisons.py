"""Comparisons with times, sizes and numbers, and ranges `a..b` of them.

Each value stands for a stretch, such as a month: `=` takes all of it, the other comparators its beginning (papra-api,
section 8.6). A range goes from its beginning to the end of its last date, or up to its last number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from papra_index.query.clock import DATE_WORDS, Clock, parse_date_word
from papra_index.query.dates import DATE_FORMS, parse_instant_or_period
from papra_index.query.expression import Expression, PropertyField, Range, RangeField
from papra_index.query.issues import shorten_value
from papra_index.query.readings import Fault
from papra_index.query.tokens import BLANKS, Comparator
from papra_index.values.properties import PropertyType

_CONFIDENCE = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,2}))?")
_MOST_CONFIDENT = 100.0
_COUNT = re.compile(r"[0-9]{1,9}")
_SIZE = re.compile(r"([0-9]{1,15})(?:\.([0-9]{1,3}))? ?(b|bytes|[kmgt]i?b?)?", re.IGNORECASE)
_UNIT = re.compile(r"(?:[kmgt]i?b|bytes)", re.IGNORECASE)
_UNITLESS_RANGE = re.compile(r"([0-9.]*[0-9])\.\.([0-9.]*[0-9])")
_TIMES: Final = frozenset({"created_at", "updated_at", "document_date"})
_POWERS: Final = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}

Stretch = tuple[int, int]
"""What a value stands for in units of its field: the first, and the first behind it."""

Measure = Callable[[str], Stretch | Fault]
"""From a value to what it stands for."""


def read_time(field: RangeField, comparator: Comparator, value: str, clock: Clock) -> Expression | Fault:
    """Compare a time with a date, a date in words, or a range of them."""
    measure = partial(measure_time, clock=clock, is_calendar_date=field == "document_date")
    return read_comparison(field, comparator, value, measure)


def read_confidence(comparator: Comparator, value: str, _clock: Clock) -> Expression | Fault:
    """Compare with a number of 0..100; 87 is all that begins so, up to 87.99."""
    return read_comparison("ocr_confidence", comparator, value, _measure_confidence)


def read_size(comparator: Comparator, value: str, _clock: Clock) -> Expression | Fault:
    """Compare with a number of bytes, or of a unit; 2MB is all that begins so, up to 2.99 MB."""
    return read_comparison("size", comparator, value, _measure_size)


def read_page_count(comparator: Comparator, value: str, _clock: Clock) -> Expression | Fault:
    """Compare with a number of pages."""
    return read_comparison("page_count", comparator, value, _measure_count)


def join_unit(size: str, following: str) -> str | None:
    """Return a size with the word behind it where that is its unit, `2` and `MB`, or goes on with a range; else None.

    A unit behind a range of mere numbers is that of both.
    """
    unit, dots, _ = following.partition("..")
    if _UNIT.fullmatch(unit) is None or not size[-1:].isdigit():
        return None
    numbers = None if dots else _UNITLESS_RANGE.fullmatch(size)
    return f"{numbers.group(1)} {unit}..{numbers.group(2)} {unit}" if numbers else f"{size} {following}"


def measure_time(value: str, *, clock: Clock, is_calendar_date: bool) -> Stretch | Fault:
    """Return what a date or a date in words stands for, in milliseconds; days of dates of documents are UTC's."""
    period = parse_instant_or_period(value, clock.now)
    period = period or parse_date_word(value, clock, is_calendar_date=is_calendar_date)
    if period is None:
        message = f"{shorten_value(value)} is not a date; write {DATE_FORMS}, or {DATE_WORDS}"
        return Fault("invalid-date", message)
    return period.start_ms, period.end_ms


def _measure_confidence(value: str) -> Stretch | Fault:
    found = _CONFIDENCE.fullmatch(value)
    if found is None or float(value) > _MOST_CONFIDENT:
        message = f"{shorten_value(value)} is not a confidence; write a number from 0 to 100, such as 60 or 87.5"
        return Fault("invalid-number", message)
    return _measure_decimal(found.group(1), found.group(2) or "", 100)


def _measure_size(value: str) -> Stretch | Fault:
    found = _SIZE.fullmatch(value)
    if found is None:
        message = f"{shorten_value(value)} is not a size; write bytes or a unit, such as 1500, 20kB, 2.5MB or 1GiB"
        return Fault("invalid-size", message)
    unit = (found.group(3) or "").lower().removesuffix("bytes").removesuffix("b")
    scale = (1024 if unit.endswith("i") else 1000) ** _POWERS[unit.removesuffix("i")]
    return _measure_decimal(found.group(1), found.group(2) or "", scale)


def _measure_count(value: str) -> Stretch | Fault:
    if _COUNT.fullmatch(value) is None:
        return Fault("invalid-number", f"{shorten_value(value)} is not a number of pages; write one such as 12")
    return int(value), int(value) + 1


def _measure_decimal(whole: str, decimals: str, scale: int) -> Stretch:
    """Return what a decimal number of `scale` units each stands for: up to the next number of as many decimals."""
    divisor: int = 10 ** len(decimals)
    number = int(whole + decimals)
    # Rounded up, so that no unit below the number is in it; at least one unit.
    first, behind = (-(-n * scale // divisor) for n in (number, number + 1))
    return first, max(behind, first + 1)


def read_comparison(
    field: RangeField | PropertyField, comparator: Comparator, value: str, measure: Measure
) -> Expression | Fault:
    """Compare a field with a value, or with a range of them."""
    low, dots, high = value.partition("..")
    if dots:
        return _read_range(field, comparator, (low.strip(BLANKS), high.strip(BLANKS)), measure)
    stretch = measure(value)
    return stretch if isinstance(stretch, Fault) else _compare(field, comparator, stretch)


def _read_range(
    field: RangeField | PropertyField, comparator: Comparator, bounds: tuple[str, str], measure: Measure
) -> Expression | Fault:
    """Read `a..b`, `a..` or `..b`, both ends included."""
    if comparator != "=":
        return Fault("unsupported-comparator", f"a range does not go with {comparator}; write one or the other")
    if not any(bounds):
        return Fault("empty-range", "this range has no ends; write a..b, a.. or ..b")
    first = measure(bounds[0]) if bounds[0] else None
    if isinstance(first, Fault):
        return first
    last = measure(bounds[1]) if bounds[1] else None
    if isinstance(last, Fault):
        return last
    start = None if first is None else first[0]
    # The last day belongs to a range; of a number that stands for a stretch, only the number itself.
    end = None if last is None else last[1] if _is_time(field) else last[0] + 1
    if start is not None and end is not None and start >= end:
        return Fault("empty-range", f"{bounds[0]} is after {bounds[1]}; write the lower one first")
    return Range(field, start, end)


def _is_time(field: RangeField | PropertyField) -> bool:
    return field.type is PropertyType.DATE if isinstance(field, PropertyField) else field in _TIMES


def _compare(field: RangeField | PropertyField, comparator: Comparator, stretch: Stretch) -> Range:
    """Return what a comparison with a value means that is equal to all of a stretch."""
    start, end = stretch
    ranges: Mapping[Comparator, Range] = {
        "=": Range(field, start, end),
        ">=": Range(field, start, None),
        ">": Range(field, start + 1, None),
        "<": Range(field, None, start),
        "<=": Range(field, None, start + 1),
    }
    return ranges[comparator]
