from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papra_index.conventions.times import to_milliseconds
from papra_index.query.clock import Clock, parse_date_word
from papra_index.query.dates import Period
from papra_index.query.expression import Range
from papra_index.query.parser import parse_query

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
NOW = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)  # in Berlin it is Wednesday, 1 April


def read(text: str, zone: tzinfo = UTC, now: datetime = NOW) -> Period | None:
    return parse_date_word(text, Clock(to_milliseconds(now), zone), is_calendar_date=False)


def between(first: tuple[int, ...], behind: tuple[int, ...], zone: tzinfo = UTC) -> Period:
    start, end = (to_milliseconds(datetime(*day, tzinfo=zone)) for day in (first, behind))  # type: ignore[arg-type, misc]
    return Period(start, end, is_instant=False)


@pytest.mark.parametrize(
    ("text", "first", "behind"),
    [
        ("today", (2026, 4, 1), (2026, 4, 2)),
        ("yesterday", (2026, 3, 31), (2026, 4, 1)),
        ("this-week", (2026, 3, 30), (2026, 4, 6)),
        ("last_week", (2026, 3, 23), (2026, 3, 30)),
        ("this month", (2026, 4, 1), (2026, 5, 1)),
        ("last\u00a0 month", (2026, 3, 1), (2026, 4, 1)),
        ("this-quarter", (2026, 4, 1), (2026, 7, 1)),
        ("last-quarter", (2026, 1, 1), (2026, 4, 1)),
        ("this-year", (2026, 1, 1), (2027, 1, 1)),
        ("last-year", (2025, 1, 1), (2026, 1, 1)),
        ("today-7d", (2026, 3, 25), (2026, 3, 26)),
        ("today + 2w", (2026, 4, 15), (2026, 4, 16)),
        ("yesterday-1m", (2026, 2, 28), (2026, 3, 1)),
        ("today-12y", (2014, 4, 1), (2014, 4, 2)),
    ],
)
def test_words_are_days_of_the_zone(text: str, first: tuple[int, ...], behind: tuple[int, ...]) -> None:
    assert read(text, BERLIN) == between(first, behind, BERLIN)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("now-36h", datetime(2026, 3, 30, 10, 30, tzinfo=UTC)),
        ("now+1h", datetime(2026, 3, 31, 23, 30, tzinfo=UTC)),
        # Clocks went forward on 29 March: days keep the time of day, hours are hours.
        ("now-30d", datetime(2026, 3, 1, 23, 30, tzinfo=UTC)),
        ("now-1m", datetime(2026, 2, 28, 23, 30, tzinfo=UTC)),
        ("now-1y", datetime(2025, 3, 31, 22, 30, tzinfo=UTC)),
    ],
)
def test_a_shifted_now_is_an_instant(text: str, instant: datetime) -> None:
    start = to_milliseconds(instant)
    assert read(text, BERLIN) == Period(start, start + 1, is_instant=True)


@pytest.mark.parametrize(
    "text",
    [
        "", "Today", "tomorrow", "thisweek", "this--week", "last-day", "this", "week", "today-", "today-d", "today-7",
        "today-3h", "now-30", "now-30s", "now--3d", "now-٣d", "this-week-1d", "now-99999y", "today+99999y",
        "now-999999d", "today-3000y",
    ],
)  # fmt: skip
def test_anything_else_is_no_date(text: str) -> None:
    assert read(text, BERLIN) is None


def test_a_day_without_midnight_begins_with_its_first_instant() -> None:
    zone = ZoneInfo("America/Havana")  # on 8 March 2026 clocks went from 00:00 to 01:00
    day = read("today", zone, datetime(2026, 3, 8, 12, tzinfo=UTC))
    assert day == Period(*(to_milliseconds(datetime(2026, 3, d, h, tzinfo=UTC)) for d, h in ((8, 5), (9, 4))), False)


def test_document_dates_are_compared_with_the_same_day_of_the_calendar() -> None:
    now = datetime(2026, 3, 16, 2, tzinfo=UTC)  # in New York it is still the 15th
    day = to_milliseconds(datetime(2026, 3, 15, tzinfo=UTC))
    read_in_new_york = parse_query("date:today", now=now, time_zone=NEW_YORK).expression
    assert read_in_new_york == Range("document_date", day, day + 86_400_000)
    created = parse_query("created:today", now=now, time_zone=NEW_YORK).expression
    assert created == Range("created_at", day + 4 * 3_600_000, day + 28 * 3_600_000)
    absolute = parse_query("created:2026-03-15", now=now, time_zone=NEW_YORK).expression
    assert absolute == Range("created_at", day, day + 86_400_000)


@given(
    st.text(st.characters(), max_size=12) | st.from_regex(r"(now|today|yesterday)[-+]\d{1,5}[hdwmy]", fullmatch=True),
    st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),
    st.sampled_from([UTC, BERLIN, NEW_YORK, ZoneInfo("Pacific/Apia")]),
)
def test_any_text_is_a_period_or_not(text: str, now: datetime, zone: tzinfo) -> None:
    period = read(text, zone, now)
    assert period is None or period.start_ms < period.end_ms


@given(st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=st.just(UTC)))
def test_periods_hold_now_and_join_without_seams(now: datetime) -> None:
    truncated = to_milliseconds(now)
    for unit in ("week", "month", "quarter", "year"):
        this, last = read(f"this-{unit}", BERLIN, now), read(f"last-{unit}", BERLIN, now)
        assert this is not None
        assert last is not None
        assert this.start_ms <= truncated < this.end_ms
        assert last.end_ms == this.start_ms
    today, yesterday = read("today", BERLIN, now), read("yesterday", BERLIN, now)
    assert today is not None
    assert yesterday is not None
    assert yesterday.end_ms == today.start_ms <= truncated < today.end_ms
    assert timedelta(hours=23) <= timedelta(milliseconds=today.end_ms - today.start_ms) <= timedelta(hours=25)
