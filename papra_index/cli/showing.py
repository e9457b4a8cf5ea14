"""A single document for people: its facts, text, pages and history, and its original for programs."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from papra_index.cli.output import draw, print_message
from papra_index.cli.wording import (
    clean_line,
    clean_text,
    count_things,
    describe_date,
    describe_mime_type,
    describe_moment,
    describe_property_value,
    describe_size,
    describe_source,
)
from papra_index.documents import Activity, Document, ExtractionStatus, Page
from papra_index.errors import InvalidInput, OriginalChanged

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from papra_index.organization import Organization


def print_document(document: Document, in_place: Path | None) -> None:
    """Print name and facts, one a line; `in_place` is where the original lies unless it is a copy."""
    from rich.text import Text

    from papra_index.cli.tables import draw_state, draw_tags

    message = "" if document.extraction.status is ExtractionStatus.DONE else document.extraction.message or ""
    facts: dict[str, str | Text] = {
        "Id": Text(document.id, style="cyan"),
        "Date": describe_date(document.document_date) or "none",
        "Tags": draw_tags(document.tags) if document.tags else "none",
        **{f"{clean_line(item.name)}:": describe_property_value(item.value) for item in document.properties},
        "Type": clean_line(document.mime_type),
        "Size": f"{describe_size(document.original_size)} ({count_things(document.original_size, 'byte')})",
        "Text": draw_state(document),
        "": clean_line(message),
        "Language": clean_line(document.language or ""),
        "OCR in": ", ".join(document.ocr_languages),
        "Notes": clean_text(document.notes or ""),
        "External id": clean_line(document.external_id or ""),
        "Original": "none (index-only)" if document.is_index_only else _describe_original(document),
        "In place": clean_line(str(in_place)) if in_place is not None else "",
        "SHA-256": document.original_sha256 or "",
        "Added": describe_moment(document.created_at),
        "Changed": describe_moment(document.updated_at),
        "Trashed": Text(describe_moment(document.deleted_at) if document.deleted_at else "", style="yellow"),
    }
    draw(clean_line(document.name), style="bold")
    draw(_build_facts(facts))


def _describe_original(document: Document) -> str:
    """Return the original's name where it differs, and which one it is where it is not the first."""
    name = document.original_name or ""
    parts = [clean_line(name) if name != document.name else "", f"version {document.version}"]
    return " · ".join(part for part in (parts if document.version > 1 else parts[:1]) if part)


def print_content(content: str) -> None:
    """Print a text: on a terminal without what it would obey, in a pipe as it is."""
    click.echo(clean_text(content) if sys.stdout.isatty() else content)


def print_pages(pages: Sequence[Page]) -> None:
    """Print pages, each under a line with its number and provenance."""
    if not pages:
        print_message("There is no text.")
    for page in pages:
        draw(f"── page {_name_page(page)} · {_describe_provenance(page)}", style="dim")
        text = page.text.strip("\n")
        print_content(f"{text}\n" if text else "")


def print_file_heading(path: str, mime_type: str, pages_count: int) -> None:
    """Print a line above what was read of a file."""
    parts = [clean_line(path), describe_mime_type(mime_type), count_things(pages_count, "page")]
    draw("━━ " + " · ".join(parts), style="bold")


def print_extraction(document: Document, pages: Sequence[Page]) -> None:
    """Print how the reading of a document's original went, and a table of its pages."""
    from papra_index.cli.tables import build_page_table

    state = document.extraction
    confidence = "" if state.confidence is None else f"{state.confidence:.0f} % (mean of what OCR read)"
    facts = {
        "Status": state.status.value,
        "Pages": f"{state.page_count:,}",
        "Awaiting OCR": f"{state.pages_awaiting_ocr:,}" if state.pages_awaiting_ocr else "",
        "Reason": clean_line(": ".join(part for part in (state.reason, state.message) if part)),
        "Attempts": f"{state.attempts:,}",
        "Confidence": confidence,
        "Language": clean_line(document.language or ""),
    }
    draw(clean_line(document.name), style="bold")
    draw(_build_facts(facts))
    if pages:
        draw("", build_page_table(pages))


def _build_facts(facts: Mapping[str, str | Text]) -> Table:
    """Return labels and values, one a line; those without a value are left out."""
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for label, value in facts.items():
        text = Text(value) if isinstance(value, str) else value
        if text.plain:
            grid.add_row(label, text)
    return grid


def _name_page(page: Page) -> str:
    return f"{page.number:,}" + (f" ({clean_line(page.label)})" if page.label else "")


def print_activity(document: Document, entries: Sequence[Activity]) -> None:
    """Print what happened to a document, newest first."""
    from rich.text import Text

    from papra_index.cli.tables import build_table, draw_tags

    draw(clean_line(document.name), style="bold")
    table = build_table("When", "What", "", "By")
    for entry in entries:
        fields = (entry.event_data or {}).get("updatedFields")
        detail = Text(", ".join(str(name) for name in fields) if isinstance(fields, list) else "")
        table.add_row(
            describe_moment(entry.created_at),
            entry.event,
            draw_tags([entry.tag]) if entry.tag is not None else detail,
            clean_line(entry.user_id or ""),
        )
    draw(table)


def write_original(home: Organization, document_id: str, target: str, *, force: bool) -> None:
    """Write the original to a file (under its own name where the target is a folder), or to standard output for -."""
    with home.open_original(document_id) as original:
        if target == "-":
            shutil.copyfileobj(original, sys.stdout.buffer)
            return
        path = Path(target)
        if path.is_dir():
            path /= Path(home.get(document_id).original_name or document_id).name
        if path.exists() and not force:
            raise InvalidInput(f"{path} exists: choose another name, or pass --force to replace it")
        with path.open("wb") as stream:
            try:
                shutil.copyfileobj(original, stream)
            except OriginalChanged:
                path.unlink()
                raise
    print_message(f"Wrote {path} ({describe_size(path.stat().st_size)}).")


def _describe_provenance(page: Page) -> str:
    provenance = page.provenance
    parts = [describe_source(provenance.source), clean_line(provenance.engine)]
    if provenance.confidence is not None:
        parts.append(f"confidence {provenance.confidence:.0f} %")
    parts += [clean_line(provenance.language or ""), "awaits OCR" if page.awaits_ocr else ""]
    return " · ".join(part for part in parts if part)
