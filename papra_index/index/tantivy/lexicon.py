"""What one searcher says of words, found out once for each: the next page, the snippets and the next letter of a query
ask for the same words again.

It lives as long as its searcher, whose documents never change, so nothing in it is ever out of date.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import tantivy

from papra_index.index.tantivy.prefixes import Prefixes
from papra_index.index.tantivy.tenancy import Tenancy

_MAX_KNOWN = 5_000
"""Answers kept: those of some 800 words, a kilobyte each as a rule; with very many compounds it is 30."""

_Answer = TypeVar("_Answer")


class Lexicon:
    """Answers of one searcher; threads that share it may find out twice."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self.prefixes = Prefixes(searcher)
        self.tenancy = Tenancy(searcher)
        self._known: dict[tuple[object, ...], object] = {}

    def recall(self, asked: tuple[object, ...], find: Callable[[], _Answer]) -> _Answer:
        """Return the answer to what is asked, which names all that it depends on; found by `find` the first time."""
        known = self._known  # another thread may begin anew meanwhile
        if asked in known:
            return cast("_Answer", known[asked])
        if len(known) >= _MAX_KNOWN:
            self._known = {}
        answer = self._known[asked] = find()
        return answer
