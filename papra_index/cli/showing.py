"""A single document for people: its facts, text, pages and history, and its original for programs."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from papra_index.cli.output import draw, print_message
from papra_index.cli.wording import (
    clean_line,
    clean_text,
    count_things,
    describe_date,
    describe_moment,
    describe_size,
)
from papra_index.documents import Activity, Document, ExtractionStatus, Page, PageSource, Provenance
from papra_index.errors import InvalidInput

if TYPE_CHECKING:
    from papra_index.organization import Organization

_SOURCES = {
    PageSource.TEXT: "text",
    PageSource.LAYER: "text layer",
    PageSource.OCR: "OCR",
    PageSource.MIXED: "text layer and OCR",
    PageSource.GIVEN: "given",
    PageSource.EDITED: "edited",
}


def print_document(document: Document) -> None:
    """Print name and facts, one a line."""
    from rich.table import Table
    from rich.text import Text

    from papra_index.cli.tables import draw_state, draw_tags

    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    rows: list[tuple[str, Text]] = [
        ("Id", Text(document.id, style="cyan")),
        ("Date", Text(describe_date(document.document_date) or "none")),
        ("Tags", draw_tags(document.tags) if document.tags else Text("none")),
        ("Type", Text(clean_line(document.mime_type))),
        ("Size", Text(f"{describe_size(document.original_size)} ({count_things(document.original_size, 'byte')})")),
        ("Text", draw_state(document)),
    ]
    if document.extraction.status is not ExtractionStatus.DONE and document.extraction.message:
        rows.append(("", Text(clean_line(document.extraction.message))))
    rows += [
        ("Languages", Text(", ".join(document.ocr_languages))),
        ("Notes", Text(clean_text(document.notes or ""))),
        ("Original", Text(clean_line(document.original_name) if document.original_name != document.name else "")),
        ("SHA-256", Text(document.original_sha256)),
        ("Added", Text(describe_moment(document.created_at))),
        ("Changed", Text(describe_moment(document.updated_at))),
        ("Trashed", Text(describe_moment(document.deleted_at) if document.deleted_at else "", style="yellow")),
    ]
    for label, value in rows:
        if value.plain:
            grid.add_row(label, value)
    draw(clean_line(document.name), style="bold")
    draw(grid)


def print_content(content: str) -> None:
    """Print a text: on a terminal without what it would obey, in a pipe as it is."""
    click.echo(clean_text(content) if sys.stdout.isatty() else content)


def print_pages(pages: Sequence[Page]) -> None:
    """Print pages, each under a line with its number and provenance."""
    if not pages:
        print_message("There is no text.")
    for page in pages:
        draw(f"── page {page.number:,} · {_describe_provenance(page.provenance)}", style="dim")
        print_content(page.text.strip("\n") + "\n")


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
            path /= Path(home.get(document_id).original_name).name
        if path.exists() and not force:
            raise InvalidInput(f"{path} exists: choose another name, or pass --force to replace it")
        with path.open("wb") as stream:
            shutil.copyfileobj(original, stream)
    print_message(f"Wrote {path} ({describe_size(path.stat().st_size)}).")


def _describe_provenance(provenance: Provenance) -> str:
    parts = [_SOURCES[provenance.source], clean_line(provenance.engine)]
    if provenance.confidence is not None:
        parts.append(f"confidence {provenance.confidence:.0f} %")
    return " · ".join(part for part in parts if part)
