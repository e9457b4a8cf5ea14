"""Beginnings of one and two letters as terms: each stands for so many words that reading the documents of all of them
takes as long as reading a good part of the index.

They are terms of the field of fragments: whether one is there is all that counts.
"""

from __future__ import annotations

from typing import Final

LONGEST_BEGINNING: Final = 2
"""Characters; a third one would cost five times as much of the index."""

BEGINNING_MARK: Final = "."
"""What the terms begin with."""


def name_beginning(beginning: str) -> str:
    """Return the term of a beginning of at most two characters."""
    return BEGINNING_MARK + beginning
