"""Passages of page text around what matched: those with most of a search's words, cut at words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from papra_index.index.highlighting import WORD, Highlighter, RankedSpan, merge_spans
from papra_index.results import Snippet, Span

PageText = tuple[int, str, str | None]
"""Number, text and label of a page."""

_PASSAGE_CHARACTERS = 16_000
_MAX_CHARACTERS = 4_000_000  # scanned for a hit while nothing was found
_MAX_FURTHER_CHARACTERS = 100_000  # scanned for a better snippet once something was

_BLANK = re.compile(r"\s+")
_VISIBLE = re.compile(r"\S")


class _Window(NamedTuple):
    """A stretch of a page worth showing: how many different runs it holds, and what to highlight on that page."""

    runs_count: int
    page: PageText
    start: int
    end: int
    spans: list[Span]


def find_snippets(
    highlighter: Highlighter,
    pages: Iterable[PageText],
    *,
    count: int,
    width: int = 160,
    language: str | None = None,
) -> tuple[Snippet, ...]:
    """Return at most `count` passages of at most `width` characters, those with most different terms first.

    `pages` are read no further than needed: 4 million characters at most, 100,000 once something was found, and none
    behind the first with text where the search has looked at too many places already.
    `language` is the document's, by whose stemmer a word matches others of its stem. Where nothing matches, the
    beginning of the first page with text is returned without highlights; nothing for a document without text.
    """
    if count < 1 or width < 1:
        return ()
    terms_count = highlighter.terms_count
    windows: list[_Window] = []
    opening: PageText | None = None
    scanned, limit = 0, _MAX_CHARACTERS
    for page, start, text in _split_pages(pages):
        if opening is None and _VISIBLE.search(text):
            opening = page
        scanned += len(text)
        spans = highlighter.find_spans(text, language)
        if spans:
            if not windows:
                limit = scanned + _MAX_FURTHER_CHARACTERS
            if start:
                spans = [(start + first, start + end, rank) for first, end, rank in spans]
            _add_windows(windows, page, spans, count, width)
        complete = sum([window.runs_count == terms_count for window in windows])
        if complete >= count or scanned >= limit or (opening and (not terms_count or highlighter.is_spent)):
            break
    if windows:
        windows.sort(key=lambda window: -window.runs_count)
        return tuple([_cut_snippet(window) for window in windows[:count]])
    return () if opening is None else (_cut_opening(opening, width),)


def _split_pages(pages: Iterable[PageText]) -> Iterator[tuple[PageText, int, str]]:
    """Yield passages that are searched at once, cut at blanks: the page, where the passage begins, and its text."""
    for page in pages:
        text, start = page[1], 0
        while len(text) - start > _PASSAGE_CHARACTERS:
            end = text.rfind(" ", start + _PASSAGE_CHARACTERS // 2, start + _PASSAGE_CHARACTERS)
            end = start + _PASSAGE_CHARACTERS if end < 0 else end
            yield page, start, text[start:end]
            start = end
        yield page, start, text[start:] if start else text


def _add_windows(windows: list[_Window], page: PageText, spans: list[RankedSpan], count: int, width: int) -> None:
    """Add at most `count` windows of a passage, those with most runs first, that do not overlap any."""
    number, text, _ = page
    highlights = merge_spans(spans)
    before = len(windows)
    for negative_count, start, end in _group_matches(spans, width, count):
        start, end = _frame(text, start, end, width)
        if all(number != other.page[0] or end <= other.start or start >= other.end for other in windows):
            windows.append(_Window(-negative_count, page, start, end, highlights))
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


def _cut_snippet(window: _Window) -> Snippet:
    """Cut a window out of its page with runs of blanks as one, and move its highlights along."""
    _, (number, text, label), first, last, spans = window
    marked = tuple([(start, min(end, last)) for start, end in spans if first <= start < last])
    cut = text[first:last]
    words = " ".join(cut.split())
    if len(words) == len(cut):
        highlights = tuple([(start - first, end - first) for start, end in marked])
    else:
        first += len(cut) - len(cut.lstrip())
        last -= len(cut) - len(cut.rstrip())
        highlights = tuple([(_measure(text[first:start]), _measure(text[first:end])) for start, end in marked])
    return Snippet(
        words,
        number,
        highlights,
        starts_inside=_VISIBLE.search(text, 0, first) is not None,
        ends_inside=_VISIBLE.search(text, last) is not None,
        page_label=label,
        start=first,
        end=last,
        page_highlights=marked,
    )


def _cut_opening(page: PageText, width: int) -> Snippet:
    text = page[1]
    visible = _VISIBLE.search(text)
    start = visible.start() if visible is not None else 0
    start, end = _frame(text, start, start, width)
    return _cut_snippet(_Window(0, page, start, end, []))


def _measure(text: str) -> int:
    """Return the length of a text that begins with a word, with runs of blanks as one."""
    words = " ".join(text.split())
    return len(words) + text[-1:].isspace()
