"""Text folding: one function decides which spellings are the same word, in the index, queries and highlights.

NFKC compatibility forms, letter case, accents and the letters Unicode does not decompose (ø, ł, đ, ...) are folded;
marks that make another letter in their script (Hindi vowel signs, Japanese voicing, Arabic, Thai) are kept.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from operator import itemgetter

FOLDING_VERSION = 3
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

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")

# Marks and vowel jamo combine with the character before them: with it they are one cluster, folded as one.
_MARK_RANGES = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\u1160-\u11ff\uff9e\uff9f"
_MARKS = re.compile(f"[{_MARK_RANGES}]")
_CLUSTERS = re.compile(
    f"[\x00-\x7f]+(?![{_MARK_RANGES}])|[^{_MARK_RANGES}][{_MARK_RANGES}]*|[{_MARK_RANGES}]+", re.DOTALL
)


def fold_text(text: str) -> str:
    """Return the folded form of a text: `Électricité ÉTÉ Straße İstanbul Ελλάδα` gives
    `electricite ete strasse istanbul ελλαδα`.

    The result may be longer or shorter than the text; see `align_folded` where positions matter. Lone surrogates,
    which no index and no file can hold, become `?`.
    """
    if text.isascii():
        return text.lower() if "\x00" not in text else text.lower().replace("\x00", " ")
    western = _fold_western(text)
    if western is not None:
        return western[0]
    if _MARKS.search(text) is not None or not unicodedata.is_normalized("NFC", text):
        # Composing first leaves few marks or none, and characters fold faster than clusters.
        text = unicodedata.normalize("NFC", text)
        if _MARKS.search(text) is not None:
            return "".join([_fold_cluster(match.group()) for match in _CLUSTERS.finditer(text)])
    return text.translate(_FOLDS)


def _fold_western(text: str) -> tuple[str, str] | None:
    """Fold a text of Western Europe by a table of bytes, far faster than by characters; None for other texts.

    With it come the characters that may be in the text and whose folds are not one character.
    """
    for encoding, table, rest, resized in _WESTERN:
        try:
            folded = text.encode(encoding).translate(table).decode(encoding)
        except UnicodeEncodeError:
            continue
        for character, fold in rest.items():
            if character in folded:
                folded = folded.replace(character, fold)
        return folded, resized
    return None


def _fold_cluster(cluster: str) -> str:
    """Fold a run of ASCII, or one character with the marks behind it."""
    if cluster.isascii():
        return cluster.lower().replace("\x00", " ")
    decomposed = unicodedata.normalize("NFKD", cluster).casefold()
    # Case folding can bring marks back (İ gives i and a combining dot), so accents go after it.
    stripped = _ACCENTS.sub("", unicodedata.normalize("NFKD", decomposed))
    folded = unicodedata.normalize("NFC", stripped).translate(_LETTERS)
    return folded.encode("utf-8", "replace").decode("utf-8")


class _Folds(dict[int, str]):
    """Folds of single characters, found out once each."""

    def __missing__(self, code: int) -> str:
        folded = _fold_cluster(chr(code))
        self[code] = folded
        return folded


_FOLDS = _Folds()


def _tabulate_western(encoding: str) -> tuple[str, bytes, dict[str, str], str]:
    """Return an encoding, its table of bytes that fold to one byte, the folds of its other characters, and those of
    them that do not fold to one character.

    The others stay themselves in the table; none of their folds holds another of them.
    """
    table = bytearray(range(256))
    rest = {}
    for code in range(256):
        character = bytes([code]).decode(encoding, "ignore")
        fold = _FOLDS[ord(character)] if character else ""
        try:
            [table[code]] = fold.encode(encoding) if character else [code]
        except ValueError:
            rest[character] = fold
    return encoding, bytes(table), rest, "".join([character for character, fold in rest.items() if len(fold) != 1])


# Python writes the first at the speed of copying, and most Western texts are within it.
_WESTERN = (_tabulate_western("latin-1"), _tabulate_western("cp1252"))


Change = tuple[int, int, int, int]


class Alignment:
    """Where the characters of a folded text come from, found out when first asked: most texts are never asked."""

    def __init__(self, text: str, changes: list[Change] | None = None, resized: str | None = None) -> None:
        """Take the changes of a text, or None and, if known, which characters may have changed in length."""
        self._text = text
        self._resized = resized
        # Clusters whose length changed, in order: start in the folded text, length there, start in the text, length
        # there. Everything between moves with them.
        self._changes = changes

    @property
    def is_straight(self) -> bool:
        """Whether every character of the folded text stands where the one it comes from does."""
        if self._changes is None:
            self._changes = _list_changes(self._text, self._resized)
        return not self._changes

    def find_start(self, position: int) -> int:
        """Return the index in the text of the character that the folded one at `position` comes from."""
        change = self._find_change(position)
        if change is None:
            return position
        start, length, source, source_length = change
        return source if position < start + length else source + source_length + position - start - length

    def find_end(self, position: int) -> int:
        """Return the index in the text behind the character that the folded one before `position` comes from."""
        change = self._find_change(position - 1)
        if change is None:
            return position
        start, length, source, source_length = change
        return source + source_length + max(position - start - length, 0)

    def _find_change(self, position: int) -> Change | None:
        if self._changes is None:
            self._changes = _list_changes(self._text, self._resized)
        rank = bisect_right(self._changes, position, key=itemgetter(0)) - 1
        return self._changes[rank] if rank >= 0 else None


def align_folded(text: str) -> tuple[str, Alignment]:
    """Return the folded text and where its characters come from.

    It equals `fold_text` but for texts whose marks stand in no canonical order, which only composing puts right.
    """
    if text.isascii():
        return fold_text(text), Alignment(text, [])
    western = _fold_western(text)
    if western is not None:
        return western[0], Alignment(text, None, western[1])
    if _MARKS.search(text) is None:
        return text.translate(_FOLDS), Alignment(text)
    pieces: list[str] = []
    changes: list[Change] = []
    position = 0
    for match in _CLUSTERS.finditer(text):
        cluster = match.group()
        piece = _fold_cluster(cluster)
        if not cluster.isascii() and (len(cluster) != 1 or len(piece) != 1):
            changes.append((position, len(piece), match.start(), len(cluster)))
        pieces.append(piece)
        position += len(piece)
    return "".join(pieces), Alignment(text, changes)


def _list_changes(text: str, resized: str | None) -> list[Change]:
    """Return the characters of a text without marks that do not fold to one character.

    `resized` has all that there may be, if that is known.
    """
    if resized is None:
        there = "".join([character for character in set(text) if len(_FOLDS[ord(character)]) != 1])
    else:
        there = "".join([character for character in resized if character in text])
    changes: list[Change] = []
    if there:
        shift = 0
        for match in re.finditer(f"[{re.escape(there)}]", text):
            length = len(_FOLDS[ord(match.group())])
            changes.append((match.start() + shift, length, match.start(), 1))
            shift += length - 1
    return changes


def tidy_name(name: str) -> str:
    """Return a name that people give on one line: line breaks and other control characters as a blank, none at its
    ends, lone surrogates replaced.
    """
    return replace_surrogates(_CONTROLS.sub(" ", name).strip())


def replace_surrogates(text: str) -> str:
    """Return the text with lone surrogates, which neither files nor databases can hold, as `?`.

    File names that are not UTF-8 reach Python with such surrogates in them.
    """
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


ORDER_VERSION = 2
"""Raise it with every change of `order_text` and every change of folding: catalogs then order their names anew."""


def order_text(text: str) -> str:
    """Return the key names are ordered by: folded, with numbers by value, so that `scan 9` comes before `scan 10`.

    Digits of all scripts count: `٩` is 9.
    """
    return _NUMBERS.sub(_order_number, fold_text(text))


def _order_number(match: re.Match[str]) -> str:
    digits = match.group()
    if not digits.isascii():
        digits = "".join([str(unicodedata.decimal(digit)) for digit in digits])
    digits = digits.lstrip("0") or "0"
    # The count of digits goes first, as one character that sorts by it, so that longer numbers come later.
    return f"{chr(0x30 + min(len(digits), 200))}{digits}"


_NUMBERS = re.compile(r"\d+")
