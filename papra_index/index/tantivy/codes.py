"""Codes in a text: what an invoice number, a serial number or a version is found by, beside its words' beginnings.

They are looked for around their digits, which texts have few of. A code has no blanks, so that those of a text are
those of its pieces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate

LEAST_FRAGMENT = 3
"""Characters of a word that is looked for inside others."""

LEAST_NUMBER = 7
"""Digits of a number that is found without the separators in it: fewer are amounts, versions and times."""

_MAX_LENGTH = 40
_MAX_WORDS = 5
_MAX_CHANGES = 8  # between letters and digits: more are hashes and keys, whose parts nobody looks for
_MAX_KEPT = 20_000  # with their fragments: those of a form repeat

_CODE = re.compile(r"[^\W_]+(?:[-_/][^\W_]+|\.[0-9][^\W_]*)*")
# A digit that a letter, or a separator within a code, is next to; it begins with one character for speed.
_IN_CODE = re.compile(r"[0-9](?:(?=[^\W\d_]|[-_/][^\W_])|(?<=[^\W\d_][0-9])|(?<=[^\W_][-_/][0-9]))")
_SEPARATORS = "-_/."
_WORD = re.compile(r"[^\W_]+")
_KIND = re.compile(r"[0-9]+|[^\W\d_]+")
_NUMBER_MARK = re.compile("[-/]")


def iterate_codes(folded: str) -> Iterator[str]:
    """Yield what the codes in a folded text are found by, beside the beginnings of their words."""
    position = 0
    for match in _IN_CODE.finditer(folded):
        start = match.start()
        if start < position:
            continue
        first = max(position, start - _MAX_LENGTH)
        while start > first and (folded[start - 1].isalnum() or folded[start - 1] in _SEPARATORS):
            start -= 1
        code = _CODE.search(folded, start)
        if code is not None:
            position = code.end()
            yield from _list_code_fragments(code.group())


@lru_cache(_MAX_KEPT)
def _list_code_fragments(code: str) -> list[str]:
    words = _WORD.findall(code)
    joined = "".join(words)
    if len(joined) > _MAX_LENGTH or len(words) > _MAX_WORDS:
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
