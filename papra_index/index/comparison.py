"""How much two texts are the same document, read twice: by the characters that must change to make one of the other.

Edit distance was chosen by measurement (benchmarks/README.md): with OCR faults in a tenth of all characters hardly any
three words in a row survive, so that shingles cannot tell a bad scan from another letter, while nine of ten characters
do.
"""

from __future__ import annotations

import math
import re

from papra_index.conventions.folding import fold_text
from papra_index.conventions.values import dataclass

COMPARED_CHARACTERS = 8_000
"""Of each text; some 2 ms for two that differ everywhere."""

MIN_CHARACTERS = 60
"""Shorter texts, of letters and digits, are no evidence: two notes of a few words are easily alike."""

_MIN_DIGITS = 12
_DEVIATIONS = 2  # so many standard deviations less the few figures of a page may agree by chance
_MIN_ORDERED = 0.7
_WORDS = re.compile(r"\w+")
_FIGURES = re.compile(r"\w*\d\w*")
_NO_DIGITS = re.compile(r"\D")


@dataclass(frozen=True, slots=True)
class ComparedText:
    """A text as it is compared: its folded words from the beginning on, and the length of all of it."""

    words: str
    length: int

    @property
    def is_comparable(self) -> bool:
        """Whether there is enough of it to say anything."""
        return len(self.words) >= MIN_CHARACTERS


def prepare_comparison(beginning: str, length: int) -> ComparedText:
    """Return what is compared of a text, given its beginning (twice COMPARED_CHARACTERS or all) and whole length."""
    words = " ".join(_WORDS.findall(fold_text(beginning[: 2 * COMPARED_CHARACTERS])))[:COMPARED_CHARACTERS]
    return ComparedText(words, max(length, len(words)))


def measure_similarity(one: ComparedText, other: ComparedText, least: float = 0.0) -> float:
    """Return 0..1, 1 for the same words in the same order; below `least` possibly 0 instead.

    That is one minus the Levenshtein distance by the longer text, of the words in their order, or else (columns can be
    read in another order) of the words sorted. Scans of one page have faults in letters and digits alike, while bills
    of one sender have other digits in the same words: what the figures agree less counts twice more. Beyond 8,000
    characters the texts count by the ratio of their lengths.
    """
    if one.words == other.words:
        similarity = 1.0
    else:
        similarity = _compare(one.words, other.words, least)
        if similarity < _MIN_ORDERED:
            similarity = max(similarity, _compare(_sort_words(one.words), _sort_words(other.words), least))
    if len(one.words) >= COMPARED_CHARACTERS and len(other.words) >= COMPARED_CHARACTERS:
        similarity *= min(one.length, other.length) / max(one.length, other.length)
    return similarity


def _compare(one: str, other: str, least: float) -> float:
    from rapidfuzz.distance import Levenshtein

    similarity = float(Levenshtein.normalized_similarity(one, other, score_cutoff=least))
    if not similarity:
        return 0.0
    figures = [_list_figures(words) for words in (one, other)]
    count = min(map(len, figures))
    if count >= _MIN_DIGITS:
        chance = _DEVIATIONS * math.sqrt(similarity * (1 - similarity) / count)
        similarity -= 2 * max(0.0, similarity - chance - Levenshtein.normalized_similarity(*figures))
    return max(similarity, 0.0)


def _list_figures(words: str) -> str:
    """Return the digits of each figure; single ones are letters misread as often as not."""
    digits = (_NO_DIGITS.sub("", word) for word in _FIGURES.findall(words))
    return " ".join(figure for figure in digits if len(figure) > 1)


def _sort_words(words: str) -> str:
    return " ".join(sorted(words.split()))
