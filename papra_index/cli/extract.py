"""The command extract: the text of files, for people or as JSON, without an archive."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

import click

from papra_index.cli.options import take_json
from papra_index.cli.output import print_error, print_json_lines, print_message, print_warning
from papra_index.cli.wording import count_things
from papra_index.conventions.values import dataclass
from papra_index.documents import ExtractionStatus
from papra_index.errors import SourceUnreadable

if TYPE_CHECKING:
    from papra_index.conventions.sources import Source
    from papra_index.walks.reading.files import ExtractedFile

_STDIN = "-"


@click.command("extract")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(allow_dash=True))
@click.option("--pages", "by_page", is_flag=True, help="Print a line with the provenance above each page.")
@click.option("--language", metavar="CODES", help="Languages of scans, as in eng+deu, or auto (default: eng).")
@click.option("--no-ocr", is_flag=True, help="Leave out what only OCR would read.")
@click.option("--exclude", multiple=True, metavar="GLOB", help="Pass by files and folders of this name or path.")
@click.option("--hidden", is_flag=True, help="Take hidden files and folders too.")
@take_json
@click.pass_context
def extract_command(
    ctx: click.Context,
    paths: tuple[str, ...],
    by_page: bool,
    language: str | None,
    no_ocr: bool,
    exclude: tuple[str, ...],
    hidden: bool,
    as_json: bool,
) -> None:
    """Print the text of files, without an archive.

    Folders are gone through with all that is in them; - is standard input. With --json, a line for each file as it is
    done: its pages with their provenance, status and reason. Exit status 1 says that a file could not be read.
    """
    from papra_index.cli.walking import FileWalk
    from papra_index.walks.reading.files import extract_many

    printing = Printing(as_json, by_page, has_headings=len(paths) > 1 or os.path.isdir(paths[0]))  # noqa: PTH112
    walk = FileWalk(paths, hidden, exclude)
    files = extract_many(
        _iterate_sources(walk.iterate_files(printing.note_unlisted)),
        ocr_languages=language.split("+") if language else (),
        ocr=not no_ocr,
        in_order=not as_json,
    )
    with closing(files):
        for file in files:
            printing.print_file(file)
    if printing.failed:
        ctx.exit(1)


@dataclass(slots=True)
class Printing:
    """How files are printed, and how many of them gave no text."""

    as_json: bool
    by_page: bool
    has_headings: bool
    failed: int = 0
    printed: int = 0

    def note_unlisted(self, path: str, reason: str) -> None:
        """Print a folder that could not be gone through as a file that could not be read."""
        from papra_index.walks.reading.files import ExtractedFile

        code, message = SourceUnreadable.code, f"{path} {reason}"
        self.print_file(ExtractedFile(path, path, (), "", ExtractionStatus.FAILED, code, message))

    def print_file(self, file: ExtractedFile) -> None:
        """Print a file's text, and on stderr what is wrong with it."""
        has_text = any(page.text.strip() for page in file.pages)
        if self.as_json:
            print_json_lines([describe_file(file)])
        elif has_text or (self.by_page and file.pages):
            self._print_text(file)
        self._print_state(file, has_text)

    def _print_text(self, file: ExtractedFile) -> None:
        from papra_index.cli.showing import print_content, print_file_heading, print_pages

        if self.has_headings and (self.by_page or sys.stdout.isatty()):
            if self.printed:
                click.echo()
            print_file_heading(name_source(file.source), file.mime_type, len(file.pages))
        if self.by_page:
            print_pages(file.pages)
        else:
            print_content(file.text.removesuffix("\n"))
        self.printed += 1

    def _print_state(self, file: ExtractedFile, has_text: bool) -> None:
        path = name_source(file.source)
        waiting = sum(page.awaits_ocr for page in file.pages)
        if file.reason and not has_text:
            self.failed += 1
            print_error(explain_failure(path, file.message or ""))
        elif file.reason:
            print_warning(explain_failure(path, file.message or ""))
        elif waiting:
            print_message(f"{path}: {count_things(waiting, 'page')} left out that OCR would read")
        elif not self.as_json and not has_text:
            print_message(f"{path}: there is no text in it")


def name_source(source: Source) -> str:
    """Return the path as it was given, - for standard input."""
    return os.fspath(source) if isinstance(source, str) else _STDIN


def explain_failure(path: str, message: str) -> str:
    """Return a message that names the file, once."""
    return message if message.startswith(path) else f"{path}: {message}"


def describe_file(file: ExtractedFile) -> dict[str, object]:
    """Return a file in the types of JSON."""
    return {
        "path": name_source(file.source),
        "mime_type": file.mime_type,
        "status": file.status,
        "reason": file.reason,
        "message": file.message,
        "seconds": file.seconds,
        "pages": file.pages,
    }


def _iterate_sources(paths: Iterator[str]) -> Iterator[Source]:
    for path in paths:
        yield sys.stdin.buffer if path == _STDIN else path
