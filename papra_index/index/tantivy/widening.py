"""What else a text of a query is looked for as: other spellings, parts of words, and pairs of unspaced characters.

These only add documents, below those that have the words as typed; nothing of it holds under NOT or for exact words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import tantivy
from tantivy import Query

from papra_index.conventions.folding import fold_text
from papra_index.index.bigrams import has_unspaced, pair_characters, split_unspaced
from papra_index.index.compounds import COMPOUNDING, is_compound, list_part_keys
from papra_index.index.spellings import list_spellings, read_dates
from papra_index.index.tantivy.codes import LEAST_FRAGMENT, LEAST_NUMBER
from papra_index.index.tantivy.fragments import list_letters, name_compound, name_day
from papra_index.index.tantivy.prefixes import LONG_PREFIX
from papra_index.index.tantivy.schema import build_schema
from papra_index.index.tantivy.stems import weigh_rarity
from papra_index.settings import RankingSettings
from papra_index.values.explanations import PartKind

_MAX_PAIRS = 60
_MAX_COMPOUNDS = 1_000


Wider = tuple[PartKind, Query]
"""A query with scores, and what it says of a document."""


def list_wider(
    searcher: tantivy.Searcher, field: str, value: str, tokens: Sequence[str], ranking: RankingSettings
) -> list[Wider]:
    """Return alternatives that a value of the given tokens is looked for as in one field."""
    wider: list[Wider] = []
    if any(character.isdigit() for character in value):
        spelled = (*_match_spellings(searcher, field, value), *_match_days(field, value))
        wider += [("spelling", Query.const_score_query(query, ranking.spelling_score)) for query in spelled]
    if has_unspaced(value):
        pairs = match_pairs(field, value)
        wider += [] if pairs is None else [("characters", Query.boost_query(pairs, ranking.characters_weight))]
    elif len(tokens) == 1:
        inside = match_fragments(searcher, field, tokens[0])
        wider += [("inside", Query.const_score_query(query, ranking.inside_score)) for query in inside]
    return wider


def list_pairs_apart(field: str, value: str, ranking: RankingSettings) -> list[Wider]:
    """Return alternatives for the pairs of a value wherever they stand: a sentence without blanks."""
    letter = list_letters(field)[0]
    runs = split_unspaced(fold_text(value))
    pairs = dict.fromkeys(pair for run in runs if len(run) > 2 for pair in pair_characters(run, is_whole=False))
    terms = [letter + pair for pair in list(pairs)[:_MAX_PAIRS]]
    found = [Query.term_query(build_schema(), "pairs", term) for term in terms]
    return [("characters", Query.boost_query(query, ranking.characters_weight)) for query in found]


def find_compounds(searcher: tantivy.Searcher, stemmers: Sequence[str], token: str) -> tuple[Query, float] | None:
    """Return the query for documents whose content has compounds with a word as a part, and how rare these are.

    None where there are none. Of more than a thousand compounds those in most documents are looked for.
    """
    terms: list[str] = []
    count = 0
    for language in COMPOUNDING.intersection(stemmers):
        for part_key in list_part_keys(language, token):
            beginning = name_compound(language, part_key)
            for term, documents_count in searcher.terms_with_prefix("fragments", beginning, limit=_MAX_COMPOUNDS):
                if is_compound(language, term[len(beginning) - len(part_key) :], part_key):
                    terms.append(term)
                    count += documents_count
    if not terms:
        return None
    return Query.term_set_query(build_schema(), "fragments", terms), weigh_rarity(searcher.num_docs, count)


def match_fragments(searcher: tantivy.Searcher, field: str, token: str) -> list[Query]:
    """Return alternatives for a word inside others; none for one that is too short.

    Of longer words those that are in no other are left out: an alternative that finds nothing takes time for each
    document that others find, as the engine is at its fastest with nothing but terms.
    """
    if len(token) < LEAST_FRAGMENT:
        return []
    terms = [letter + token for letter in list_letters(field)]
    if len(token) >= LONG_PREFIX:
        terms = [term for term in terms if searcher.terms_with_prefix("fragments", term, limit=1)]
    return [Query.fuzzy_term_query(build_schema(), "fragments", term, distance=0, prefix=True) for term in terms]


def match_pairs(field: str, value: str) -> Query | None:
    """Return the query for the characters of a value next to each other, where all its words are of unspaced scripts.

    A single character is the beginning of a pair or the last one of a run. None where there are other words.
    """
    letter = list_letters(field)[0]
    runs = split_unspaced(fold_text(value))
    if not runs:
        return None
    *whole, last = runs
    pairs = [pair for run in whole for pair in pair_characters(run)] + pair_characters(last, is_whole=False)
    terms = [letter + pair for pair in pairs[:_MAX_PAIRS]]
    if len(last) == 1 and len(terms) <= _MAX_PAIRS:
        if len(terms) == 1:
            return Query.fuzzy_term_query(build_schema(), "pairs", terms[0], distance=0, prefix=True)
        return Query.regex_phrase_query(build_schema(), "pairs", [*terms[:-1], terms[-1] + ".?"])
    if len(terms) == 1:
        return Query.term_query(build_schema(), "pairs", terms[0])
    return Query.phrase_query(build_schema(), "pairs", [*terms])


def _match_spellings(searcher: tantivy.Searcher, field: str, value: str) -> Iterator[Query]:
    for run in list_spellings(value):
        if len(run) > 1:
            if all(searcher.doc_freq(field, word) for word in run):
                yield Query.phrase_query(build_schema(), field, [*run])
        elif run[0].isdigit() and len(run[0]) < LEAST_NUMBER:
            yield Query.term_query(build_schema(), field, run[0])  # an amount, which is no beginning of a larger one
        else:
            yield Query.fuzzy_term_query(build_schema(), field, run[0], distance=0, prefix=True)
            yield from match_fragments(searcher, field, run[0])


def _match_days(field: str, value: str) -> Iterator[Query]:
    for day in read_dates(value):
        for letter in list_letters(field):
            yield Query.term_query(build_schema(), "fragments", name_day(letter, day), index_option="basic")
