"""Words of which any suffices: how a document is scored by those it has.

The default weights were chosen by nDCG on judged collections, one left out at a time (benchmarks/README.md).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from tantivy import Query

from papra_index.index.base import FeedbackTerm
from papra_index.index.tantivy.words import WordMatcher
from papra_index.values.explanations import PartKind

_MAX_PAIRS = 32
_MAX_PHRASES = 8

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
        matched += matcher.match_compounds(token, 0.0, ranked=False)
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
    ranking = matcher.ranking
    # Robertson and others, "Okapi at TREC-3", 1994: a word n times in a query counts n (k3 + 1) / (k3 + n) times.
    k3 = ranking.repetition_saturation
    weights = {token: count * (k3 + 1) / (k3 + count) for token, count in Counter(tokens).items()}
    added = sum(weights.values()) * ranking.feedback_share / (1 - ranking.feedback_share)
    further = (
        note("feedback", "any", [term], Query.boost_query(matcher.match_term(term), added * weight))
        for term, weight in feedback
    )
    return [*_rank_words(matcher, weights), *_rank_pairs(matcher, tokens), *whole, *further]


def _rank_words(matcher: WordMatcher, weights: Mapping[str, float]) -> Iterator[Query]:
    ranking = matcher.ranking
    for token, weight in weights.items():
        stem = matcher.match_stem(token)
        if stem is not None:
            yield matcher.parts.note("stem", "any", [token], Query.boost_query(stem, weight))
        yield from matcher.match_compounds(token, weight * ranking.any_compound_weight, ranked=True)
        for field in _FIELDS:
            exact, widened = matcher.match_word(field, token)
            # What has the word has its stem, which scores name and content as one text.
            if exact is not None and (field == "name" or stem is None):
                scored = Query.boost_query(exact, weight * (ranking.any_name_weight if field == "name" else 1.0))
                yield matcher.parts.note("word", field, [token], scored)
            if widened is not None:
                yield Query.const_score_query(widened, 0.0)


def _rank_pairs(matcher: WordMatcher, tokens: Sequence[str]) -> Iterator[Query]:
    pairs = dict.fromkeys((one, two) for one, two in pairwise(tokens) if one != two)
    ranking = matcher.ranking
    rewards: tuple[tuple[PartKind, int, float], ...] = (
        ("neighbours", 0, ranking.any_neighbour_weight),
        ("near", ranking.any_near_words, ranking.any_near_weight),
    )
    for one, two in list(pairs)[:_MAX_PAIRS]:
        if not matcher.admit_reward([one, two]):
            break
        for kind, slop, weight in rewards:
            scored = Query.boost_query(matcher.match_phrase([one, two], slop), weight)
            yield matcher.parts.note(kind, "content", [one, two], scored)
