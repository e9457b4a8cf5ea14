"""The field of stems: name and content as one text, each word as its language's two letters and its stem.

Stemming is done here and not by an analyzer of the engine, which has one for a field: eighteen more fields and twice
the time. A word is as dear in a language that few documents have as in all languages together.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache

import tantivy
from tantivy import Occur, Query

from papra_index.conventions.folding import fold_text, replace_surrogates
from papra_index.conventions.principals import Reach
from papra_index.index.bigrams import has_unspaced
from papra_index.index.stemming import UNSTEMMED, choose_stemmer, stem_accented, stem_folded
from papra_index.index.tantivy.analysis import MAX_TERM_CHARACTERS, split_words, tokenize

STEMS_VERSION = 2
"""Raise it with every change of what is put into the field: an index written with another version is rebuilt."""

LANGUAGE_LETTERS = 2
"""Characters before the stem in a term."""

_MAX_PIECES = 200_000
_MAX_PIECE_CHARACTERS = 40
"""Pieces of text kept with their stems, per language: all that repeats; the longest take some 40 MB."""

_MAX_LANGUAGES = 64

PUNCTUATION = ".,;:!?()'\""
"""What may stand around a word without being a part of it."""


def stem_text(language: str | None, text: str) -> str:
    """Return the terms of a text in order; a word with two has the one of its folded form first."""
    return " ".join(map(_keep_pieces(choose_stemmer(language)).__getitem__, text.split()))


def name_languages(organization_key: int, language: str | None) -> str:
    """Return the term that says which stemmer was used for a document of an organization."""
    return f"{organization_key}:{choose_stemmer(language)}"


def list_stemmers(searcher: tantivy.Searcher, reach: Iterable[Reach]) -> list[str]:
    """Return the stemmers that documents of organizations had, removed and unseen ones among them.

    Terms of a language that no document within reach has find none of them.
    """
    stemmers: set[str] = set()
    for organization_key in {part.organization_key for part in reach}:
        prefix = f"{organization_key}:"
        found = searcher.terms_with_prefix("stemmer", prefix, limit=_MAX_LANGUAGES)
        stemmers.update(term.removeprefix(prefix) for term, _ in found)
    return sorted(stemmers)


def list_stems(
    schema: tantivy.Schema, searcher: tantivy.Searcher, stemmers: Sequence[str], word: str
) -> list[tuple[Query, float]]:
    """Return queries for documents with a word of the same stem, one for each language that has it, and what each is to
    be multiplied by: a word counts by how rare it is in all of them."""
    terms = {stemmer + stem_folded(stemmer, word) for stemmer in stemmers}
    counts = {term: count for term in sorted(terms) if (count := searcher.doc_freq("stems", term))}
    whole = weigh_rarity(searcher.num_docs, sum(counts.values()))
    queries = []
    for term, count in counts.items():
        query = Query.term_query(schema, "stems", term, index_option="freq")
        queries.append((query, 1.0 if len(counts) == 1 else whole / weigh_rarity(searcher.num_docs, count)))
    return queries


def find_stems(schema: tantivy.Schema, searcher: tantivy.Searcher, stemmers: Sequence[str], word: str) -> Query | None:
    """Return the query for documents with a word of the same stem in their language; None where no stem is known."""
    listed = list_stems(schema, searcher, stemmers, word)
    if len(listed) > 1:
        return Query.boolean_query([(Occur.Should, Query.boost_query(query, factor)) for query, factor in listed])
    return listed[0][0] if listed else None


def choose_field(term: str) -> str:
    """Return the field of a term that says what a text is about: stems have no characters of unspaced scripts."""
    return "pairs" if has_unspaced(term) else "stems"


def strip_term(term: str) -> str:
    """Return the stem or the pair of characters of a term, without the letters for its language or field."""
    return term[1 if has_unspaced(term) else LANGUAGE_LETTERS :]


def match_term(schema: tantivy.Schema, term: str) -> Query:
    """Return the query for a stem or a pair of characters, scored by how often it is there."""
    return Query.term_query(schema, choose_field(term), term, index_option="freq")


def weigh_rarity(documents_count: int, count: int) -> float:
    """Return the inverse document frequency as the engine's BM25 has it; counts may include removed documents."""
    count = min(count, documents_count)
    return math.log(1 + (documents_count - count + 0.5) / (count + 0.5))


class _Pieces(dict[str, str]):
    """Stems of pieces of text between blanks, found out once each."""

    def __init__(self, stemmer: str) -> None:
        self._stemmer = stemmer

    def __missing__(self, piece: str) -> str:
        # With another case, or a comma, it is the same word; accents have a part in stems.
        plain = piece.strip(PUNCTUATION).lower() if piece.isascii() else piece
        stems = " ".join(stem_piece(self._stemmer, piece)) if plain == piece else self[plain]
        if len(piece) <= _MAX_PIECE_CHARACTERS:
            if len(self) >= _MAX_PIECES:
                self.clear()
            self[piece] = stems
        return stems


@cache
def _keep_pieces(stemmer: str) -> _Pieces:
    return _Pieces(stemmer)


def stem_piece(stemmer: str, piece: str) -> list[str]:
    """Return the terms of a piece of text between blanks."""
    folded = fold_text(piece.strip(PUNCTUATION))
    # Most pieces are one word; what is letters and digits alone is one to the engine too.
    words = [folded] if folded.isalnum() and len(folded) <= MAX_TERM_CHARACTERS else tokenize(piece)
    if has_unspaced(piece):
        words = [word for word in words if not has_unspaced(word)]  # runs of words, which have a field of their own
    stems = [stemmer + stem_folded(stemmer, word) for word in words]
    if piece.isascii() or stemmer == UNSTEMMED:
        return stems
    accented = split_words(unicodedata.normalize("NFC", replace_surrogates(piece).lower()))
    more = (stemmer + stem_accented(stemmer, word) for word in accented)
    return stems + [stem for stem in more if stem not in stems]
