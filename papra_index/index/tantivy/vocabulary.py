"""The words of the dictionary that begin so, with the documents that hold them among those of a query.

The engine walks all words of a beginning and all documents of each, whatever limit it is given.
"""

from __future__ import annotations

import tantivy
from tantivy import Query

_QUICK_DOCUMENTS = {1: 20_000, 2: 200_000}
"""Documents of an index up to which beginnings of so many letters are walked in some 30 ms, measured with 500 words
each; longer beginnings take no more than a search for them does."""

_DIGITS_FOR_A_LETTER = 3
"""Numbers and dates stand for as many words as beginnings of a third of the length."""

_LARGE_ALPHABET = "\u2e80"  # from here on scripts have thousands of characters, and a beginning of one is a narrow one


def is_quickly_walked(searcher: tantivy.Searcher, beginning: str) -> bool:
    """Say whether the words of a beginning are few enough, as a rule, to be listed while somebody types."""
    length = len(beginning)
    if beginning[:1].isdigit():
        length = -(-length // _DIGITS_FOR_A_LETTER)
    elif beginning >= _LARGE_ALPHABET:
        length += 1
    return searcher.num_docs <= _QUICK_DOCUMENTS.get(max(length, 1), searcher.num_docs)


def list_words(
    searcher: tantivy.Searcher, query: Query, field: str, beginning: str, limit: int | None
) -> tuple[tuple[str, int], ...]:
    """Return words of a field with the number of the query's documents that hold each, most first, then by alphabet."""
    found = searcher.terms_with_prefix(field, beginning, filter_query=query, limit=limit)
    return tuple((word, count) for word, count in found if count)
