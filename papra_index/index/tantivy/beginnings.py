"""Beginnings of one and two letters as terms: each stands for so many words that reading the documents of all of them
takes as long as reading a good part of the index.

They are terms of the field of fragments: whether one is there is all that counts.
"""

from __future__ import annotations

from typing import Final

from papra_index.index.tantivy.analysis import split_words

LONGEST_BEGINNING: Final = 2
"""Characters; a third one would cost five times as much of the index."""


def list_beginnings(content: str) -> list[str]:
    """Return the terms of the words of a content, as `prepare_text` gives it, in no order."""
    pieces = set(content.split())
    found = {piece[:LONGEST_BEGINNING] for piece in pieces if piece.isalnum()}
    mixed = " ".join([piece for piece in pieces if not piece.isalnum()])
    found.update([word[:LONGEST_BEGINNING] for word in split_words(mixed)])
    return ["." + beginning for beginning in found | {two[:1] for two in found}]


def name_beginning(beginning: str) -> str:
    """Return the term of a beginning of at most two characters."""
    return f".{beginning}"
