"""Passages of page text around the words of a search, found in the folded text and cut from the original one.

Whole searches of a page run inside `str.find`: Python works only where a word was found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import translate
from itertools import islice

from papra_index.folding import align_folded, fold_text
from papra_index.index.stemming import UNSTEMMED, choose_stemmer, stem_folded
from papra_index.query.expression import Pattern, Text
from papra_index.results import Snippet

Span = tuple[int, int]
Run = tuple[str, ...]
Stem = tuple[str, str]
"""A stemmer and the stem that a word has by it."""

_MAX_RUNS = 32
_LEAST_COMMON = 3  # characters that a word and its stem begin with
_MAX_FINDS = 12  # of one run in one passage; a word so frequent has a fair snippet among them
_PASSAGE_CHARACTERS = 16_000
_MAX_CHARACTERS = 4_000_000  # scanned for a hit while nothing was found
_MAX_FURTHER_CHARACTERS = 100_000  # scanned for a better snippet once something was

# Scripts whose vowel signs are marks: `\w` would end a word at each of them.
_SIGNS = (
    "\u0483-\u0487\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u0711"
    "\u0730-\u074a\u0900-\u0963\u0971-\u0de5\u0df2\u0df3\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u0f71-\u0f84"
    "\u0f8d-\u0fbc\u102b-\u103e\u1056-\u1059\u1712-\u1734\u17b4-\u17d3\u180b-\u180d\u3099\u309a"
)
_WORD = re.compile(f"[\\w{_SIGNS}]+")
_WORD_END = re.compile(f"[\\w{_SIGNS}]*")
_GAP = re.compile(f"[^\\w{_SIGNS}]+")
_UNUSUAL_BLANKS = re.compile(r"\s\s+|[^\S ]")
_BLANK = re.compile(r"\s+")
_VISIBLE = re.compile(r"\S")
_BLANKS = (" ", "\n")


@dataclass(frozen=True, slots=True)
class _Passage:
    """A stretch of a page that is searched at once: its own text, and where that begins in the page's."""

    page_number: int
    page_text: str
    start: int
    text: str


@dataclass(frozen=True, slots=True)
class _Search:
    """A run of words, what its places in a text are found by, and the stem that a single word matches by."""

    run: Run
    first: str
    stem: Stem | None = None


@dataclass(frozen=True, slots=True)
class _Window:
    """A stretch of a page worth showing: how many different runs it holds, and what to highlight on that page."""

    runs_count: int
    text: str
    page_number: int
    start: int
    end: int
    spans: list[Span]


class Highlighter:
    """The words of one search, prepared once for all its hits."""

    def __init__(self, texts: Sequence[Text], patterns: Sequence[Pattern] = ()) -> None:
        self._runs = _list_runs(texts)
        self._widened = {*_list_runs([text for text in texts if text.field == "any"])}
        self._searches: dict[str, list[_Search]] = {}
        self._patterns = _list_patterns(patterns)

    def find_snippets(
        self, pages: Iterable[tuple[int, str]], *, count: int, width: int = 160, language: str | None = None
    ) -> tuple[Snippet, ...]:
        """Return at most `count` passages of at most `width` characters, those with most different terms first.

        `pages` are (page number, text), read no further than needed; `language` is the document's, by whose stemmer a
        word matches others of its stem. Where nothing matches, the beginning of the first page with text is returned
        without highlights; nothing for a document without text.
        """
        if count < 1 or width < 1:
            return ()
        runs = self._prepare_searches(choose_stemmer(language))
        terms_count = len(runs) + len(self._patterns)
        windows: list[_Window] = []
        opening: tuple[int, str] | None = None
        scanned, limit = 0, _MAX_CHARACTERS
        for passage in _split_pages(pages):
            if opening is None and _VISIBLE.search(passage.text):
                opening = passage.page_number, passage.page_text
            scanned += len(passage.text)
            spans = _find_spans(passage.text, runs, self._patterns)
            if spans and not windows:
                limit = scanned + _MAX_FURTHER_CHARACTERS
            if spans:
                _add_windows(windows, passage, spans, count, width)
            complete = sum(window.runs_count == terms_count for window in windows)
            if complete >= count or scanned >= limit or (not terms_count and opening):
                break
        if windows:
            windows.sort(key=lambda window: -window.runs_count)
            return tuple([_cut_snippet(window) for window in windows[:count]])
        return () if opening is None else (_cut_opening(*opening, width),)

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
            run = tuple(_WORD.findall(_blank_underscores(fold_text(text.value))))
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


def _split_pages(pages: Iterable[tuple[int, str]]) -> Iterator[_Passage]:
    """Yield the passages of all pages, cut at blanks."""
    for number, text in pages:
        start = 0
        while len(text) - start > _PASSAGE_CHARACTERS:
            end = text.rfind(" ", start + _PASSAGE_CHARACTERS // 2, start + _PASSAGE_CHARACTERS)
            end = start + _PASSAGE_CHARACTERS if end < 0 else end
            yield _Passage(number, text, start, text[start:end])
            start = end
        yield _Passage(number, text, start, text[start:] if start else text)


def _find_spans(text: str, runs: list[_Search], patterns: list[re.Pattern[str]]) -> list[tuple[int, int, int]]:
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
        like = (match.span() for match in _WORD.finditer(folded) if pattern.match(match.group()))
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
        if position == 0 or folded[position - 1] in _BLANKS or not _WORD.match(folded[position - 1]):
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
    word = _WORD.match(folded, start)
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


def _add_windows(
    windows: list[_Window], passage: _Passage, spans: list[tuple[int, int, int]], count: int, width: int
) -> None:
    """Add at most `count` windows of a passage, those with most runs first, that do not overlap any."""
    number, text, offset = passage.page_number, passage.page_text, passage.start
    matches = [(offset + start, offset + end, rank) for start, end, rank in spans] if offset else spans
    highlights = _merge_spans([(start, end) for start, end, _ in matches])
    before = len(windows)
    for negative_count, start, end in _group_matches(matches, width, count):
        start, end = _frame(text, start, end, width)
        if all(number != other.page_number or end <= other.start or start >= other.end for other in windows):
            windows.append(_Window(-negative_count, text, number, start, end, highlights))
            if len(windows) - before == count:
                break


def _group_matches(matches: list[tuple[int, int, int]], width: int, count: int) -> list[tuple[int, int, int]]:
    """Return (minus the number of different runs, start, end) of what fits beside each match, best first."""
    groups = []
    complete = len({rank for _, _, rank in matches})
    for first, (start, end, rank) in enumerate(matches):
        ranks = {rank}
        for _, later_end, later_rank in matches[first + 1 :]:
            if later_end - start > width:
                break
            ranks.add(later_rank)
            end = max(end, later_end)
        groups.append((-len(ranks), start, end))
        if count == 1 and len(ranks) == complete:
            return groups[-1:]
    groups.sort()
    return groups


def _frame(text: str, start: int, end: int, width: int) -> Span:
    """Return `width` characters around what matched, shortened to whole words on both sides."""
    end = start + len(text[start : min(end, start + width)].rstrip())
    first = max(start - (width - (end - start)) // 2, 0)
    last = min(first + width, len(text))
    first = max(last - width, 0)
    if first > 0:
        blank = _BLANK.search(text, first - 1, start)
        if blank is not None:
            first = blank.end()
        elif _WORD.search(text, first, start) is None:
            first = start
    if last < len(text) and not text[last].isspace():
        blank_at = max(text.rfind(" ", end, last), text.rfind("\n", end, last))
        last = blank_at if blank_at >= 0 else last
    return first, end + len(text[end:last].rstrip())


def _merge_spans(spans: list[Span]) -> list[Span]:
    """Return sorted spans with those that overlap made one."""
    merged: list[Span] = []
    for start, end in spans:
        if merged and start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _cut_snippet(window: _Window) -> Snippet:
    """Cut a window out of its page with runs of blanks as one, and move its highlights along."""
    pieces: list[str] = []
    highlights: list[Span] = []
    length = 0
    position = window.start
    for start, end in window.spans:
        if start < window.start or start >= window.end:
            continue
        between = _collapse_blanks(window.text[position:start])
        between = between if pieces else between.lstrip()
        inside = _collapse_blanks(window.text[start : min(end, window.end)])
        pieces += (between, inside)
        length += len(between)
        highlights.append((length, length + len(inside)))
        length += len(inside)
        position = min(end, window.end)
    rest = _collapse_blanks(window.text[position : window.end]).rstrip()
    pieces.append(rest if pieces else rest.lstrip())
    return Snippet(
        text="".join(pieces),
        page_number=window.page_number,
        highlights=tuple(highlights),
        starts_inside=_VISIBLE.search(window.text, 0, window.start) is not None,
        ends_inside=_VISIBLE.search(window.text, window.end) is not None,
    )


def _cut_opening(number: int, text: str, width: int) -> Snippet:
    visible = _VISIBLE.search(text)
    start = visible.start() if visible is not None else 0
    start, end = _frame(text, start, start, width)
    return _cut_snippet(_Window(0, text, number, start, end, []))


def _collapse_blanks(text: str) -> str:
    return _UNUSUAL_BLANKS.sub(" ", text) if _UNUSUAL_BLANKS.search(text) else text
