"""Words typed one after the other that are one amount, code or day together, as in `12 March 2025`.

Each is a word of its own to the query language; that they belong together only adds documents, so it may be a guess.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from papra_index.conventions.folding import fold_text
from papra_index.index.spellings import read_dates

_LONGEST = 12
_DATE_LENGTHS = (5, 4, 3)  # 12 de marzo de 2025, 12th of March 2025, 12 March 2025
_AMOUNT = re.compile(r"(?:[^\w\s] ?)?[0-9]{1,3}(?: [0-9]{3})+(?:[.,][0-9]{1,2})?")
_CODE = re.compile(r"[a-z]{2}[0-9]{2}(?: [a-z0-9]{4}){2,}(?: [a-z0-9]{1,3})?|[0-9]{4}(?: [0-9]{4}){2,}(?: [0-9]{1,3})?")


def find_sequences(values: Sequence[str | None]) -> list[tuple[int, int]]:
    """Return (start, end) of neighbouring values that are one amount, code or day; None stands for what is no word.

    Sequences do not overlap; of those that begin with a value the longest counts.
    """
    folded = [None if value is None or " " in value else fold_text(value) for value in values]
    found: list[tuple[int, int]] = []
    start = 0
    while start < len(folded):
        length = _measure_sequence(folded[start : start + _LONGEST])
        if length:
            found.append((start, start + length))
        start += length or 1
    return found


def _measure_sequence(values: Sequence[str | None]) -> int:
    """Return how many values from the first on are one thing together, 0 for none."""
    words: list[str] = []
    for value in values:
        if value is None:
            break
        words.append(value)
    if len(words) < 2 or not any(character.isdigit() for word in words[:2] for character in word):
        return 0
    for length in range(len(words), 1, -1):
        typed = " ".join(words[:length])
        if _AMOUNT.fullmatch(typed) or _CODE.fullmatch(typed) or (length in _DATE_LENGTHS and read_dates(typed)):
            return length
    return 0
