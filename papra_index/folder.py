"""What the folder of an archive is opened as: for writing, or only to be read, as asked for or where it must be."""

from __future__ import annotations

import os
from pathlib import Path

from papra_index.catalog.database import CATALOG_NAME, Catalog
from papra_index.catalog.read_only import ReadOnlyCatalog
from papra_index.conventions.durability import DiskReserve
from papra_index.errors import ArchiveDamaged, ArchiveNotFound, ArchiveReadOnly, InvalidInput
from papra_index.index.generations import Generations
from papra_index.index.read_only import ReadOnlyGenerations
from papra_index.originals.local import LocalOriginals
from papra_index.originals.read_only import ReadOnlyOriginals
from papra_index.settings import SETTINGS_NAME, Settings

_WRITTEN = ("", CATALOG_NAME, "locks", "locks/catalog.lock", "index", "originals", "staging")


def explain_read_only(folder: Path, read_only: bool | None) -> str | None:
    """Return why the archive in a folder is opened to be read only, None where it is opened for writing.

    Without `read_only` being said, it is so where this user may not write to it, or its disk takes no writes. Raises
    ArchiveReadOnly there when it is False.
    """
    if read_only:
        return f"the archive {folder} was opened for reading only: open it without that to change it"
    if not (folder / CATALOG_NAME).exists():
        return None  # there is none yet
    paths = (folder / name for name in _WRITTEN)
    kept = next((path for path in paths if path.exists() and not os.access(path, os.W_OK)), None)
    if kept is None:
        return None
    reason = (
        f"{kept} cannot be written, so this archive is only read here: change it as somebody who may write there, or "
        "change a copy of it (papra-index backup, then restore-backup)"
    )
    if read_only is False:
        raise ArchiveReadOnly(reason)
    return reason


def open_catalog(folder: Path, reason: str | None, *, durable: bool = True) -> Catalog:
    """Return the catalog of an archive; `reason` is that of `explain_read_only`. Raises as the class does."""
    if reason is not None:
        return ReadOnlyCatalog(folder / CATALOG_NAME, reason)
    return Catalog(folder / CATALOG_NAME, folder / "locks" / "catalog.lock", durable=durable)


def open_copies(folder: Path, settings: Settings, reason: str | None, *, durable: bool = True) -> LocalOriginals:
    """Return the originals that an archive has copies of, likewise."""
    if reason is not None:
        return ReadOnlyOriginals(folder / "originals", reason)
    return LocalOriginals(
        folder / "originals",
        folder / "staging",
        max_size=settings.max_original_size,
        durable=durable,
        reserve=DiskReserve(folder, settings.reserve_bytes if durable else 0),
    )


def open_generations(folder: Path, reason: str | None) -> Generations:
    """Return the generations of an archive's index, likewise."""
    return Generations(folder / "index") if reason is None else ReadOnlyGenerations(folder / "index")


def check_folder(folder: Path, *, create: bool) -> None:
    """Raise ArchiveNotFound, ArchiveDamaged or InvalidInput for a folder that no archive can be opened in."""
    if folder.exists() and not folder.is_dir():
        raise ArchiveNotFound(f"{folder} is a file: give the folder of an archive, or one to create")
    catalog = folder / CATALOG_NAME
    if catalog.is_file():
        if not catalog.stat().st_size and _has_originals(folder):
            raise ArchiveDamaged(f"{catalog} is empty, though there are originals: restore it from a backup")
        return
    names = {path.name for path in folder.iterdir()} - {SETTINGS_NAME} if folder.is_dir() else set()
    if "originals" in names and "locks" in names:
        raise ArchiveDamaged(f"{folder} is an archive without its {CATALOG_NAME}: restore it from a backup")
    if not create:
        raise ArchiveNotFound(f"there is no archive at {folder}: create one with `papra-index init`")
    if names - {"locks"}:
        raise InvalidInput(f"{folder} is not empty and no archive: choose another folder")


def _has_originals(folder: Path) -> bool:
    """Return whether there is anything in the folder of originals; SQLite would make a new catalog of an empty file."""
    originals = folder / "originals"
    return originals.is_dir() and any(originals.iterdir())
