"""Commands that compare documents: similar, with the words that are shared, and duplicates, in groups."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from papra_index.cli.opening import open_organization
from papra_index.cli.options import take_json, take_page, take_place
from papra_index.cli.output import (
    describe_listed,
    describe_value,
    draw,
    open_console,
    print_json,
    print_message,
)
from papra_index.cli.search import join_query, print_issues
from papra_index.cli.wording import clean_line, count_things, describe_date, describe_day, describe_size
from papra_index.values.resemblances import (
    DEFAULT_SIMILARITY,
    DuplicateGroup,
    DuplicatePage,
    NearDuplicate,
    SimilarPage,
)

if TYPE_CHECKING:
    from rich.table import Table

    from papra_index.documents import Document


@click.command("similar", context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
@click.argument("document")
@click.argument("words", nargs=-1, metavar="[QUERY...]")
@take_page
@take_place
@take_json
def similar_command(document: str, words: tuple[str, ...], page_number: int, page_size: int, as_json: bool) -> None:
    """Find documents that speak of the same things as one.

    DOCUMENT is an id or the beginning of one. With a QUERY they must match it, too.

    \b
    papra-index similar doc_zhk0eepq
    papra-index similar doc_zhk0eepq type:pdf date:2024
    """
    query = join_query(words)
    with open_organization() as home:
        document_id = home.find_id(document)
        page = home.similar(document_id, search_query=query, page_index=page_number - 1, page_size=page_size)
        found = home.get(document_id) if not as_json else None
    if as_json:
        print_json(_describe_similar(document_id, query, page))
        return
    print_issues(query, page.issues)
    if found is not None:
        _print_similar(found, page, among=query)


@click.command("duplicates")
@click.argument("document", required=False)
@click.option(
    "--threshold",
    type=float,
    default=DEFAULT_SIMILARITY,
    show_default=True,
    metavar="SHARE",
    help="How much alike texts are at least, 0.5 to 1.",
)
@take_page
@take_place
@take_json
def duplicates_command(document: str | None, threshold: float, page_number: int, page_size: int, as_json: bool) -> None:
    """Find documents with nearly the same text.

    Such as two scans of a page. Without a DOCUMENT (an id or the beginning of one), all groups of them; the documents
    that changed since the last time are compared first.
    """
    from papra_index.cli.progress import show_progress

    with open_organization() as home:
        if document is not None:
            document_id = home.find_id(document)
            found = home.get(document_id)
            copies = home.near_duplicates(document_id, least_similarity=threshold)
            _report_copies(found, copies, as_json=as_json)
            return
        with show_progress(open_console(errors=True), "Comparing") as progress:
            page = home.find_duplicates(
                page_index=page_number - 1, page_size=page_size, least_similarity=threshold, progress=progress
            )
    if as_json:
        print_json(_describe_duplicates(page))
    else:
        _print_duplicates(page)


def _describe_similar(document_id: str, query: str, page: SimilarPage) -> dict[str, object]:
    return {
        "document_id": document_id,
        "search_query": query,
        "documents_count": page.documents_count,
        "page_index": page.page_index,
        "page_size": page.page_size,
        "hits": [
            {"score": hit.score, "words": list(hit.words), "document": describe_listed(hit.document)}
            for hit in page.hits
        ],
        "reason": page.reason,
        "issues": describe_value(page.issues),
    }


def _print_similar(document: Document, page: SimilarPage, *, among: str) -> None:
    from rich.table import Table
    from rich.text import Text

    from papra_index.cli.tables import draw_facts, draw_tags

    name = clean_line(document.name)
    if not page.documents_count:
        draw(f"Nothing like {name}{' matches the query' if among else ''}.", style="bold")
        if page.reason:
            print_message(f"{page.reason[:1].upper()}{page.reason[1:]}.")
        return
    draw(f"{count_things(page.documents_count, 'document')} like {name}", style="bold")
    first = page.page_index * page.page_size
    for rank, hit in enumerate(page.hits, first + 1):
        grid = Table.grid(padding=(0, 1))
        grid.add_column(justify="right", min_width=3, style="dim", no_wrap=True)
        grid.add_column(overflow="fold")
        title = Text(clean_line(hit.document.name), style="bold")
        if hit.document.tags:
            title.append("  ").append_text(Text("", style="not bold").append_text(draw_tags(hit.document.tags)))
        grid.add_row(f"{rank:,}", title)
        grid.add_row("", draw_facts(hit.document).append(f" · score {hit.score:.2f}", style="dim not cyan"))
        if hit.words:
            grid.add_row("", Text(f"both have: {clean_line(', '.join(hit.words))}"))
        draw("", grid)
    if page.hits and first + len(page.hits) < page.documents_count:
        print_message(f"More: --page {page.page_index + 2}")


def _report_copies(document: Document, copies: tuple[NearDuplicate, ...], *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "document_id": document.id,
                "documents": [
                    {"similarity": copy.similarity, "document": describe_listed(copy.document)} for copy in copies
                ],
            }
        )
        return
    name = clean_line(document.name)
    if not copies:
        draw(f"No document has nearly the text of {name}.", style="bold")
        return
    draw(f"{count_things(len(copies), 'document')} with nearly the text of {name}", style="bold")
    draw(_build_table(copies))


def _describe_duplicates(page: DuplicatePage) -> dict[str, object]:
    return {
        "groups_count": page.groups_count,
        "page_index": page.page_index,
        "page_size": page.page_size,
        "pending_count": page.pending_count,
        "groups": [
            {
                "similarity": group.similarity,
                "documents_count": group.documents_count,
                "documents": [
                    {"similarity": member.similarity, "document": describe_listed(member.document)}
                    for member in group.members
                ],
            }
            for group in page.groups
        ],
    }


def _print_duplicates(page: DuplicatePage) -> None:
    draw(
        count_things(page.groups_count, "group") + " of near-duplicates" if page.groups_count else "No near-duplicates."
    )
    for group in page.groups:
        draw("", _name_group(group), style="bold")
        draw(_build_table(group.members))
        if (left := group.documents_count - len(group.members)) > 0:
            print_message(f"and {count_things(left, 'more document')}")
    if page.pending_count:
        print_message(
            f"{count_things(page.pending_count, 'document')} not compared yet: `papra-index wait`, then try again."
        )
    if page.groups and page.page_index * page.page_size + len(page.groups) < page.groups_count:
        print_message(f"More: --page {page.page_index + 2}")


def _name_group(group: DuplicateGroup) -> str:
    return f"{count_things(group.documents_count, 'document')}, alike by {group.similarity:.0%} or more"


def _build_table(members: Iterable[NearDuplicate]) -> Table:
    from papra_index.cli.tables import build_table, draw_cut, shorten_id

    table = build_table(">Alike", "~Name", "Date", ">Size", ">Pages", "Added", "Id")
    for member in members:
        document = member.document
        table.add_row(
            f"{member.similarity:.0%}",
            draw_cut(document.name),
            describe_date(document.document_date),
            describe_size(document.original_size),
            f"{document.extraction.page_count:,}",
            describe_day(document.created_at),
            shorten_id(document.id),
        )
    return table
