"""Commands that copy an archive away and back: backup, restore-backup."""

from __future__ import annotations

from pathlib import Path

import click

from papra_index.cli.opening import open_archive
from papra_index.cli.options import FOLDER, take_json, take_place
from papra_index.cli.output import open_console, print_json, print_warning
from papra_index.cli.wording import count_things, describe_seconds, describe_size
from papra_index.values.integrity import Finding


@click.command("backup")
@click.argument("folder", type=FOLDER)
@click.option("--verify", is_flag=True, help="Compute every SHA-256 of the backup instead of making one.")
@take_place
@take_json
@click.pass_context
def backup_command(ctx: click.Context, folder: Path, verify: bool, as_json: bool) -> None:
    """Copy the archive elsewhere, or bring a copy up to date.

    Into FOLDER, while others use the archive; only what is new is copied. Ended at any moment, the backup before is
    whole.
    """
    from papra_index.cli.progress import show_progress

    if verify:
        _verify(ctx, folder, as_json=as_json)
        return
    with open_archive() as archive, show_progress(open_console(errors=True), "Copying") as progress:
        outcome = archive.backup(folder, progress=progress)
    if as_json:
        print_json(outcome)
    else:
        copied = f"{count_things(outcome.copied_count, 'original')} copied ({describe_size(outcome.copied_size)})"
        seconds = describe_seconds(outcome.seconds)
        click.echo(f"Backed up {count_things(outcome.documents_count, 'document')}: {copied} in {seconds}.")
        _warn(outcome.findings)
    if outcome.findings:
        ctx.exit(1)


@click.command("restore-backup")
@click.argument("source", type=FOLDER)
@click.argument("folder", type=FOLDER)
@take_json
@click.pass_context
def restore_backup_command(ctx: click.Context, source: Path, folder: Path, as_json: bool) -> None:
    """Make an archive of a backup.

    In FOLDER, new or empty, of the backup in SOURCE. Every original is checked by its SHA-256. To go on after an
    interruption, run the same command again.
    """
    from papra_index.cli.progress import show_progress
    from papra_index.upkeep import restore_backup

    with show_progress(open_console(errors=True), "Restoring") as progress:
        outcome = restore_backup(source, folder, progress=progress)
    if as_json:
        print_json(outcome)
    else:
        size = describe_size(outcome.copied_size)
        seconds = describe_seconds(outcome.seconds)
        click.echo(f"Restored {count_things(outcome.documents_count, 'document')} ({size}) in {seconds}.")
        _warn(outcome.findings)
    if outcome.findings:
        ctx.exit(1)


def _verify(ctx: click.Context, folder: Path, *, as_json: bool) -> None:
    from papra_index.cli.progress import show_progress
    from papra_index.upkeep import verify_backup

    with show_progress(open_console(errors=True), "Checking") as progress:
        found = verify_backup(folder, progress=progress)
    if as_json:
        print_json(found)
    else:
        _warn(found)
        if not found:
            click.echo("The backup is as it was written.")
    if found:
        ctx.exit(1)


def _warn(findings: tuple[Finding, ...]) -> None:
    for finding in findings:
        print_warning(f"{finding.message}; {finding.next_step}")
