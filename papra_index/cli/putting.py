"""The commands put, replace and versions: documents by the ids of their source, and the files they have had."""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import click

from papra_index.cli.opening import choose_organization, open_archive, open_organization
from papra_index.cli.options import DATE, take_json, take_place
from papra_index.cli.output import draw, open_console, print_error, print_json, print_json_lines, print_message
from papra_index.cli.wording import clean_line, count_things, describe_moment, describe_size
from papra_index.errors import InvalidInput
from papra_index.values.bulk import BulkOutcome, BulkStatus, PutRequest

_TAKEN = frozenset({"external_id", "file", "name", "content", "mime_type", "document_date", "notes", "tags",
                    "ocr_languages", "principals", "properties"})  # fmt: skip
_LISTED_FAILURES = 20


@click.command("put")
@click.argument("external_id", required=False)
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False))
@click.option("--json-lines", "lines", type=click.File("rb"), metavar="FILE", help="Put a document for each line.")
@click.option("--name", help="Its name (default: the file's, else the external id).")
@click.option("--content", help="Its text; with a file, nothing is read from that.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Its tags; a new name makes a new tag.")
@click.option("--date", "document_date", type=DATE, metavar="DATE", help="Its date, such as 2024-06-30.")
@click.option("--notes", help="Its notes.")
@click.option("--mime-type", help="Its mime type.")
@take_place
@take_json
@click.pass_context
def put_command(
    ctx: click.Context, /, external_id: str | None, lines: IO[bytes] | None, as_json: bool, **facts: Any
) -> None:
    """Create documents by ids of their source, or make them so.

    Without FILE a document is index-only: it has a name and a text. What is so already is left alone. A line of
    --json-lines is an object with external_id and any of file (beside the lines), name, content, mime_type,
    document_date, notes, tags, ocr_languages, principals, properties (values by name); - is standard input.
    """
    if (external_id is None) == (lines is None):
        raise click.UsageError("give an EXTERNAL_ID, or --json-lines FILE.")
    if lines is not None:
        _put_lines(ctx, lines, as_json=as_json)
        return
    if facts["file"] is None and facts["content"] is None:
        # A put says all of a document: what has a text would be emptied by a forgotten argument.
        raise click.UsageError("give a FILE or --content; --content '' makes a document without text.")
    facts["tags"] = facts["tags"] or None
    with open_organization() as home:
        outcome = home.put(str(external_id), facts.pop("file"), **facts)
    if as_json:
        print_json(_describe(outcome))
    else:
        click.echo(f"{outcome.status.value} {outcome.document_id}")


@click.command("replace")
@click.argument("document")
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--mime-type", help="Its mime type (default: what its bytes say).")
@take_place
@take_json
def replace_command(document: str, file: str, mime_type: str | None, as_json: bool) -> None:
    """Give a document another file; it keeps id, tags and history.

    DOCUMENT is an id or the beginning of one. `wait` reads the new text.
    """
    with open_organization() as home:
        replaced = home.replace(home.find_id(document), file, mime_type=mime_type)
    if as_json:
        print_json(replaced)
    else:
        click.echo(f"{replaced.id} has version {replaced.version}")


@click.command("versions")
@click.argument("document")
@take_place
@take_json
def versions_command(document: str, as_json: bool) -> None:
    """List the files that a document has and had, newest first.

    DOCUMENT is an id or the beginning of one.
    """
    from papra_index.cli.tables import build_table

    with open_organization() as home:
        versions = home.versions(home.find_id(document))
    if as_json:
        print_json_lines(versions)
        return
    if not versions:
        print_message("There is no file: the document is index-only.")
        return
    table = build_table(">Version", "Name", ">Size", "Type", "Came", "Replaced")
    for item in versions:
        gone = "" if item.replaced_at is None else describe_moment(item.replaced_at)
        about = clean_line(item.original_name), describe_size(item.original_size), clean_line(item.mime_type)
        table.add_row(str(item.number), *about, describe_moment(item.arrived_at), gone)
    draw(table)


def _put_lines(ctx: click.Context, lines: IO[bytes], *, as_json: bool) -> None:
    """Put a document for each line, and report."""
    from papra_index.cli.progress import show_progress

    counts: Counter[BulkStatus] = Counter()
    failures: list[str] = []
    folder = Path(lines.name).parent if isinstance(lines.name, str) else Path()
    with open_archive() as archive, show_progress(open_console(errors=True), "Putting") as progress:
        home = choose_organization(archive)
        requests = _Lines(lines, folder)
        for done, outcome in enumerate(home.bulk(requests), 1):
            number, fault = requests.places.popleft()
            error = fault or outcome.error
            counts[outcome.status] += 1
            if error is not None and len(failures) < _LISTED_FAILURES:
                failures.append(f"line {number}: {error.message}")
            if as_json:
                print_json_lines([{"line": number, **_describe(replace(outcome, error=error))}])
            progress(done, done)
    if not as_json:
        told = ", ".join(f"{counts[status]:,} {status.value}" for status in BulkStatus if counts[status])
        click.echo(told or "nothing to put")
    for failure in failures:
        print_error(failure)
    if counts[BulkStatus.FAILED]:
        failed = count_things(counts[BulkStatus.FAILED], "line")
        print_error(f"{failed} could not be put: correct what was named and put all again; what is so already stays so")
        ctx.exit(1)


class _Lines:
    """Requests read from lines; `places` has the line of each whose outcome is awaited, and what is wrong with it.

    A line that is no request keeps its place among the others, as one without an external id, which fails alone.
    """

    def __init__(self, lines: IO[bytes], folder: Path) -> None:
        self._lines = lines
        self._folder = folder
        self.places: deque[tuple[int, InvalidInput | None]] = deque()

    def __iter__(self) -> Iterator[PutRequest]:
        for number, line in enumerate(self._lines, 1):
            if not line.strip():
                continue
            try:
                request, fault = _read_line(line, self._folder), None
            except InvalidInput as error:
                request, fault = PutRequest(""), error
            self.places.append((number, fault))
            yield request


def _read_line(line: bytes, folder: Path) -> PutRequest:
    from papra_index.organization.documents import read_document_date

    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"this is no JSON ({error}): write an object with external_id on a line") from error
    if not isinstance(values, dict):
        raise InvalidInput("this is no object: write one with external_id on a line")
    if unknown := sorted(values.keys() - _TAKEN):
        raise InvalidInput(f"no document has {', '.join(unknown)[:200]}: it may have {', '.join(sorted(_TAKEN))}")
    if values.get("external_id") is None:
        raise InvalidInput("there is no external_id: give the id that the source knows the document by")
    if values.get("document_date") is not None:
        values["document_date"] = read_document_date(str(values["document_date"]))
    file = values.pop("file", None)
    given = {name: value for name, value in values.items() if value is not None}
    return PutRequest(given.pop("external_id"), None if file is None else folder / str(file), **given)


def _describe(outcome: BulkOutcome) -> dict[str, object]:
    error = outcome.error
    return {
        "external_id": outcome.external_id,
        "status": outcome.status.value,
        "document_id": outcome.document_id,
        "restored": outcome.restored,
        "error": None if error is None else {"code": error.code, "message": error.message},
    }
