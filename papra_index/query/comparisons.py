"""Comparisons with times, sizes and numbers: each value stands for a stretch, and only `=` takes all of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from papra_index.query.dates import DATE_FORMS, parse_instant_or_period
from papra_index.query.expression import Expression, Range, RangeField
from papra_index.query.issues import shorten_value
from papra_index.query.readings import Fault
from papra_index.query.tokens import Comparator

_CONFIDENCE = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,2}))?")
_MOST_CONFIDENT = 100.0
_COUNT = re.compile(r"[0-9]{1,9}")
_SIZE = re.compile(r"([0-9]{1,15})(?:\.([0-9]{1,3}))? ?(b|[kmgt]i?b?)?", re.IGNORECASE)
_POWERS: Final = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}

Stretch = tuple[int, int]
"""What a value stands for in units of its field: the first, and the first behind it."""


def read_time(field: RangeField, comparator: Comparator, value: str, now: int) -> Expression | Fault:
    """Compare with the first instant of the date; only `=` takes a whole year, month or day (section 8.6)."""
    period = parse_instant_or_period(value, now)
    if period is None:
        return Fault("invalid-date", f"{shorten_value(value)} is not a date; write {DATE_FORMS} or now")
    return _compare(field, comparator, (period.start_ms, period.end_ms))


def read_confidence(comparator: Comparator, value: str, _now: int) -> Expression | Fault:
    """Compare with a number of 0..100 as with a date: only `=` takes all that begins so, 87 up to 87.99."""
    found = _CONFIDENCE.fullmatch(value)
    if found is None or float(value) > _MOST_CONFIDENT:
        message = f"{shorten_value(value)} is not a confidence; write a number from 0 to 100, such as 60 or 87.5"
        return Fault("invalid-number", message)
    return _compare("ocr_confidence", comparator, _measure_stretch(found.group(1), found.group(2) or "", 100))


def read_size(comparator: Comparator, value: str, _now: int) -> Expression | Fault:
    """Compare with a number of bytes, or of a unit: only `=` takes all that begins so, 2MB up to 2.99 MB."""
    found = _SIZE.fullmatch(value)
    if found is None:
        message = f"{shorten_value(value)} is not a size; write bytes or a unit, such as 1500, 20kB, 2.5MB or 1GiB"
        return Fault("invalid-size", message)
    unit = (found.group(3) or "").lower().removesuffix("b")
    scale = (1024 if unit.endswith("i") else 1000) ** _POWERS[unit.removesuffix("i")]
    return _compare("size", comparator, _measure_stretch(found.group(1), found.group(2) or "", scale))


def read_page_count(comparator: Comparator, value: str, _now: int) -> Expression | Fault:
    """Compare with a number of pages."""
    if _COUNT.fullmatch(value) is None:
        return Fault("invalid-number", f"{shorten_value(value)} is not a number of pages; write one such as 12")
    return _compare("page_count", comparator, (int(value), int(value) + 1))


def _measure_stretch(whole: str, decimals: str, scale: int) -> Stretch:
    """Return what a decimal number of `scale` units each stands for: up to the next number of as many decimals."""
    divisor: int = 10 ** len(decimals)
    number = int(whole + decimals)
    # Rounded up, so that no unit below the number is in it; at least one unit.
    first, behind = (-(-n * scale // divisor) for n in (number, number + 1))
    return first, max(behind, first + 1)


def _compare(field: RangeField, comparator: Comparator, stretch: Stretch) -> Range:
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
