"""Commands for taking archives elsewhere and over: export, import."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from papra_index.cli.opening import choose_organization, open_archive
from papra_index.cli.options import FOLDER, find_organization_name, take_json, take_place
from papra_index.cli.output import open_console, print_json, print_message, print_warning
from papra_index.cli.wording import count_things, describe_seconds, describe_size
from papra_index.values.integrity import Finding

if TYPE_CHECKING:
    from papra_index.values.exchanges import ImportOutcome

_SHOWN = 20


@click.command("export")
@click.argument("folder", type=FOLDER)
@take_place
@take_json
@click.pass_context
def export_command(ctx: click.Context, folder: Path, as_json: bool) -> None:
    """Write everything as JSON lines and files.

    Into FOLDER, new or empty: of --org, or of all organizations. `import` reads it again, and so does any program.
    """
    from papra_index.cli.progress import show_progress

    with open_archive() as archive, show_progress(open_console(errors=True), "Exporting") as progress:
        chosen = [choose_organization(archive).id] if find_organization_name() else None
        outcome = archive.export(folder, organization_ids=chosen, progress=progress)
    if as_json:
        print_json(outcome)
    else:
        size, seconds = describe_size(outcome.originals_size), describe_seconds(outcome.seconds)
        click.echo(f"Exported {count_things(outcome.documents_count, 'document')} ({size}) in {seconds}.")
        _warn(outcome.findings, len(outcome.findings))
    if outcome.findings:
        ctx.exit(1)


@click.command("import")
@click.argument("folder", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--from",
    "kind",
    type=click.Choice(["export", "papra", "paperless"]),
    default="export",
    show_default=True,
    help="What is in the folder: an export of this program, the data of Papra, an export of Paperless-ngx.",
)
@click.option("--dry-run", is_flag=True, help="Only tell what would be taken over.")
@take_place
@take_json
@click.pass_context
def import_command(ctx: click.Context, folder: Path, kind: str, dry_run: bool, as_json: bool) -> None:
    """Take over an export, or another program's archive.

    What is here already stays as it is; done again, or after an interruption, it adds what is missing. Documents of
    Paperless-ngx go to --org, or to the only organization there is.
    """
    from papra_index.cli.progress import show_progress

    with (
        open_archive(create=kind != "paperless") as archive,
        show_progress(open_console(errors=True), "Importing") as progress,
    ):
        into = choose_organization(archive).id if kind == "paperless" else None
        outcome = archive.import_folder(folder, kind, organization_id=into, dry_run=dry_run, progress=progress)  # type: ignore[arg-type]
        pending = archive.pending_extractions()
    if as_json:
        print_json(outcome)
    else:
        _tell(outcome, pending)
    if outcome.findings_count:
        ctx.exit(1)


def _tell(outcome: ImportOutcome, pending: int) -> None:
    did = "Would import" if outcome.dry_run else "Imported"
    are = "is" if outcome.present_count == 1 else "are"
    there = f", {outcome.present_count:,} {are} here already" if outcome.present_count else ""
    seconds = describe_seconds(outcome.seconds)
    click.echo(f"{did} {count_things(outcome.documents_added, 'document')}{there}, in {seconds}.")
    if outcome.completed_count:
        click.echo(f"Put {count_things(outcome.completed_count, 'missing original')} in place.")
    # What a dry run would add of these is known only by adding it.
    beside = ", with those that are here already" if outcome.dry_run else ""
    for table, count in outcome.rows_added.items():
        if count:
            click.echo(f"  {table.replace('_', ' ')}: {count:,}{beside}")
    for note in outcome.notes:
        print_message(note)
    _warn(outcome.findings, outcome.findings_count)
    if pending and not outcome.dry_run:
        are = "is" if pending == 1 else "are"
        print_message(f"{count_things(pending, 'original')} {are} still to be read: `papra-index wait` reads them.")


def _warn(findings: tuple[Finding, ...], count: int) -> None:
    for finding in findings[:_SHOWN]:
        print_warning(f"{finding.message}; {finding.next_step}")
    if count > _SHOWN:
        print_warning(f"and {count - _SHOWN:,} more: --json lists a thousand")
