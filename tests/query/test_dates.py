from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papra_index.errors import InvalidInput
from papra_index.query.dates import Period, parse_document_date, parse_instant_or_period

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def to_ms(*parts: int) -> int:
    return (datetime(*parts, tzinfo=UTC) - EPOCH) // timedelta(milliseconds=1)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2024", (2024, 1, 1), (2025, 1, 1)),
        ("2024-12", (2024, 12, 1), (2025, 1, 1)),
        ("2024-02", (2024, 2, 1), (2024, 3, 1)),
        ("2024-02-29", (2024, 2, 29), (2024, 3, 1)),
        ("2024/02/29", (2024, 2, 29), (2024, 3, 1)),
        ("2024.02.29", (2024, 2, 29), (2024, 3, 1)),
        ("2024-1-5", (2024, 1, 5), (2024, 1, 6)),
        ("12/31/2024", (2024, 12, 31), (2025, 1, 1)),
        ("1/5/2024", (2024, 1, 5), (2024, 1, 6)),
        ("Dec 31, 2024", (2024, 12, 31), (2025, 1, 1)),
        ("december 31 2024", (2024, 12, 31), (2025, 1, 1)),
        ("31 DEC 2024", (2024, 12, 31), (2025, 1, 1)),
        ("3 Sept 2024", (2024, 9, 3), (2024, 9, 4)),
        ("\u00a02024 ", (2024, 1, 1), (2025, 1, 1)),
    ],
)
def test_partial_date_is_a_period(text: str, start: tuple[int, ...], end: tuple[int, ...]) -> None:
    assert parse_instant_or_period(text, 0) == Period(to_ms(*start), to_ms(*end), is_instant=False)
    assert parse_document_date(text) == datetime(*start, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2024-12-31T10:20", (2024, 12, 31, 10, 20)),
        ("2024-12-31 10:20", (2024, 12, 31, 10, 20)),
        ("2024-12-31 10:20:30+00:00", (2024, 12, 31, 10, 20, 30)),
        ("2024-12-31T10:20:30", (2024, 12, 31, 10, 20, 30)),
        ("2024-12-31T10:20:30.5", (2024, 12, 31, 10, 20, 30, 500_000)),
        ("2024-12-31T10:20:30.1239999Z", (2024, 12, 31, 10, 20, 30, 123_000)),
        ("2024-12-31t10:20z", (2024, 12, 31, 10, 20)),
        ("2024-12-31T10:20+01:30", (2024, 12, 31, 8, 50)),
        ("2024-12-31T10:20-0100", (2024, 12, 31, 11, 20)),
        ("2024-12-31T24:00", (2025, 1, 1)),
    ],
)
def test_full_date_and_time_is_an_instant(text: str, instant: tuple[int, ...]) -> None:
    start = to_ms(*instant)
    assert parse_instant_or_period(text, 0) == Period(start, start + 1, is_instant=True)
    assert parse_document_date(text) == datetime(*instant, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    "text",
    [
        "", "today", "NOW", "-1d", "5", "99", "0", "foo 1", "2024-02-30", "2023-02-29", "2024-13", "2024-00",
        "2024-13-01", "31/12/2024", "20241231", "2024-W01", "1704067200000", "2024-12-31T10", "2024-12-31T10:60",
        "2024-12-31T24:01", "2024-12-31T10:20:60", "2024-12-31T10:20+01", "2024-12-31T10:20+24:00",
        "2024-12-31T10:20+01:60", "2024-1", "2024-1/5", "Dec 2024", "Decem 31, 2024", "Dec 32, 2024",
        "24-01-02", "2024/12", "２０２４", "+2024", "2024,5",
    ],
)  # fmt: skip
def test_anything_else_is_no_date(text: str) -> None:
    assert parse_instant_or_period(text, 0) is None
    with pytest.raises(InvalidInput, match="write a year, month or day"):
        parse_document_date(text)


def test_now_is_for_queries_only() -> None:
    assert parse_instant_or_period("now", 77) == Period(77, 78, is_instant=True)
    with pytest.raises(InvalidInput):
        parse_document_date("now")


@pytest.mark.parametrize("text", ["0000", "0000-12-31", "9999-12-31T23:59-01:00", "0001-01-01T00:00+01:00"])
def test_dates_outside_of_what_a_document_may_have_still_compare(text: str) -> None:
    assert parse_instant_or_period(text, 0) is not None
    with pytest.raises(InvalidInput):
        parse_document_date(text)


def test_the_calendar_has_no_seams() -> None:
    years = [parse_instant_or_period(f"{year:04}", 0) for year in range(10_000)]
    assert all(
        before is not None and after is not None and before.end_ms == after.start_ms
        for before, after in pairwise(years)
    )


@given(st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 30), timezones=st.just(UTC)))
def test_iso_form_is_read_as_python_reads_it(moment: datetime) -> None:
    truncated = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert parse_document_date(moment.isoformat()) == truncated
    period = parse_instant_or_period(moment.date().isoformat(), 0)
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    assert period is not None
    assert (period.start_ms, period.end_ms) == (
        (midnight - EPOCH) // timedelta(milliseconds=1),
        (midnight + DAY - EPOCH) // timedelta(milliseconds=1),
    )


@given(st.text(st.characters()) | st.text("0123456789-/.:TZ +ADecn,", max_size=25))
def test_any_text_is_a_date_or_not(text: str) -> None:
    period = parse_instant_or_period(text, 0)
    assert period is None or period.start_ms < period.end_ms
