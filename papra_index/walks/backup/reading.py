"""What a backup is good for: looked through by hash, and put back into a new folder, each original checked on its way.

A folder that is being restored has no catalog until all else is there, so it is no archive before it is whole; begun
again, restoring goes on where it was.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from papra_index.catalog.copying import iterate_inventory, settle_restored
from papra_index.catalog.database import CATALOG_NAME
from papra_index.catalog.inventory import InventoryEntry
from papra_index.conventions.durability import describe_refusal, hold_alone, sync_directory, write_durably
from papra_index.conventions.file_systems import check_file_system
from papra_index.errors import ArchiveError, BackupDamaged, InvalidInput, OriginalNotFound
from papra_index.originals.base import OriginalPlace, StagedOriginal
from papra_index.originals.in_place import InPlaceOriginals
from papra_index.originals.integrity import check_original, hash_file
from papra_index.originals.local import LocalOriginals
from papra_index.settings import SETTINGS_NAME, load_settings
from papra_index.values.backups import RestoreOutcome
from papra_index.values.integrity import Finding
from papra_index.walks.backup.layout import BackupFolder, Pointer
from papra_index.walks.writing.places import place_entry

Progress = Callable[[int, int], None]
"""Called with documents done and in all."""

_MARK = "RESTORING"
_UNFINISHED = f"{CATALOG_NAME}.restored"
_OWN_BEGINNINGS = (_MARK, "originals", "staging", "locks", SETTINGS_NAME, _UNFINISHED)
_GROUP = 100


def verify_backup(source: Path, progress: Progress) -> Iterator[Finding]:
    """Yield what of a backup is not as it was written: the catalog that counts, then each original by its SHA-256.

    Raises BackupNotFound, BackupDamaged.
    """
    backup = BackupFolder(source)
    pointer = backup.read_pointer()
    file = backup.folder / pointer.catalog
    if (fault := check_original(file, pointer.catalog_size, pointer.catalog_sha256)) is not None:
        yield Finding("backup.catalog_damaged", file.name, f"the catalog of the backup {fault}", "use another backup")
        return
    done = 0
    for entries in iterate_inventory(file):
        for entry in (entry for entry in entries if entry.original_sha256):
            path = backup.locate_original(entry.original_sha256)
            if (fault := check_original(path, entry.original_size, entry.original_sha256)) is not None:
                code = "backup.original_missing" if fault == "is missing" else "backup.original_damaged"
                yield Finding(
                    code,
                    entry.id,
                    f"the original of {entry.name!r} ({entry.id}) in the backup {fault}",
                    f"remove {path} if it is there, then run `papra-index backup` again",
                )
        done += sum(not entry.is_earlier for entry in entries)
        progress(done, pointer.documents_count)


def restore_backup(source: Path, target: Path, progress: Progress) -> RestoreOutcome:
    """Put a backup back into a new or empty folder, or go on with one that was interrupted.

    Files that were left in place stay where they lie if they are there unchanged; else they become copies. What the
    backup lacks is a finding: the document is there all the same. Raises BackupNotFound, BackupDamaged, InvalidInput
    for a folder in which there is something else, ArchiveLocked while another restores into it, NetworkFolder for one
    on a network file system unless the settings of the backup allow it, ArchiveError when the disk refuses.
    """
    started = time.monotonic()
    backup = BackupFolder(source.absolute())
    pointer = backup.read_pointer()
    folder = target.absolute()
    settings = load_settings(backup.folder / SETTINGS_NAME)
    if not settings.network_folder:
        check_file_system(folder)
    _check_folder(folder)
    busy = f"a backup is being restored into {folder} already: wait until that has ended"
    try:
        (folder / "locks").mkdir(parents=True, exist_ok=True)
        with hold_alone(folder / "locks" / "restore.lock", busy):
            restoring = _put_back(backup, pointer, folder, progress)
    except OSError as error:
        raise ArchiveError(
            f"the archive could not be restored {describe_refusal(error, folder)}, then run the same command again; it "
            "goes on where it was"
        ) from error
    seconds = time.monotonic() - started
    counts = (restoring.documents_count, restoring.copied_count, restoring.copied_size)
    return RestoreOutcome(*counts, tuple(restoring.findings), seconds)


def _put_back(backup: BackupFolder, pointer: Pointer, folder: Path, progress: Progress) -> _Restoring:
    # Another may have been done until this got the lock.
    _check_folder(folder)
    write_durably(folder / _MARK, b"papra-index restore-backup\n")
    catalog = _copy_catalog(backup, pointer, folder)
    copies = LocalOriginals(folder / "originals", folder / "staging")
    try:
        restoring = _Restoring(backup, copies)
        for entries in iterate_inventory(catalog):
            restoring.put_back(entries)
            progress(restoring.documents_count, pointer.documents_count)
    finally:
        copies.close()
    settle_restored(catalog, restoring.lost_references)
    if (backup.folder / SETTINGS_NAME).is_file():
        shutil.copyfile(backup.folder / SETTINGS_NAME, folder / SETTINGS_NAME)
    catalog.replace(folder / CATALOG_NAME)
    (folder / _MARK).unlink()
    sync_directory(folder)
    return restoring


class _Restoring:
    """Originals on their way back."""

    def __init__(self, backup: BackupFolder, copies: LocalOriginals) -> None:
        self._backup = backup
        self._copies = copies
        self._in_place = InPlaceOriginals()
        self.documents_count = 0
        self.copied_count = 0
        self.copied_size = 0
        self.findings: list[Finding] = []
        self.lost_references: list[int] = []

    def put_back(self, entries: Sequence[InventoryEntry]) -> None:
        """Have the originals of documents where the archive looks for them, durably."""
        for start in range(0, len(entries), _GROUP):
            group: list[tuple[StagedOriginal, OriginalPlace]] = []
            for entry in entries[start : start + _GROUP]:
                if (
                    entry.original_sha256
                    and not self._is_in_place(entry)
                    and (staged := self._stage(entry)) is not None
                ):
                    group.append(staged)
            if group:
                self._copies.keep(group)
            self.copied_count += len(group)
            self.copied_size += sum(staged.size for staged, _ in group)
        self.documents_count += sum(not entry.is_earlier for entry in entries)

    def _is_in_place(self, entry: InventoryEntry) -> bool:
        if entry.reference is None:
            return False
        try:
            self._in_place.open(place_entry(entry)).close()
        except OriginalNotFound:
            self.lost_references.append(entry.key)
            return False
        return True

    def _stage(self, entry: InventoryEntry) -> tuple[StagedOriginal, OriginalPlace] | None:
        """Copy an original unless it is there from an interrupted restore."""
        place = OriginalPlace(entry.organization_id, entry.original_id, entry.arrived_at)
        if check_original(self._copies.locate(place), entry.original_size, entry.original_sha256) is None:
            return None
        path = self._backup.locate_original(entry.original_sha256)
        try:
            with path.open("rb", buffering=0) as stream:
                staged = self._copies.stage(stream)
        except OSError as error:
            fault = "is missing" if isinstance(error, FileNotFoundError) else f"cannot be read ({error.strerror})"
            self._report(entry, fault)
            return None
        if staged.sha256 != entry.original_sha256:
            self._copies.discard(staged)
            self._report(entry, "is damaged")
            return None
        return staged, place

    def _report(self, entry: InventoryEntry, fault: str) -> None:
        missing = fault == "is missing"
        self.findings.append(
            Finding(
                "backup.original_missing" if missing else "backup.original_damaged",
                entry.id,
                f"the original of {entry.name!r} ({entry.id}) in the backup {fault}: its document has none now",
                f"put the file back at {self._copies.locate(place_entry(entry))} from another backup; "
                f"its SHA-256 is {entry.original_sha256}",
            )
        )


def _check_folder(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise InvalidInput(f"{folder} is a file: give a folder that is new or empty")
    names = {path.name for path in folder.iterdir()} - {"locks"} if folder.is_dir() else set[str]()
    begun = any(name.startswith(_MARK) for name in names)
    if names and not (begun and all(name.startswith(_OWN_BEGINNINGS) for name in names)):
        raise InvalidInput(f"{folder} is not empty: restore into a new folder, then put it in the place of the other")


def _copy_catalog(backup: BackupFolder, pointer: Pointer, folder: Path) -> Path:
    source = backup.folder / pointer.catalog
    target = folder / _UNFINISHED
    try:
        shutil.copyfile(source, target)
    except FileNotFoundError as error:
        raise BackupDamaged(f"{source} is missing: use another backup") from error
    if hash_file(target) != pointer.catalog_sha256:
        raise BackupDamaged(f"{source} does not have the SHA-256 it was written with: use another backup")
    return target
