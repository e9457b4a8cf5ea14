"""The command sync: documents in line with a folder, once or as long as it is watched."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from papra_index.cli.opening import choose_organization, open_archive
from papra_index.cli.options import FOLDER, take_json, take_originals, take_place
from papra_index.cli.output import draw, print_error, print_json, print_json_lines, print_message
from papra_index.cli.wording import clean_line, count_things
from papra_index.settings import COPY, IN_PLACE

if TYPE_CHECKING:
    from papra_index.archive import Archive
    from papra_index.organization import Organization
    from papra_index.values.syncs import SyncEvent, SyncIssue, SyncReport

_LISTED = 20


@click.command("sync")
@click.argument("folder", type=FOLDER)
@take_originals
@click.option("--include", multiple=True, metavar="PATTERN", help="Take only what matches, as in a .gitignore file.")
@click.option("--exclude", multiple=True, metavar="PATTERN", help="Leave out what matches, as .papraignore files do.")
@click.option("--hidden", is_flag=True, help="Take hidden files and folders too.")
@click.option("--folder-tags", is_flag=True, help="Tag documents with the names of the folders they are in.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; write nothing.")
@click.option("--allow-empty", is_flag=True, help="Trash all of a folder without files, of unmounted disks below it.")
@click.option("--watch", is_flag=True, help="Go on until Ctrl-C, soon after each change (needs the extra watch).")
@click.option("--verbose", "-v", is_flag=True, help="Print what became of each file.")
@click.option("--no-wait", is_flag=True, help="Return when all is stored; `wait` reads the texts.")
@take_place
@take_json
@click.pass_context
def sync_command(
    ctx: click.Context,
    /,
    folder: Path,
    in_place: bool | None,
    allow_empty: bool,
    dry_run: bool,
    watch: bool,
    verbose: bool,
    no_wait: bool,
    as_json: bool,
    **choice: Any,
) -> None:
    """Bring documents in line with FOLDER.

    New files are added, changed ones read again, moved ones followed, those of deleted files trashed; all keep id, tags
    and history. Files named .papraignore say what is left out, as .gitignore files do.
    """
    if watch and (dry_run or allow_empty):
        raise click.UsageError("--watch does not go with --dry-run and --allow-empty.")
    options = {**choice, "originals": None if in_place is None else IN_PLACE if in_place else COPY}
    with open_archive(reading=not no_wait and not dry_run) as archive:
        home = choose_organization(archive)
        if watch:
            _watch(home, folder, options, as_json=as_json)
            return
        events: list[SyncEvent] = []
        observe = events.append if as_json and (dry_run or verbose) else _print_event if dry_run or verbose else None
        report = home.sync(folder, dry_run=dry_run, allow_empty=allow_empty, observe=observe, **options)
        if as_json:
            print_json({"report": report, "events": events} if observe else {"report": report})
        else:
            print_report(report)
        if not no_wait and not dry_run:
            _wait(archive)
    if report.failures:
        if not as_json:
            print_error(f"{count_things(len(report.failures), 'path')} could not be read")
        ctx.exit(1)


def print_report(report: SyncReport) -> None:
    """Print what became of a folder, for people."""
    counts = [
        f"{count:,} {word}"
        for word, count in (
            ("added", report.added), ("changed", report.changed), ("moved", report.moved),
            ("restored", report.restored), ("trashed", report.trashed), ("unchanged", report.unchanged),
            ("with the bytes of another", report.duplicates), ("kept unread", report.kept),
        )
        if count
    ]  # fmt: skip
    would = "Would be: " if report.dry_run else ""
    click.secho(f"{clean_line(report.folder)}: {count_things(report.files, 'file')}", bold=True)
    if counts:
        click.echo(f"  {would}{' · '.join(counts)}")
    _print_issues("Could not be read; their documents stay as they are", report.failures)
    _print_issues("Passed by", report.passed_by)


def _watch(home: Organization, folder: Path, options: dict[str, Any], *, as_json: bool) -> None:
    stop = threading.Event()
    with _end_on_interrupt(stop):
        for report in home.watch(folder, stop, **options):
            if as_json:
                print_json_lines([report])
            elif report.changes or report.failures:
                print_report(report)


@contextmanager
def _end_on_interrupt(stop: threading.Event) -> Iterator[None]:
    import signal

    def end(*_: object) -> None:
        stop.set()

    previous = [(number, signal.signal(number, end)) for number in (signal.SIGINT, signal.SIGTERM)]
    try:
        yield
    finally:
        for number, handler in previous:
            signal.signal(number, handler)


def _print_event(event: SyncEvent) -> None:
    old = f"{clean_line(event.old_path)} → " if event.old_path is not None else ""
    click.echo(f"{event.action.value:<10} {old}{clean_line(event.path)}")


def _print_issues(heading: str, issues: list[SyncIssue]) -> None:
    if not issues:
        return
    from rich.text import Text

    lines = [Text(f"  {clean_line(issue.path) or '.'}: {clean_line(issue.message)}") for issue in issues[:_LISTED]]
    draw("", Text(f"{heading} ({len(issues):,}):", style="yellow"), *lines)
    if len(issues) > _LISTED:
        draw(Text(f"  … and {len(issues) - _LISTED:,} more: --json lists all", style="dim"))


def _wait(archive: Archive) -> None:
    from papra_index.cli.waiting import wait_for_reading

    if not wait_for_reading(archive):
        print_message("Stopped: `papra-index wait` reads the rest.")
