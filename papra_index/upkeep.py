"""The verbs that keep an archive sound: looking through it, and copying it; some of them for archives that cannot be
opened.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, nullcontext
from pathlib import Path
from typing import Unpack

from papra_index.catalog.database import CATALOG_NAME, Catalog
from papra_index.conventions.durability import hold_alone, open_lock
from papra_index.conventions.file_systems import check_file_system
from papra_index.conventions.values import dataclass
from papra_index.errors import ArchiveDamaged, ArchiveNotFound, ArchiveReadOnly, SearchIndexError
from papra_index.folder import explain_read_only, open_catalog, open_copies, open_generations
from papra_index.index.base import IndexReader
from papra_index.index.generations import Generations
from papra_index.originals.in_place import InPlaceOriginals
from papra_index.originals.stores import OriginalStores
from papra_index.settings import SETTINGS_NAME, Settings, load_settings
from papra_index.values.backups import BackupOutcome, RestoreOutcome
from papra_index.values.exchanges import ExportOutcome, ImportOutcome, SourceKind
from papra_index.values.integrity import Finding, Verification
from papra_index.values.retention import MaintenanceOutcome
from papra_index.walks.applying.rebuild import rebuild_index
from papra_index.walks.applying.waiting import Waiting, writes
from papra_index.walks.verification.progress import Progress, Tally, ignore_progress

_MAX_FINDINGS = 1_000


def _ignore(_done: int, _total: int) -> None:
    """Show nothing."""


OnFinding = Callable[[Finding], object]
"""Called with each finding as it is made."""


class UpkeepVerbs:
    """Looking through an archive that is open."""

    folder: Path
    settings: Settings
    _catalog: Catalog
    _originals: OriginalStores
    _generations: Generations

    def verify(
        self,
        *,
        deep: bool = False,
        repair: bool = False,
        progress: Progress = ignore_progress,
        on_finding: OnFinding | None = None,
    ) -> Verification:
        """Look through the archive while it is in use; see `verify_archive`."""
        if repair:
            self._catalog.check_writable()
        parts = _Parts(self.folder, self.settings, self._catalog, self._originals, self._generations)
        return _collect(
            lambda tally: _verify_parts(parts, tally, deep, repair, alone=False), deep, progress, on_finding
        )

    def maintain(self) -> MaintenanceOutcome:
        """Do what keeps an archive in order while it is in use; `papra-index serve` does it every hour.

        Documents that have been in the trash for `trash_days`, and organizations deleted 30 days ago, are purged;
        readings that failed for what may have passed are tried again, after longer and longer times; originals left
        by what was killed, and what is too much in the OCR cache, are removed; the catalog's log is cut. Checksums of
        up to 2 GB of the index are computed, other files each time; a damaged index is set aside and built anew.
        """
        from papra_index.walks.applying.maintenance import maintain_archive

        self._catalog.check_writable()
        cache = self.folder / "cache" / "ocr" if self.settings.extraction.ocr_cache else None
        return maintain_archive(
            self._catalog, self._originals, self._generations, self.settings, cache, self._wake_extraction
        )

    def backup(self, target: str | Path, *, progress: Callable[[int, int], None] = _ignore) -> BackupOutcome:
        """Bring the backup in a folder, new or made before, to the archive's present state while it is in use.

        Only originals that the backup does not have are copied; ended at any moment, the backup before is whole. It may
        lie on a network file system. Raises
        InvalidInput for a folder that holds something else or lies in the archive, ArchiveLocked while another backup
        goes there, ArchiveDamaged, and ArchiveError when the disk refuses.
        """
        from papra_index.walks.backup import write_backup

        self._catalog.check_usable()
        return write_backup(self.folder, self._catalog, self._originals, Path(target), progress)

    def export(
        self,
        target: str | Path,
        *,
        organization_ids: Sequence[str] | None = None,
        progress: Callable[[int, int], None] = _ignore,
    ) -> ExportOutcome:
        """Write organizations, by default all, into a new folder: JSON lines and original files (`exchange.layout`).

        As of one moment, while others write; ended midway, it leaves nothing. Raises InvalidInput for a folder that is
        not empty or lies in the archive, OrganizationNotFound, ArchiveDamaged, and ArchiveError when the disk refuses.
        """
        from papra_index.walks.exchange import write_export

        self._catalog.check_usable()
        return write_export(self.folder, self._catalog, self._originals, Path(target), organization_ids, progress)

    @writes
    def import_folder(
        self,
        source: str | Path,
        kind: SourceKind = "export",
        *,
        organization_id: str | None = None,
        dry_run: bool = False,
        progress: Callable[[int, int], None] = _ignore,
        **_: Unpack[Waiting],
    ) -> ImportOutcome:
        """Take over an export of this program, the data folder of Papra, or an export of Paperless-ngx.

        Ids are kept. What is here already stays as it is, so doing it again, after an interruption too, adds what is
        missing and nothing twice. Paperless-ngx has no organizations: its documents go to `organization_id`. With
        `dry_run` nothing is written. Raises ExportNotFound, ExportDamaged, InvalidInput, OrganizationNotFound,
        ArchiveLocked while another import into the archive runs, and ArchiveError when the disk refuses.
        """
        from papra_index.walks.exchange import import_source, open_source

        opened = open_source(kind, Path(source), self._catalog, organization_id)
        busy = "another import into this archive is running: wait until that has ended"
        with closing(opened), nullcontext() if dry_run else hold_alone(self.folder / "locks" / "import.lock", busy):
            outcome = import_source(self._catalog, self._originals.copies, opened, progress, dry_run=dry_run)
        self._wake_extraction()
        return outcome

    def _wake_extraction(self) -> None:
        raise NotImplementedError

    def _list_waiting_parts(self) -> tuple[Catalog, IndexReader]:
        raise NotImplementedError


def verify_archive(
    path: str | Path,
    *,
    deep: bool = False,
    repair: bool = False,
    progress: Progress = ignore_progress,
    on_finding: OnFinding | None = None,
    read_only: bool | None = None,
) -> Verification:
    """Look through the archive in a folder, also one that cannot be opened.

    Compared are the catalog's file with SQLite's rules, its counts with recounts, the originals with their sizes (with
    `deep`, their SHA-256), the index's files with their checksums, its documents with the catalog's, and all files with
    what knows of them. With `repair` everything that can be derived is: counts, the database's indexes, the search
    index (which goes on answering until the new one takes over); files of no document are moved into `set-aside`.
    Others may write meanwhile. `on_finding` is called with each finding as it is made; `read_only` is that of
    `Archive.open`, and does not go with `repair`. Raises ArchiveNotFound, ArchiveTooNew, ArchiveReadOnly,
    InvalidSettings, and NetworkFolder as opening does: the catalog is opened as others have it.
    """
    folder = Path(path).absolute()
    if not folder.is_dir():
        raise ArchiveNotFound(f"there is no archive at {folder}: give the folder of one")
    if not load_settings(folder / SETTINGS_NAME).network_folder:
        check_file_system(folder)
    reason = explain_read_only(folder, read_only)
    if repair and reason is not None:
        raise ArchiveReadOnly(reason)
    return _collect(lambda tally: _verify_folder(folder, tally, deep, repair, reason), deep, progress, on_finding)


def restore_backup(
    source: str | Path, target: str | Path, *, progress: Callable[[int, int], None] = _ignore
) -> RestoreOutcome:
    """Put a backup back into a new or empty folder and build its index; run again, it goes on where it was ended.

    Every original is checked by its SHA-256; one that the backup lacks is a finding, its document is there all the
    same. Files that were left in place stay so if they are there unchanged; else they become copies. Raises
    BackupNotFound, BackupDamaged, InvalidInput for a folder in which there is something else, ArchiveLocked while
    another restores into it, NetworkFolder for one on a network file system unless the settings of the backup allow
    it, ArchiveError when the disk refuses.
    """
    from papra_index.walks.backup import restore_backup as read_backup

    folder = Path(target).absolute()
    outcome = read_backup(Path(source), folder, progress)
    catalog = Catalog(folder / CATALOG_NAME, folder / "locks" / "catalog.lock")
    lock = open_lock(folder / "locks" / "rebuild.lock")
    try:
        rebuild_index(catalog, Generations(folder / "index"), load_settings(folder / SETTINGS_NAME).index, lock)
    except SearchIndexError as error:
        raise SearchIndexError(
            f"all is restored but the index, which could not be built ({error.message}): free space there, then run "
            f"papra-index --archive {folder} reindex"
        ) from error
    finally:
        lock.close()
        catalog.close()
    return outcome


def verify_backup(
    source: str | Path, *, progress: Callable[[int, int], None] = _ignore, on_finding: OnFinding | None = None
) -> tuple[Finding, ...]:
    """Compute every SHA-256 of a backup; return, and tell one by one, what is not as it was written.

    Raises BackupNotFound, BackupDamaged.
    """
    from papra_index.walks.backup import verify_backup as look_through_backup

    found: list[Finding] = []
    for finding in look_through_backup(Path(source), progress):
        found.append(finding)
        if on_finding is not None:
            on_finding(finding)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What of an archive is looked through."""

    folder: Path
    settings: Settings
    catalog: Catalog
    originals: OriginalStores
    generations: Generations


def _collect(
    look: Callable[[Tally], Iterator[Finding]], deep: bool, progress: Progress, on_finding: OnFinding | None
) -> Verification:
    started = time.monotonic()
    tally = Tally(progress)
    found: list[Finding] = []
    count = 0
    for finding in look(tally):
        count += 1
        if len(found) < _MAX_FINDINGS:
            found.append(finding)
        if on_finding is not None:
            on_finding(finding)
    seconds = time.monotonic() - started
    counts = (tally.documents_count, tally.originals_size, tally.index_files_count)
    return Verification(deep, *counts, count, tuple(found), seconds)


def _verify_folder(folder: Path, tally: Tally, deep: bool, repair: bool, reason: str | None) -> Iterator[Finding]:
    from papra_index.walks.backup.layout import POINTER
    from papra_index.walks.verification.catalog import verify_database

    file, locks = folder / CATALOG_NAME, folder / "locks"
    if not file.is_file() and (folder / POINTER).is_file():
        raise ArchiveNotFound(f"{folder} is a backup: look through it with papra-index backup {folder} --verify")
    if not file.is_file() and not (folder / "originals").is_dir():
        raise ArchiveNotFound(f"there is no archive at {folder}: give the folder of one")
    if reason is None:
        locks.mkdir(exist_ok=True)
    read_only = reason is not None
    damage = list(verify_database(file, locks / "catalog.lock", deep=deep, repair=repair, read_only=read_only))
    yield from damage
    if any(not finding.repaired for finding in damage):
        return  # everything else is compared with what the catalog says
    with ExitStack() as opened:
        try:
            catalog = open_catalog(folder, reason)
        except ArchiveDamaged as error:
            yield Finding("catalog.damaged", file.name, error.message, "restore it from a backup")
            return
        opened.callback(catalog.close)
        settings = load_settings(folder / SETTINGS_NAME)
        originals = OriginalStores(open_copies(folder, settings, reason), InPlaceOriginals())
        opened.callback(originals.close)
        parts = _Parts(folder, settings, catalog, originals, open_generations(folder, reason))
        yield from _verify_parts(parts, tally, deep, repair, alone=True, checked=True)


def _verify_parts(
    parts: _Parts, tally: Tally, deep: bool, repair: bool, *, alone: bool, checked: bool = False
) -> Iterator[Finding]:
    from papra_index.walks.verification.catalog import verify_catalog, verify_database
    from papra_index.walks.verification.index import verify_index
    from papra_index.walks.verification.originals import SET_ASIDE, verify_originals

    locks = parts.folder / "locks"
    read_only = parts.catalog.is_read_only
    if not checked:
        file = parts.folder / CATALOG_NAME
        yield from verify_database(file, locks / "catalog.lock", deep=deep, repair=repair, read_only=read_only)
    yield from verify_catalog(parts.catalog, tally, deep=deep, repair=repair)
    set_aside = parts.folder / SET_ASIDE
    originals = parts.originals
    yield from verify_originals(parts.catalog, originals, set_aside, tally, deep=deep, repair=repair, alone=alone)
    if read_only:
        yield from verify_index(
            parts.catalog, parts.generations, None, parts.catalog.check_writable, tally, repair=False
        )
        return
    lock = open_lock(locks / "rebuild.lock")
    try:
        yield from verify_index(
            parts.catalog,
            parts.generations,
            lock,
            lambda: rebuild_index(parts.catalog, parts.generations, parts.settings.index, lock),
            tally,
            repair=repair,
        )
    finally:
        lock.close()
