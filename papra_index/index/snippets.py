"""Passages of page text around what matched: those with most of a search's words, cut at words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from papra_index.index.highlighting import WORD, Highlighter, RankedSpan, Span
from papra_index.results import Snippet

_PASSAGE_CHARACTERS = 16_000
_MAX_CHARACTERS = 4_000_000  # scanned for a hit while nothing was found
_MAX_FURTHER_CHARACTERS = 100_000  # scanned for a better snippet once something was

_UNUSUAL_BLANKS = re.compile(r"\s\s+|[^\S ]")
_BLANK = re.compile(r"\s+")
_VISIBLE = re.compile(r"\S")


@dataclass(frozen=True, slots=True)
class _Passage:
    """A stretch of a page that is searched at once: its own text, and where that begins in the page's."""

    page_number: int
    page_text: str
    start: int
    text: str


@dataclass(frozen=True, slots=True)
class _Window:
    """A stretch of a page worth showing: how many different runs it holds, and what to highlight on that page."""

    runs_count: int
    text: str
    page_number: int
    start: int
    end: int
    spans: list[Span]


def find_snippets(
    highlighter: Highlighter,
    pages: Iterable[tuple[int, str]],
    *,
    count: int,
    width: int = 160,
    language: str | None = None,
) -> tuple[Snippet, ...]:
    """Return at most `count` passages of at most `width` characters, those with most different terms first.

    `pages` are (page number, text), read no further than needed; `language` is the document's, by whose stemmer a
    word matches others of its stem. Where nothing matches, the beginning of the first page with text is returned
    without highlights; nothing for a document without text.
    """
    if count < 1 or width < 1:
        return ()
    terms_count = highlighter.terms_count
    windows: list[_Window] = []
    opening: tuple[int, str] | None = None
    scanned, limit = 0, _MAX_CHARACTERS
    for passage in _split_pages(pages):
        if opening is None and _VISIBLE.search(passage.text):
            opening = passage.page_number, passage.page_text
        scanned += len(passage.text)
        spans = highlighter.find_spans(passage.text, language)
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


def _add_windows(windows: list[_Window], passage: _Passage, spans: list[RankedSpan], count: int, width: int) -> None:
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


def _group_matches(matches: list[RankedSpan], width: int, count: int) -> list[RankedSpan]:
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
        elif WORD.search(text, first, start) is None:
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
