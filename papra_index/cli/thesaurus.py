"""Commands on the synonyms and stop words of an organization: list, add, remove."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from papra_index.cli.opening import open_organization
from papra_index.cli.options import take_json, take_place
from papra_index.cli.output import draw, print_json, print_json_lines, print_message
from papra_index.cli.wording import clean_line, count_things
from papra_index.errors import InvalidInput, SynonymsNotFound

if TYPE_CHECKING:
    from papra_index.documents import Synonyms
    from papra_index.organization import Organization


@click.group("synonyms", invoke_without_command=True)
@take_place
@take_json
@click.pass_context
def synonyms_command(ctx: click.Context, as_json: bool) -> None:
    """List the synonyms; add and remove them."""
    if ctx.invoked_subcommand is None:
        _list_synonyms(as_json=as_json)


@synonyms_command.command("list")
@take_place
@take_json
def list_synonyms(as_json: bool) -> None:
    """List the groups of synonyms."""
    _list_synonyms(as_json=as_json)


@synonyms_command.command("add")
@click.argument("terms", nargs=-1, required=True, metavar="TERM...")
@click.option("--one-way", is_flag=True, help="Only the first finds the others, too.")
@take_place
@take_json
def add_synonyms(terms: tuple[str, ...], one_way: bool, as_json: bool) -> None:
    """Have searches for one TERM find the others, too; put phrases into quotes.

    \b
    papra-index synonyms add invoice bill Rechnung
    papra-index synonyms add --one-way car Volvo 'estate car'
    """
    with open_organization() as home:
        saved = home.save_synonyms(terms, one_way=one_way)
    if as_json:
        print_json(saved)
    else:
        click.echo(f"Saved {_name_terms(saved)} ({saved.id}).")


@synonyms_command.command("remove")
@click.argument("group", metavar="GROUP")
@take_place
def remove_synonyms(group: str) -> None:
    """Remove a GROUP of synonyms, by its id, how that begins, or a term that is in no other group."""
    with open_organization() as home:
        found = _find_synonyms(home, group)
        home.delete_synonyms(found.id)
    click.echo(f"Removed {_name_terms(found)}.")


@click.group("stop-words", invoke_without_command=True)
@take_place
@take_json
@click.pass_context
def stop_words_command(ctx: click.Context, as_json: bool) -> None:
    """List the stop words; add and remove them."""
    if ctx.invoked_subcommand is None:
        _list_stop_words(as_json=as_json)


@stop_words_command.command("list")
@take_place
@take_json
def list_stop_words(as_json: bool) -> None:
    """List the words that queries of several words leave out."""
    _list_stop_words(as_json=as_json)


@stop_words_command.command("add")
@click.argument("words", nargs=-1, required=True, metavar="WORD...")
@take_place
def add_stop_words(words: tuple[str, ...]) -> None:
    """Have queries of several words leave out each WORD."""
    with open_organization() as home:
        home.add_stop_words(words)
        count = len(home.list_stop_words())
    click.echo(f"{count_things(count, 'stop word')} now.")


@stop_words_command.command("remove")
@click.argument("words", nargs=-1, required=True, metavar="WORD...")
@take_place
def remove_stop_words(words: tuple[str, ...]) -> None:
    """Have each WORD searched for again."""
    with open_organization() as home:
        home.remove_stop_words(words)
        count = len(home.list_stop_words())
    click.echo(f"{count_things(count, 'stop word')} now.")


def _find_synonyms(organization: Organization, reference: str) -> Synonyms:
    groups = organization.list_synonyms()
    wanted = reference.strip().casefold()
    found = [group for group in groups if reference.startswith("syn_") and group.id.startswith(reference)] or [
        group for group in groups if wanted in (term.casefold() for term in group.terms)
    ]
    if not found:
        raise SynonymsNotFound(f"there are no synonyms {reference!r}: see `papra-index synonyms`")
    if len(found) > 1:
        raise InvalidInput(f"{reference!r} is in several groups: give the id of one, {', '.join(g.id for g in found)}")
    return found[0]


def _name_terms(group: Synonyms) -> str:
    first, *others = map(clean_line, group.terms)
    return f"{first} → {', '.join(others)}" if group.is_one_way else " = ".join((first, *others))


def _list_synonyms(*, as_json: bool) -> None:
    from papra_index.cli.tables import build_table, shorten_id

    with open_organization() as home:
        groups = home.list_synonyms()
    if as_json:
        print_json_lines(groups)
        return
    if not groups:
        print_message("No synonyms yet: `papra-index synonyms add WORD WORD…` makes a group.")
        return
    table = build_table("Synonyms", "Id")
    for group in groups:
        table.add_row(_name_terms(group), shorten_id(group.id))
    draw(table)


def _list_stop_words(*, as_json: bool) -> None:
    with open_organization() as home:
        words = home.list_stop_words()
    if as_json:
        print_json_lines(words)
        return
    if not words:
        print_message("No stop words yet: `papra-index stop-words add WORD…` adds some.")
    for word in words:
        click.echo(clean_line(word))
