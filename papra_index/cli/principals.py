"""The command principals: whom a document is for, shown or said anew."""

from __future__ import annotations

import click

from papra_index.cli.opening import open_organization
from papra_index.cli.options import take_json, take_place
from papra_index.cli.output import print_json
from papra_index.cli.wording import clean_line


@click.command("principals")
@click.argument("document")
@click.argument("principals", nargs=-1, metavar="[PRINCIPAL...]")
@click.option("--everyone", is_flag=True, help="Have the document be for everyone in the organization.")
@take_place
@take_json
def principals_command(document: str, principals: tuple[str, ...], everyone: bool, as_json: bool) -> None:
    """Show or say whom a document is for.

    DOCUMENT is an id or the beginning of one. With PRINCIPALs, such as user:anna, it is for who holds one of these and
    no others. The command line itself sees every document; tokens made with --principal see theirs.
    """
    if everyone and principals:
        raise click.UsageError("give principals or --everyone, not both.")
    with open_organization() as home:
        document_id = home.find_id(document)
        if everyone or principals:
            home.set_principals(document_id, principals)
        named = home.get(document_id, content=False).principals
    if as_json:
        print_json({"id": document_id, "principals": named})
    else:
        click.echo("\n".join(map(clean_line, named)) or "everyone")
