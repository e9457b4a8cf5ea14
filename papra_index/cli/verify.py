"""The command verify: an archive looked through, and repaired where that can be done."""

from __future__ import annotations

import click

from papra_index.cli.options import find_archive_path, is_read_only_asked, take_json, take_place
from papra_index.cli.output import open_console, print_json, print_message
from papra_index.cli.wording import clean_line, count_things, describe_seconds, describe_size
from papra_index.values.integrity import Finding


@click.command("verify")
@click.option(
    "--deep", is_flag=True, help="Compute the SHA-256 of every original, and check the catalog's indexes too."
)
@click.option("--repair", is_flag=True, help="Make anew what can be derived; set files of no document aside.")
@take_place
@take_json
@click.pass_context
def verify_command(ctx: click.Context, deep: bool, repair: bool, as_json: bool) -> None:
    """Look for damage: catalog, originals, index.

    Also in an archive that cannot be opened, and while others use it. Exit status 1 tells that something was found and
    not repaired; each finding says what to do.
    """
    from papra_index.cli.progress import show_part
    from papra_index.upkeep import verify_archive

    with show_part(open_console(errors=True)) as progress:
        outcome = verify_archive(
            find_archive_path(),
            deep=deep,
            repair=repair,
            progress=progress,
            on_finding=None if as_json else _tell,
            read_only=is_read_only_asked() or None,
        )
    if as_json:
        print_json(outcome)
    else:
        looked = [count_things(outcome.documents_count, "original")]
        looked += [describe_size(outcome.originals_size)] if deep else []
        looked += [count_things(outcome.index_files_count, "index file")]
        found = count_things(outcome.findings_count, "finding") if outcome.findings_count else "all is sound"
        print_message(f"{', '.join(looked)} in {describe_seconds(outcome.seconds)}: {found}.")
    if not outcome.is_sound:
        ctx.exit(1)


def _tell(finding: Finding) -> None:
    click.echo(clean_line(f"{finding.code}: {finding.message}"))
    click.echo(clean_line(f"  {'repaired' if finding.repaired else finding.next_step}"))
