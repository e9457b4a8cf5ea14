"""Commands that keep an archive in order: reindex, maintain."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from papra_index.cli.opening import choose_organization, open_archive
from papra_index.cli.options import find_organization_name, take_json, take_place
from papra_index.cli.output import open_console, print_json, print_message
from papra_index.cli.wording import count_things, describe_seconds, describe_size
from papra_index.errors import InvalidQuery

if TYPE_CHECKING:
    from collections.abc import Sequence

    from papra_index.archive import Archive
    from papra_index.organization import Organization

_STOPPED = 130
_STATES = {"failed", "outdated"}


@click.command("reindex")
@click.option("--extract", is_flag=True, help="Read the originals again too (of --org, or of all organizations).")
@click.option(
    "--only",
    metavar="WHICH",
    help="Read only these again, and leave the index: failed, outdated (read by an earlier version), or a query.",
)
@take_place
@take_json
@click.pass_context
def reindex_command(ctx: click.Context, extract: bool, only: str | None, as_json: bool) -> None:
    """Build the search index anew from the catalog.

    Searches and additions go on meanwhile. After Ctrl-C, or a kill, the same command goes on where it was. --only
    failed, --only mime:pdf or --only 'tag:scan created:2024' reads these originals again instead.
    """
    started = time.monotonic()
    said: dict[str, int | float] = {}
    with open_archive(reading=extract or only is not None) as archive:
        if extract or only is not None:
            said["read"] = read = _read_again(ctx, archive, only)
            if not as_json:
                click.echo(f"Read {count_things(read, 'original')} again.")
        if only is None:
            said["indexed"] = indexed = _build_index(ctx, archive)
            if not as_json:
                took = describe_seconds(time.monotonic() - started)
                click.echo(f"Indexed {count_things(indexed, 'document')} in {took}.")
    if as_json:
        print_json(said | {"seconds": round(time.monotonic() - started, 3)})


@click.command("maintain")
@take_place
@take_json
def maintain_command(as_json: bool) -> None:
    """Do what keeps an archive in order.

    What has been in the trash for 30 days (the setting trash_days) and organizations deleted 30 days ago are purged;
    readings that failed are tried again where that may help. `papra-index serve` does it every hour.
    """
    with open_archive() as archive:
        outcome = archive.maintain()
    if as_json:
        print_json(outcome)
        return
    purged = outcome.purged_from_trash + outcome.purged_with_organizations
    click.echo(f"Purged {count_things(purged, 'document')}.")
    if outcome.readings_retried:
        failed = count_things(outcome.readings_retried, "original")
        print_message(f"{failed} that could not be read: `papra-index wait` tries again.")
    if outcome.damaged_indexes:
        print_message("The index was damaged: it was set aside and is built anew; searches go on meanwhile.")
    if outcome.log_bytes_freed:
        print_message(f"The catalog's log gave back {describe_size(outcome.log_bytes_freed)}.")


def _read_again(ctx: click.Context, archive: Archive, only: str | None) -> int:
    from papra_index.cli.waiting import wait_for_reading

    chosen = [choose_organization(archive)] if find_organization_name() else archive.organizations()
    if only is not None and only not in _STATES:
        _check_query(chosen, only)
    count = sum(organization.extract_again(only=only) for organization in chosen)
    if not wait_for_reading(archive):
        print_message("Stopped. What is not read yet stays waiting: `papra-index wait` goes on.")
        ctx.exit(_STOPPED)
    return count


def _check_query(organizations: Sequence[Organization], query: str) -> None:
    """Raise InvalidQuery where no organization understands a query as it is."""
    refused = None
    for organization in organizations:
        try:
            organization.search(query, page_size=1, strict=True)
        except InvalidQuery as error:
            refused = error
        else:
            return
    if refused is not None:
        raise refused


def _build_index(ctx: click.Context, archive: Archive) -> int:
    from papra_index.cli.progress import show_rebuild

    try:
        with show_rebuild(open_console(errors=True)) as progress:
            return archive.rebuild_index(progress)
    except KeyboardInterrupt:
        print_message("Stopped. The old index answers; `papra-index reindex` goes on where it was.")
        ctx.exit(_STOPPED)
