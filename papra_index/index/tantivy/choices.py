"""Words of which any suffices: how a document is scored by those it has.

The weights were chosen by nDCG on judged collections, one left out at a time (benchmarks/README.md).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from tantivy import Query

from papra_index.index.base import FeedbackTerm
from papra_index.index.tantivy.feedback import FEEDBACK_SHARE
from papra_index.index.tantivy.words import WordMatcher
from papra_index.values.explanations import PartKind

_NAME_WEIGHT = 0.2
"""Score of a word in the name, added to its score in the content; higher weights of names cost relevance."""

_PAIR_WEIGHT = 0.05
"""Score of two neighbouring words of the query as a phrase, and again within eight words of each other."""

_COMPOUND_WEIGHT = 0.3
"""Score of a compound's last part against the rarity of all compounds with it."""

_PAIR_SLOP = 8
_MAX_PAIRS = 32
_MAX_PHRASES = 8

_SATURATION = 5.0
"""k3 of BM25: a word n times in a query counts n (k3 + 1) / (k3 + n) times (Robertson and others, TREC-3, 1994)."""

_FIELDS = ("content", "name")


def match_choice(
    matcher: WordMatcher,
    tokens: Sequence[str],
    phrases: Sequence[Sequence[str]] = (),
    feedback: Sequence[FeedbackTerm] = (),
) -> list[Query]:
    """Return alternatives that together match the documents with any of the words, what it begins, or its stem; with a
    phrase of two or more words in the content; or with a term of the feedback.
    """
    words = dict.fromkeys(tokens)
    matched = [query for token in words for field in _FIELDS for query in matcher.match_field(field, [token])]
    for token in words:
        matched += matcher.match_compounds(token, _COMPOUND_WEIGHT, ranked=False)
    whole = map(matcher.match_phrase, phrases[:_MAX_PHRASES])
    return [*matched, *matcher.match_stems(list(words)), *whole, *(matcher.match_term(term) for term, _ in feedback)]


def rank_choice(
    matcher: WordMatcher,
    tokens: Sequence[str],
    phrases: Sequence[Sequence[str]] = (),
    feedback: Sequence[FeedbackTerm] = (),
) -> list[Query]:
    """Return the same alternatives with scores, where beginnings count nothing and neighbouring words some more."""
    note = matcher.parts.note
    whole = (note("phrase", "content", phrase, matcher.match_phrase(phrase)) for phrase in phrases[:_MAX_PHRASES])
    weights = {token: count * (_SATURATION + 1) / (_SATURATION + count) for token, count in Counter(tokens).items()}
    added = sum(weights.values()) * FEEDBACK_SHARE / (1 - FEEDBACK_SHARE)
    further = (
        note("feedback", "any", [term], Query.boost_query(matcher.match_term(term), added * weight))
        for term, weight in feedback
    )
    return [*_rank_words(matcher, weights), *_rank_pairs(matcher, tokens), *whole, *further]


def _rank_words(matcher: WordMatcher, weights: Mapping[str, float]) -> Iterator[Query]:
    for token, weight in weights.items():
        stem = matcher.match_stem(token)
        if stem is not None:
            yield matcher.parts.note("stem", "any", [token], Query.boost_query(stem, weight))
        yield from matcher.match_compounds(token, weight * _COMPOUND_WEIGHT, ranked=True)
        for field in _FIELDS:
            exact, widened = matcher.match_word(field, token)
            # What has the word has its stem, which scores name and content as one text.
            if exact is not None and (field == "name" or stem is None):
                scored = Query.boost_query(exact, weight * (_NAME_WEIGHT if field == "name" else 1.0))
                yield matcher.parts.note("word", field, [token], scored)
            if widened is not None:
                yield Query.const_score_query(widened, 0.0)


def _rank_pairs(matcher: WordMatcher, tokens: Sequence[str]) -> Iterator[Query]:
    pairs = dict.fromkeys((one, two) for one, two in pairwise(tokens) if one != two)
    for one, two in list(pairs)[:_MAX_PAIRS]:
        if not matcher.admit_reward([one, two]):
            break
        for slop in (0, _PAIR_SLOP):
            kind: PartKind = "near" if slop else "neighbours"
            scored = Query.boost_query(matcher.match_phrase([one, two], slop), _PAIR_WEIGHT)
            yield matcher.parts.note(kind, "content", [one, two], scored)
