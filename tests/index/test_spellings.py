"""Amounts, codes and days are the same however they are written."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papra_index.conventions.folding import fold_text
from papra_index.index.spellings import find_dates, list_date_spellings, list_spellings, read_dates
from tests.index.corpus import split_words

_MARCH_12 = date(2025, 3, 12)
_DECEMBER_3 = date(2025, 12, 3)


def _group(digits: str, mark: str) -> str:
    first = len(digits) % 3 or 3
    return mark.join([digits[:first], *(digits[place : place + 3] for place in range(first, len(digits), 3))])


def _write_amount(whole: int, cents: int) -> list[str]:
    """Return the styles in which one amount is written."""
    digits, decimals = str(whole), f"{cents:02}"
    styles = [("", "."), ("", ","), (".", ","), (",", "."), (" ", ","), ("'", "."), ("\u202f", ","), ("’", ".")]
    written = [f"{_group(digits, mark) if mark else digits}{point}{decimals}" for mark, point in styles]
    if not cents:
        written += [digits, _group(digits, "."), _group(digits, ","), _group(digits, " ")]
    return written


@given(st.integers(0, 10**9), st.integers(0, 99), st.sampled_from(["{}", "€{}", "{} EUR", "CHF {}", "$ {}", "{} kr."]))
def test_every_style_of_an_amount_finds_every_other(whole: int, cents: int, frame: str) -> None:
    written = _write_amount(whole, cents)
    for asked in written:
        runs = {tuple(split_words(asked)), *list_spellings(frame.format(asked))}
        for other in written:
            words = split_words(other)
            held = {tuple(words[:end]) for end in range(1, len(words) + 1)}
            assert runs & held, (asked, other)


@pytest.mark.parametrize("value", ["1.2.3", "192.168.1.1", "hello", "12", "007", "3.11", "1.23.456", "", "+", "a1"])
def test_what_is_no_large_amount_has_no_other_grouping(value: str) -> None:
    assert all(len(run) == 1 or "".join(run) == "".join(split_words(value)) + "0" for run in list_spellings(value))


@pytest.mark.parametrize(
    ("value", "spellings"),
    [
        ("DE89 3704 0044 0532 0130 00", [("de89370400440532013000",)]),
        ("5UH1-42", [("5uh142",)]),
        ("INV_2024-001", [("inv2024001",)]),
        ("4111-1111-1111-1111", [("4111111111111111",)]),
        ("a-1", []),
    ],
)
def test_codes_are_run_together(value: str, spellings: list[tuple[str, ...]]) -> None:
    assert list_spellings(value) == spellings


def test_long_codes_are_looked_for_in_groups() -> None:
    assert ("de89", "3704", "0044", "0532", "0130", "00") in list_spellings("DE89370400440532013000")
    assert ("de", "123", "456", "789") in list_spellings("DE123456789")
    assert ("4111", "1111", "1111", "1111") in list_spellings("4111111111111111")


@pytest.mark.parametrize(
    ("value", "days"),
    [
        ("12.03.2025", [_MARCH_12]),
        ("12.3.2025", [_MARCH_12]),
        ("12. 3. 2025", [_MARCH_12]),
        ("12.03.25", [_MARCH_12]),
        ("2025-03-12", [_MARCH_12]),
        ("2025/3/12", [_MARCH_12]),
        ("20250312", [_MARCH_12]),
        ("12/03/2025", [_MARCH_12, _DECEMBER_3]),
        ("12-03-2025", [_MARCH_12, _DECEMBER_3]),
        ("25/03/2025", [date(2025, 3, 25)]),
        ("12 March 2025", [_MARCH_12]),
        ("March 12, 2025", [_MARCH_12]),
        ("Mar. 12 2025", [_MARCH_12]),
        ("12th of March 2025", [_MARCH_12]),
        ("12. März 2025", [_MARCH_12]),
        ("12 de marzo de 2025", [_MARCH_12]),
        ("1er août 2025", [date(2025, 8, 1)]),
        ("12 марта 2025", [_MARCH_12]),
        ("2025年3月12日", [_MARCH_12]),
        ("2025년 3월 12일", [_MARCH_12]),
        ("31.02.2025", []),
        ("12.13.2025", []),
        ("12:03:2025", []),
        ("12.03.", []),
        ("2025", []),
        ("March 2025", []),
        ("12 Marchen 2025", []),
        ("1.234.567", []),
        ("on 12.03.2025", []),
        ("12.03.2025 x", []),
        ("12.03.9999", []),
        ("", []),
    ],
)
def test_days_are_read_in_all_orders_and_languages(value: str, days: list[date]) -> None:
    assert read_dates(value) == days


def test_days_are_found_in_a_text() -> None:
    text = "Rechnung 42 2025-03-12, fällig 3. April 2025; 51.234.567 und 12.03.20251, 5 2024\nMay 5,\n2020 x12.03.2024"
    assert find_dates(fold_text(text)) == [_MARCH_12, date(2025, 4, 3), date(2020, 5, 5)]


@given(st.dates(date(1800, 1, 1), date(2199, 12, 31)))
def test_a_day_is_found_in_each_of_its_spellings(day: date) -> None:
    for run in list_date_spellings(day):
        if len(run) == 1:
            assert day.year not in range(1900, 2100) or read_dates(run[0]) == [day]
        elif any(word.isalpha() for word in run):
            assert read_dates(" ".join(run)) == [day]
        else:
            assert day in read_dates("/".join(run))


@given(st.text(st.sampled_from("0123456789.,/- '€abc年月日\n") | st.characters(codec="utf-8"), max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    list_spellings(text)
    assert {*read_dates(text)} <= {*find_dates(fold_text(text))} or text.count(".") == 2
