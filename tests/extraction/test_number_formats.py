"""Number formats: a cell's value as people see it in the sheet, the plain number where a format is not understood."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papra_index.extraction.formats.number_formats import format_general, format_number


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (45366, "yyyy-mm-dd", "2024-03-15"),
        (45366.75, "d.m.yyyy hh:mm", "15.3.2024 18:00"),
        (45366, "[$-407]dddd, d. mmmm yyyy", "Friday, 15. March 2024"),
        (45366, "mmm-yy", "Mar-24"),
        (45366, 'yyyy"年"m"月"d"日"', "2024年3月15日"),
        (0.5, "h:mm AM/PM", "12:00 PM"),
        (0.999999, "hh:mm:ss", "00:00:00"),
        (1.5, "[h]:mm:ss", "36:00:00"),
        (0.0012, "mm:ss.0", "01:43.6"),
        (1, "yyyy-mm-dd", "1900-01-01"),
        (61, "d/m/yyyy", "1/3/1900"),
        (-1, "yyyy-mm-dd", "-1"),
        (1e12, "yyyy-mm-dd", "1000000000000"),
        (0.125, "0.0%", "12.5%"),
        (42, "0000", "0042"),
        (5551234567, "000-000-0000", "555-123-4567"),
        (1234567.891, "#,##0.00", "1,234,567.89"),
        (-1234.5, "#,##0.00 [$€-407];[Red]-#,##0.00 [$€-407]", "-1,234.50 €"),
        (-5, "0.00_);(0.00)", "(5.00)"),
        (12.5, '_-* #,##0.00\\ "kr"_-', "12.50 kr"),
        (0, '0;-0;"none"', "none"),
        (1500000, '0.0,,"M"', "1.5M"),
        (12345.678, "0.00E+00", "1.23E+04"),
        (1.5, "0.##", "1.5"),
        (0.5, "# ?/?", "0.5"),
        (5, ";;;", "5"),
        (0, "#", "0"),
        (7, "General", "7"),
        (7, "@", "7"),
        (3, "0 g", "3 g"),
    ],
)
def test_values_are_shown_by_their_format(value: float, code: str, text: str) -> None:
    assert format_number(value, code) == text


def test_dates_from_1904() -> None:
    assert format_number(43904, "yyyy-mm-dd", from_1904=True) == "2024-03-15"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1 + 0.2, "0.3"), (1234567890123.0, "1234567890123"), (1e300, "1E+300"), (1e-7, "0.0000001"), (-2.50, "-2.5"),
        (float("inf"), "inf"),
    ],
)  # fmt: skip
def test_numbers_without_a_format_are_shown_in_full(value: float, text: str) -> None:
    assert format_general(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False), st.text('0#?.,%yYmdhs[]"\\_*;/E+-@ agG€', max_size=12))
def test_no_format_loses_a_value_or_breaks(value: float, code: str) -> None:
    assert format_number(value, code) or not code.strip()
