"""Commands on organizations, the owners of documents: org, org create, rename, delete, deleted, restore, purge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from papra_index.cli.opening import choose_named, choose_organization, open_archive
from papra_index.cli.options import take_json, take_place
from papra_index.cli.output import confirm, draw, print_json, print_json_lines
from papra_index.cli.wording import clean_line, count_things, describe_day

if TYPE_CHECKING:
    from papra_index.documents import OrganizationDetails


@click.group("org", invoke_without_command=True)
@take_place
@take_json
@click.pass_context
def org_command(ctx: click.Context, as_json: bool) -> None:
    """List the organizations; create, rename, delete and restore them."""
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


@org_command.command("delete")
@click.argument("organization")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@take_place
def delete_organization(organization: str, yes: bool) -> None:
    """Take ORGANIZATION (id or name) out of everybody's reach.

    For 30 days `org restore` brings it back with all it has; then it is purged.
    """
    with open_archive() as archive:
        chosen = choose_organization(archive, organization)
        name, count = clean_line(chosen.name), chosen.statistics().total_documents_count
        if not yes:
            confirm(f"Delete {name} with its {count_things(count, 'document')}?")
        archive.delete_organization(chosen.id)
        deleted = next(item for item in archive.deleted_organizations() if item.id == chosen.id)
    click.echo(f"Deleted {name}: `papra-index org restore {chosen.id}` brings it back until {_write_end(deleted)}.")


@org_command.command("deleted")
@take_place
@take_json
def list_deleted(as_json: bool) -> None:
    """List the organizations that were deleted and may be restored."""
    from papra_index.cli.tables import build_table

    with open_archive() as archive:
        listed = archive.deleted_organizations()
    if as_json:
        print_json_lines({**_describe(item), "purged_at": item.purged_at} for item in listed)
        return
    table = build_table("Name", "Restored until", "Id")
    for item in listed:
        table.add_row(clean_line(item.name), _write_end(item), item.id)
    draw(table)


@org_command.command("restore")
@click.argument("organization")
@take_place
def restore_organization(organization: str) -> None:
    """Bring back ORGANIZATION (id or name), which was deleted."""
    with open_archive() as archive:
        chosen = choose_named(archive.deleted_organizations(), organization, "deleted organization")
        archive.restore_organization(chosen.id)
    click.echo(f"Restored {clean_line(chosen.name)} ({chosen.id}).")


@org_command.command("purge")
@take_place
def purge_organizations() -> None:
    """Purge what was deleted 30 days ago or earlier.

    `papra-index serve` does it once a day.
    """
    with open_archive() as archive:
        count = archive.purge_organizations()
    click.echo(f"Purged {count_things(count, 'document')}.")


def _write_end(deleted: OrganizationDetails) -> str:
    assert deleted.purged_at is not None, "it is deleted"  # noqa: S101
    return describe_day(deleted.purged_at)


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
