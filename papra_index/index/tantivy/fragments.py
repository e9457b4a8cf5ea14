"""The fields of fragments and pairs: what a document is also found by, though none of its words begins so.

A fragment is a letter for where it stands, then what a query's word may be the beginning of: a name's words from any
letter on, codes run together and from each change between letters and digits on, words joined over line ends; or it is
a day that is written out, or a compound's stem from its last letter on. Whether it is there is all that counts. Pairs
are those of scripts without blanks, in their order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cache, lru_cache
from itertools import accumulate

from papra_index.conventions.folding import fold_text
from papra_index.index.base import IndexDocument
from papra_index.index.bigrams import (
    has_unspaced,
    iterate_runs,
    join_figures,
    list_telling_pairs,
    pair_characters,
)
from papra_index.index.compounds import COMPOUNDING, list_compound_keys
from papra_index.index.hyphenation import list_soft_parts
from papra_index.index.spellings import find_dates
from papra_index.index.stemming import choose_stemmer

FRAGMENTS_VERSION = 3
"""Raise it with every change of what is put into the two fields: an index written with another version is rebuilt."""

LEAST_FRAGMENT = 3
"""Characters of a word that is looked for inside others."""

_BOTH_NAMES = "b"  # of what stands in the name and in the original name, which most often are one
_SEARCHED = {"content": "c", "notes": "t", "name": "nb", "original_name": "ob"}

_MAX_WORD = 40
_MAX_CODE_WORDS = 5
_MAX_CHANGES = 8  # between letters and digits: more are hashes and keys, whose parts nobody looks for
LEAST_NUMBER = 7
"""Digits of a number that is found without the separators in it: fewer are amounts, versions and times."""

_MAX_PIECES = 200_000
_MAX_CODES = 20_000  # kept with their fragments: those of a form repeat
_MAX_NAME_WORDS = 10_000

_CODE = re.compile(r"[^\W_]+(?:[-_/][^\W_]+|\.[0-9][^\W_]*)*")
# A digit that a letter, or a separator within a code, is next to; it begins with one character for speed.
_IN_CODE = re.compile(r"[0-9](?:(?=[^\W\d_]|[-_/][^\W_])|(?<=[^\W\d_][0-9])|(?<=[^\W_][-_/][0-9]))")
_SEPARATORS = "-_/."
_WORD = re.compile(r"[^\W_]+")
_KIND = re.compile(r"[0-9]+|[^\W\d_]+")
_INNER_ASCII = re.compile(r"(?<=[^\x00-\x7f])[a-z0-9]{2,40}")
_NUMBER_MARK = re.compile("[-/]")


def list_fragments(document: IndexDocument, content: str, name: str, joined: Sequence[str]) -> list[str]:
    """Return the fragments of a document; its folded content and name are given, and the words joined in it."""
    terms = ["c" + part for part in _iterate_codes(content)]
    terms += [f"c{fold_text(word)}" for word in (*joined, *list_soft_parts(document.content))]
    terms += [name_day("c", day) for day in find_dates(content)]
    if document.notes:
        notes = fold_text(document.notes)
        terms += ["t" + part for part in _iterate_codes(notes)]
        terms += [name_day("t", day) for day in find_dates(notes)]
    own = set(_iterate_name_fragments(name))
    if document.original_name == document.name:
        return terms + [_BOTH_NAMES + part for part in own]
    original = set(_iterate_name_fragments(fold_text(document.original_name)))
    both = own & original
    terms += [_BOTH_NAMES + part for part in both]
    terms += ["n" + part for part in own - both]
    terms += ["o" + part for part in original - both]
    return terms


def list_compounds(language: str | None, pieces: Iterable[str]) -> list[str]:
    """Return the terms of the compounds in pieces of a text in a language."""
    stemmer = choose_stemmer(language)
    return list(filter(None, map(_keep_pieces(stemmer).__getitem__, pieces))) if stemmer in COMPOUNDING else []


def list_pairs(document: IndexDocument, content: str, name: str) -> tuple[str, list[str]]:
    """Return the pairs of a document whose folded content and name are given, those of each text in order; and as
    fragments the words of ASCII that stand behind others in runs of the content.
    """
    original_name, notes = fold_text(document.original_name), fold_text(document.notes or "")
    texts = (("c", content), ("n", name), ("o", original_name), ("t", notes))
    unspaced = [(letter, join_figures(text)) for letter, text in texts if has_unspaced(text)]
    pairs = (
        letter + f" {letter}".join(pair_characters(run)) for letter, text in unspaced for run in iterate_runs(text)
    )
    inner = [f"c{word}" for letter, text in unspaced if letter == "c" for word in _INNER_ASCII.findall(text)]
    return " ".join(pairs), inner


def list_letters(field: str) -> str:
    """Return the letters that terms of a field may begin with; pairs have the first one only."""
    return _SEARCHED[field]


def name_telling_pairs(text: str) -> list[str]:
    """Return the terms of the pairs in the content that may say what a text is about."""
    return ["c" + pair for pair in list_telling_pairs(fold_text(text))]


def name_day(letter: str, day: date) -> str:
    """Return the term of a day under a field's letter."""
    return f"{letter}@{day.year:04}{day.month:02}{day.day:02}"


def name_compound(language: str, key: str) -> str:
    """Return the term of a compound of a language, or what it begins with for the key of a part."""
    return f"<{language}{key}"


def _iterate_name_fragments(folded: str) -> Iterator[str]:
    """Yield the words of a name from each of their letters on, its codes, and the days in it."""
    for day in find_dates(folded):
        yield name_day("", day)
    for word in _WORD.findall(folded):
        if word.isascii() or not has_unspaced(word):
            yield from _list_endings(word)[1:]
    for code in _iterate_codes(folded):
        yield from _list_endings(code)
    if has_unspaced(folded):
        yield from _INNER_ASCII.findall(folded)


@lru_cache(_MAX_NAME_WORDS)
def _list_endings(word: str) -> list[str]:
    cut = word[:_MAX_WORD]
    return [cut[start:] for start in range(len(cut) - LEAST_FRAGMENT + 1)]


def _iterate_codes(folded: str) -> Iterator[str]:
    """Yield what the codes in a folded text are found by, beside the beginnings of their words."""
    position = 0
    for match in _IN_CODE.finditer(folded):
        start = match.start()
        if start < position:
            continue
        first = max(position, start - _MAX_WORD)
        while start > first and (folded[start - 1].isalnum() or folded[start - 1] in _SEPARATORS):
            start -= 1
        code = _CODE.search(folded, start)
        if code is not None:
            position = code.end()
            yield from _list_code_fragments(code.group())


@lru_cache(_MAX_CODES)
def _list_code_fragments(code: str) -> list[str]:
    words = _WORD.findall(code)
    joined = "".join(words)
    if len(joined) > _MAX_WORD or len(words) > _MAX_CODE_WORDS:
        return []
    kinds = [kind for word in words for kind in _KIND.findall(word)]
    if not 1 < len(kinds) <= _MAX_CHANGES:
        return []
    if joined.isdigit() and (len(joined) < LEAST_NUMBER or not _NUMBER_MARK.search(code)):
        return []  # an amount, a version, a time
    starts = accumulate(map(len, kinds[:-1]))
    behind = [joined[start:] for start in starts if len(joined) - start >= LEAST_FRAGMENT]
    if len(words) == 1:
        return behind
    return [joined, *(fragment for fragment in behind if fragment != words[-1])]


class _Pieces(dict[str, str]):
    """Compounds in pieces of text between blanks, found out once each; most pieces have none."""

    def __init__(self, language: str) -> None:
        self._language = language

    def __missing__(self, piece: str) -> str:
        words = _WORD.findall(fold_text(piece))
        keys = (key for word in words for key in list_compound_keys(self._language, word))
        terms = " ".join(name_compound(self._language, key) for key in keys)
        if len(piece) <= _MAX_WORD:
            if len(self) >= _MAX_PIECES:
                self.clear()
            self[piece] = terms
        return terms


@cache
def _keep_pieces(language: str) -> _Pieces:
    return _Pieces(language)
