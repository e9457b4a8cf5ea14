"""Whole words to engine queries: those that are meant exactly as they stand."""

from __future__ import annotations

from collections.abc import Sequence

from tantivy import Query

from papra_index.index.tantivy.schema import build_schema
from papra_index.index.tantivy.words import NAME_WEIGHT


def match_whole(field: str, tokens: Sequence[str], ranked: bool) -> Query:
    """Return the query for the tokens adjacent and in order, the last one whole too; there is at least one."""
    if len(tokens) == 1:
        found = Query.term_query(build_schema(), field, tokens[0])
    else:
        found = Query.phrase_query(build_schema(), field, [*tokens])
    return Query.boost_query(found, NAME_WEIGHT) if ranked and field == "name" else found
