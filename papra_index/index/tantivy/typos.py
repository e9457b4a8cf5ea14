"""Words of an organization that a mistyped or misread word may have been meant as, by what the mistakes cost.

The engine finds documents by a fuzzy word but never says which words it took. So a single mistake is undone by looking
up what it may have been made of, which costs less than a microsecond each; two mistakes are sought among the words with
the same beginning, or with a beginning one mistake away. Each word is then counted in the organization alone, and what
none of its documents has is dropped: nobody is told a word of others.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final

import tantivy
from tantivy import Occur, Query

from papra_index.index.base import Correction
from papra_index.index.tantivy.confusions import measure_mistakes, undo_confusions
from papra_index.index.tantivy.schema import build_schema

MIN_LETTERS: Final = 4
TWO_MISTAKES_LETTERS: Final = 8
"""Letters from which a word is thought to hold one mistake, and two."""

_MAX_LETTERS: Final = 40
_MAX_COUNTED: Final = 200
_MAX_WEIGHED: Final = 20
"""Words of the archive counted in the organization, the least cost first, until so many were found there."""

_MAX_CORRECTIONS: Final = 6
_FREQUENCY_BONUS: Final = 0.15
"""What ten times as many documents make up for, in cost."""

_BEGINNING: Final = 3
_UNCHANGED: Final = 6
"""Letters of a word's beginning, and up to which it has to go on unchanged where a mistake is in the beginning."""

_MAX_WALKED: Final = 2_000
"""Words with a beginning, in all of the index, above which no shorter beginning is tried."""

_MAX_DOCUMENTS: Final = 2_000
"""Documents of the archive above which the whole dictionary is not walked: a word of it takes a microsecond, and the
engine does not tell how many there are.
"""

_LEAST_PART: Final = 3
_SPLIT_COST: Final = 0.8

_ALPHABETS: Final = tuple(
    map(frozenset, ("abcdefghijklmnopqrstuvwxyz", "абвгдежзиклмнопрстуфхцчшщъыьэюяіїєґ", "αβγδεζηθικλμνξοπρστυφχψω"))
)


def find_corrections(
    searcher: tantivy.Searcher, organization: Query, fields: Sequence[str], word: str, mistakes: int = 2
) -> tuple[Correction, ...]:
    """Return words, or two words with a blank, that `word` may have been meant as, the likeliest first.

    Below four characters and for numbers there are none; where a word has digits, only what looks alike is undone.
    """
    if not MIN_LETTERS <= len(word) <= _MAX_LETTERS or word.isdecimal():
        return ()
    lookup = _Lookup(searcher, organization, fields)
    misread = undo_confusions(word, lookup.begins)
    if any(character.isdigit() for character in word):
        return _order_corrections(_count_words(lookup, word, misread))
    corrections = _count_words(lookup, word, chain(misread, undo_mistake(word))) or _split_word(lookup, word)
    if not corrections and mistakes > 1 and len(word) >= TWO_MISTAKES_LETTERS:
        corrections = _count_words(lookup, word, _find_two_mistakes(lookup, word))
    return _order_corrections(corrections)


def _order_corrections(corrections: list[Correction]) -> tuple[Correction, ...]:
    corrections.sort(key=lambda one: (one.cost - _FREQUENCY_BONUS * math.log10(one.documents_count), one.text))
    return tuple(corrections[:_MAX_CORRECTIONS])


def _count_words(lookup: _Lookup, word: str, others: Iterable[str]) -> list[Correction]:
    """Return those of the words that the organization has, those of the least cost where they are many."""
    existing = [other for other in dict.fromkeys(others) if other != word and lookup.exists(other)]
    priced = sorted((measure_mistakes(word, other), other) for other in existing)
    corrections: list[Correction] = []
    for cost, other in priced[:_MAX_COUNTED]:
        if count := lookup.count([other]):
            corrections.append(Correction(other, cost, count))
            if len(corrections) == _MAX_WEIGHED:
                break
    return corrections


def undo_mistake(word: str) -> Iterator[str]:
    """Yield what one letter too many, missing, wrong, or exchanged with its neighbour may have made of a word."""
    alphabet = sorted(frozenset().union(*(letters for letters in _ALPHABETS if not letters.isdisjoint(word))))
    for place in range(len(word) + 1):
        head, tail = word[:place], word[place:]
        for letter in alphabet:
            yield head + letter + tail
        if tail:
            yield head + tail[1:]
            for letter in alphabet:
                yield head + letter + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]


def _find_two_mistakes(lookup: _Lookup, word: str) -> list[str]:
    """Return words two mistakes away, as a rule all of them: the fuzzy query tells when none is left to be found."""
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extract_iter

    beginnings = {beginning + word[_BEGINNING:_UNCHANGED] for beginning in undo_mistake(word[:_BEGINNING])}
    walked = lookup.list_beginning(word[:_BEGINNING])
    words = [*walked, *chain.from_iterable(map(lookup.list_beginning, beginnings))]
    found: set[str] = set()
    length = _BEGINNING
    while True:
        found |= {known for known, _, _ in extract_iter(word, words, scorer=OSA.distance, score_cutoff=2)}
        if not length or len(walked) > _MAX_WALKED or not lookup.has_others(word, found):
            break
        length -= 1
        if not length and lookup.documents_count > _MAX_DOCUMENTS:
            words = list(chain.from_iterable(map(lookup.list_beginning, _undo_two_mistakes(word))))
        else:
            words = walked = lookup.list_beginning(word[:length])
    return sorted(found)


def _undo_two_mistakes(word: str) -> set[str]:
    """Return the beginnings that two mistakes in the first letters may have come from, one of them no other letter."""
    start = word[:_BEGINNING]
    shorter = {start[:place] + start[place + 1 :] for place in range(len(start))}
    exchanged = {start[:place] + start[place : place + 2][::-1] + start[place + 2 :] for place in range(len(start) - 1)}
    once = shorter | exchanged
    return {twice + word[_BEGINNING:_UNCHANGED] for beginning in once for twice in undo_mistake(beginning)}


def _split_word(lookup: _Lookup, word: str) -> list[Correction]:
    """Return the two words that a word consists of, as they stand next to each other in most documents."""
    halves = ((word[:place], word[place:]) for place in range(_LEAST_PART, len(word) - _LEAST_PART + 1))
    pairs = [pair for pair in halves if all(map(lookup.exists, pair))]
    counted = [Correction(" ".join(pair), _SPLIT_COST, count) for pair in pairs if (count := lookup.count(pair))]
    return sorted(counted, key=lambda one: (-one.documents_count, one.text))[:1]


class _Lookup:
    """Looks words up in the dictionaries of some fields, and counts them in one organization."""

    def __init__(self, searcher: tantivy.Searcher, organization: Query, fields: Sequence[str]) -> None:
        self._searcher = searcher
        self._organization = organization
        self._fields = fields

    @property
    def documents_count(self) -> int:
        """The documents of all organizations."""
        return self._searcher.num_docs

    def exists(self, word: str) -> bool:
        """Say whether any organization has a word."""
        return any(self._searcher.doc_freq(field, word) for field in self._fields)

    def begins(self, beginning: str) -> bool:
        """Say whether a word of any organization begins so."""
        return any(self._searcher.terms_with_prefix(field, beginning, limit=1) for field in self._fields)

    def list_beginning(self, beginning: str) -> list[str]:
        """Return the words of any organization that begin so, a word of two fields twice."""
        listed = (self._searcher.terms_with_prefix(field, beginning) for field in self._fields)
        return [word for words in listed for word, _ in words]

    def count(self, words: Sequence[str]) -> int:
        """Return how many documents of the organization have the words, next to each other."""
        schema = build_schema()
        queries = [
            Query.term_query(schema, field, words[0])
            if len(words) == 1
            else Query.phrase_query(schema, field, [*words])
            for field in self._fields
        ]
        return self._search(queries)

    def has_others(self, word: str, known: Iterable[str]) -> bool:
        """Say whether documents of the organization have words two mistakes away beside those that are known."""
        schema = build_schema()
        fuzzy = [
            Query.fuzzy_term_query(schema, field, word, distance=2, transposition_cost_one=True)
            for field in self._fields
        ]
        return bool(self._search(fuzzy, [Query.term_set_query(schema, field, sorted(known)) for field in self._fields]))

    def _search(self, either: Sequence[Query], without: Sequence[Query] = ()) -> int:
        found = Query.boolean_query([(Occur.Should, query) for query in either])
        clauses = [(Occur.Must, self._organization), (Occur.Must, found)]
        clauses += [(Occur.MustNot, query) for query in without]
        return int(self._searcher.search(Query.boolean_query(clauses), 1).count)  # type: ignore[attr-defined]
