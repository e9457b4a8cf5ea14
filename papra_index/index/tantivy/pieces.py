"""What the pieces of a content between blanks are found by, found out once each: nearly all of a text repeats.

Beginnings and codes have no blanks in them, and folding joins nothing over one, so that those of a text are those of
its pieces.
"""

from __future__ import annotations

from collections.abc import Set
from sys import intern

from papra_index.index.spellings import has_year
from papra_index.index.tantivy.analysis import prepare_text, split_words
from papra_index.index.tantivy.beginnings import BEGINNING_MARK, LONGEST_BEGINNING, name_beginning
from papra_index.index.tantivy.codes import iterate_codes

_MAX_PIECES = 200_000
_MAX_PIECE_CHARACTERS = 40
"""Pieces that are kept: some 20 MB beside their stems."""

_PUNCTUATION = ".,;:!?()'\""
_YEAR = "@"  # is no term: they begin with a letter or BEGINNING_MARK


def list_piece_fragments(pieces: Set[str]) -> tuple[set[str], bool]:
    """Return the beginnings and codes in pieces of a content as terms, and whether there may be a day among them."""
    found = set(map(_PIECES.__getitem__, pieces))
    several = [terms for terms in found if len(terms) > 1 + LONGEST_BEGINNING]  # most are one beginning
    found.difference_update(several)
    for terms in several:
        found.update(terms.split())
    found.discard("")
    may_have_days = _YEAR in found
    found.discard(_YEAR)
    found.update({term[:2] for term in found if term[0] == BEGINNING_MARK})
    return found, may_have_days


class _Pieces(dict[str, str]):
    """The terms of pieces, but for beginnings of one letter where there is a longer one; _YEAR where a year is."""

    def __missing__(self, piece: str) -> str:
        folded = prepare_text(piece).strip(_PUNCTUATION)
        joined = intern(name_beginning(folded[:LONGEST_BEGINNING]) if folded.isalpha() else _join_terms(folded))
        if len(piece) <= _MAX_PIECE_CHARACTERS:
            if len(self) >= _MAX_PIECES:
                self.clear()
            self[piece] = joined
        return joined


_PIECES = _Pieces()


def _join_terms(folded: str) -> str:
    terms = [name_beginning(word[:LONGEST_BEGINNING]) for word in split_words(folded)]
    terms += ["c" + part for part in iterate_codes(folded)]
    return " ".join([*terms, _YEAR] if has_year(folded) else terms)
