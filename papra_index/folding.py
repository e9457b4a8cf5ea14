"""Text folding: one function decides which spellings are the same word, for the index, queries, highlights and name order.

NFKC compatibility forms, letter case, accents and the letters Unicode does not decompose (ø, ł, đ, ...) are folded; marks
that make another letter in their script (Hindi vowel signs, Japanese voicing, Arabic, Hebrew, Thai) are kept.
"""

from __future__ import annotations

import re
import unicodedata

FOLDING_VERSION = 1
"""Raise it with every change of what is folded: an index written with another version is rebuilt."""

# Combining marks that are accents of Latin, Greek and Cyrillic letters (Unicode blocks Combining Diacritical Marks,
# its Extended and Supplement blocks, and marks for symbols).
_ACCENTS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+")

# Letters without a decomposition, after case folding (which gives ss for ß and σ for final sigma).
_LETTERS = str.maketrans(
    {
        "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t",
        "ŋ": "n", "ĸ": "k", "ɓ": "b", "ɗ": "d", "ƒ": "f", "ɠ": "g", "ƙ": "k", "ɲ": "n", "ƥ": "p", "ƭ": "t", "ʋ": "v",
        "ƴ": "y", "ɖ": "d", "ǝ": "e", "ɛ": "e", "ɔ": "o", "ŀ": "l", "ʼ": "'", "\u00ad": None, "\u200b": " ",
        "\x00": " ",
    }
)  # fmt: skip


def fold_text(text: str) -> str:
    """Return the folded form of a text: `Électricité ÉTÉ Straße İstanbul Ελλάδα` gives
    `electricite ete strasse istanbul ελλαδα`.

    The result may be longer or shorter than the text; see `fold_with_offsets` where positions matter. Lone surrogates,
    which no index and no file can hold, become `?`.
    """
    if text.isascii():
        return text.lower() if "\x00" not in text else text.lower().replace("\x00", " ")
    if _MARKS.search(text) is None:
        return text.translate(_FOLDS)
    return "".join([_fold_cluster(match.group()) for match in _CLUSTERS.finditer(text)])


def fold_with_offsets(text: str) -> tuple[str, list[int] | None]:
    """Return the folded text and, for each folded character, the index of the character of `text` it comes from.

    The list has one more element than the folded text (the end), or is None when both have equal positions.
    """
    folded = fold_text(text)
    if text.isascii() or (len(folded) == len(text) and _FOLDS.resizing.isdisjoint(text) and not _MARKS.search(text)):
        return folded, None
    pieces: list[str] = []
    offsets: list[int] = []
    for match in _CLUSTERS.finditer(text):
        piece = _fold_cluster(match.group())
        pieces.append(piece)
        if match.group().isascii():
            offsets.extend(range(match.start(), match.end()))
        else:
            offsets.extend([match.start()] * len(piece))
    offsets.append(len(text))
    return "".join(pieces), offsets


def _fold_cluster(cluster: str) -> str:
    """Fold a run of ASCII, or one character with the marks behind it."""
    if cluster.isascii():
        return fold_text(cluster)
    decomposed = unicodedata.normalize("NFKD", cluster).casefold()
    # Case folding can bring marks back (İ gives i and a combining dot), so accents go after it.
    stripped = _ACCENTS.sub("", unicodedata.normalize("NFKD", decomposed))
    folded = unicodedata.normalize("NFC", stripped).translate(_LETTERS)
    return folded.encode("utf-8", "replace").decode("utf-8")


class _Folds(dict[int, str]):
    """Folds of single characters, found out once each; `resizing` are those that do not fold to one character."""

    def __init__(self) -> None:
        super().__init__()
        self.resizing: set[str] = set()

    def __missing__(self, code: int) -> str:
        character = chr(code)
        folded = _fold_cluster(character)
        if len(folded) != 1:
            self.resizing.add(character)
        self[code] = folded
        return folded


_FOLDS = _Folds()

# Marks and vowel jamo combine with the character before them, so a text that has any is folded cluster by cluster.
_MARK_RANGES = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\u1160-\u11ff"
_MARKS = re.compile(f"[{_MARK_RANGES}]")
_CLUSTERS = re.compile(f"[\x00-\x7f]+(?![{_MARK_RANGES}])|[^{_MARK_RANGES}][{_MARK_RANGES}]*|[{_MARK_RANGES}]+", re.DOTALL)


def replace_surrogates(text: str) -> str:
    """Return the text with lone surrogates, which neither files nor databases can hold, as `?`.

    File names that are not UTF-8 reach Python with such surrogates in them.
    """
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def order_text(text: str) -> str:
    """Return the key names are ordered by: folded, with numbers by value, so that `scan 9` comes before `scan 10`."""
    return _NUMBERS.sub(_order_number, fold_text(text))


def _order_number(match: re.Match[str]) -> str:
    digits = match.group().lstrip("0") or "0"
    # The count of digits goes first, as one character that sorts by it, so that longer numbers come later.
    return f"{chr(0x30 + min(len(digits), 200))}{digits}"


_NUMBERS = re.compile("[0-9]+")
