"""Words to engine queries: exact words score by BM25, the last word is a prefix too, and no prefix is ever cut short.

The engine's own phrase with a prefix silently stops at 50 words of the dictionary: it serves only where that is enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

import tantivy
from tantivy import Occur, Query

from papra_index.index.tantivy.analysis import tokenize
from papra_index.index.tantivy.schema import build_schema
from papra_index.query.expression import Expression, Text

NAME_WEIGHT = 0.5
"""Score of a word in the name against the same word in the content (hard boosts of names cost relevance)."""

PREFIX_SCORES = {"name": 0.4, "content": 0.1}
"""What a match by the beginning of a word adds; exact words add this and their BM25 score."""

NEIGHBOUR_WEIGHT = 0.05
"""Score of the phrase of two neighbouring words; rewarding those within eight words too gained nothing (nDCG)."""

_MAX_NEIGHBOURS = 8

# Shorter prefixes stand for so many words that counting them costs more than knowing the count saves.
_COUNTED_PREFIX = 4

_MAX_PHRASE_PREFIX_WORDS = 50  # what the engine's phrase prefix looks at
_MAX_PHRASES = 100  # so many single phrases are faster than a regular expression over the dictionary
_MAX_REGEX_WORDS = 8_000  # half of what the engine allows in a regular expression phrase


class WordMatcher:
    """Queries for runs of words in one field, for one searcher and organization."""

    def __init__(self, searcher: tantivy.Searcher, organization: Query) -> None:
        self._schema = build_schema()
        self._searcher = searcher
        self._organization = organization

    def match_field(self, field: str, tokens: Sequence[str]) -> list[Query]:
        """Return alternatives that together match the tokens, adjacent and in order, the last as a prefix."""
        exact, widened = self._match_run(field, tokens)
        return exact if widened is None else [widened]

    def rank_field(self, field: str, tokens: Sequence[str]) -> list[Query]:
        """Return the same alternatives with scores: whole words above prefixes."""
        exact, widened = self._match_run(field, tokens)
        if field == "name":
            exact = [Query.boost_query(query, NAME_WEIGHT) for query in exact]
        return exact if widened is None else [*exact, Query.const_score_query(widened, PREFIX_SCORES[field])]

    def reward_neighbours(self, operands: Sequence[Expression]) -> Iterator[Query]:
        """Yield optional clauses that lift documents where neighbouring words of the query stand next to each other."""
        words = [_single_word(operand) for operand in operands]
        pairs = [(one, two) for one, two in pairwise(words) if one and two and one != two]
        for one, two in pairs[:_MAX_NEIGHBOURS]:
            phrase = Query.phrase_query(self._schema, "content", [one, two])
            yield Query.boost_query(phrase, NEIGHBOUR_WEIGHT)

    def _match_run(self, field: str, tokens: Sequence[str]) -> tuple[list[Query], Query | None]:
        """Return queries for the exact tokens, and one for all matches where those are not all."""
        if len(tokens) > 1:
            return self._match_phrase(field, list(tokens))
        token = tokens[0]
        exact = [Query.term_query(self._schema, field, token)]
        if len(token) >= _COUNTED_PREFIX:
            words = self._searcher.terms_with_prefix(field, token, limit=2)
            if not words:
                return [], None
            if len(words) == 1 and words[0][0] == token:
                return exact, None
        return exact, Query.fuzzy_term_query(self._schema, field, token, distance=0, prefix=True)

    def _match_phrase(self, field: str, tokens: list[str]) -> tuple[list[Query], Query | None]:
        words = [word for word, _ in self._searcher.terms_with_prefix(field, tokens[-1])]
        if not words:
            return [], None
        exact = [Query.phrase_query(self._schema, field, [*tokens])] if tokens[-1] in words else []
        if exact and len(words) == 1:
            return exact, None
        if len(words) <= _MAX_PHRASE_PREFIX_WORDS:
            return exact, Query.phrase_prefix_query(self._schema, field, [*tokens])
        return exact, self._match_wide_phrase(field, tokens, words)

    def _match_wide_phrase(self, field: str, tokens: list[str], words: list[str]) -> Query:
        """Match a phrase whose prefix stands for more words than the engine's phrase prefix looks at."""
        head = [Query.term_query(self._schema, field, token) for token in set(tokens[:-1])]
        holders = Query.boolean_query([(Occur.Must, query) for query in (self._organization, *head)])
        found = self._searcher.terms_with_prefix(field, tokens[-1], filter_query=holders)
        if len(found) <= _MAX_PHRASES:
            phrases = [Query.phrase_query(self._schema, field, [*tokens[:-1], word]) for word, _ in found]
        else:
            # Terms are letters and digits, so nothing in them means something else in a regular expression.
            phrases = [
                Query.regex_phrase_query(self._schema, field, [*tokens[:-1], pattern])
                for pattern in _split_prefix(tokens[-1], sorted(words))
            ]
        return Query.boolean_query([(Occur.Should, phrase) for phrase in phrases])


def _split_prefix(prefix: str, words: list[str]) -> Iterator[str]:
    """Yield patterns that together match the sorted `words`, all beginning with `prefix`, each a bounded number."""
    if len(words) <= _MAX_REGEX_WORDS:
        yield f"{prefix}.*"
        return
    length = len(prefix)
    for longer, group in groupby(words, key=lambda word: word[: length + 1]):
        if longer == prefix:
            yield prefix
        else:
            yield from _split_prefix(longer, list(group))


def _single_word(expression: Expression) -> str | None:
    if not isinstance(expression, Text) or expression.field == "name":
        return None
    tokens = tokenize(expression.value)
    return tokens[0] if len(tokens) == 1 else None
