"""Pseudo-relevance feedback: what the best documents of a search speak of, as stems and pairs of characters, gently
added to its words.

RM3 (Abdul-Jaleel and others, "UMass at TREC 2004: Novelty and HARD", 2004) with four fifths of the weight left to the
query; the half that is common elsewhere hurts some collections badly.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from papra_index.index.base import FeedbackTerm, FeedbackText
from papra_index.index.tantivy.census import Census
from papra_index.index.tantivy.fragments import name_telling_pairs
from papra_index.index.tantivy.stems import stem_text, strip_term

_PRIOR_LENGTH = 100
"""Terms that each document is taken to have beside its own, unknown ones: few words are no evidence of a subject."""

_MAX_CANDIDATES = 400
_MAX_DOCUMENT_SHARE = 0.1  # a stem in more of all documents says nothing of these

TERM_CHARACTERS = range(2, 21)
"""Lengths of words that say what a text is about; longer ones are codes and run-together words."""


def choose_terms(census: Census, texts: Sequence[FeedbackText], limit: int) -> tuple[FeedbackTerm, ...]:
    """Return up to `limit` stems and pairs that documents have most of, by their scores; weights add up to 1. Possibly
    none.
    """
    total = sum(text.score for text in texts)
    weights: Counter[str] = Counter()
    for text in texts:
        terms = stem_text(text.language, text.text).split() + name_telling_pairs(text.text)
        share = text.score / (total * (len(terms) + _PRIOR_LENGTH)) if total else 0.0
        for term, count in Counter(terms).items():
            weights[term] += share * count  # type: ignore[assignment]
    most = max(_MAX_DOCUMENT_SHARE * census.documents_count, 1)
    chosen: list[FeedbackTerm] = []
    for term, weight in weights.most_common(_MAX_CANDIDATES):
        if len(strip_term(term)) in TERM_CHARACTERS and 0 < census.count_holders(term, most) <= most:
            chosen.append((term, weight))
            if len(chosen) == limit:
                break
    whole = sum(weight for _, weight in chosen)
    return tuple((term, weight / whole) for term, weight in chosen)
