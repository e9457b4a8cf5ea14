"""The words of the index that begin with a prefix: how many there are, and patterns the engine can take them in.

The engine's phrases take a regular expression for a word, and refuse one that stands for too many words of a segment:
a wide prefix is split by its next character until each pattern stands for few enough.
"""

from __future__ import annotations

from collections.abc import Iterator

import tantivy
from tantivy import Query

from papra_index.index.tantivy.schema import build_schema

MAX_WORDS = 8_000
"""So many words one pattern stands for at most: half of what the engine takes, in a phrase with other words."""

LONG_PREFIX = 4
"""Characters from which a prefix stands for so few words, as a rule, that listing them is the fastest way to know."""

_MAX_KNOWN = 10_000

_REFUSAL = "exceeded max expansions"
_ABSENT = r"\x{1}"  # a word no text has
_ASCII = "0123456789abcdefghijklmnopqrstuvwxyz"  # all that folded text has of it inside words
_FIRST_BEYOND_ASCII, _LAST = 0x80, 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)  # no text and no pattern holds them

Pattern = tuple[str, int]
"""A regular expression and for how many words it stands, about."""


class Prefixes:
    """What one searcher knows of prefixes, found out once for each; threads that share it may find out twice."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self._searcher = searcher
        self._counts: dict[tuple[str, str], int | None] = {}

    def count(self, field: str, prefix: str) -> int | None:
        """Return how many words of a field begin with a prefix; None for more than MAX_WORDS."""
        asked, known = (field, prefix), self._counts  # another thread may begin anew meanwhile
        if asked in known:
            return known[asked]
        if len(known) >= _MAX_KNOWN:
            self._counts = {}
        count = self._counts[asked] = self._count(field, prefix)
        return count

    def iterate_patterns(self, field: str, prefix: str) -> Iterator[Pattern]:
        """Yield patterns that together match the words which begin with a prefix, and nothing else.

        They come one by one, as each costs a look into the index. Words are letters and digits, so nothing in a prefix
        means something else in a pattern.
        """
        count = self.count(field, prefix)
        if count is not None:
            if count:
                yield f"{prefix}.*", count
            return
        yield prefix, 1
        # Together as far as they go: in a phrase, each pattern costs another look at where the other words are.
        following, total = "", 0
        for character in _ASCII:
            count = self.count(field, prefix + character)
            if count is None:
                yield from self.iterate_patterns(field, prefix + character)
            elif count:
                if total + count > MAX_WORDS:
                    yield f"{prefix}[{following}].*", total
                    following, total = "", 0
                following, total = following + character, total + count
        if following:
            yield f"{prefix}[{following}].*", total
        yield from self._iterate_range(field, prefix, _FIRST_BEYOND_ASCII, _LAST)

    def _iterate_range(self, field: str, prefix: str, first: int, last: int) -> Iterator[Pattern]:
        """Yield patterns for the words that go on with a character of a range, which is halved while it is too wide."""
        pattern = rf"{prefix}[\x{{{first:x}}}-\x{{{last:x}}}].*"
        if self._is_absent(field, pattern):
            return
        # Twice the pattern: what passes leaves half of what the engine takes to the other words of a phrase.
        if self._is_taken(field, [pattern, pattern]):
            yield pattern, MAX_WORDS
        elif first == last:
            yield from self.iterate_patterns(field, prefix + chr(first))
        else:
            middle = (first + last) // 2
            if middle in _SURROGATES:
                middle = _SURROGATES.start - 1
            following = middle + 1 if middle + 1 not in _SURROGATES else _SURROGATES.stop
            yield from self._iterate_range(field, prefix, first, middle)
            yield from self._iterate_range(field, prefix, following, last)

    def _count(self, field: str, prefix: str) -> int | None:
        # Listing walks all words of the prefix whatever its limit; this knows of too many for a tenth of that. For a
        # longer prefix, of few words as a rule, it would cost several times the listing.
        if len(prefix) < LONG_PREFIX and not self._is_taken(field, [f"{prefix}.*", _ABSENT]):
            return None
        count = len(self._searcher.terms_with_prefix(field, prefix, limit=MAX_WORDS + 1))
        return count if count <= MAX_WORDS else None

    def _is_absent(self, field: str, pattern: str) -> bool:
        found = self._searcher.search(Query.regex_query(build_schema(), field, pattern), 1)
        return not found.hits

    def _is_taken(self, field: str, patterns: list[str]) -> bool:
        try:
            self._searcher.search(Query.regex_phrase_query(build_schema(), field, [*patterns]), 1)
        except ValueError as error:
            if _REFUSAL in str(error):
                return False
            raise
        return True
