"""Where the words of a search stand in a text: found in the folded text, told as places in the original one.

Whole searches of a text run inside `str.find`: Python works only where a word was found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import translate
from itertools import islice

from papra_index.folding import align_folded, fold_text
from papra_index.index.stemming import UNSTEMMED, choose_stemmer, stem_folded
from papra_index.query.expression import Pattern, Text

Span = tuple[int, int]
RankedSpan = tuple[int, int, int]
"""Start, end, and which of the searched words, phrases and patterns it is, from 0."""

Run = tuple[str, ...]
Stem = tuple[str, str]
"""A stemmer and the stem that a word has by it."""

_MAX_RUNS = 32
_LEAST_COMMON = 3  # characters that a word and its stem begin with
_MAX_FINDS = 12  # of one run in one text; a word so frequent has a fair snippet among them

# Scripts whose vowel signs are marks: `\w` would end a word at each of them.
_SIGNS = (
    "\u0483-\u0487\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0711"
    "\u0730-\u074a\u0900-\u0963\u0971-\u0de5\u0df2\u0df3\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u0f71-\u0f84"
    "\u0f8d-\u0fbc\u102b-\u103e\u1056-\u1059\u1712-\u1734\u17b4-\u17d3\u180b-\u180d\u3099\u309a"
)
WORD = re.compile(f"[\\w{_SIGNS}]+")
_WORD_END = re.compile(f"[\\w{_SIGNS}]*")
_GAP = re.compile(f"[^\\w{_SIGNS}]+")
_BLANKS = (" ", "\n")


@dataclass(frozen=True, slots=True)
class _Search:
    """A run of words, what its places in a text are found by, and the stem that a single word matches by."""

    run: Run
    first: str
    stem: Stem | None = None


class Highlighter:
    """The words of one search, prepared once for all its hits."""

    def __init__(self, texts: Sequence[Text], patterns: Sequence[Pattern] = ()) -> None:
        self._runs = _list_runs(texts)
        self._widened = {*_list_runs([text for text in texts if text.field == "any"])}
        self._searches: dict[str, list[_Search]] = {}
        self._patterns = _list_patterns(patterns)

    @property
    def terms_count(self) -> int:
        """How many different words, phrases and patterns are looked for."""
        return len(self._runs) + len(self._patterns)

    def find_spans(self, text: str, language: str | None = None) -> list[RankedSpan]:
        """Return the places of what matches in a text, in order; they may overlap.

        `language` is the document's, by whose stemmer a word matches others of its stem.
        """
        return _find_spans(text, self._prepare_searches(choose_stemmer(language)), self._patterns)

    def _prepare_searches(self, stemmer: str) -> list[_Search]:
        """Return what to look for in texts of a stemmer's languages."""
        if stemmer not in self._searches:
            self._searches[stemmer] = [
                _prepare_search(run, stemmer if run in self._widened else UNSTEMMED) for run in self._runs
            ]
        return self._searches[stemmer]


def _prepare_search(run: Run, stemmer: str) -> _Search:
    if len(run) > 1 or stemmer == UNSTEMMED:
        return _Search(run, run[0])
    stem = stem_folded(stemmer, run[0])
    length = 0
    # A stem's last letter may be another than that of its words: happy and happiness are happi.
    while length < len(stem) - 1 and run[0].startswith(stem[: length + 1]):
        length += 1
    # Two letters stand at too many places of a text to ask at each what the stem of its word is.
    return _Search(run, stem[:length], (stemmer, stem)) if length >= _LEAST_COMMON else _Search(run, run[0])


def _list_runs(texts: Sequence[Text]) -> list[Run]:
    """Return the words of each text that is looked for in contents, once each."""
    runs: dict[Run, None] = {}
    for text in texts:
        if text.field in ("any", "content"):
            run = tuple(WORD.findall(_blank_underscores(fold_text(text.value))))
            if run:
                runs[run] = None
    return list(runs)[:_MAX_RUNS]


def _list_patterns(patterns: Sequence[Pattern]) -> list[re.Pattern[str]]:
    """Return the patterns that are looked for in contents, to be matched with single folded words."""
    wanted = dict.fromkeys(pattern.value for pattern in patterns if pattern.field in ("any", "content"))
    # In this translation nothing is tried twice, however many asterisks there are.
    return [re.compile(translate(value)) for value in wanted]


def _blank_underscores(folded: str) -> str:
    # For `\w` an underscore is part of a word, for the index it is not.
    return folded.replace("_", " ")


def _find_spans(text: str, runs: list[_Search], patterns: list[re.Pattern[str]]) -> list[RankedSpan]:
    """Return (start, end, rank of the run or pattern) of what matches in a text, in order."""
    folded, alignment = align_folded(text)
    folded = _blank_underscores(folded)
    spans = [
        (start, end, rank)
        for rank, run in enumerate(runs)
        if run.first in folded
        for start, end in _find_run(folded, run)
    ]
    for rank, pattern in enumerate(patterns, len(runs)):
        like = (match.span() for match in WORD.finditer(folded) if pattern.match(match.group()))
        spans += [(start, end, rank) for start, end in islice(like, _MAX_FINDS)]
    if spans and not alignment.is_straight:
        spans = [(alignment.find_start(start), alignment.find_end(end), rank) for start, end, rank in spans]
    spans.sort()
    return spans


def _find_run(folded: str, search: _Search) -> list[Span]:
    """Return where the words stand next to each other, the last one from its beginning to the end of the whole word.

    A single word is found by its stem, too.
    """
    first, run = search.first, search.run
    found: list[Span] = []
    position = folded.find(first)
    while position >= 0 and len(found) < _MAX_FINDS:
        end = position + len(first)
        # Asking for a blank first spares most words the pattern.
        if position == 0 or folded[position - 1] in _BLANKS or not WORD.match(folded[position - 1]):
            stop = _follow_run(folded, end, run) if search.stem is None else _follow_word(folded, position, search)
            if stop > 0:
                found.append((position, stop))
                end = stop
        position = folded.find(first, end)
    return found


def _follow_word(folded: str, start: int, search: _Search) -> int:
    """Return the end of the word at `start`, 0 when it neither begins as the one looked for nor has its stem."""
    token = search.run[0]
    if folded.startswith(token, start):
        return _follow_run(folded, start + len(token), search.run)
    word = WORD.match(folded, start)
    if word is None or search.stem is None:
        return 0
    stemmer, stem = search.stem
    return word.end() if stem_folded(stemmer, word.group()) == stem else 0


def _follow_run(folded: str, end: int, run: Run) -> int:
    """Return the end of a run whose first word ends at `end`, 0 when the other words do not follow."""
    for token in run[1:]:
        gap = _GAP.match(folded, end)
        if gap is None or not folded.startswith(token, gap.end()):
            return 0
        end = gap.end() + len(token)
    if folded[end : end + 1] in _BLANKS:
        return end
    tail = _WORD_END.match(folded, end)
    return tail.end() if tail is not None else end
