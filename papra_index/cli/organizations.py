"""Commands on organizations, the owners of documents: org, org create, org rename."""

from __future__ import annotations

import click

from papra_index.cli.opening import choose_organization, open_archive
from papra_index.cli.options import take_json, take_place
from papra_index.cli.output import draw, print_json, print_json_lines
from papra_index.cli.wording import clean_line


@click.group("org", invoke_without_command=True)
@take_place
@take_json
@click.pass_context
def org_command(ctx: click.Context, as_json: bool) -> None:
    """List the organizations; create and rename them."""
    if ctx.invoked_subcommand is None:
        _list_organizations(as_json=as_json)


@org_command.command("list")
@take_place
@take_json
def list_organizations(as_json: bool) -> None:
    """List the organizations with their documents."""
    _list_organizations(as_json=as_json)


@org_command.command("create")
@click.argument("name")
@take_place
@take_json
def create_organization(name: str, as_json: bool) -> None:
    """Create an organization called NAME."""
    with open_archive() as archive:
        created = archive.create_organization(name)
    if as_json:
        print_json(created.details)
    else:
        click.echo(f"Created {clean_line(created.name)} ({created.id}).")


@org_command.command("rename")
@click.argument("organization")
@click.argument("name")
@take_place
def rename_organization(organization: str, name: str) -> None:
    """Give ORGANIZATION (id or name) another NAME."""
    with open_archive() as archive:
        chosen = choose_organization(archive, organization)
        chosen.rename(name)
    click.echo(f"{clean_line(chosen.name)} is now called {clean_line(name.strip())}.")


def _list_organizations(*, as_json: bool) -> None:
    from papra_index.cli.tables import build_table

    with open_archive() as archive:
        listed = [(item.details, item.statistics()) for item in archive.organizations()]
    if as_json:
        print_json_lines({**_describe(details), "statistics": counts} for details, counts in listed)
        return
    table = build_table("Name", ">Documents", ">In the trash", "Id")
    for details, counts in listed:
        table.add_row(
            clean_line(details.name),
            f"{counts.documents_count:,}",
            f"{counts.deleted_documents_count:,}",
            details.id,
        )
    draw(table)


def _describe(details: object) -> dict[str, object]:
    from papra_index.cli.output import describe_value

    described = describe_value(details)
    return described if isinstance(described, dict) else {}
