"""The fields of fragments and pairs: what a document is also found by, though none of its words begins so.

A fragment is a letter for where it stands, then what a query's word may be the beginning of: a name's words from any
letter on, codes run together and from each change between letters and digits on, words joined over line ends; or it is
a day that is written out, or a compound's stem from its last letter on. Whether it is there is all that counts. Pairs
are those of scripts without blanks, in their order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache

from papra_index.conventions.folding import fold_text
from papra_index.index.base import IndexDocument
from papra_index.index.bigrams import (
    has_unspaced,
    iterate_runs,
    join_figures,
    list_telling_pairs,
    pair_characters,
)
from papra_index.index.hyphenation import list_soft_parts
from papra_index.index.spellings import find_dates
from papra_index.index.tantivy.codes import LEAST_FRAGMENT, iterate_codes

FRAGMENTS_VERSION = 3
"""Raise it with every change of what is put into the two fields: an index written with another version is rebuilt."""

_BOTH_NAMES = "b"  # of what stands in the name and in the original name, which most often are one
_SEARCHED = {"content": "c", "notes": "t", "name": "nb", "original_name": "ob"}

_MAX_WORD = 40
_MAX_NAME_WORDS = 10_000

_WORD = re.compile(r"[^\W_]+")
_INNER_ASCII = re.compile(r"(?<=[^\x00-\x7f])[a-z0-9]{2,40}")


def list_fragments(
    document: IndexDocument, content: str, name: str, joined: Sequence[str], *, may_have_days: bool
) -> list[str]:
    """Return the fragments of a document but for those of the pieces of its content; its folded content and name are
    given, the words joined in it, and whether a day may be in the content.
    """
    terms = [f"c{fold_text(word)}" for word in (*joined, *list_soft_parts(document.content))]
    if may_have_days:
        terms += [name_day("c", day) for day in find_dates(content)]
    if document.notes:
        notes = fold_text(document.notes)
        terms += ["t" + part for part in iterate_codes(notes)]
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
    for code in iterate_codes(folded):
        yield from _list_endings(code)
    if has_unspaced(folded):
        yield from _INNER_ASCII.findall(folded)


@lru_cache(_MAX_NAME_WORDS)
def _list_endings(word: str) -> list[str]:
    cut = word[:_MAX_WORD]
    return [cut[start:] for start in range(len(cut) - LEAST_FRAGMENT + 1)]
