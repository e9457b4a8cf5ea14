"""Opening the archive and the organization that a command line names; commands that only read start no workers."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from papra_index.cli.options import find_archive_path, find_organization_name, is_read_only_asked
from papra_index.errors import InvalidInput, OrganizationNotFound
from papra_index.results import Sort, SortField

if TYPE_CHECKING:
    from papra_index.archive import Archive
    from papra_index.documents import OrganizationDetails
    from papra_index.organization import Organization

_Named = TypeVar("_Named", bound="Organization | OrganizationDetails")

_LISTED_ORGANIZATIONS = 10
_SORT_FIELDS = {
    "created": SortField.CREATED_AT,
    "updated": SortField.UPDATED_AT,
    "date": SortField.DOCUMENT_DATE,
    "name": SortField.NAME,
    "size": SortField.SIZE,
}


def open_archive(path: Path | None = None, *, reading: bool = False, create: bool = False) -> Archive:
    """Open the archive that was named; with `reading` originals are read in the background, where it can be written."""
    from papra_index.settings import SETTINGS_NAME, load_settings

    folder = path if path is not None else find_archive_path()
    settings = load_settings(folder / SETTINGS_NAME)
    if not reading:
        settings = replace(settings, extraction=replace(settings.extraction, background=False))
    read_only = True if is_read_only_asked() else False if reading else None
    return _load_archive().open(folder, settings=settings, create=create, read_only=read_only)


@cache
def _load_archive() -> type[Archive]:
    """Import the archive, and have no garbage looked for in what is imported: all of it stays, and looking through it
    again and again is an eighth of what a search takes.
    """
    gc.disable()
    try:
        from papra_index.archive import Archive
    finally:
        gc.freeze()
        gc.enable()
    return Archive


@contextmanager
def open_organization(*, reading: bool = False) -> Iterator[Organization]:
    """Open the archive for as long as the block runs and give the organization that was named."""
    with open_archive(reading=reading) as archive:
        yield choose_organization(archive)


def choose_organization(archive: Archive, name: str | None = None) -> Organization:
    """Return the organization of this id or unique name (default: what --org says), or the only one there is."""
    wanted = name or find_organization_name()
    organizations = archive.organizations()
    if wanted is None:
        if len(organizations) == 1:
            return organizations[0]
        if not organizations:
            raise OrganizationNotFound("this archive has no organization yet: create one with `papra-index org create`")
        raise InvalidInput(f"which organization? Pass --org with one of {_name_all(organizations)}")
    if wanted.startswith("org_") and not any(item.id == wanted for item in organizations):
        return archive.organization(wanted)
    return choose_named(organizations, wanted, "organization")


def choose_named(items: Sequence[_Named], wanted: str, noun: str) -> _Named:
    """Return the one of this id or unique name, letter case apart. Raises OrganizationNotFound, InvalidInput."""
    found = (
        [item for item in items if item.id == wanted]
        or [item for item in items if item.name == wanted]
        or [item for item in items if item.name.casefold() == wanted.casefold()]
    )
    if not found:
        others = f" here, but {_name_all(items)}" if items else ""
        raise OrganizationNotFound(f"there is no {noun} {wanted!r}{others}")
    if len(found) > 1:
        raise InvalidInput(f"several are called {wanted!r}: pass the id of the {noun}, one of {_name_all(found)}")
    return found[0]


def choose_sort(name: str | None, descending: bool | None) -> Sort | None:
    """Return the order that --sort and its direction mean, None when neither was given."""
    if name is None and descending is None:
        return None
    field = _SORT_FIELDS.get(name or "created", name or "created")
    return Sort(field, descending if descending is not None else field is not SortField.NAME)


def _name_all(organizations: Sequence[Organization | OrganizationDetails]) -> str:
    names = [f"{item.name!r} ({item.id})" for item in organizations[:_LISTED_ORGANIZATIONS]]
    more = len(organizations) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "") if names else "none"
