"""Where the words of a search stand in a text: found in the folded text, told as places in the original one.

Whole searches of a text run inside `str.find`: Python works only where a word was found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fnmatch import translate
from itertools import islice
from typing import Literal, NamedTuple

from papra_index.conventions.folding import align_folded, fold_text
from papra_index.conventions.patterns import compile_pattern
from papra_index.index.insides import find_inside, find_over_lines
from papra_index.index.spellings import list_date_spellings, list_spellings, read_dates
from papra_index.index.stemming import UNSTEMMED, choose_stemmer, stem_folded
from papra_index.query.expression import Pattern, Text
from papra_index.results import Span

RankedSpan = tuple[int, int, int]
"""Start, end, and which of the searched words, phrases and patterns it is, from 0."""

_Run = tuple[str, ...]

_MAX_RUNS = 32
_LEAST_COMMON = 3  # characters that a word and its stem begin with
_MAX_FINDS = 12  # of one run in one text; a word so frequent has a fair snippet among them
_MAX_CANDIDATES = 200_000  # places that are looked at for one search, all its hits together; some tenth of a second
_FEW_CANDIDATES = 50  # of one run in one text, once that is spent
_CHARACTERS_A_PLACE = 100  # that cost as much to search as a place to look at
_NEIGHBOURHOOD = 100  # characters around others in which the places of a frequent word are all found

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

# Scripts written without blanks: there a word stands anywhere in a run of letters.
_UNSPACED = (
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)


class _Search(NamedTuple):
    """A run of words, what its places in a text are found by, and how the last word may go on."""

    run: _Run
    first: str
    is_exact: bool
    stemmer: str = UNSTEMMED
    stem: str = ""  # that a single word matches by, too


class _Pattern(NamedTuple):
    """The longest piece of a pattern that is without wildcards, and what a whole word is matched with."""

    piece: str
    like: re.Pattern[str]


class Highlighter:
    """The words of one search that are looked for in a field, prepared once for all its hits."""

    def __init__(
        self,
        texts: Sequence[Text],
        patterns: Sequence[Pattern] = (),
        field: Literal["content", "name"] = "content",
    ) -> None:
        looked_for = ("any", field)
        self._is_name = field == "name"
        self._runs = _list_runs([text for text in texts if text.field in looked_for])
        self._widened = {*_list_runs([text for text in texts if text.field == "any" and not text.is_exact])}
        self._spelled = _list_spelled(texts, self._runs)
        self._joined = [
            (rank, "".join(run))
            for rank, (run, is_exact) in enumerate(self._runs)
            if not is_exact and (len(run) == 1 or not "".join(run).isalpha())
        ]
        self._searches: dict[str | None, list[tuple[int, _Search]]] = {}
        wanted = dict.fromkeys(pattern.value for pattern in patterns if pattern.field in looked_for)
        self._patterns = [_prepare_pattern(value) for value in wanted]
        self._budget = _MAX_CANDIDATES

    @property
    def is_spent(self) -> bool:
        """Whether so many places were looked at that from now on only the first of each text are."""
        return self._budget <= 0

    @property
    def terms_count(self) -> int:
        """How many different words, phrases and patterns are looked for."""
        return len(self._runs) + len(self._patterns)

    def find_spans(self, text: str, language: str | None = None) -> list[RankedSpan]:
        """Return the places of what matches in a text, in order; they may overlap.

        `language` is the document's, by whose stemmer a word matches others of its stem. Of what is frequent, the first
        places are told and those near other words.
        """
        folded, alignment = align_folded(text)
        folded = _blank_underscores(folded)
        spans: list[RankedSpan] = []
        frequent: list[tuple[int, _Search]] = []
        for rank, search in self._prepare_searches(language):
            if tries := self._admit(folded.count(search.first)):
                found = _find_run(folded, search, rank, tries=tries)
                spans += found
                if len(found) >= _MAX_FINDS:
                    frequent.append((rank, search))
        missed = self._list_missed({rank for _, _, rank in spans})
        if missed:
            spans += self._find_inside(folded, missed, language)
        for rank, pattern in enumerate(self._patterns, len(self._runs)):
            if tries := self._admit(folded.count(pattern.piece)):
                spans += _find_like(folded, pattern, rank, tries)
        for rank, search in frequent:
            spans += _find_near(folded, search, rank, spans)
        if spans and not alignment.is_straight:
            spans = [(alignment.find_start(start), alignment.find_end(end), rank) for start, end, rank in spans]
        if missed and not self._is_name:
            spans += find_over_lines(text, missed, choose_stemmer(language))
        spans.sort()
        return spans

    def _admit(self, count: int) -> int:
        """Return how many of so many places are to be looked at, and count them."""
        tries = count if self._budget > 0 else min(count, _FEW_CANDIDATES)
        self._budget -= tries
        return tries

    def _list_missed(self, found: set[int]) -> list[tuple[int, str]]:
        """Return the ranks of the words and codes that nothing was found of, and these, a code run together."""
        return [item for item in self._joined if item[0] not in found]

    def _find_inside(self, folded: str, words: Sequence[tuple[int, str]], language: str | None) -> list[RankedSpan]:
        spans: list[RankedSpan] = []
        for rank, word in words:
            if self._budget <= 0:
                break
            self._budget -= len(folded) // _CHARACTERS_A_PLACE
            found = find_inside(folded, word, choose_stemmer(language), is_name=self._is_name)
            spans += [(start, end, rank) for start, end in islice(found, _MAX_FINDS)]
        return spans

    def _prepare_searches(self, language: str | None) -> list[tuple[int, _Search]]:
        """Return what to look for in texts of a language."""
        searches = self._searches.get(language)
        if searches is None:
            stemmer = choose_stemmer(language)
            searches = [
                (rank, _prepare_search(run, is_exact, stemmer if (run, is_exact) in self._widened else UNSTEMMED))
                for rank, (run, is_exact) in enumerate(self._runs)
            ]
            searches += [(rank, other) for rank, search in searches for other in _list_umlauts(search)]
            searches += [(rank, _Search(run, run[0], is_exact=True)) for rank, run in self._spelled]
            self._searches[language] = searches
        return searches


def merge_spans(spans: Sequence[RankedSpan]) -> list[Span]:
    """Return sorted spans with those that overlap made one."""
    merged: list[Span] = []
    for start, end, _ in spans:
        if merged and start < merged[-1][1]:
            if end > merged[-1][1]:
                merged[-1] = merged[-1][0], end
        else:
            merged.append((start, end))
    return merged


def _prepare_search(run: _Run, is_exact: bool, stemmer: str) -> _Search:
    if len(run) > 1 or stemmer == UNSTEMMED:
        return _Search(run, run[0], is_exact)
    stem = stem_folded(stemmer, run[0])
    if stemmer == "de" and len(stem) >= _LEAST_COMMON and not run[0].startswith(stem[:_LEAST_COMMON]):
        return _Search(run, run[0], is_exact, stemmer, stem)
    length = 0
    # A stem's last letter may be another than that of its words: happy and happiness are happi.
    while length < len(stem) - 1 and run[0].startswith(stem[: length + 1]):
        length += 1
    # Two letters stand at too many places of a text to ask at each what the stem of its word is.
    if length < _LEAST_COMMON:
        return _Search(run, run[0], is_exact)
    return _Search(run, stem[:length], is_exact, stemmer, stem)


def _list_umlauts(search: _Search) -> Iterator[_Search]:
    """Yield what else to look for a German word by: its stemmer takes `ue` for `ü`, which folding makes `u`."""
    stem = search.stem
    if search.stemmer != "de" or len(stem) < _LEAST_COMMON:
        return
    others = [stem[: at + 1] + "e" + stem[at + 1 :] for at, letter in enumerate(stem) if letter in "aou"]
    for first in dict.fromkeys((stem, *others)):
        if not first.startswith(search.first):
            yield search._replace(first=first)


def _prepare_pattern(value: str) -> _Pattern:
    # In this translation nothing is tried twice, however many asterisks there are.
    return _Pattern(max(re.split(r"[*?]", value), key=len), re.compile(translate(value)))


def _list_runs(texts: Sequence[Text]) -> list[tuple[_Run, bool]]:
    """Return the words of each text, once each, and whether they are to be whole."""
    runs: dict[tuple[_Run, bool], None] = {}
    for text in texts:
        run = tuple(WORD.findall(_blank_underscores(fold_text(text.value))))
        if run:
            runs[run, text.is_exact] = None
    return [key for key in runs if not key[1] or (key[0], False) not in runs][:_MAX_RUNS]


def _list_spelled(texts: Sequence[Text], runs: Sequence[tuple[_Run, bool]]) -> list[tuple[int, _Run]]:
    """Return the other spellings of amounts, codes and days among the texts, with the ranks of their runs."""
    spelled: dict[tuple[int, _Run], None] = {}
    for text in texts:
        run = tuple(WORD.findall(_blank_underscores(fold_text(text.value))))
        if (run, False) in runs and any(character.isdigit() for character in text.value):
            rank = runs.index((run, False))
            days = [other for day in read_dates(text.value) for other in list_date_spellings(day)]
            spelled.update(((rank, other), None) for other in (*list_spellings(text.value), *days) if other != run)
    return list(spelled)


def _blank_underscores(folded: str) -> str:
    # For `\w` an underscore is part of a word, for the index it is not.
    return folded.replace("_", " ")


def _find_like(folded: str, pattern: _Pattern, rank: int, tries: int) -> list[RankedSpan]:
    """Return the places of whole words that are like a pattern, of those that hold its piece."""
    found: list[RankedSpan] = []
    position = folded.find(pattern.piece)
    while position >= 0 and tries > 0 and len(found) < _MAX_FINDS:
        tries -= 1
        start = position
        while start and WORD.match(folded[start - 1]):
            start -= 1
        word = WORD.match(folded, start)
        end = position + 1 if word is None else word.end()
        if word is not None and pattern.like.match(word.group()):
            found.append((start, end, rank))
        position = folded.find(pattern.piece, end)
    return found


def _find_run(
    folded: str,
    search: _Search,
    rank: int,
    start: int = 0,
    stop: int | None = None,
    *,
    tries: int,
    limit: int = _MAX_FINDS,
) -> list[RankedSpan]:
    """Return where the words stand next to each other, the last one from its beginning to the end of the whole word.

    A single word is found by its stem, too. No more than `tries` places are looked at.
    """
    first, stem = search.first, search.stem
    length = len(first)
    found: list[RankedSpan] = []
    position = folded.find(first, start, stop)
    while position >= 0 and tries > 0:
        tries -= 1
        end = position + length
        # Asking for a blank first spares most words the pattern.
        if position == 0 or folded[position - 1] in _BLANKS or _begins_word(folded, position):
            after = _follow_word(folded, position, search) if stem else _follow_run(folded, end, search)
            if after:
                found.append((position, after, rank))
                if len(found) == limit:
                    break
                end = after
        position = folded.find(first, end, stop)
    return found


def _find_near(folded: str, search: _Search, rank: int, spans: Sequence[RankedSpan]) -> list[RankedSpan]:
    """Return the further places of a frequent word that stand near other words."""
    known = max(end for _, end, other in spans if other == rank)
    found: list[RankedSpan] = []
    others = [(start, end) for start, end, other in sorted(spans) if other != rank and end + _NEIGHBOURHOOD > known]
    for start, end in others[:_MAX_FINDS]:
        first, stop = max(known, start - _NEIGHBOURHOOD), end + _NEIGHBOURHOOD
        if first < stop:
            found += _find_run(folded, search, rank, first, stop, tries=_NEIGHBOURHOOD, limit=_NEIGHBOURHOOD)
            known = max(stop, found[-1][1] if found else 0)
    return found


def _begins_word(folded: str, position: int) -> bool:
    return not WORD.match(folded[position - 1]) or any(_is_unspaced(folded, at) for at in (position - 1, position))


def _is_unspaced(folded: str, position: int) -> bool:
    character = folded[position : position + 1]
    return not character.isascii() and compile_pattern(_UNSPACED).match(character) is not None


def _follow_word(folded: str, start: int, search: _Search) -> int:
    """Return the end of the word at `start`, 0 when it neither begins as the one looked for nor has its stem."""
    token = search.run[0]
    if folded.startswith(token, start):
        return _follow_run(folded, start + len(token), search)
    word = WORD.match(folded, start)
    if word is None:
        return 0
    return word.end() if stem_folded(search.stemmer, word.group()) == search.stem else 0


def _follow_run(folded: str, end: int, search: _Search) -> int:
    """Return the end of a run whose first word ends at `end`, 0 when the other words do not follow."""
    for token in search.run[1:]:
        gap = _GAP.match(folded, end)
        if gap is None or not folded.startswith(token, gap.end()):
            return 0
        end = gap.end() + len(token)
    if folded[end : end + 1] in _BLANKS or _is_unspaced(folded, end - 1):
        return end
    if not search.is_exact and _is_unspaced(folded, end):
        return end
    tail = _WORD_END.match(folded, end)
    after = tail.end() if tail is not None else end
    return 0 if search.is_exact and after > end else after
