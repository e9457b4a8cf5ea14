"""Text of scripts without blanks between words (Chinese, Japanese, Korean, Thai, Lao, Khmer, Burmese) as pairs of
characters.

A run of such characters is one word to the folded fields, found by its beginning. By overlapping pairs, and its last
character alone, any part of it is found: as the pairs that it has, next to each other (Lucene's CJKBigramFilter).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import add

from papra_index.conventions.patterns import compile_pattern

_HAN_KANA = (
    "\u2e80-\u2fd5\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303c\u3041-\u3096\u3099-\u309f\u30a1-\u30fa"
    "\u30fc-\u30ff\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U0001aff0-\U0001b16f\U00020000-\U0003ffff"
)
_HANGUL = "\u1100-\u11ff\ua960-\ua97f\uac00-\ud7ff"
_SOUTH_EAST_ASIA = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u0edc-\u0edf\u1000-\u1049\u1050-\u109f\u1780-\u17d3\u17d7\u17dc\u17dd"
    "\ua9e0-\ua9fe\uaa60-\uaa7f"
)
UNSPACED = _HAN_KANA + _HANGUL + _SOUTH_EAST_ASIA
"""The characters of these scripts, as ranges of a regular expression's class; marks among them."""

_FIRST_UNSPACED = f"[{UNSPACED}]"
_RUN = f"[{UNSPACED}][{UNSPACED}a-z0-9]*"
_ASCII_BEFORE = re.compile(r"[a-z0-9]{1,40}\Z")
_WRAPPED = f"(?<=[{_HAN_KANA}{_SOUTH_EAST_ASIA}])\\s?\\r?\\n\\s{{0,40}}(?=[{_HAN_KANA}{_SOUTH_EAST_ASIA}])"
_LETTER = re.compile(r"[^\W_]")
_GROUPED = re.compile(r"(?<![0-9,.])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9,])")
_TELLING = f"(?![\u3041-\u309f]{{2}})[{UNSPACED}]{{2}}"


def has_unspaced(text: str) -> bool:
    """Say whether a text has characters of scripts without blanks."""
    if text.isascii():
        return False
    try:
        text.encode("cp1252")  # in a third of the time, and most texts are of these letters
    except UnicodeEncodeError:
        return compile_pattern(_FIRST_UNSPACED).search(text) is not None
    return False


def join_figures(folded: str) -> str:
    """Return a text with its numbers without commas between groups: `12,345円` is one run, as `12345円` is."""
    return _GROUPED.sub(lambda match: match.group().replace(",", ""), folded) if "," in folded else folded


def iterate_runs(folded: str) -> Iterator[str]:
    """Yield the runs of a folded text that have characters of such scripts, letters and digits next to them included.

    These scripts are wrapped at any character, so a line end within a run divides nothing.
    """
    if "\n" in folded:
        folded = compile_pattern(_WRAPPED).sub("", folded)
    for match in compile_pattern(_RUN).finditer(folded):
        before = _ASCII_BEFORE.search(folded, max(match.start() - 40, 0), match.start())
        yield match.group() if before is None else before.group() + match.group()


def pair_characters(run: str, *, is_whole: bool = True) -> list[str]:
    """Return the overlapping pairs of a run, and with `is_whole` its last character, which ends it."""
    pairs = list(map(add, run, run[1:]))
    return [*pairs, run[-1]] if is_whole or not pairs else pairs


def split_unspaced(folded: str) -> list[str]:
    """Return the runs of a folded text; none where it has other words, too."""
    rest = folded = join_figures(folded)
    runs = list(iterate_runs(folded))
    for run in runs:
        rest = rest.replace(run, " ", 1)
    return [] if _LETTER.search(rest) is not None else runs


def list_telling_pairs(folded: str) -> list[str]:
    """Return the pairs of a folded text that may say what it is about, as often as they stand there: none of letters
    and digits, nor of two hiragana, which are endings and particles.
    """
    if not has_unspaced(folded):
        return []
    telling = compile_pattern(_TELLING)
    pairs = (pair for run in iterate_runs(folded) for pair in pair_characters(run, is_whole=False))
    return [pair for pair in pairs if telling.fullmatch(pair)]
