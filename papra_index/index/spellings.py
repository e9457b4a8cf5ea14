"""Other spellings of an amount, a code or a date: what a query is also looked for as, in index and highlights.

Separators split words in the index, so another grouping of an amount or a code is another run of words there, and
costs the index nothing. Dates are read on both sides, as day, month and year stand in any order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from papra_index.conventions.folding import fold_text
from papra_index.conventions.patterns import compile_pattern
from papra_index.index.bigrams import UNSPACED
from papra_index.index.months import MONTHS, list_month_names

Run = tuple[str, ...]
"""Folded words, adjacent and in order."""

_WORD = re.compile(r"[^\W_]+")
_CURRENCY = r"(?:eur|euro|usd|chf|fr\.?|gbp|sek|nok|dkk|kr\.?|pln|czk|huf|ron|try|rub|jpy|cny|inr|[^\w\s]{1,2})"
_AMOUNT = re.compile(
    rf"(?:{_CURRENCY} ?)?"
    r"(?:(?P<first>[0-9]{1,3})(?P<mark>[.,'’ ])(?P<rest>[0-9]{3}(?:(?P=mark)[0-9]{3})*)|(?P<whole>[0-9]{1,15}))"
    r"(?:(?P<point>[.,])(?P<decimals>[0-9]{1,2}|-{1,2}))?"
    rf"(?: ?{_CURRENCY})?"
)
_FIGURE = f"([0-9]{{4,15}})([{UNSPACED}]+)"
_LEAST_CODE, _LEAST_NUMBER = 4, 6  # characters of a code with letters and of one without, run together
_LEAST_GROUPED = 9  # characters of one that is written in groups: VAT numbers, cards, IBANs
_MAX_CODE = 42

_YEARS = range(1800, 2200)
# All begin with one digit, by which the regular expression engine skips what is none.
_DATES = re.compile(
    r"[0-9](?<![^\W_][0-9])(?:"
    r"[0-9]?(?P<mark>[./-]) ?[0-9]{1,2}(?P=mark) ?[0-9]{4}(?![^\W_])"
    r"|[0-9]{3}(?P<other>[./-])[0-9]{1,2}(?P=other)[0-9]{1,2}(?![0-9])"
    r"|[0-9]{3}[年년] ?[0-9]{1,2}[月월] ?[0-9]{1,2}[日일]"
    r"|(?P<compact>(?<=[12])[0-9]{7})(?![^\W_])"
    r"|[0-9]?(?:st|nd|rd|th|er|\.)?,?\s{1,2}(?:(?:de|of)\s)?(?P<name>[^\W\d_]{3,12})[.,]{0,2}\s{1,2}(?:del?\s)?"
    r"[0-9]{4}(?![^\W_])"
    r"|[0-9]?(?:st|nd|rd|th)?,?\s{1,2}(?P<behind>[0-9]{4})(?![^\W_])"
    r")"
)
_YEAR = re.compile("(?:1[89]|2[01])[0-9]{2}")
_BEFORE_YEAR, _BEHIND_YEAR = 26, 12  # characters that the rest of a date is in
_NUMBER = re.compile(r"[0-9]{1,4}")
_SHORT_YEAR = re.compile(r"([0-9]{1,2}\.[0-9]{1,2}\.)([0-9]{2})")
_NAME_BEFORE = re.compile(r"([^\W\d_]{3,12})\.?\s{1,2}\Z")
_BEFORE = 16  # characters before a day that the name of a month fits into


def list_spellings(value: str) -> list[Run]:
    """Return the words that an amount or a code of a query may also be written in, without those it is written in."""
    folded = fold_text(value).strip()
    words = tuple(_WORD.findall(folded))
    if not 0 < len(words) <= _MAX_CODE or not any(character.isdigit() for character in folded):
        return []
    amounts = list(_spell_amount(folded))
    found = dict.fromkeys(amounts or (*_spell_code(words), *_group_figures(words)))
    found.pop(words, None)
    return list(found)


def _spell_amount(folded: str) -> Iterator[Run]:
    """Yield the words of an amount, `1.234,50` in any grouping and with any decimal point; none if it is no amount."""
    amount = _AMOUNT.fullmatch(folded)
    if amount is None or (amount["mark"] is not None and amount["mark"] == amount["point"]):
        return
    digits = amount["whole"] or amount["first"] + re.sub(r"[^0-9]", "", amount["rest"])
    decimals = (amount["decimals"] or "").rstrip("0-")
    if digits[0] == "0" and (len(digits) > 1 or amount["mark"]):
        return
    for whole in dict.fromkeys(((digits,), _group_thousands(digits))):
        if decimals:
            yield (*whole, decimals.ljust(2, "0"))
            yield (*whole, decimals)
        else:
            yield whole


def _spell_code(words: Run) -> Iterator[Run]:
    """Yield a code run together, or in the groups that bank accounts, cards and VAT numbers are written in."""
    code = "".join(words)
    if not (_LEAST_NUMBER if code.isdigit() else _LEAST_CODE) <= len(code) <= _MAX_CODE:
        return
    yield (code,)
    if len(words) == 1 and len(code) >= _LEAST_GROUPED and code.isascii():
        yield _group_characters(code, 4)
        number = code.lstrip("abcdefghijklmnopqrstuvwxyz")
        letters = code[: len(code) - len(number)]
        if letters and number.isdigit():
            yield (letters, number)
            yield (letters, *_group_characters(number, 3))


def _group_figures(words: Run) -> Iterator[Run]:
    """Yield a number with a unit of an unspaced script behind it in groups of three digits, as in `12,345円`."""
    if len(words) != 1 or words[0].isascii():
        return
    if (figure := compile_pattern(_FIGURE).fullmatch(words[0])) is not None:
        *whole, last = _group_thousands(figure[1])
        yield (*whole, last + figure[2])


def _group_thousands(digits: str) -> Run:
    first = len(digits) % 3 or 3
    return (digits[:first], *(digits[place : place + 3] for place in range(first, len(digits), 3)))


def _group_characters(code: str, length: int) -> Run:
    return tuple(code[place : place + length] for place in range(0, len(code), length))


def read_dates(value: str) -> list[date]:
    """Return the days that a whole value of a query stands for: two where day and month could change places."""
    folded = fold_text(value).strip()
    short = _SHORT_YEAR.fullmatch(folded)
    if short is not None:
        folded = f"{short[1]}20{short[2]}"
    match = _DATES.search(folded)
    if match is None or _WORD.search(folded, match.end()) is not None:
        return []
    before = folded[: match.start()].strip()
    return list(_read_match(folded, match)) if not before or match["behind"] else []


def has_year(folded: str) -> bool:
    """Whether there is what may be a year in a text; of each day that `find_dates` finds it stands between blanks."""
    return _YEAR.search(folded) is not None


def find_dates(folded: str) -> list[date]:
    """Return the days that are written out in a folded text, each once, in any of the orders and languages."""
    found: dict[date, None] = {}
    position = 0
    # Years are much rarer than numbers, so that a page of amounts is passed over quickly.
    for year in _YEAR.finditer(folded):
        position = max(year.start() - _BEFORE_YEAR, position)
        while (match := _DATES.search(folded, position, year.end() + _BEHIND_YEAR)) is not None:
            days = list(_read_match(folded, match))
            position = match.end() if days else match.start() + 1
            found.update(dict.fromkeys(days))
    return list(found)


def _read_match(folded: str, match: re.Match[str]) -> Iterator[date]:
    numbers = [int(number) for number in _NUMBER.findall(match.group())]
    if match["mark"]:
        day, month, year = numbers
        yield from _make_date(year, month, day)
        if match["mark"] != "." and day != month:
            yield from _make_date(year, day, month)
    elif match["compact"]:
        compact = match.group()
        yield from _make_date(int(compact[:4]), int(compact[4:6]), int(compact[6:]))
    elif match["name"]:
        yield from _make_date(numbers[1], MONTHS.get(match["name"], 0), numbers[0])
    elif match["behind"]:
        name = _NAME_BEFORE.search(folded, max(match.start() - _BEFORE, 0), match.start())
        yield from _make_date(numbers[1], MONTHS.get(name[1], 0) if name else 0, numbers[0])
    else:
        year, month, day = numbers
        yield from _make_date(year, month, day)


def _make_date(year: int, month: int, day: int) -> Iterator[date]:
    if year in _YEARS and 1 <= month <= 12 and 1 <= day <= 31:
        try:
            yield date(year, month, day)
        except ValueError:
            return


def list_date_spellings(day: date) -> list[Run]:
    """Return the words a day may be written in, for showing where it is."""
    year, months, days = str(day.year), _pad(day.month), _pad(day.day)
    runs: list[Run] = [(f"{day:%Y%m%d}",)]
    for month, number in zip(months, days, strict=True):
        runs += [(year, month, number), (number, month, year), (month, number, year)]
    for name in list_month_names(day.month):
        for number in dict.fromkeys((*days, f"{day.day}th")):
            runs += [(number, name, year), (name, number, year), (number, "de", name, "de", year)]
    return runs


def _pad(number: int) -> tuple[str, str]:
    return f"{number:02}", str(number)
