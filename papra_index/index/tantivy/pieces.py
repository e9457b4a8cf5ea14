"""What the pieces of a text between blanks give an index document, found out once each, as nearly all of them repeat:
stems, and the beginnings, codes and compounds among its fragments.

None of these has a blank in it, and folding joins nothing over one, so that those of a text are those of its pieces.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from functools import cache
from operator import itemgetter
from sys import intern

from papra_index.conventions.values import dataclass
from papra_index.index.compounds import COMPOUNDING, list_compound_keys
from papra_index.index.spellings import has_year
from papra_index.index.stemming import choose_stemmer
from papra_index.index.tantivy.analysis import prepare_text, split_words
from papra_index.index.tantivy.beginnings import BEGINNING_MARK, LONGEST_BEGINNING, name_beginning
from papra_index.index.tantivy.codes import iterate_codes
from papra_index.index.tantivy.fragments import name_compound
from papra_index.index.tantivy.stems import PUNCTUATION, stem_piece

_MAX_PIECES = 200_000
_MAX_PIECE_CHARACTERS = 40
"""Pieces that are kept, per language: all that repeats; 200,000 words of nine letters take 46 MB, of forty 75."""

_WORD = re.compile(r"[^\W_]+")
_YEAR = "@"  # is no term: they begin with a letter or BEGINNING_MARK

_get_stems, _get_fragments, _get_compounds = itemgetter(0), itemgetter(1), itemgetter(2)


@dataclass(frozen=True, slots=True)
class TextTerms:
    """Terms of a name and a content: their stems with blanks between them, the beginnings and codes of the content, and
    the compounds of both; and whether there may be a day in the content.
    """

    stems: str
    fragments: Set[str]
    compounds: Set[str]
    may_have_days: bool


def analyze_pieces(language: str | None, content: str, others: Iterable[str]) -> TextTerms:
    """Return the terms of a content in a language, and of pieces that belong to it: those of its name, and words that
    line ends divide in it.
    """
    kept = _keep_pieces(choose_stemmer(language))
    own = list(map(kept.__getitem__, content.split()))
    every = [*map(kept.__getitem__, others), *own]
    fragments, may_have_days = _part_fragments(set(map(_get_fragments, own)))
    return TextTerms(
        " ".join(map(_get_stems, every)),
        fragments,
        set(map(_get_compounds, every)) - {""} if kept.stemmer in COMPOUNDING else set(),
        may_have_days,
    )


def _part_fragments(found: set[str]) -> tuple[set[str], bool]:
    """Return the terms of pieces one by one, and whether one of these has a year."""
    several = [terms for terms in found if len(terms) > 1 + LONGEST_BEGINNING]  # most are one beginning
    found.difference_update(several)
    for terms in several:
        found.update(terms.split())
    found.discard("")
    may_have_days = _YEAR in found
    found.discard(_YEAR)
    found.update({term[:2] for term in found if term[0] == BEGINNING_MARK})
    return found, may_have_days


class _Pieces(dict[str, tuple[str, str, str]]):
    """Stems, fragments and compounds of pieces, each with blanks between them.

    Among the fragments is no beginning of one letter where there is a longer one, and _YEAR where a year is.
    """

    def __init__(self, stemmer: str) -> None:
        self.stemmer = stemmer

    def __missing__(self, piece: str) -> tuple[str, str, str]:
        # With another case, or a comma, it is the same word; accents have a part in stems.
        plain = piece.strip(PUNCTUATION).lower() if piece.isascii() else piece
        terms = _analyze_piece(self.stemmer, piece) if plain == piece else self[plain]
        if len(piece) <= _MAX_PIECE_CHARACTERS:
            if len(self) >= _MAX_PIECES:
                self.clear()
            self[piece] = terms
        return terms


@cache
def _keep_pieces(stemmer: str) -> _Pieces:
    return _Pieces(stemmer)


def _analyze_piece(stemmer: str, piece: str) -> tuple[str, str, str]:
    folded = prepare_text(piece).strip(PUNCTUATION)
    is_word = folded.isalpha()
    fragments = name_beginning(folded[:LONGEST_BEGINNING]) if is_word else " ".join(_list_fragments(folded))
    compounds = ""
    if stemmer in COMPOUNDING:
        words = [folded] if is_word else _WORD.findall(folded)
        keys = (key for word in words for key in list_compound_keys(stemmer, word))
        compounds = " ".join(name_compound(stemmer, key) for key in keys)
    return " ".join(stem_piece(stemmer, piece)), intern(fragments), compounds


def _list_fragments(folded: str) -> list[str]:
    terms = [name_beginning(word[:LONGEST_BEGINNING]) for word in split_words(folded)]
    terms += ["c" + part for part in iterate_codes(folded)]
    return [*terms, _YEAR] if has_year(folded) else terms
