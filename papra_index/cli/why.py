"""The command why: whether a search finds a document, at which rank, or what keeps it from being found."""

from __future__ import annotations

import click

from papra_index.cli.opening import choose_sort, open_organization
from papra_index.cli.options import take_json, take_place, take_sort
from papra_index.cli.output import describe_value, print_json
from papra_index.cli.search import join_query, print_issues
from papra_index.cli.wording import clean_text
from papra_index.values.explanations import Why


@click.command("why", context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
@click.argument("document")
@click.argument("words", nargs=-1, metavar="QUERY...")
@click.option("--any", "any_word", is_flag=True, help="For whole questions: any of the plain words suffices.")
@click.option(
    "--time-zone", metavar="ZONE", help="Where today is meant, such as Europe/Berlin (default: setting, UTC)."
)
@take_sort
@take_place
@take_json
def why_command(
    document: str,
    words: tuple[str, ...],
    any_word: bool,
    time_zone: str | None,
    sort_name: str | None,
    descending: bool | None,
    as_json: bool,
) -> None:
    """Tell why a search finds a document, or why not.

    \b
    papra-index why doc_zhk0eepq annual maintenance
    papra-index why doc_zhk0eepq 'tag:bills date:>=2024-06'

    DOCUMENT is an id or the beginning of one; what follows is the query, as search takes it.
    """
    query = join_query(words)
    with open_organization() as home:
        why = home.why(
            home.find_id(document),
            query,
            sort=choose_sort(sort_name, descending),
            time_zone=time_zone,
            matching="any" if any_word else "all",
        )
    if as_json:
        print_json(describe_why(why))
        return
    print_issues(query, why.issues)
    click.echo(clean_text(why.described))


def describe_why(why: Why) -> dict[str, object]:
    """Return the answer in the types of JSON, its words in `blame` and `described`."""
    described = describe_value(why)
    assert isinstance(described, dict)  # noqa: S101 - what becomes of a dataclass
    return described | {"blame": describe_value(why.blame), "described": why.described}
