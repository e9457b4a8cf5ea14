"""Dates in words, such as `today`, `last-month` or `now-30d`: what they mean at a moment and in a time zone."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from papra_index.conventions.times import to_datetime, to_milliseconds
from papra_index.conventions.values import dataclass
from papra_index.errors import InvalidInput
from papra_index.query.dates import Period
from papra_index.query.tokens import BLANKS

DATE_WORDS: Final = "now, today, last-month or now-30d"
"""Such words, for messages."""

_DAY = timedelta(days=1)
_HOUR_MS = 3_600_000
_SHIFTED = re.compile(r"(?P<word>now|today|yesterday)(?: ?(?P<sign>[-+]) ?(?P<count>[0-9]{1,5})(?P<unit>[hdwmy]))?")
_NAMED = re.compile(r"(?P<which>this|last)[-_ ](?P<unit>week|month|quarter|year)")
_BLANK_RUN = re.compile(f"[{BLANKS}]+")
_MONTHS_OF: Final = {"month": 1, "quarter": 3, "year": 12, "m": 1, "y": 12}


@dataclass(frozen=True, slots=True)
class Clock:
    """When a query is asked, in milliseconds since 1970 UTC, and the time zone whose calendar its words follow."""

    now: int
    zone: tzinfo = UTC


def parse_date_word(text: str, clock: Clock, *, is_calendar_date: bool) -> Period | None:
    """Return the period or instant that words stand for, None where they stand for none.

    Days begin at midnight of the clock's zone, weeks on Monday. With `is_calendar_date` the period is that of the same
    days in UTC, as dates of documents are kept: these are days on a calendar, not moments.
    """
    words = _BLANK_RUN.sub(" ", text).strip(" ")
    try:
        if (match := _SHIFTED.fullmatch(words)) is not None:
            return _read_shifted(match, clock, is_calendar_date)
        if (match := _NAMED.fullmatch(words)) is not None:
            first, behind = _find_named(match["which"], match["unit"], _read_today(clock))
            return _make_period(first, behind, clock, is_calendar_date)
    except (InvalidInput, OverflowError, ValueError):
        pass  # beyond the years 1 to 9999
    return None


def _read_today(clock: Clock) -> date:
    return to_datetime(clock.now).astimezone(clock.zone).date()


def _read_shifted(match: re.Match[str], clock: Clock, is_calendar_date: bool) -> Period | None:
    count = int(f"{match['sign']}{match['count']}") if match["unit"] else 0
    if match["word"] == "now":
        return _make_instant(_shift_moment(clock, count, match["unit"]))
    if match["unit"] == "h":
        return None
    today = _read_today(clock)
    day = _shift_day(today if match["word"] == "today" else today - _DAY, count, match["unit"])
    return _make_period(day, day + _DAY, clock, is_calendar_date)


def _shift_moment(clock: Clock, count: int, unit: str | None) -> int:
    """Return the moment some hours away, or that many days, weeks, months or years at the same time of day."""
    if unit == "h" or unit is None:
        moment = clock.now + count * _HOUR_MS
        to_datetime(moment)  # raises OverflowError beyond the calendar
        return moment
    local = to_datetime(clock.now).astimezone(clock.zone)
    return to_milliseconds(local.combine(_shift_day(local.date(), count, unit), local.time(), clock.zone))


def _shift_day(day: date, count: int, unit: str | None) -> date:
    """Return the day so many units away; where a month is too short, its last day."""
    if unit in ("m", "y"):
        first = _shift_months(day, count * _MONTHS_OF[unit])
        return first.replace(day=min(day.day, calendar.monthrange(first.year, first.month)[1]))
    return day + count * (7 * _DAY if unit == "w" else _DAY)


def _shift_months(day: date, count: int) -> date:
    """Return the first day of the month so many months away."""
    years, month = divmod(day.month - 1 + count, 12)
    return date(day.year + years, month + 1, 1)


def _find_named(which: str, unit: str, today: date) -> tuple[date, date]:
    """Return the first day of this or the last week, month, quarter or year, and the first day behind it."""
    back = 0 if which == "this" else 1
    if unit == "week":
        first = today - today.weekday() * _DAY - back * 7 * _DAY
        return first, first + 7 * _DAY
    length = _MONTHS_OF[unit]
    first = _shift_months(today, -((today.month - 1) % length) - back * length)
    return first, _shift_months(first, length)


def _make_period(first: date, behind: date, clock: Clock, is_calendar_date: bool) -> Period:
    zone = UTC if is_calendar_date else clock.zone
    start, end = (to_milliseconds(datetime.combine(day, time(), zone)) for day in (first, behind))
    return Period(start, end, is_instant=False)


def _make_instant(milliseconds: int) -> Period:
    return Period(milliseconds, milliseconds + 1, is_instant=True)
