"""The command demo: a small archive from a folder of documents, three searches and the statistics."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from papra_index.cli.opening import open_archive
from papra_index.cli.options import given_archive_path, take_place
from papra_index.cli.output import draw
from papra_index.cli.wording import clean_line, count_things, describe_size
from papra_index.conventions.values import dataclass
from papra_index.errors import InvalidInput, SourceUnreadable

if TYPE_CHECKING:
    from papra_index.archive import Archive
    from papra_index.organization import Organization
    from papra_index.walks.writing.uploads import AddOutcome, Upload

_NAME = "Demo"
_COLORS = ("#2E86DE", "#27AE60", "#E67E22", "#8E44AD", "#C0392B", "#16A085", "#D4AC0D", "#7F8C8D")
SEARCHES = (
    ("A phrase, in the text layer of a PDF", '"annual maintenance"'),
    ("A name that only a scan has, found by OCR", "zephyrine"),
    ("Bills of 2023 and later, by tag and date", "tag:bills date:>=2023 total"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a manifest says of a file: its tags and its date."""

    tags: tuple[str, ...] = ()
    document_date: datetime | None = None


@click.command("demo")
@click.argument("folder", default=Path("fixtures/documents"), type=click.Path(path_type=Path))
@take_place
@click.pass_context
def demo_command(ctx: click.Context, folder: Path) -> None:
    """Make a small archive and search it.

    The archive is ./demo-archive, or where --archive says; FOLDER is fixtures/documents unless given. Tags and dates
    are taken from the file FOLDER.toml if there is one.
    """
    if not folder.is_dir():
        raise SourceUnreadable(f"{folder} is not a folder: run this in a checkout of papra_index, or give a folder")
    path = given_archive_path() or Path("demo-archive")
    entries = read_manifest(folder.with_name(folder.name + ".toml"))
    with open_archive(path, reading=True, create=True) as archive:
        demo = _find_demo(archive)
        _print_heading(f"Adding {folder} to {path}")
        if _add_folder(archive, demo, folder, entries).is_stopped:
            ctx.exit(130)
        for title, query in SEARCHES:
            _show_search(demo, title, query)
        _show_statistics(demo)
    click.echo(f"\nGo on: papra-index --archive {path} search WORDS")


def read_manifest(file: Path) -> dict[str, Entry]:
    """Return what a manifest says of each file; nothing where there is none."""
    if not file.is_file():
        return {}
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{file} is not valid TOML: {error}") from error
    return {str(item["file"]): _read_entry(item) for item in table.get("documents", []) if "file" in item}


def _read_entry(item: dict[str, Any]) -> Entry:
    day = item.get("date")
    if isinstance(day, date) and not isinstance(day, datetime):
        day = datetime.combine(day, time(), UTC)
    return Entry(tuple(item.get("tags", ())), day if isinstance(day, datetime) else None)


def _find_demo(archive: Archive) -> Organization:
    for organization in archive.organizations():
        if organization.name == _NAME:
            return organization
    return archive.create_organization(_NAME)


def _add_folder(archive: Archive, demo: Organization, folder: Path, entries: dict[str, Entry]) -> Any:
    from papra_index.cli.adding import AddRun, FileCount
    from papra_index.cli.summary import find_incomplete, print_summary
    from papra_index.cli.walking import FileWalk
    from papra_index.walks.writing.uploads import Upload

    walk = FileWalk([str(folder)], archive=archive.folder)
    tag_ids = _create_tags(demo, entries)

    def tag_outcome(outcome: AddOutcome) -> None:
        if outcome.document_id is not None and outcome.error is None:
            for tag in entries.get(Path(str(outcome.upload.source)).name, Entry()).tags:
                demo.tag(outcome.document_id, tag_ids[tag])

    def describe_files(run: AddRun) -> Iterator[Upload]:
        for path in walk.iterate_files(run.report.note_failure):
            yield Upload(path, document_date=entries.get(Path(path).name, Entry()).document_date)

    run = AddRun(archive, demo, observe=tag_outcome)
    report = run.add(describe_files(run), FileCount(walk))
    print_summary(report, find_incomplete(demo, report))
    return report


def _create_tags(demo: Organization, entries: dict[str, Entry]) -> dict[str, str]:
    from papra_index.cli.tags import find_or_create_tag

    names = sorted({tag for entry in entries.values() for tag in entry.tags})
    return {name: find_or_create_tag(demo, name, _COLORS[place % len(_COLORS)]).id for place, name in enumerate(names)}


def _show_search(demo: Organization, title: str, query: str) -> None:
    from papra_index.cli.search import show_search

    _print_heading(title)
    click.echo(f"papra-index search {query if ' ' not in query else chr(39) + query + chr(39)}")
    show_search(demo, query)


def _show_statistics(demo: Organization) -> None:
    counts = demo.statistics()
    _print_heading("Statistics")
    click.echo(f"{count_things(counts.documents_count, 'document')}, {describe_size(counts.documents_size)}")
    tags = sorted(demo.list_tags(), key=lambda tag: (-(tag.documents_count or 0), tag.normalized_name))
    draw(", ".join(f"{clean_line(tag.name)} {tag.documents_count}" for tag in tags))


def _print_heading(title: str) -> None:
    draw("", title, style="bold blue")
