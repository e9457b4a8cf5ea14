"""The commands suggest and terms: how a query may go on, and which words there are."""

from __future__ import annotations

from typing import get_args

import click

from papra_index.cli.opening import open_organization
from papra_index.cli.options import take_json, take_place
from papra_index.cli.output import draw, print_json_lines, print_message
from papra_index.cli.search import join_query
from papra_index.cli.wording import clean_line
from papra_index.values.suggestions import SuggestionKind, TermField


@click.command("suggest", context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
@click.argument("words", nargs=-1, required=True, metavar="TEXT...")
@click.option("--limit", type=click.IntRange(1, 25), default=10, show_default=True, help="Suggestions at most.")
@take_place
@take_json
def suggest_command(words: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Complete the beginning of a query to what finds something.

    \b
    papra-index suggest inv                    words and names that begin so
    papra-index suggest annual main            ... in documents with the word before
    papra-index suggest tag:                   the tags
    """
    with open_organization() as home:
        found = home.suggest(join_query(words), limit=limit)
    if as_json:
        print_json_lines(found)
        return
    if not found:
        print_message("Nothing to suggest.")
        return
    from papra_index.cli.tables import build_table, draw_cut, shorten_id

    is_named = any(suggestion.document_id for suggestion in found)
    table = build_table("~Suggestion", "Kind", ">Documents", "~Query", *(["Id"] if is_named else []))
    for suggestion in found:
        count = "" if suggestion.kind is SuggestionKind.NAME else f"{suggestion.documents_count:,}"
        row = [draw_cut(suggestion.text), suggestion.kind.value, count, draw_cut(suggestion.search_query)]
        table.add_row(*row, *([shorten_id(suggestion.document_id or "")] if is_named else []))
    draw(table)


@click.command("terms")
@click.argument("prefix", default="")
@click.option("--field", type=click.Choice(get_args(TermField)), default="content", show_default=True, help="Where.")
@click.option(
    "--sort", "order", type=click.Choice(["count", "word"]), default="count", show_default=True, help="Order."
)
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Words at most.")
@take_place
@take_json
def terms_command(prefix: str, field: TermField, order: str, limit: int, as_json: bool) -> None:
    """List the words that begin so, with their documents.

    Words are folded as the index has them: small letters without accents.
    """
    with open_organization() as home:
        found = home.terms(prefix, field=field, order="word" if order == "word" else "count", limit=limit)
    if as_json:
        print_json_lines(found)
        return
    if not found:
        print_message("No such words.")
        return
    from papra_index.cli.tables import build_table

    table = build_table("Word", ">Documents")
    for term in found:
        table.add_row(clean_line(term.word), f"{term.documents_count:,}")
    draw(table)
