"""Where a word stands that no word of a text begins with: inside names, codes and compounds, and over line ends."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from papra_index.conventions.folding import fold_text
from papra_index.index.bigrams import UNSPACED, has_unspaced
from papra_index.index.compounds import COMPOUNDING, is_compound, list_compound_keys, list_part_keys
from papra_index.index.hyphenation import find_hyphenated
from papra_index.index.stemming import stem_folded
from papra_index.results import Span

_LEAST = 3  # characters
_MAX_PLACES = 500  # looked at
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[^\W_]+")
_BEFORE = re.compile(r"[^\W_]+\Z")
_MAX_WORD = 60


def find_inside(folded: str, word: str, language: str, *, is_name: bool) -> Iterable[Span]:
    """Return the words of a folded text that hold a word where the index finds it: anywhere in a name, in a content
    from a change between letters and digits on, behind a character of an unspaced script, or as a part of a compound.
    """
    if len(word) < _LEAST:
        return ()
    if _DIGIT.search(word):
        # In the index, codes are run together.
        pattern = re.compile("[-_/. ]?".join(map(re.escape, word)))
        return (match.span() for match in pattern.finditer(folded) if is_name or _follows_change(folded, match))
    if is_name:
        return [match.span() for match in re.finditer(re.escape(word), folded)] if word in folded else ()
    if language in COMPOUNDING:
        return _find_compounds(folded, word, language)
    if word.isascii() and has_unspaced(folded):
        return (match.span() for match in re.finditer(f"(?<=[{UNSPACED}]){re.escape(word)}[a-z0-9]*", folded))
    return ()


def _follows_change(folded: str, match: re.Match[str]) -> bool:
    start = match.start()
    before, first = folded[start - 1 : start], folded[start]
    return not before.isalnum() or before.isdigit() != first.isdigit()


def _find_compounds(folded: str, word: str, language: str) -> Iterator[Span]:
    part_keys = list_part_keys(language, word)
    shortest = min((key[::-1] for key in part_keys), key=len, default="")
    position = folded.find(shortest) if shortest else -1
    for _ in range(_MAX_PLACES):
        if position < 0:
            return
        before = _BEFORE.search(folded, max(position - _MAX_WORD, 0), position)
        start = position if before is None else before.start()
        compound = _WORD.match(folded, start)
        end = position + len(shortest) if compound is None else compound.end()
        if any(
            key.startswith(part_key) and is_compound(language, key, part_key)
            for key in list_compound_keys(language, folded[start:end])
            for part_key in part_keys
        ):
            yield start, end
        position = folded.find(shortest, end)


def find_over_lines(text: str, words: Sequence[tuple[int, str]], language: str) -> Iterator[tuple[int, int, int]]:
    """Yield (start, end, rank) where a text that is not folded has a word, or another of its stem, over a line end.

    The folded words come with their ranks; of a text the first places are looked at.
    """
    stems = [(rank, word, stem_folded(language, word)) for rank, word in words if word.isalpha()]
    if stems:
        for start, end, joined in find_hyphenated(text)[:_MAX_PLACES]:
            whole = fold_text(joined)
            for rank, word, stem in stems:
                if whole.startswith(word) or stem_folded(language, whole) == stem:
                    yield start, end, rank
