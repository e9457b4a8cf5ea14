"""The command webhooks: who is told of what happens to documents is listed, added, changed and removed."""

from __future__ import annotations

import click

from papra_index.cli.opening import open_organization
from papra_index.cli.options import take_json, take_page, take_place
from papra_index.cli.output import draw, print_json, print_json_lines, print_message
from papra_index.cli.wording import clean_line
from papra_index.documents import UNCHANGED
from papra_index.values.events import EventType
from papra_index.values.webhooks import Webhook

_take_events = click.option(
    "--event", "events", multiple=True, type=click.Choice([kind.value for kind in EventType]),
    help="An event to be told of; several times. All of them if none is given.",
)  # fmt: skip


@click.group("webhooks", invoke_without_command=True)
@take_place
@take_json
@click.pass_context
def webhooks_command(ctx: click.Context, as_json: bool) -> None:
    """List the webhooks; add, change and remove them."""
    if ctx.invoked_subcommand is None:
        _list_webhooks(as_json=as_json)


@webhooks_command.command("add")
@click.argument("name")
@click.argument("url")
@_take_events
@click.option("--secret", envvar="PAPRA_INDEX_WEBHOOK_SECRET", help="What is posted is signed with it.")
@take_place
@take_json
def add_webhook(name: str, url: str, events: tuple[str, ...], secret: str | None, as_json: bool) -> None:
    """Have what happens to documents posted to URL from now on.

    \b
    papra-index webhooks add books https://books.example.com/papra --event document:created
    """
    with open_organization() as home:
        _report("Added", home.create_webhook(name, url, events=events or None, secret=secret), as_json=as_json)


@webhooks_command.command("update")
@click.argument("webhook_id", metavar="WEBHOOK")
@click.option("--name", help="Another name.")
@click.option("--url", help="Another URL.")
@_take_events
@click.option("--secret", help="Another secret; nothing takes it away.")
@click.option("--enable/--disable", "enabled", default=None, help="Whether anything is posted.")
@take_place
@take_json
def update_webhook(
    webhook_id: str,
    name: str | None,
    url: str | None,
    events: tuple[str, ...],
    secret: str | None,
    enabled: bool | None,
    as_json: bool,
) -> None:
    """Change a WEBHOOK (its id); what is not given stays."""
    if not events and all(value is None for value in (name, url, secret, enabled)):
        raise click.UsageError("nothing to change: pass --name, --url, --event, --secret, --enable or --disable.")
    with open_organization() as home:
        changed = home.update_webhook(
            webhook_id,
            name=UNCHANGED if name is None else name,
            url=UNCHANGED if url is None else url,
            events=events or UNCHANGED,
            secret=UNCHANGED if secret is None else secret,
            enabled=UNCHANGED if enabled is None else enabled,
        )
    _report("Changed", changed, as_json=as_json)


@webhooks_command.command("deliveries")
@click.argument("webhook_id", metavar="WEBHOOK")
@take_page
@take_place
@take_json
def list_deliveries(webhook_id: str, page_number: int, page_size: int, as_json: bool) -> None:
    """List what was posted to a WEBHOOK and what waits, newest first."""
    from papra_index.cli.tables import build_table

    with open_organization() as home:
        found = home.list_deliveries(webhook_id, page_index=page_number - 1, page_size=page_size)
    if as_json:
        print_json_lines(found)
        return
    if not found:
        print_message("Nothing has been posted to this webhook yet.")
        return
    table = build_table("Event", "Document", "Status", "Attempts", "~Answer")
    for item in found:
        answer = item.error or ("" if item.response_status is None else str(item.response_status))
        table.add_row(item.type.value, item.document_id, item.status.value, str(item.attempts), clean_line(answer))
    draw(table)


@webhooks_command.command("remove")
@click.argument("webhook_id", metavar="WEBHOOK")
@take_place
def remove_webhook(webhook_id: str) -> None:
    """Delete a WEBHOOK and what waits for it."""
    with open_organization() as home:
        found = home.get_webhook(webhook_id)
        home.delete_webhook(webhook_id)
    click.echo(f"Removed {clean_line(found.name)}.")


def _list_webhooks(*, as_json: bool) -> None:
    from papra_index.cli.tables import build_table

    with open_organization() as home:
        found = home.list_webhooks()
    if as_json:
        print_json_lines(found)
        return
    if not found:
        print_message("No webhooks yet: `papra-index webhooks add NAME URL` makes one.")
        return
    table = build_table("Id", "Name", "~URL", "Events", "State")
    for item in found:
        told = "all" if len(item.events) == len(EventType) else ", ".join(kind.value for kind in item.events)
        state = "signed" if item.has_secret else "unsigned"
        row = item.id, clean_line(item.name), clean_line(item.url), told
        table.add_row(*row, state if item.enabled else f"{state}, disabled")
    draw(table)


def _report(what: str, webhook: Webhook, *, as_json: bool) -> None:
    if as_json:
        print_json(webhook)
    else:
        click.echo(f"{what} {clean_line(webhook.name)} ({webhook.id}).")
