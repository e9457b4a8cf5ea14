"""The command saved: searches under a name are listed, added, run and removed."""

from __future__ import annotations

import click

from papra_index.cli.opening import choose_sort, open_organization
from papra_index.cli.options import take_cursor, take_facets, take_json, take_page, take_place, take_sort
from papra_index.cli.output import draw, print_json, print_json_lines, print_message
from papra_index.cli.search import describe_page, join_query, print_hits, print_issues
from papra_index.cli.wording import clean_line
from papra_index.results import Sort, SortField
from papra_index.values.saved_searches import SavedSearch


@click.group("saved", invoke_without_command=True)
@take_place
@take_json
@click.pass_context
def saved_command(ctx: click.Context, as_json: bool) -> None:
    """List the saved searches; add, run and remove them."""
    if ctx.invoked_subcommand is None:
        _list_saved(as_json=as_json)


@saved_command.command("list")
@take_place
@take_json
def list_saved(as_json: bool) -> None:
    """List the saved searches by name."""
    _list_saved(as_json=as_json)


@saved_command.command("add", context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
@click.argument("name")
@click.argument("words", nargs=-1, metavar="QUERY...")
@click.option("--any", "any_word", is_flag=True, help="Any of the plain words suffices.")
@click.option("--feedback", is_flag=True, help="With --any: what the best documents speak of counts, too.")
@click.option("--replace", is_flag=True, help="Take the place of the saved search of this name.")
@take_sort
@take_place
@take_json
def add_saved(
    name: str,
    words: tuple[str, ...],
    any_word: bool,
    feedback: bool,
    replace: bool,
    sort_name: str | None,
    descending: bool | None,
    as_json: bool,
) -> None:
    """Save a QUERY as NAME; case and accents of names make no difference."""
    with open_organization() as home:
        saved = home.save_search(
            name,
            join_query(words),
            sort=choose_sort(sort_name, descending),
            matching="any" if any_word else "all",
            feedback=feedback,
            replaces=name if replace else None,
        )
    if as_json:
        print_json(saved)
    else:
        click.echo(f"Saved {clean_line(saved.name)}.")


@saved_command.command("run")
@click.argument("name")
@click.option("--snippets", type=click.IntRange(0, 20), default=2, show_default=True, help="Passages for each hit.")
@take_facets
@take_page
@take_cursor
@take_place
@take_json
def run_saved(
    name: str,
    snippets: int,
    facets: tuple[str, ...],
    page_number: int,
    page_size: int,
    cursor: str | None,
    as_json: bool,
) -> None:
    """Find what the saved search NAME finds now."""
    with open_organization() as home:
        saved = home.get_saved_search(name)
        page = home.run_saved_search(
            name, page_index=page_number - 1, page_size=page_size, snippets=snippets, facets=facets, cursor=cursor
        )
    if as_json:
        print_json({"name": saved.name} | describe_page(saved.search_query, page))
        return
    print_issues(saved.search_query, page.issues)
    print_hits(page, by_cursor=cursor is not None)


@saved_command.command("remove")
@click.argument("name")
@take_place
def remove_saved(name: str) -> None:
    """Delete the saved search NAME."""
    with open_organization() as home:
        saved = home.get_saved_search(name)
        home.delete_saved_search(name)
    click.echo(f"Removed {clean_line(saved.name)}.")


def _list_saved(*, as_json: bool) -> None:
    from papra_index.cli.tables import build_table

    with open_organization() as home:
        searches = home.list_saved_searches()
    if as_json:
        print_json_lines(searches)
        return
    if not searches:
        print_message("No saved searches yet: `papra-index saved add NAME QUERY` makes one.")
        return
    table = build_table("Name", "~Query", "Options")
    for saved in searches:
        table.add_row(clean_line(saved.name), clean_line(saved.search_query), _describe_options(saved))
    draw(table)


def _describe_options(saved: SavedSearch) -> str:
    parts = ["any word"] if saved.matching == "any" else []
    parts += ["feedback"] if saved.feedback else []
    parts += [_describe_sort(saved.sort)] if saved.sort is not None else []
    return ", ".join(parts)


def _describe_sort(sort: Sort) -> str:
    field = clean_line(str(sort.field)).removesuffix("_at").removeprefix("document_")
    if sort.field is SortField.RELEVANCE:
        return "by relevance"
    return f"by {field}{', descending' if sort.descending else ', ascending'}"
