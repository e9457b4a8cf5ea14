"""Wildcards in words: `*` for any characters, `?` for one; which runs are patterns and which mere text with such signs.

A pattern is one word. At the end of a word both signs add nothing to what the contract finds there, the beginnings of
words, and in other places (`5*(3)`, `a*-b`, quotes) they stay the punctuation they are to the contract.
"""

from __future__ import annotations

import re
from typing import Final

from papra_index.conventions.folding import fold_text

MAX_WILDCARDS: Final = 4
"""Signs in a pattern: each may multiply the states of the automaton that looks for it."""

MAX_PATTERNS: Final = 6
"""Patterns in a query."""

MAX_OPEN_PATTERNS: Final = 2
"""Those of them that begin with a sign: each looks at every word of the archive."""

_MIN_LETTERS = 2
_MAX_LETTERS = 60
_PIECE = re.compile(r"\\.|[*?]|[^*?\\]+|\\", re.DOTALL)
_WORD = re.compile(r"[^\W_]*")
_PUNCTUATION = re.compile(r"^[^\w*?]+|[^\w*?]+$")
_STARS = re.compile(r"\*[*?]*\*|\*\?+")


def find_pattern(run: str) -> str | None:
    """Return the folded pattern that a run of characters is; None for text. A backslash makes a sign mean itself."""
    pieces = [piece if piece in ("*", "?") else _fold_piece(piece) for piece in _PIECE.findall(run)]
    if any(piece is None for piece in pieces):
        return None
    pattern = _PUNCTUATION.sub("", "".join(piece or "" for piece in pieces))
    literals = re.split(r"[*?]", pattern)
    if not all(_WORD.fullmatch(literal) for literal in literals):
        return None
    is_text = not any(literals) or not re.search(r"[*?]", pattern.rstrip("*?"))
    return None if is_text else _STARS.sub(_order_signs, pattern)


def is_bounded(pattern: str) -> bool:
    """Whether a pattern has few enough signs, and enough letters, to be looked for."""
    signs = len(re.findall(r"[*?]", pattern))
    return signs <= MAX_WILDCARDS and _MIN_LETTERS <= len(pattern) - signs <= _MAX_LETTERS


def _fold_piece(piece: str) -> str | None:
    """Return literal characters folded; None for a sign that is meant as itself, which no word holds."""
    folded = fold_text(piece[1:] if piece.startswith("\\") else piece)
    return None if re.search(r"[*?]", folded) else folded


def _order_signs(match: re.Match[str]) -> str:
    """Return a run of signs with one asterisk, behind the question marks."""
    return "?" * match.group().count("?") + "*"
