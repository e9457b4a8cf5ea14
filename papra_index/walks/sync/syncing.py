"""The walk `sync`: a folder as it is, beside what is known of it -> files that differ -> originals, catalog rows.

Both sides come in the order of their paths, so a folder in which nothing changed costs a listing and a reading of the
catalog, and no file is opened. What is gone is dealt with at the end, when it is known what was moved.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from papra_index.catalog.folder_files import LEFT, FileOutcome, SyncedFile
from papra_index.catalog.folders import (
    Folder,
    FolderMounts,
    KnownFile,
    find_folder,
    list_known_files,
    list_mounts,
    note_synced,
    save_folders,
    save_mounts,
)
from papra_index.catalog.noted_paths import NotedPaths
from papra_index.conventions.durability import hold_alone
from papra_index.errors import (
    FolderEmptied,
    FolderUnmounted,
    InvalidInput,
    PapraIndexError,
    SourceUnreadable,
)
from papra_index.values.syncs import Observer, SyncAction, SyncEvent, SyncIssue, SyncOptions, SyncReport
from papra_index.walks.sync.folders import FolderScan, FoundFile
from papra_index.walks.sync.mounts import FolderDisks
from papra_index.walks.sync.writing import FolderRehearsal, FolderWriter, Written
from papra_index.walks.writing.intake import Intake, SyncTarget

_CHUNK = 5_000


def sync_folder(
    target: SyncTarget, path: Path, options: SyncOptions, in_place: bool | None, observe: Observer | None = None
) -> SyncReport:
    """Bring documents in line with a folder and report.

    Raises FolderUnavailable, FolderEmptied, ArchiveLocked while the folder is being synced already, InvalidInput.
    """
    root = os.fsencode(os.path.realpath(path))
    if Path(os.fsdecode(root)).is_relative_to(os.path.realpath(target.archive)):
        raise InvalidInput(f"{path} lies in the archive itself: sync a folder outside of it")
    folder = _find_folder(target, root, in_place)
    # A folder that is not there is not noted.
    FolderScan(root, options, target.archive, _ignore, _ignore).check_root()
    if options.dry_run:
        with closing(FolderRehearsal(target, folder)) as rehearsal:
            return FolderSync(target, rehearsal, options, observe).run()
    folder = target.ingest.catalog.write(save_folders, [folder])[0]
    busy = f"{path} is being synced already: wait until that has ended"
    with hold_alone(target.locks / f"folder-{folder.key}.lock", busy):
        sync = FolderSync(target, FolderWriter(target, folder), options, observe)
        if sync.disks.new:
            # Before files come from there, as a sync that is killed leaves what it wrote.
            target.ingest.catalog.write(save_mounts, [FolderMounts(folder.key, sync.disks.new)])
        report = sync.run()
        target.ingest.catalog.write(note_synced, [FolderMounts(folder.key, sync.disks.remembered)])
        return report


class FolderSync:
    """One sync of a folder, or a rehearsal of one."""

    def __init__(
        self,
        target: SyncTarget,
        writer: FolderWriter | FolderRehearsal,
        options: SyncOptions,
        observe: Observer | None,
    ) -> None:
        self._catalog = target.ingest.catalog
        self._writer = writer
        self._folder = folder = writer.folder
        self._options = options
        self._observe = observe
        self.report = SyncReport(os.fsdecode(folder.path), folder.in_place, options.dry_run)
        self._scan = FolderScan(
            folder.path, options, target.archive, self.report.failures.append, self.report.passed_by.append
        )
        with self._catalog.read() as connection:
            known = list_mounts(connection, folder.key)
        self.disks = FolderDisks(folder.path, known, allow_empty=options.allow_empty)
        self._is_last = False
        # A rehearsal copies nothing.
        ingest = replace(target.ingest, in_place=folder.in_place or options.dry_run)
        self._intake = Intake(target, ingest, folder, options, writer.find_tag, self._note_failure)
        self._noted = NotedPaths()

    def run(self) -> SyncReport:
        """Go through the folder, write what differs, then what is gone."""
        with closing(self._noted):
            self._take_in(self._compare())
            # Their bytes were those of a document when they were read, which has been given others since.
            self._is_last = True
            self._take_in(FoundFile(*file) for file in self._noted.iterate_stale())
            self._scan.check_root()
            self._keep_unmounted()
            if self._noted.gone_count and not self.report.files and not self._options.allow_empty:
                raise FolderEmptied(
                    f"{self.report.folder} has no file any more, and {self._noted.gone_count} were known: if that is "
                    "right, allow it (--allow-empty); if not, see that its disk is mounted"
                )
            self._finish()
        return self.report

    def _take_in(self, files: Iterable[FoundFile]) -> None:
        """Read files and write them in groups: while one is being written the next is read."""
        with ThreadPoolExecutor(1, thread_name_prefix="papra-index-sync-commit") as committer:
            committing: Future[Written] | None = None
            for group in self._intake.read_groups(files):
                try:
                    self._note_written(committing)
                except BaseException:
                    self._intake.discard(group)
                    raise
                committing = committer.submit(self._writer.write_group, group)
            self._note_written(committing)

    def _compare(self) -> Iterator[FoundFile]:
        """Yield the files that are not as they are known; note those that are gone."""
        report = self.report
        known = self._iterate_known()
        next_known = next(known, None)
        for found in self._scan.iterate_files():
            report.files += 1
            while next_known is not None and next_known[0] < found.path:
                self._note_missing(next_known[0])
                next_known = next(known, None)
            if next_known is None or next_known[0] != found.path:
                yield found
                continue
            is_same = next_known == found
            next_known = next(known, None)
            if is_same:
                report.unchanged += 1
            else:
                yield found
        while next_known is not None:
            self._note_missing(next_known[0])
            next_known = next(known, None)

    def _iterate_known(self) -> Iterator[KnownFile]:
        after = b""
        while True:
            with self._catalog.read() as connection:
                listed = list_known_files(connection, self._folder.key, after, _CHUNK)
            yield from listed
            if len(listed) < _CHUNK:
                return
            after = listed[-1][0]

    def _note_missing(self, path: bytes) -> None:
        if self._scan.is_unread(path):
            self.report.kept += 1
        else:
            self._noted.note_gone(path)

    def _keep_unmounted(self) -> None:
        """Leave what is known of disks that are not mounted as it is, and name them."""
        for path in self.disks.find_missing():
            if kept := self._noted.keep_below(path):
                self.report.kept += kept
                reason = (
                    f"a disk was mounted here and is not now (files known of it: {kept}): mount it and sync again, or, "
                    "if it is gone for good, allow it to be empty (--allow-empty)"
                )
                self._note_failure(path, FolderUnmounted(reason))

    def _note_written(self, written: Future[Written] | None) -> None:
        for file, outcome in [] if written is None else written.result():
            self._note_outcome(file, outcome)

    def _note_outcome(self, file: SyncedFile, outcome: FileOutcome) -> None:
        report = self.report
        if outcome.left is not None:
            self._noted.note_gone(outcome.left)
        if outcome.is_stale and not self._is_last:
            self._noted.note_stale((file.path, file.size, file.mtime_ns, file.inode))
        elif outcome.is_stale:
            self._note_failure(file.path, SourceUnreadable("its document was purged meanwhile: sync again"))
        elif outcome.action is SyncAction.UNCHANGED:
            report.unchanged += 1
        elif outcome.action is SyncAction.DUPLICATE:
            # It may turn out to be where a file was moved to.
            self._noted.note_linked(outcome.document_id or "", file.path)
        else:
            if outcome.action is SyncAction.ADDED:
                report.added += 1
            elif outcome.action is SyncAction.CHANGED:
                report.changed += 1
            else:
                report.restored += 1
            self._tell(outcome.action, file.path, outcome.document_id)

    def _finish(self) -> None:
        """Deal with what is gone, then tell which paths are one more of a document."""
        for gone in self._noted.iterate_gone():
            for path, outcome in zip(gone, self._writer.forget_paths(gone), strict=True):
                self._note_gone(path, outcome)
        for document_id, path in self._noted.iterate_linked():
            self.report.duplicates += 1
            self._tell(SyncAction.DUPLICATE, path, document_id)

    def _note_gone(self, path: bytes, outcome: FileOutcome) -> None:
        shown = path.removeprefix(LEFT)
        if outcome.action is SyncAction.TRASHED:
            self.report.trashed += 1
            self._tell(outcome.action, shown, outcome.document_id)
        elif (moved := self._noted.take_linked(outcome.document_id or "")) is not None:
            self.report.moved += 1
            self._tell(SyncAction.MOVED, moved, outcome.document_id, shown)
        elif path == shown:
            self.report.forgotten += 1
            self._tell(outcome.action, shown, outcome.document_id)

    def _note_failure(self, path: bytes, error: PapraIndexError) -> None:
        self.report.failures.append(SyncIssue(os.fsdecode(path), error.code, error.message))

    def _tell(self, action: SyncAction, path: bytes, document_id: str | None, old_path: bytes | None = None) -> None:
        if self._observe is not None:
            old = None if old_path is None else os.fsdecode(old_path)
            self._observe(SyncEvent(action, os.fsdecode(path), document_id, old))


def _find_folder(target: SyncTarget, root: bytes, in_place: bool | None) -> Folder:
    """Return the folder as it is known, or as it will be: where originals are to be is kept unless said otherwise."""
    organization_key = target.ingest.organization_key
    with target.ingest.catalog.read() as connection:
        found = find_folder(connection, organization_key, root)
    known = target.ingest.in_place if found is None else found.in_place
    return Folder(0 if found is None else found.key, organization_key, root, known if in_place is None else in_place)


def _ignore(_issue: SyncIssue) -> None:
    """Take no note of it."""
