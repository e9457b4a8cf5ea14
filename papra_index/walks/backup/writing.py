"""Making a backup: the catalog as of one moment, then the originals it names that are not there yet.

Nothing of the backup before is touched until the new one is complete and on disk; then one small file is replaced.
"""

from __future__ import annotations

import shutil
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import field
from itertools import groupby
from pathlib import Path

from papra_index.catalog.copying import iterate_hashes, iterate_inventory
from papra_index.catalog.database import CATALOG_NAME, Catalog
from papra_index.catalog.inventory import InventoryEntry, find_inventory
from papra_index.conventions.durability import describe_refusal, hold_alone, sync_directory
from papra_index.conventions.times import now_milliseconds
from papra_index.conventions.values import dataclass
from papra_index.errors import ArchiveError, InvalidInput
from papra_index.originals.integrity import hash_file
from papra_index.originals.stores import OriginalStores
from papra_index.settings import SETTINGS_NAME
from papra_index.values.backups import BackupOutcome
from papra_index.values.integrity import Finding
from papra_index.walks.backup.layout import POINTER, BackupFolder, Pointer
from papra_index.walks.writing.places import copy_original

Progress = Callable[[int, int], None]
"""Called with documents done and in all."""

_THREADS = 8
_MAX_ATTEMPTS = 10
_OWN_NAMES = {POINTER, "originals", "incoming", ".lock", SETTINGS_NAME}


@dataclass(slots=True)
class _Copies:
    """What was copied so far, the folders whose names are to be synced, and what could not be copied."""

    count: int = 0
    size: int = 0
    folders: set[Path] = field(default_factory=set)
    failed: list[tuple[InventoryEntry, str]] = field(default_factory=list)


def write_backup(
    archive: Path, catalog: Catalog, originals: OriginalStores, target: Path, progress: Progress
) -> BackupOutcome:
    """Bring the backup in a folder, new or made before, to the state of an archive that others may be writing to.

    Raises InvalidInput for a folder that holds something else or lies in the archive, ArchiveLocked while another
    backup goes there, ArchiveDamaged, and ArchiveError when the disk refuses; then the backup before is as it was.
    """
    started = time.monotonic()
    busy = f"another backup to {target} is running: wait until it has finished"
    try:
        backup = _prepare_folder(archive, target)
        with hold_alone(backup.lock_file, busy, where_possible=True):
            shutil.rmtree(backup.incoming, ignore_errors=True)
            backup.incoming.mkdir()
            copies = _Copies()
            snapshot, count = _copy_consistently(catalog, originals, backup, copies, progress)
            size = snapshot.stat().st_size
            _activate(archive, backup, snapshot, count)
            removed = _remove_unused(backup)
        findings = tuple(_describe_failure(entry, fault) for entry, fault in copies.failed)
        return BackupOutcome(count, copies.count, copies.size, removed, size, findings, time.monotonic() - started)
    except OSError as error:
        raise ArchiveError(
            f"the backup could not be written {describe_refusal(error, target)}, then run it again; the backup before "
            "is as it was"
        ) from error


def _prepare_folder(archive: Path, target: Path) -> BackupFolder:
    folder = target.absolute()
    backup = BackupFolder(folder)
    if folder.resolve().is_relative_to(archive.resolve()):
        raise InvalidInput(f"{target} lies in the archive: choose a folder elsewhere, best on another disk")
    if folder.exists() and not folder.is_dir():
        raise InvalidInput(f"{target} is a file: give a folder")
    names = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    # One that was killed at its very beginning has but its lock.
    if names - {backup.lock_file.name} and not names & {POINTER, "incoming"}:
        raise InvalidInput(f"{target} is not empty and no backup: choose another folder")
    folder.mkdir(parents=True, exist_ok=True)
    return backup


def _copy_consistently(
    catalog: Catalog,
    originals: OriginalStores,
    backup: BackupFolder,
    copies: _Copies,
    progress: Progress,
) -> tuple[Path, int]:
    """Return a copy of the catalog of which all originals are there, and its documents.

    A document that is purged after the catalog was copied takes its original along: then the catalog is copied anew,
    which is quick the second time, as all else is there.
    """
    snapshot = backup.incoming / CATALOG_NAME
    for _ in range(_MAX_ATTEMPTS):
        catalog.copy(snapshot)
        copies.failed.clear()
        count = _copy_originals(snapshot, originals, backup, copies, progress)
        for start in range(0, len(copies.failed), 500):
            with catalog.read() as connection:
                ids = [entry.original_id for entry, _ in copies.failed[start : start + 500]]
                if len(find_inventory(connection, ids)) < len(set(ids)):
                    break
        else:
            return snapshot, count
    raise ArchiveError("documents are purged faster than they can be copied: run the backup again later")


def _copy_originals(
    snapshot: Path, originals: OriginalStores, backup: BackupFolder, copies: _Copies, progress: Progress
) -> int:
    count = 0
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="papra-index-backup") as threads:
        for entries in iterate_inventory(snapshot):
            count += sum(not entry.is_earlier for entry in entries)
            missing = {
                entry.original_sha256: entry
                for entry in entries
                if entry.original_sha256 and not backup.has_original(entry.original_sha256, entry.original_size)
            }
            for entry, fault in threads.map(lambda entry: _copy_original(entry, originals, backup), missing.values()):
                if fault is not None:
                    copies.failed.append((entry, fault))
                    continue
                copies.count += 1
                copies.size += entry.original_size
                copies.folders.add(backup.locate_original(entry.original_sha256).parent)
            _sync_folders(backup, copies)
            progress(count, 0)
    return count


def _copy_original(
    entry: InventoryEntry, originals: OriginalStores, backup: BackupFolder
) -> tuple[InventoryEntry, str | None]:
    """Copy an original under its SHA-256, synced; return what kept that from being done."""
    temporary = backup.incoming / uuid.uuid4().hex
    try:
        fault = copy_original(entry, originals, temporary)
        if fault is None:
            place = backup.locate_original(entry.original_sha256)
            place.parent.mkdir(parents=True, exist_ok=True)
            temporary.replace(place)
        return entry, fault
    finally:
        temporary.unlink(missing_ok=True)


def _sync_folders(backup: BackupFolder, copies: _Copies) -> None:
    for folder in copies.folders:
        sync_directory(folder)
    if copies.folders:
        sync_directory(backup.originals)
    copies.folders.clear()


def _activate(archive: Path, backup: BackupFolder, snapshot: Path, count: int) -> None:
    """Have the copied catalog count: from here on this is the backup, before it was the one before."""
    settings = archive / SETTINGS_NAME
    if settings.is_file():
        shutil.copyfile(settings, backup.incoming / SETTINGS_NAME)
        (backup.incoming / SETTINGS_NAME).replace(backup.folder / SETTINGS_NAME)
    sha256, size = hash_file(snapshot), snapshot.stat().st_size
    name = f"catalog-{sha256[:16]}.sqlite"
    snapshot.replace(backup.folder / name)
    sync_directory(backup.folder)
    backup.write_pointer(Pointer(name, sha256, size, count, now_milliseconds()))


def _remove_unused(backup: BackupFolder) -> int:
    """Remove catalogs that no longer count and originals of no document; return how many originals that are."""
    counting = backup.read_pointer().catalog
    for path in backup.folder.glob("catalog-*.sqlite*"):
        if path.name != counting:
            path.unlink(missing_ok=True)
    shutil.rmtree(backup.incoming, ignore_errors=True)
    removed = 0
    groups = groupby(iterate_hashes(backup.folder / counting), lambda sha256: sha256[:2])
    beginning, used = "", set[str]()
    for folder in sorted(backup.originals.iterdir()) if backup.originals.is_dir() else ():
        while beginning < folder.name:
            beginning, hashes = next(groups, ("~", iter(())))
            used = set(hashes)
        for path in folder.iterdir():
            if beginning != folder.name or path.name not in used:
                path.unlink()
                removed += 1
    return removed


def _describe_failure(entry: InventoryEntry, fault: str) -> Finding:
    return Finding(
        "backup.original_missing",
        entry.id,
        f"the original of {entry.name!r} ({entry.id}) is not in the backup: {fault}",
        "put the file back in the archive (papra-index verify --deep tells where), then run the backup again",
    )
