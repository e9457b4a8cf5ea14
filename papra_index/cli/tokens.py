"""Commands on API keys, whose tokens open the HTTP API: token create, token list, token revoke."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from papra_index.cli.opening import choose_organization, open_archive
from papra_index.cli.options import DATE, take_json, take_place
from papra_index.cli.output import describe_value, draw, print_json, print_json_lines, print_message
from papra_index.cli.wording import clean_line, describe_moment
from papra_index.documents import Permission


@click.group("token", invoke_without_command=True)
@take_place
@take_json
@click.pass_context
def token_command(ctx: click.Context, as_json: bool) -> None:
    """List the tokens of the HTTP API; create and revoke them."""
    if ctx.invoked_subcommand is None:
        _list_tokens(as_json=as_json)


@token_command.command("create")
@click.argument("name")
@click.option(
    "--permission",
    "permissions",
    multiple=True,
    metavar="PERMISSION",
    help="What it may do, such as documents:read; may be given several times (default: everything).",
)
@click.option(
    "--only", "names", multiple=True, metavar="ORG", help="An organization it is limited to (default: to none)."
)
@click.option(
    "--principal",
    "principals",
    multiple=True,
    metavar="PRINCIPAL",
    help="Whom it acts for, such as user:anna: it sees what is for everyone or for one of these (default: everything).",
)
@click.option("--expires", type=DATE, help="When it ends, in UTC (default: never).")
@take_place
@take_json
def create_token(
    name: str,
    permissions: tuple[str, ...],
    names: tuple[str, ...],
    principals: tuple[str, ...],
    expires: datetime | None,
    as_json: bool,
) -> None:
    """Create a token called NAME and print it: it is shown this once."""
    ends_at = None if expires is None else expires.replace(tzinfo=UTC)
    if ends_at is not None and ends_at <= datetime.now(UTC):
        raise click.BadParameter(f"{ends_at:%Y-%m-%d} is over: give a day to come, in UTC.", param_hint="--expires")
    with open_archive() as archive:
        scope = [choose_organization(archive, item).id for item in names]
        key, token = archive.create_api_key(
            name,
            permissions=permissions or tuple(Permission),
            organization_ids=scope or None,
            expires_at=ends_at,
            principals=principals or None,
        )
    if as_json:
        described = describe_value(key)
        print_json({"token": token, **(described if isinstance(described, dict) else {})})
        return
    click.echo(token)
    print_message(f"Token {clean_line(key.name)} ({key.id}), shown this once: keep it where secrets are kept.")


@token_command.command("list")
@take_place
@take_json
def list_tokens(as_json: bool) -> None:
    """List the tokens by their beginnings."""
    _list_tokens(as_json=as_json)


@token_command.command("revoke")
@click.argument("token")
@take_place
def revoke_token(token: str) -> None:
    """Revoke TOKEN, given by the id that `token list` shows: it is refused from now on."""
    with open_archive() as archive:
        archive.revoke_api_key(token)
    click.echo(f"Revoked {token}.")


def _list_tokens(*, as_json: bool) -> None:
    from papra_index.cli.tables import build_table

    with open_archive() as archive:
        keys = archive.api_keys()
        organizations = {item.id: item.name for item in archive.organizations()}
    if as_json:
        print_json_lines(keys)
        return
    if not keys:
        print_message("No tokens yet: `papra-index token create NAME` makes one.")
        return
    table = build_table("Name", "Begins", "May", "In", "Sees", "Last used", "Expires", "Id")
    for key in keys:
        scope = [organizations.get(item, item) for item in key.organization_ids or ()]
        table.add_row(
            clean_line(key.name),
            f"{key.prefix}…",
            "everything" if len(key.permissions) == len(Permission) else ", ".join(key.permissions),
            clean_line(", ".join(scope)) if key.organization_ids is not None else "all organizations",
            "everything" if key.principals is None else clean_line(", ".join(key.principals)),
            describe_moment(key.last_used_at) if key.last_used_at else "never",
            describe_moment(key.expires_at) if key.expires_at else "never",
            key.id,
        )
    draw(table)
