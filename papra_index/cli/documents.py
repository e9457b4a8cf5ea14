"""Commands on documents: list, show, update, activity."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

import click

from papra_index.cli.opening import choose_sort, open_organization
from papra_index.cli.options import DATE, take_cursor, take_json, take_page, take_place, take_sort, tell_next_page
from papra_index.cli.output import (
    describe_listed,
    describe_value,
    draw,
    print_json,
    print_json_lines,
    print_message,
)
from papra_index.cli.wording import clean_line, count_things
from papra_index.documents import UNCHANGED, Document, Page

if TYPE_CHECKING:
    from papra_index.results import DocumentPage


@click.command("list")
@click.option("--incomplete", is_flag=True, help="Only documents whose text could not be read, or not in full.")
@take_sort
@take_page
@take_cursor
@take_place
@take_json
def list_command(
    incomplete: bool,
    sort_name: str | None,
    descending: bool | None,
    page_number: int,
    page_size: int,
    cursor: str | None,
    as_json: bool,
) -> None:
    """List the documents, newest first."""
    sort = choose_sort(sort_name, descending)
    if incomplete and (sort is not None or cursor is not None):
        raise click.UsageError("--incomplete lists newest first, by --page: leave order and cursor out.")
    with open_organization() as home:
        if incomplete:
            page = home.list_incomplete(page_index=page_number - 1, page_size=page_size)
        else:
            page = home.list(page_index=page_number - 1, page_size=page_size, sort=sort, cursor=cursor)
    if as_json:
        print_json_lines(describe_listed(document) for document in page.documents)
    elif incomplete:
        _print_incomplete(page)
    else:
        print_documents(page, "document", by_cursor=cursor is not None)


@click.command("show")
@click.argument("document")
@click.option("--content", "part", flag_value="content", help="Print the text, and nothing else.")
@click.option("--pages", "part", flag_value="pages", help="Print the pages with the provenance of each.")
@click.option("--extraction", "part", flag_value="extraction", help="Print how its text was read, page by page.")
@click.option("--original", metavar="FILE", help="Write the original to FILE, or to standard output with -.")
@click.option("--force", is_flag=True, help="With --original: replace FILE if it exists.")
@take_place
@take_json
def show_command(document: str, part: str | None, original: str | None, force: bool, as_json: bool) -> None:
    """Show a document, its text or its pages; write its original.

    DOCUMENT is an id or the beginning of one.
    """
    from papra_index.cli import showing

    with open_organization() as home:
        document_id = home.find_id(document)
        if original is not None:
            showing.write_original(home, document_id, original, force=force)
            return
        found = home.get(document_id)
        in_place = home.find_original(document_id) if part is None else None
        pages = home.pages(document_id) if part in {"pages", "extraction"} else ()
    if as_json:
        print_json(_describe_shown(found, part, pages))
    elif part == "content":
        showing.print_content(found.content or "")
    elif part == "pages":
        showing.print_pages(pages)
    elif part == "extraction":
        showing.print_extraction(found, pages)
    else:
        showing.print_document(found, in_place)


@click.command("update")
@click.argument("document")
@click.option("--name", help="Another name.")
@click.option("--date", "document_date", type=DATE, metavar="DATE", help="Its date, such as 2024-06-30.")
@click.option("--no-date", is_flag=True, help="Take its date away.")
@click.option("--notes", help="Notes; an empty text clears them.")
@click.option("--content-file", type=click.File("rb"), metavar="FILE", help="Replace its text by that of FILE or -.")
@click.option("--external-id", metavar="ID", help="Id its source knows it by; an empty text takes it away.")
@take_place
@take_json
def update_command(
    document: str,
    name: str | None,
    document_date: datetime | None,
    no_date: bool,
    notes: str | None,
    content_file: BinaryIO | None,
    external_id: str | None,
    as_json: bool,
) -> None:
    """Change name, date, notes, text or external id of a document.

    DOCUMENT is an id or the beginning of one. The original stays as it is.
    """
    if no_date and document_date is not None:
        raise click.UsageError("--date and --no-date exclude each other.")
    content = None if content_file is None else content_file.read().decode("utf-8", "replace")
    with open_organization() as home:
        changed = home.update(
            home.find_id(document),
            name=UNCHANGED if name is None else name,
            content=UNCHANGED if content is None else content,
            document_date=None if no_date else (document_date or UNCHANGED),
            notes=UNCHANGED if notes is None else notes,
            external_id=UNCHANGED if external_id is None else external_id or None,
        )
    if as_json:
        print_json(describe_listed(changed))
    else:
        click.echo(f"Updated {clean_line(changed.name)}.")


@click.command("activity")
@click.argument("document")
@take_page
@take_place
@take_json
def activity_command(document: str, page_number: int, page_size: int, as_json: bool) -> None:
    """Show what happened to a document, newest first."""
    from papra_index.cli import showing

    with open_organization() as home:
        found = home.get(home.find_id(document))
        entries = home.activity(found.id, page_index=page_number - 1, page_size=page_size)
    if as_json:
        print_json_lines(entries)
    else:
        showing.print_activity(found, entries)


def print_documents(page: DocumentPage, noun: str, *, trashed: bool = False, by_cursor: bool = False) -> None:
    """Print a page of documents as a table with its place in the whole."""
    from papra_index.cli.tables import build_document_table

    if not page.documents:
        print_message(f"No {noun}s." if not page.documents_count else "Nothing on this page.")
        return
    draw(build_document_table(page.documents, trashed=trashed))
    _print_rest(page, noun, by_cursor=by_cursor)


def _print_incomplete(page: DocumentPage) -> None:
    from papra_index.cli.tables import build_incomplete_table

    if not page.documents:
        print_message("The text of every document was read." if not page.documents_count else "Nothing on this page.")
        return
    draw(build_incomplete_table(page.documents))
    _print_rest(page, "document", by_cursor=False)


def _print_rest(page: DocumentPage, noun: str, *, by_cursor: bool) -> None:
    first = page.page_index * page.page_size + 1
    last = first + len(page.documents) - 1
    if page.next_cursor is not None if by_cursor else last < page.documents_count:
        more = tell_next_page(page.page_index, page.next_cursor, by_cursor=by_cursor)
        print_message(f"{first:,} to {last:,} of {count_things(page.documents_count, noun)}; more: {more}")


def _describe_shown(document: Document, part: str | None, pages: Sequence[Page]) -> object:
    if part == "content":
        return describe_value(document)
    described = describe_listed(document)
    if part in {"pages", "extraction"} and isinstance(described, dict):
        described["pages"] = describe_value(pages, without=frozenset() if part == "pages" else frozenset({"text"}))
    return described
