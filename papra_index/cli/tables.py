"""Documents, tags and other values drawn for a terminal: names as far as there is room, ids short but sufficient."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from papra_index.cli.output import open_console
from papra_index.cli.wording import (
    clean_line,
    count_things,
    describe_date,
    describe_day,
    describe_mime_type,
    describe_size,
    describe_source,
)
from papra_index.documents import Document, ExtractionStatus, Page, Tag

if TYPE_CHECKING:
    from rich.console import JustifyMethod
    from rich.table import Table
    from rich.text import Text

_SHORT_ID = 12
_LEAST_COLUMN = 13
_DISPENSABLE = (">Size", "Added", "Trashed", "~Tags", "Date", "Text")
"""Columns in the order in which a narrow terminal loses them."""
_STATES = {
    ExtractionStatus.PENDING: ("to be read", "dim"),
    ExtractionStatus.PARTIAL: ("read in part", "yellow"),
    ExtractionStatus.FAILED: ("not readable", "red"),
    ExtractionStatus.UNSUPPORTED: ("not supported", "yellow"),
    ExtractionStatus.ENCRYPTED: ("encrypted", "yellow"),
}


def shorten_id(id_: str) -> str:
    """Return the beginning of an id, which commands accept, on a terminal; all of it in a pipe."""
    return id_[:_SHORT_ID] if sys.stdout.isatty() else id_


def build_table(*headings: str) -> Table:
    """Return an empty table without lines; > before a heading means flush right, ~ that the column may be cut."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for heading in headings:
        justify: JustifyMethod = "right" if heading.startswith(">") else "left"
        # Rich narrows columns that may wrap; their cells are told to be cut instead.
        table.add_column(heading.lstrip(">~"), justify=justify, no_wrap=not heading.startswith("~"))
    table.columns[-1].style = "cyan"
    return table


def build_document_table(documents: Sequence[Document], *, trashed: bool = False) -> Table:
    """Return a table of documents; dates and tags are left out where no document has one, and where a terminal has no
    room for all columns, what a name and an id can do without.
    """
    columns: list[tuple[str, Callable[[Document], str | Text]]] = [("~Name", lambda item: draw_cut(item.name))]
    if any(document.document_date is not None for document in documents):
        columns.append(("Date", lambda item: describe_date(item.document_date)))
    if any(document.tags for document in documents):
        columns.append(("~Tags", lambda item: draw_tags(item.tags)))
    columns.append((">Size", lambda item: describe_size(item.original_size)))
    columns.append(("Text", draw_state))
    columns.append(("Trashed" if trashed else "Added", lambda item: describe_day(item.deleted_at or item.created_at)))
    columns.append(("Id", lambda item: shorten_id(item.id)))
    room = open_console().width // _LEAST_COLUMN
    dropped = [heading for heading in _DISPENSABLE if heading in dict(columns)][: max(0, len(columns) - room)]
    columns = [column for column in columns if column[0] not in dropped]
    table = build_table(*(heading for heading, _ in columns))
    table.columns[0].min_width = _LEAST_COLUMN
    for document in documents:
        table.add_row(*(draw(document) for _, draw in columns))
    return table


def build_incomplete_table(documents: Iterable[Document]) -> Table:
    """Return a table of documents whose text could not be read in full, with the reasons."""
    from rich.text import Text

    table = build_table("~Name", "Text", "~Reason", "Id")
    table.columns[0].max_width = 36
    for document in documents:
        reason = Text(clean_line(document.extraction.message or ""))
        table.add_row(draw_cut(document.name), draw_state(document), reason, shorten_id(document.id))
    return table


def build_page_table(pages: Sequence[Page]) -> Table:
    """Return a table of pages with their provenance; columns that no page has a value for are left out."""
    rows = [_describe_page(page) for page in pages]
    headings = [heading for heading in rows[0] if heading == ">Page" or any(row[heading] for row in rows)]
    table = build_table(*headings)
    table.columns[-1].style = ""
    for row in rows:
        table.add_row(*(row[heading] for heading in headings))
    return table


def _describe_page(page: Page) -> dict[str, str]:
    origin = page.provenance
    return {
        ">Page": f"{page.number:,}",
        "Label": clean_line(page.label or ""),
        "Source": describe_source(origin.source) + (", awaits OCR" if page.awaits_ocr else ""),
        "~Engine": clean_line(origin.engine),
        ">Confidence": _describe_share(origin.confidence),
        ">Quality": _describe_share(origin.quality),
        "Language": clean_line(origin.language or ""),
        ">Seconds": f"{origin.seconds:.3f}",
    }


def _describe_share(share: float | None) -> str:
    return "" if share is None else f"{share:.0f} %"


def draw_cut(name: str) -> Text:
    """Return a name that is cut where its column ends."""
    from rich.text import Text

    return Text(clean_line(name), no_wrap=True, overflow="ellipsis")


def draw_tags(tags: Sequence[Tag]) -> Text:
    """Return the tags, each after a dot in its colour."""
    from rich.text import Text

    text = Text(no_wrap=True, overflow="ellipsis")
    for tag in tags:
        text.append("  " if text else "").append("● ", style=tag.color).append(clean_line(tag.name))
    return text


def draw_state(document: Document) -> Text:
    """Return how far the document's text is known."""
    from rich.text import Text

    if document.extraction.status is ExtractionStatus.DONE:
        pages = document.extraction.page_count
        return Text(count_things(pages, "page") if pages else "no text", style="" if pages else "dim")
    if waiting := document.extraction.pages_awaiting_ocr:
        verb = "awaits" if waiting == 1 else "await"
        return Text(f"{count_things(document.extraction.page_count, 'page')}, {waiting:,} {verb} OCR", style="dim")
    return Text(*_STATES[document.extraction.status])


def draw_facts(document: Document) -> Text:
    """Return date, type, pages, size and id on a line."""
    from rich.text import Text

    parts = [
        describe_date(document.document_date) or "no date",
        describe_mime_type(document.mime_type),
        draw_state(document).plain,
        describe_size(document.original_size),
    ]
    return Text(" · ".join(parts) + " · ", style="dim").append(shorten_id(document.id), style="cyan not dim")
