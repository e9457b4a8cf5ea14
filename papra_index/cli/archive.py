"""Commands on the archive as a whole: init, wait."""

from __future__ import annotations

import shlex
import time
from pathlib import Path

import click

from papra_index.cli.opening import open_archive
from papra_index.cli.options import FOLDER, find_archive_path, take_json, take_place
from papra_index.cli.output import print_error, print_json, print_message
from papra_index.cli.wording import clean_line, describe_seconds


@click.command("init")
@click.argument("folder", required=False, type=FOLDER)
@click.option("--name", default="Home", show_default=True, help="Name of the first organization.")
@take_place
@take_json
@click.pass_context
def init_command(ctx: click.Context, folder: Path | None, name: str, as_json: bool) -> None:
    """Create an archive with its first organization.

    The archive is made in FOLDER, or where --archive says.
    """
    path = folder if folder is not None else find_archive_path()
    with open_archive(path, create=True) as archive:
        existing = archive.organizations()
        if existing:
            print_error(f"{archive.folder} is an archive already: `papra-index org create` adds an organization")
            ctx.exit(1)
        home = archive.create_organization(name)
        if as_json:
            print_json({"archive": str(archive.folder), "organization": home.details})
            return
        where, first = clean_line(str(archive.folder)), clean_line(home.name)
        click.echo(f"Created {where} with the organization {first} ({home.id}).")
        print_message(f"Next: papra-index --archive {shlex.quote(str(path))} add FOLDER")


@click.command("wait")
@take_place
@click.pass_context
def wait_command(ctx: click.Context) -> None:
    """Wait until every text is read and searchable.

    Reads the originals that still await it, as after `add --no-wait` or an interrupted `add`.
    """
    from papra_index.cli.waiting import wait_for_reading

    started = time.monotonic()
    with open_archive(reading=True) as archive:
        if not wait_for_reading(archive):
            print_message("Stopped. `papra-index wait` goes on where it was.")
            ctx.exit(130)
    click.echo(f"Everything is read and searchable ({describe_seconds(time.monotonic() - started)}).")
