"""What a mistake within a word costs: letters that look alike to OCR and slips of typing less than other mistakes.

The pairs are the confusions usual in OCR of Latin print (Nartker and others, "UNLV annual report on OCR accuracy",
1996; Kukich, "Techniques for automatically correcting words in text", 1992), in folded letters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Final

_PAIRS = (
    "rn m", "cl d", "vv w", "ii u", "ri n", "nn m", "li h", "0 o", "1 l", "1 i", "l i", "5 s", "8 b", "2 z", "6 b",
    "9 g", "6 g", "c e", "h b", "u v", "n u", "f t", "l t", "i j", "a o", "q g",
)  # fmt: skip
CONFUSIONS: Final = tuple(
    chain.from_iterable(((one, other), (other, one)) for one, other in (pair.split() for pair in _PAIRS))
)
"""What is read, and what it may have been; both ways."""

_CONFUSION: Final = 0.5
_EXCHANGE: Final = 0.7
_DOUBLING: Final = 0.6
_MISTAKE: Final = 1.0
_FIRST_LETTER: Final = 0.3
"""Added where the first letter is wrong, which seldom happens in typing."""

_LETTERS_A_CONFUSION: Final = 2
"""Letters of a word for each confusion that it is thought to hold at most."""

_PRUNED_LETTERS: Final = 4
"""Letters from which what a word may begin with is looked up: shorter beginnings stand for too many words."""

_MAX_FORMS: Final = 200
"""Beginnings that are followed from one place of a word, those of fewer confusions first."""

_BY_LETTER: Final = {
    first: [pair for pair in CONFUSIONS if pair[0][0] == first] for first in {read[0] for read, _ in CONFUSIONS}
}


def undo_confusions(word: str, is_beginning: Callable[[str], bool]) -> list[str]:
    """Return what a word may be when confusions in it are undone, those of fewer first.

    `is_beginning` says whether words begin so, and keeps the search within the dictionary.
    """
    forms: list[dict[str, int]] = [{} for _ in range(len(word) + 1)]
    forms[0][""] = 0
    most = max(len(word) // _LETTERS_A_CONFUSION, 1)
    for place, letter in enumerate(word):
        followed = sorted(forms[place].items(), key=lambda item: (item[1], item[0]))[:_MAX_FORMS]
        for form, count in followed:
            if len(form) >= _PRUNED_LETTERS and not is_beginning(form):
                continue
            _keep_least(forms[place + 1], form + letter, count)
            if count < most:
                for read, meant in _BY_LETTER.get(letter, ()):
                    if word.startswith(read, place):
                        _keep_least(forms[place + len(read)], form + meant, count + 1)
    return [form for form, _ in sorted(forms[-1].items(), key=lambda item: (item[1], item[0])) if form != word]


def _keep_least(forms: dict[str, int], form: str, count: int) -> None:
    forms[form] = min(count, forms.get(form, count))


def measure_mistakes(typed: str, meant: str) -> float:
    """Return the least cost of the mistakes that make `typed` of `meant`: 1 for a letter wrong, missing or too many.

    Restricted Damerau-Levenshtein distance (optimal string alignment) with weights, and with confusions of several
    letters.
    """
    rows = [[0.0] * (len(meant) + 1) for _ in range(len(typed) + 1)]
    for i in range(len(typed) + 1):
        for j in range(len(meant) + 1):
            if i or j:
                rows[i][j] = min(_list_steps(rows, typed, meant, i, j))
    differs = typed[:1] != meant[:1]
    return rows[-1][-1] + (_FIRST_LETTER if differs else 0.0)


def _list_steps(rows: list[list[float]], typed: str, meant: str, i: int, j: int) -> Iterator[float]:
    if i and j:
        yield rows[i - 1][j - 1] + (0.0 if typed[i - 1] == meant[j - 1] else _MISTAKE)
        for read, other in _CONFUSED.get((typed[i - 1], meant[j - 1]), ()):
            if typed.endswith(read, 0, i) and meant.endswith(other, 0, j):
                yield rows[i - len(read)][j - len(other)] + _CONFUSION
    if i:
        is_double = i > 1 and typed[i - 1] == typed[i - 2]
        yield rows[i - 1][j] + (_DOUBLING if is_double else _MISTAKE)
    if j:
        is_double = j > 1 and meant[j - 1] == meant[j - 2]
        yield rows[i][j - 1] + (_DOUBLING if is_double else _MISTAKE)
    if (
        i > 1
        and j > 1
        and typed[i - 1] == meant[j - 2]
        and typed[i - 2] == meant[j - 1]
        and typed[i - 1] != typed[i - 2]
    ):
        yield rows[i - 2][j - 2] + _EXCHANGE


_CONFUSED: Final = {
    last: [pair for pair in CONFUSIONS if (pair[0][-1], pair[1][-1]) == last]
    for last in {(read[-1], meant[-1]) for read, meant in CONFUSIONS}
}
