"""Options that commands share; --archive, --org and --read-only may stand before the command or after it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from papra_index.errors import InvalidInput

ARCHIVE_VARIABLE = "PAPRA_INDEX_ARCHIVE"
READ_ONLY_VARIABLE = "PAPRA_INDEX_READ_ONLY"
ORGANIZATION_VARIABLE = "PAPRA_INDEX_ORG"

_Function = TypeVar("_Function", bound=Callable[..., Any])


class _Date(click.DateTime):
    """A date, whose error shows one instead of the codes of `strptime`."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the time that a text means."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"{value!r} is no date: give one such as 2024-06-30, 2024-06 or 2024-06-30T09:15", param, ctx)


class _Folder(click.Path):
    """A path that is not empty: a variable that is not set would otherwise stand for the current folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path."""
        if not value:
            self.fail("the path is empty: give one (. is the folder you are in)", param, ctx)
        return super().convert(value, param, ctx)


DATE = _Date(["%Y-%m-%d", "%Y-%m", "%Y", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])
FOLDER = _Folder(path_type=Path)

SORT_NAMES = ("created", "updated", "date", "name", "size")
"""Orders by their name on the command line."""


def take_place(function: _Function) -> _Function:
    """Add --archive, --org and --read-only; `find_archive_path`, `find_organization_name` and `is_read_only_asked` give
    what was said.
    """
    for decorate in (_READ_ONLY, _ORGANIZATION, _ARCHIVE):
        function = decorate(function)
    return function


def _remember(ctx: click.Context, param: click.Parameter, value: object) -> None:
    if value is not None and value is not False:
        # Click shares `meta` between the program's context and the command's.
        ctx.meta[f"papra_index.{param.name}"] = value


_ARCHIVE = click.option(
    "--archive",
    metavar="PATH",
    type=FOLDER,
    callback=_remember,
    expose_value=False,
    help=f"Folder of the archive (default: ${ARCHIVE_VARIABLE}).",
)
_ORGANIZATION = click.option(
    "--org",
    metavar="ORG",
    callback=_remember,
    expose_value=False,
    help=f"Organization, by id or name (default: ${ORGANIZATION_VARIABLE}, or the only one).",
)


_READ_ONLY = click.option(
    "--read-only",
    is_flag=True,
    callback=_remember,
    expose_value=False,
    help="Write nothing in the archive's folder (default: where it cannot be written).",
)


def given_archive_path() -> Path | None:
    """Return what --archive says; the environment is not asked."""
    path = click.get_current_context().meta.get("papra_index.archive")
    return path if isinstance(path, Path) else None


def find_archive_path() -> Path:
    """Return the folder of the archive. Raises InvalidInput when neither option nor variable names one."""
    path = given_archive_path()
    if path is not None:
        return path
    if os.environ.get(ARCHIVE_VARIABLE):
        return Path(os.environ[ARCHIVE_VARIABLE])
    raise InvalidInput(f"which archive? Pass --archive PATH, or set {ARCHIVE_VARIABLE}")


def is_read_only_asked() -> bool:
    """Return whether --read-only, or its variable, asks that nothing is written."""
    said = click.get_current_context().meta.get("papra_index.read_only")
    return bool(said or os.environ.get(READ_ONLY_VARIABLE))


def find_organization_name() -> str | None:
    """Return the id or name of the organization wanted, None when nothing was said."""
    name = click.get_current_context().meta.get("papra_index.org") or os.environ.get(ORGANIZATION_VARIABLE)
    return str(name) if name else None


def take_json(function: _Function) -> _Function:
    """Add --json."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")(function)


def take_originals(function: _Function) -> _Function:
    """Add --in-place and --copy; None where neither is given."""
    return click.option(
        "--in-place/--copy",
        "in_place",
        default=None,
        help="Leave files where they are and refer to them, or copy them into the archive (default: as set).",
    )(function)


def take_page(function: _Function) -> _Function:
    """Add --page, which counts from 1, and --page-size, whose bounds are the library's."""
    size = click.option("--page-size", type=int, default=25, show_default=True, help="Documents on a page, 1 to 100.")
    page = click.option(
        "--page", "page_number", type=click.IntRange(1), default=1, show_default=True, help="Which page, from 1."
    )
    return page(size(function))


class _NameOrProperty(click.Choice[str]):
    """One of some names, or `property:` and what a custom property is called."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the value if it is one."""
        from papra_index.results import PROPERTY_PREFIX

        return value if value.startswith(PROPERTY_PREFIX) else super().convert(value, param, ctx)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str | None:
        """Return the names for the help."""
        from papra_index.results import PROPERTY_PREFIX

        names = super().get_metavar(param, ctx)
        return None if names is None else f"{names[:-1]}|{PROPERTY_PREFIX}NAME]"


def take_facets(function: _Function) -> _Function:
    """Add --facet, several times or with `all`."""
    from papra_index.results import FACET_NAMES

    return click.option(
        "--facet",
        "facets",
        multiple=True,
        type=_NameOrProperty([*FACET_NAMES, "organization", "all"]),
        callback=lambda _, __, names: tuple(
            dict.fromkeys(each for name in names for each in (FACET_NAMES if name == "all" else (name,)))
        ),
        help="Count the documents by this, the query's own filter on it apart; several times, or all.",
    )(function)


def take_cursor(function: _Function) -> _Function:
    """Add --cursor."""
    return click.option(
        "--cursor", metavar="TEXT", help="Go on where the page before ended, as it says: any depth costs the same."
    )(function)


def take_sort(function: _Function) -> _Function:
    """Add --sort and --asc or --desc; without a direction, names and undirected orders ascend and the rest descend."""
    direction = click.option(
        "--desc/--asc", "descending", default=None, help="Direction (default: names ascend, the rest descends)."
    )
    sort = click.option("--sort", "sort_name", type=_NameOrProperty(SORT_NAMES), help="Order of the documents.")
    return sort(direction(function))


def tell_next_page(page_index: int, next_cursor: str | None, *, by_cursor: bool) -> str:
    """Return the options that give the page behind this one; with `by_cursor` the page was asked for by its cursor."""
    numbered = f"--page {page_index + 2}"
    if next_cursor is None:
        return numbered
    return f"--cursor {next_cursor}" if by_cursor else f"{numbered}, or --cursor {next_cursor}"
