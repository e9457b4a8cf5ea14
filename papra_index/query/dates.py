"""Dates as the search language and `documentDate` take them (papra-api, 8.6): fixed forms, read in UTC.

What JavaScript accepts beyond them by leniency (`5`, `foo 1`, 30 February) is not a date here.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final

from papra_index.conventions.times import to_datetime
from papra_index.conventions.values import dataclass
from papra_index.errors import InvalidInput
from papra_index.query.tokens import BLANKS

DATE_FORMS: Final = "a year, month or day (2024, 2024-06, 2024-06-30) or an instant (2024-06-30T12:00Z)"
"""What to write instead, for messages."""

_DAY: Final = 86_400_000
_MINUTE: Final = 60_000
_DAYS_OF_400_YEARS: Final = 146_097

_FLAGS = re.ASCII | re.IGNORECASE
_PARTIAL = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{2}))?", _FLAGS)
_DAYS = (
    re.compile(r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})", _FLAGS),
    re.compile(r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})", _FLAGS),
    re.compile(r"(?P<month>[a-z]+) +(?P<day>\d{1,2})(?: *, *| +)(?P<year>\d{4})", _FLAGS),
    re.compile(r"(?P<day>\d{1,2}) +(?P<month>[a-z]+) +(?P<year>\d{4})", _FLAGS),
)
_INSTANT = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})(?:T| +)"
    r"(?P<hour>\d{2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.(?P<fraction>\d+))?)?"
    r" *(?P<zone>Z|[-+]\d{2}:?\d{2})?",
    _FLAGS,
)
_MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
_MONTHS |= {name[:3]: number for name, number in _MONTHS.items()} | {"sept": 9}


@dataclass(frozen=True, slots=True)
class Period:
    """`start_ms <= time < end_ms` in milliseconds since 1970 UTC.

    A year, month or day, or a single millisecond (`is_instant`).
    """

    start_ms: int
    end_ms: int
    is_instant: bool


def parse_instant_or_period(text: str, now: int) -> Period | None:
    """Return what a date in a query means, None if it is not one; `now` (milliseconds) is the word `now`."""
    return _make_instant(now) if text == "now" else _parse_date(text)


def parse_document_date(text: str) -> datetime:
    """Return the first instant of a date as a document may have it, in UTC; raises InvalidInput.

    Takes the forms of section 8.6, `now` excepted, of the years 1 to 9999.
    """
    period = _parse_date(text)
    if period is not None:
        try:
            return to_datetime(period.start_ms)
        except OverflowError:
            pass  # year 0, or a zone that leads out of 9999: good to compare with, but no date of a document
    raise InvalidInput(f"{text[:40]!r} is not a date: write {DATE_FORMS}")


def _parse_date(text: str) -> Period | None:
    trimmed = text.strip(BLANKS)
    if (match := _PARTIAL.fullmatch(trimmed)) is not None:
        return _make_partial(int(match["year"]), match["month"])
    if (match := _INSTANT.fullmatch(trimmed)) is not None:
        return _read_instant(match)
    for form in _DAYS:
        if (match := form.fullmatch(trimmed)) is not None:
            start = _find_midnight(int(match["year"]), _read_month(match["month"]), int(match["day"]))
            return None if start is None else Period(start, start + _DAY, is_instant=False)
    return None


def _make_partial(year: int, month: str | None) -> Period | None:
    if month is None:
        start, end = _find_midnight(year, 1, 1), _find_midnight(year + 1, 1, 1)
    else:
        carry, following = divmod(int(month), 12)
        start, end = _find_midnight(year, int(month), 1), _find_midnight(year + carry, following + 1, 1)
    return None if start is None or end is None else Period(start, end, is_instant=False)


def _read_instant(match: re.Match[str]) -> Period | None:
    midnight = _find_midnight(int(match["year"]), int(match["month"]), int(match["day"]))
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    milliseconds = int(((match["fraction"] or "") + "000")[:3])
    offset = _read_offset(match["zone"])
    if midnight is None or offset is None or hour > 24 or minute > 59 or second > 59:
        return None
    since_midnight = (hour * 60 + minute) * _MINUTE + second * 1000 + milliseconds
    if since_midnight > _DAY:
        return None
    return _make_instant(midnight + since_midnight - offset)


def _read_offset(zone: str | None) -> int | None:
    """Return what a zone adds to UTC in milliseconds, None when there is no such zone."""
    if zone is None or zone in "Zz":
        return 0
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    if hours > 23 or minutes > 59:
        return None
    return (hours * 60 + minutes) * (-_MINUTE if zone[0] == "-" else _MINUTE)


def _read_month(text: str) -> int:
    """Return the number of a month; 0, which is no month, for a word that names none."""
    return int(text) if text.isdecimal() else _MONTHS.get(text.lower(), 0)


def _find_midnight(year: int, month: int, day: int) -> int | None:
    """Return the first millisecond of a day, None when there is no such day.

    The calendar repeats every 400 years: the years 0 and 10000, which Python lacks, are read in another.
    """
    try:
        counterpart = date(2000 + year % 400, month, day)
    except ValueError:
        return None
    cycles = year // 400 - 5
    return (counterpart.toordinal() - date(1970, 1, 1).toordinal() + cycles * _DAYS_OF_400_YEARS) * _DAY


def _make_instant(milliseconds: int) -> Period:
    return Period(milliseconds, milliseconds + 1, is_instant=True)
