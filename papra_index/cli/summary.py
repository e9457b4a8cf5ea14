"""What add has to tell at its end: how many, what failed and why, and which texts could not be read."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING

import click

from papra_index.cli.output import draw
from papra_index.cli.wording import clean_line, count_things, describe_seconds, describe_size
from papra_index.conventions.values import dataclass
from papra_index.errors import DuplicateDocument

if TYPE_CHECKING:
    from papra_index.cli.adding import AddReport
    from papra_index.documents import Document
    from papra_index.organization import Organization
    from papra_index.walks.writing.uploads import AddOutcome

_LISTED = 20


@dataclass(frozen=True, slots=True)
class Incomplete:
    """Documents of a run whose text could not be read in full: how many, and the newest of them."""

    documents_count: int
    documents: tuple[Document, ...]


def find_incomplete(organization: Organization, report: AddReport) -> Incomplete:
    """Return the documents added since the run began whose text could not be read in full."""
    found, listed = 0, []
    for document in _iterate_incomplete(organization):
        if document.created_at < report.began_at:
            break
        found += 1
        if found <= _LISTED:
            listed.append(document)
    return Incomplete(found, tuple(listed))


def print_summary(report: AddReport, incomplete: Incomplete) -> None:
    """Print what became of the files, for people."""
    click.secho(_describe_counts(report), bold=True)
    details = [
        f"{report.duplicates:,} there already" if report.duplicates else "",
        f"{report.restored:,} restored from the trash" if report.restored else "",
        "all searchable" if report.is_searchable and report.added + report.restored else "",
    ]
    if any(details) and report.duplicates != report.files:
        click.echo("  " + " · ".join(detail for detail in details if detail))
    if incomplete.documents_count:
        _print_pairs(
            f"Added, but not all of their text could be read ({incomplete.documents_count:,}):",
            [(document.name, document.extraction.message or "") for document in incomplete.documents],
            incomplete.documents_count,
            "papra-index list --incomplete",
        )
    if report.failed:
        _print_pairs(f"Not added ({report.failed:,}):", report.failures, report.failed, "add --json names every file")


def describe_outcome(outcome: AddOutcome) -> dict[str, object]:
    """Return what became of a file in the types of JSON."""
    from papra_index.cli.adding import name_source

    if outcome.error is None:
        status = "restored" if outcome.restored else "added"
    else:
        status = "duplicate" if isinstance(outcome.error, DuplicateDocument) else "failed"
    error = None if outcome.error is None else {"code": outcome.error.code, "message": outcome.error.message}
    return {"path": name_source(outcome), "status": status, "document_id": outcome.document_id, "error": error}


def describe_failure(path: str, reason: str) -> dict[str, object]:
    """Return a folder that could not be gone through as `describe_outcome` would."""
    error = {"code": "source.unreadable", "message": f"{path} {reason}"}
    return {"path": path, "status": "failed", "document_id": None, "error": error}


def _describe_counts(report: AddReport) -> str:
    took = describe_seconds(report.seconds)
    if not report.files:
        return f"No files there ({took})."
    if report.duplicates == report.files:
        return f"Nothing new in {count_things(report.files, 'file')} ({took})."
    rate = f", {report.files / report.seconds:,.0f} files a second" if report.files >= 100 else ""
    through = f" of {count_things(report.files, 'file')}" if report.files != report.added else ""
    return f"Added {count_things(report.added, 'document')}{through} ({describe_size(report.size)}) in {took}{rate}."


def _print_pairs(heading: str, pairs: list[tuple[str, str]], total: int, how_to_see_more: str) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, padding=(0, 2))
    table.add_column(max_width=44, overflow="fold")
    table.add_column(style="dim", overflow="fold")
    for name, reason in pairs:
        table.add_row(Text(clean_line(name)), Text(clean_line(reason)))
    draw("", Text(heading, style="yellow"), table)
    if total > len(pairs):
        draw(Text(f"  … and {total - len(pairs):,} more: {how_to_see_more}", style="dim"))


def _iterate_incomplete(organization: Organization) -> Iterator[Document]:
    for page_index in count():
        page = organization.list_incomplete(page_index=page_index, page_size=100)
        yield from page.documents
        if len(page.documents) < page.page_size:
            return
