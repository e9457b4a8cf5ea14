"""Hits drawn for people: rank and name, a line of facts, and the passages with their pages and what matched in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from rich.cells import cell_len
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from papra_index.cli.tables import draw_facts, draw_tags
from papra_index.cli.wording import clean_line, count_things
from papra_index.results import Hit, QueryIssue, ResultPage, Snippet, Span
from papra_index.values.explanations import Explanation, name_field

_MATCH = "bold yellow"
_ISSUE_SIDE = 40
_ISSUE_MARKED = 60
"""Characters of a query shown beside an issue, and marked, so that the mark stands on the line under it."""


def draw_range(page: ResultPage) -> Text:
    """Return how many documents match and which of them are shown."""
    if not page.documents_count:
        return Text("No document matches.", style="bold")
    text = Text(count_things(page.documents_count, "document"), style="bold")
    if len(page.hits) < page.documents_count:
        first = page.page_index * page.page_size + 1
        shown = f"{first:,} to {first + len(page.hits) - 1:,}" if page.hits else "none on this page"
        text.append(f"  {shown}", style="not bold dim")
    return text


def draw_hit(rank: int, hit: Hit, *, is_plain: bool, places: Mapping[str, str]) -> RenderableType:
    """Return a hit; `is_plain` puts asterisks around what matched, for where there are no colours.

    `places` are the names of organizations, by id, whose hits are to tell them.
    """
    document = hit.document
    grid = Table.grid(padding=(0, 1))
    grid.add_column(justify="right", min_width=3, style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    title = _draw_name(hit)
    if document.tags:
        title.append("  ").append_text(Text("", style="not bold").append_text(draw_tags(document.tags)))
    grid.add_row(f"{rank:,}", title)
    facts = draw_facts(document)
    if document.organization_id in places:
        facts.append(f" · in {clean_line(places[document.organization_id])}")
    if hit.score:
        facts.append(f" · score {hit.score:.2f}", style="dim not cyan")
    grid.add_row("", facts)
    if hit.snippets:
        grid.add_row("", _draw_snippets(hit.snippets, is_plain=is_plain))
    if hit.explanation is not None:
        grid.add_row("", _draw_explanation(hit.matched, hit.explanation))
    return grid


def _draw_name(hit: Hit) -> Text:
    """Return the name, what matched in colour only: in a pipe it is a name that may be looked for."""
    title = Text("", style="bold")
    for piece, is_match in _split_marked(hit.document.name, hit.name_highlights):
        words = clean_line(piece)
        if title.plain.endswith(" "):
            words = words.lstrip(" ")
        title.append(words, style=_MATCH if is_match else "")
    return title


def _draw_explanation(matched: Mapping[str, tuple[str, ...]], explanation: Explanation) -> Table:
    """Return the words found by field, and what the score consists of, a part a line."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(justify="right", no_wrap=True, style="dim")
    grid.add_column(overflow="fold", style="dim")
    for field, words in matched.items():
        grid.add_row("found", clean_line(f"{', '.join(words)} in {name_field(field)}"))
    for part in explanation.parts:
        reason, _, score = part.described.rpartition(": ")
        grid.add_row(score, clean_line(reason))
    return grid


def draw_snippet(snippet: Snippet, *, is_plain: bool) -> Text:
    """Return a passage on one line, what matched made to stand out, with dots where the page goes on."""
    text = Text("…" if snippet.starts_inside else "")
    for piece, is_match in _split_marked(snippet.text, snippet.highlights):
        words = clean_line(piece)
        if text.plain.endswith((" ", "…")) or not text.plain:
            words = words.lstrip(" ")
        if is_match and is_plain:
            words = f"*{words}*"
        text.append(words, style=_MATCH if is_match else "")
    text.rstrip()
    return text.append("…") if snippet.ends_inside else text


def name_page(snippet: Snippet) -> str:
    """Return the page of a passage as it is printed on it, or else by its number."""
    return f"p. {clean_line(snippet.page_label or '').strip() or f'{snippet.page_number:,}'}"


def draw_issue(query: str, issue: QueryIssue) -> Text:
    """Return the query with a mark under the place of an issue."""
    begin, end = max(0, issue.start - _ISSUE_SIDE), min(issue.end, issue.start + _ISSUE_MARKED)
    cut = "…" if begin else ""
    before, marked = cut + clean_line(query[begin : issue.start]), clean_line(query[issue.start : end])
    after = clean_line(query[end : end + _ISSUE_SIDE]) + ("…" if end + _ISSUE_SIDE < len(query) else "")
    carets = " " * cell_len(before) + "^" * max(1, cell_len(marked))
    return Text.assemble(f"  {before}{marked}{after}\n  ", (carets, "yellow"))


def _draw_snippets(snippets: tuple[Snippet, ...], *, is_plain: bool) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(justify="right", no_wrap=True, style="dim")
    grid.add_column(overflow="fold")
    for snippet in snippets:
        grid.add_row(name_page(snippet), draw_snippet(snippet, is_plain=is_plain))
    return grid


def _split_marked(text: str, highlights: tuple[Span, ...]) -> Iterator[tuple[str, bool]]:
    """Yield the pieces of a text and whether each matched; blanks at the edge of a match stay outside of it."""
    end = 0
    for start, stop in highlights:
        yield text[end:start], False
        match = text[start:stop]
        lead = len(match) - len(re.sub(r"^\s+", "", match))
        yield match[:lead], False
        yield match[lead:], True
        end = stop
    yield text[end:], False
