"""Whole words to engine queries: exactly as they stand, near each other, or by a pattern.

Of phrases with a slop the engine gets only pairs of words: with three and more it misses places that a slop allows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from tantivy import Occur, Query

from papra_index.index.tantivy.analysis import tokenize
from papra_index.index.tantivy.schema import build_schema
from papra_index.index.tantivy.words import score_beginning
from papra_index.settings import RankingSettings


def match_whole(field: str, tokens: Sequence[str], ranking: RankingSettings | None) -> Query:
    """Return the query for the tokens adjacent and in order, the last one whole too; there is at least one.

    With `ranking` its scores count.
    """
    if len(tokens) == 1:
        found = Query.term_query(build_schema(), field, tokens[0])
    else:
        found = Query.phrase_query(build_schema(), field, [*tokens])
    return Query.boost_query(found, ranking.name_weight) if ranking and field == "name" else found


def match_near(field: str, tokens: Sequence[str], slop: int) -> Query:
    """Return the query for tokens of which each stands at most `slop` places from behind the one before it."""
    if not tokens:
        return Query.const_score_query(Query.all_query(), 0.0)
    if len(tokens) == 1:
        return Query.term_query(build_schema(), field, tokens[0])
    pairs = [Query.phrase_query(build_schema(), field, [*pair], slop=slop) for pair in dict.fromkeys(pairwise(tokens))]
    return Query.boolean_query([(Occur.Must, pair) for pair in pairs])


def match_pattern(field: str, pattern: str, ranking: RankingSettings | None) -> Query:
    """Return the query for the words like a pattern of letters, digits, `*` and `?`; all count the same."""
    literals = [literal for literal in re.split(r"[*?]", pattern) if literal]
    if any(tokenize(literal) != [literal] for literal in literals):
        return Query.empty_query()  # no single term is written so
    expression = pattern.replace("*", ".*").replace("?", ".")
    found = Query.regex_query(build_schema(), field, expression)
    return Query.const_score_query(found, score_beginning(ranking, field)) if ranking else found
