"""The command add: files and folders into an organization, with a summary that names what did not go well."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click

from papra_index.cli.opening import choose_organization, open_archive
from papra_index.cli.options import DATE, take_json, take_originals, take_place
from papra_index.cli.output import print_error, print_json_lines, print_message
from papra_index.cli.summary import describe_failure, describe_outcome, find_incomplete, print_summary
from papra_index.cli.wording import count_things
from papra_index.conventions.values import dataclass

if TYPE_CHECKING:
    from papra_index.cli.adding import AddReport, AddRun
    from papra_index.cli.walking import FileWalk
    from papra_index.walks.writing.uploads import AddOutcome, Upload

_STDIN = "-"


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is said of all files that are added."""

    name: str | None = None
    document_date: datetime | None = None
    ocr_languages: tuple[str, ...] = ()
    in_place: bool | None = None
    principals: tuple[str, ...] | None = None

    def describe(self, path: str) -> Upload:
        """Return the upload of a path, or of standard input."""
        from papra_index.walks.writing.uploads import Upload

        source = sys.stdin.buffer if path == _STDIN else path
        in_place = None if path == _STDIN else self.in_place
        return Upload(source, self.name, None, None, self.document_date, self.ocr_languages, in_place, self.principals)


@click.command("add")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(allow_dash=True))
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Tag every document; a new name makes a new tag.")
@click.option("--date", "document_date", type=DATE, metavar="DATE", help="Date of the documents, such as 2024-06-30.")
@click.option(
    "--language", metavar="CODES", help="Languages of scans, as in eng+deu, or auto (default: the archive's)."
)
@click.option("--name", help="Name of the document, for a single file or standard input.")
@click.option("--principal", "principals", multiple=True, metavar="PRINCIPAL", help="Whom they are for (default: all).")
@click.option("--exclude", multiple=True, metavar="GLOB", help="Pass by files and folders of this name or path.")
@click.option("--hidden", is_flag=True, help="Take hidden files and folders too.")
@take_originals
@click.option("--no-wait", is_flag=True, help="Return when all is stored; `wait` or the next `add` reads the texts.")
@take_place
@take_json
@click.pass_context
def add_command(
    ctx: click.Context,
    paths: tuple[str, ...],
    tags: tuple[str, ...],
    document_date: datetime | None,
    language: str | None,
    name: str | None,
    principals: tuple[str, ...],
    exclude: tuple[str, ...],
    hidden: bool,
    in_place: bool | None,
    no_wait: bool,
    as_json: bool,
) -> None:
    """Archive files and folders.

    Folders are gone through with all that is in them; - is standard input. What is there already is left as it is, so
    a run that was stopped is continued by running it again. With --json, a line for each file. `put` gives a document
    an id of its source.
    """
    from papra_index.cli.adding import AddRun
    from papra_index.cli.tags import find_or_create_tag
    from papra_index.cli.walking import FileWalk
    from papra_index.conventions.principals import check_principals
    from papra_index.conventions.sources import check_languages

    _check_name(paths, name)
    languages = check_languages(language.split("+")) if language else ()
    facts = FileFacts(name, document_date, languages, in_place, check_principals(principals) or None)
    with open_archive(reading=not no_wait) as archive:
        home = choose_organization(archive)
        tag_ids = [find_or_create_tag(home, tag).id for tag in tags]
        run = AddRun(archive, home, wait=not no_wait, tag_ids=tag_ids, observe=_print_outcome if as_json else None)
        walk = FileWalk(paths, hidden, exclude, archive.folder)
        _run_add(run, walk, facts)
        if not as_json:
            print_summary(run.report, find_incomplete(home, run.report))
        pending = archive.pending_extractions()
    _end_add(ctx, run.report, pending)


def _check_name(paths: Sequence[str], name: str | None) -> None:
    if name is not None and (len(paths) > 1 or os.path.isdir(paths[0])):  # noqa: PTH112
        raise click.UsageError("--name is for a single file or standard input.")
    if name is None and _STDIN in paths:
        raise click.UsageError("standard input has no name: pass --name, such as --name letter.pdf.")


def _run_add(run: AddRun, walk: FileWalk, facts: FileFacts) -> None:
    from papra_index.cli.adding import FileCount

    def note_failure(path: str, reason: str) -> None:
        run.report.note_failure(path, reason)
        if run.observe is not None:
            print_json_lines([describe_failure(path, reason)])

    run.add((facts.describe(path) for path in walk.iterate_files(note_failure)), FileCount(walk))


def _print_outcome(outcome: AddOutcome) -> None:
    print_json_lines([describe_outcome(outcome)])


def _end_add(ctx: click.Context, report: AddReport, pending: int) -> None:
    if report.is_stopped:
        print_message("Stopped. Run the same command again to go on; what is added already is passed over.")
    if pending:
        print_message(f"{count_things(pending, 'text')} still to be read: `papra-index wait` reads them.")
    if report.is_stopped:
        ctx.exit(130)
    if report.failed:
        print_error(f"{count_things(report.failed, 'file')} could not be added")
        ctx.exit(1)
