"""Cell values as the number formats of a workbook show them: dates, times, percentages, decimals, leading zeros.

Month and day names are English, and the dates that a spreadsheet shows by the reader's locale are ISO dates. Fractions
and whatever else is not understood fall back to the number itself, so that no value is lost.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache

BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 14: "yyyy-mm-dd",
    15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss",
    22: "yyyy-mm-dd h:mm", 37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00",
    40: "#,##0.00;-#,##0.00", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0",
    # What these show depends on the locale; all of them are dates or times.
    **dict.fromkeys((27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58), "yyyy-mm-dd"),
    **dict.fromkeys((32, 33, 34, 35, 55, 56), "h:mm:ss"),
}  # fmt: skip

_TOKEN = re.compile(
    r"""
    "(?P<quoted>[^"]*)" | \\(?P<escaped>.) | _(?P<padding>.) | \*(?P<filling>.)
    | \[(?P<elapsed>h+|m+|s+)\] | \[\$(?P<currency>[^\]-]*)(?:-[^\]]*)?\] | \[(?P<condition>[^\]]*)\]
    | (?P<noon>AM/PM|A/P) | (?P<general>General) | (?P<exponent>E[+-])
    | (?P<date>y+|m+|d+|h+|s+(?:\.0+)?) | (?P<era>e+|g+|b+|a{3,})
    | (?P<digit>[0#?]) | (?P<point>\.) | (?P<comma>,) | (?P<percent>%)
    | (?P<fraction>/) | (?P<text>@) | (?P<other>.)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_EPOCH = datetime(1899, 12, 30)
_MAX_DAYS = 2_958_465
_DAYS_TO_1904 = 1462
_TOO_LARGE = 1e21

Token = tuple[str, str]


def format_number(value: float, code: str, from_1904: bool = False) -> str:
    """Return a number as a cell of this format shows it."""
    sections = _split_sections(code)
    section, signed = _choose_section(sections, value)
    kinds = {kind for kind, _ in section}
    if kinds & {"date", "elapsed"}:
        return _format_date(value, section, from_1904)
    if not kinds & {"digit", "general", "text", "fraction"}:
        # A section of words only, such as ;;"none", or an empty one, which hides the value from readers, not from us.
        words = _join_literals(section)
        return words if words.strip() else format_general(value)
    if kinds & {"general", "text", "fraction"} or abs(value) >= _TOO_LARGE:
        return format_general(value)
    shown = value if signed else abs(value)
    text = _format_exponent(shown, section) if "exponent" in kinds else _format_decimal(shown, section)
    return text or format_general(value)


def format_general(value: float) -> str:
    """Return a number in full: whole numbers without a point, others in at most fifteen digits."""
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    text = f"{value:.15g}"
    if "e" in text and 1e-9 < abs(value) < 1:
        return f"{value:.20f}".rstrip("0")
    return text.replace("e", "E")


@lru_cache(maxsize=512)
def _split_sections(code: str) -> list[list[Token]]:
    sections: list[list[Token]] = [[]]
    for match in _TOKEN.finditer(code[:255]):
        kind = match.lastgroup or "other"
        text = match.group(kind)
        if kind == "other" and text == ";":
            sections.append([])
        else:
            sections[-1].append((kind, text))
    return sections


def _choose_section(sections: list[list[Token]], value: float) -> tuple[list[Token], bool]:
    """Return the section for a value, and whether it shows the sign of what is negative by itself."""
    # Conditions such as [<100] are read as the plain sections that they nearly always are.
    if value < 0 and len(sections) > 1:
        return sections[1], False
    if value == 0 and len(sections) > 2:
        return sections[2], True
    return sections[0], True


def _join_literals(tokens: list[Token]) -> str:
    return "".join(_get_literal(kind, text) for kind, text in tokens)


def _get_literal(kind: str, text: str) -> str:
    if kind in ("condition", "filling"):
        return ""
    return " " if kind == "padding" else text


def _format_decimal(value: float, tokens: list[Token]) -> str:
    percents = sum(kind == "percent" for kind, _ in tokens)
    digits = [index for index, (kind, _) in enumerate(tokens) if kind == "digit"]
    point = next((index for index, (kind, _) in enumerate(tokens) if kind == "point"), None)
    whole = [index for index in digits if point is None or index < point]
    decimals = [index for index in digits if point is not None and index > point]
    commas = [index for index, (kind, _) in enumerate(tokens) if kind == "comma"]
    scales = sum(index > digits[-1] for index in commas)
    grouped = any(digits[0] < index < digits[-1] for index in commas)
    number = abs(value) * 100**percents / 1000**scales
    before, _, after = f"{number:.{min(len(decimals), 20)}f}".partition(".")
    optional = sum(tokens[index][1] != "0" for index in decimals)
    while optional and after.endswith("0"):
        after, optional = after[:-1], optional - 1
    before = before.lstrip("0").rjust(sum(tokens[index][1] == "0" for index in whole), "0")
    if grouped:
        before = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", ",", before)
    sign = "-" if value < 0 and (before + after).strip("0,") else ""
    return (sign + _place_digits(tokens, whole, before, after, point)).strip()


def _place_digits(tokens: list[Token], whole: list[int], before: str, after: str, point: int | None) -> str:
    """Return the section with its places filled from the right, and literals where the format has them."""
    filled: dict[int, str] = {}
    rest = before
    for index in reversed(whole[1:]):
        if "," not in before:
            filled[index], rest = rest[-1:], rest[:-1]
    if whole:
        filled[whole[0]] = rest
    pieces: list[str] = []
    for index, (kind, text) in enumerate(tokens):
        if kind == "digit":
            pieces.append(filled.get(index, ""))
        elif index == point:
            pieces.append(f".{after}" if after else "")
        elif kind == "percent":
            pieces.append("%")
        elif kind != "comma" and kind != "point":
            pieces.append(_get_literal(kind, text))
    return "".join(pieces if whole or point is None else pieces or [before])


def _format_exponent(value: float, tokens: list[Token]) -> str:
    kinds = [kind for kind, _ in tokens]
    mantissa = kinds[: kinds.index("exponent")]
    decimals = mantissa[mantissa.index("point") :].count("digit") if "point" in mantissa else 0
    return f"{value:.{decimals}E}"


def _format_date(value: float, tokens: list[Token], from_1904: bool) -> str:
    days = value + _DAYS_TO_1904 if from_1904 else value
    if not 0 <= days <= _MAX_DAYS:
        return format_general(value)
    # A workbook counts from the 0th of January 1900 and has a 29th of February in that year.
    moment = _EPOCH + timedelta(milliseconds=round((days if days >= 61 or from_1904 else days + 1) * 86_400_000))
    fine = any(kind == "date" and "." in text for kind, text in tokens)
    if not fine:
        moment = (moment + timedelta(milliseconds=500)).replace(microsecond=0)
    half_day = any(kind == "noon" for kind, _ in tokens)
    pieces = []
    for index, (kind, text) in enumerate(tokens):
        if kind == "date":
            minutes = text[0] in "mM" and len(text) <= 2 and _is_beside_time(tokens, index)
            pieces.append(_format_part(moment, "n" * len(text) if minutes else text.lower(), half_day))
        elif kind == "era":
            pieces.append(_format_part(moment, {"e": "yyyy", "a": "dddd"}.get(text[0].lower(), ""), half_day))
        elif kind == "elapsed":
            pieces.append(_format_elapsed(value, text.lower()))
        elif kind == "noon":
            pieces.append("AM" if moment.hour < 12 else "PM")
        elif kind != "text":
            pieces.append(_get_literal(kind, text))
    return "".join(pieces).strip()


def _is_beside_time(tokens: list[Token], index: int) -> bool:
    """Whether an m stands for minutes: after hours or before seconds, signs between them apart."""

    def is_time(token: Token, units: str) -> bool:
        return token[0] in ("date", "elapsed") and token[1][0].lower() in units

    before = [token for token in tokens[:index] if token[0] in ("date", "elapsed")]
    after = [token for token in tokens[index + 1 :] if token[0] in ("date", "elapsed")]
    return bool((before and is_time(before[-1], "h")) or (after and is_time(after[0], "s")))


def _format_part(moment: datetime, part: str, half_day: bool) -> str:
    unit, size = part[:1], len(part)
    if unit == "m" and size > 2:
        month = _MONTHS[moment.month - 1]
        return {3: month[:3], 5: month[:1]}.get(size, month)
    if unit == "d" and size > 2:
        day = _DAYS[moment.weekday()]
        return day[:3] if size == 3 else day
    if unit == "y":
        return f"{moment.year % 100:02d}" if size <= 2 else str(moment.year)
    if unit == "s":
        whole, _, fraction = part.partition(".")
        tail = f".{moment.microsecond:06d}"[: len(fraction) + 1] if fraction else ""
        return f"{moment.second:0{len(whole)}d}{tail}"
    if unit == "h":
        hour = (moment.hour % 12 or 12) if half_day else moment.hour
        return f"{hour:0{min(size, 2)}d}"
    number = {"m": moment.month, "d": moment.day, "n": moment.minute}.get(unit)
    return "" if number is None else f"{number:0{min(size, 2)}d}"


def _format_elapsed(value: float, unit: str) -> str:
    count = int(round(value * 86_400) / {"h": 3600, "m": 60, "s": 1}[unit[0]])
    return f"{count:0{len(unit)}d}"
