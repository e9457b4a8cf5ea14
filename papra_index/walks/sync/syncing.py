"""The walk `sync`: a folder as it is, beside what is known of it -> files that differ -> originals, catalog rows.

Both sides come in the order of their paths, so a folder in which nothing changed costs a listing and a reading of the
catalog, and no file is opened. What is gone is dealt with at the end, when it is known what was moved.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from papra_index.catalog.additions import find_originals
from papra_index.catalog.folder_files import (
    LEFT,
    FileOutcome,
    FolderChange,
    SyncedFile,
    SyncRehearsed,
    apply_folder_changes,
    rehearse_folder_changes,
)
from papra_index.catalog.folders import Folder, KnownFile, find_folder, list_known_files, note_synced, save_folders
from papra_index.conventions.durability import hold_alone
from papra_index.errors import (
    FolderEmptied,
    InvalidInput,
    PapraIndexError,
    SourceUnreadable,
)
from papra_index.values.syncs import Observer, SyncAction, SyncEvent, SyncIssue, SyncOptions, SyncReport
from papra_index.walks.sync.folders import FolderScan, FoundFile
from papra_index.walks.writing.intake import Intake, ReadFile, SyncTarget
from papra_index.walks.writing.purge import remove_leftovers, remove_unknown, remove_unneeded
from papra_index.walks.writing.uploads import place_original

_CHUNK = 5_000
_GONE_COUNT = 500


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
    if options.dry_run:
        return FolderSync(target, folder, options, observe).run()
    # A folder that is not there is not noted.
    FolderScan(root, options, target.archive, _ignore, _ignore).check_root()
    folder = target.ingest.catalog.write(save_folders, [folder])[0]
    busy = f"{path} is being synced already: wait until that has ended"
    with hold_alone(target.locks / f"folder-{folder.key}.lock", busy):
        report = FolderSync(target, folder, options, observe).run()
        target.ingest.catalog.write(note_synced, [folder.key])
        return report


class FolderSync:
    """One sync of a folder."""

    def __init__(self, target: SyncTarget, folder: Folder, options: SyncOptions, observe: Observer | None) -> None:
        self._target = target
        self._ingest = replace(target.ingest, in_place=folder.in_place or options.dry_run)
        self._folder = folder
        self._options = options
        self._observe = observe
        self.report = SyncReport(os.fsdecode(folder.path), folder.in_place, options.dry_run)
        self._scan = FolderScan(
            folder.path, options, target.archive, self.report.failures.append, self.report.passed_by.append
        )
        self._gone: list[bytes] = []
        self._stale: list[FoundFile] = []
        self._is_last = False
        self._linked: dict[str, list[bytes]] = {}
        self._rehearsed: list[SyncedFile] = []
        self._intake = Intake(target, self._ingest, folder, options, self._note_failure)

    def run(self) -> SyncReport:
        """Go through the folder, write what differs, then what is gone."""
        self._take_in(self._compare())
        # Their bytes were those of a document when they were read, which has been given others since.
        self._is_last, stale = True, self._stale
        self._take_in(stale)
        self._scan.check_root()
        if self._gone and not self.report.files and not self._options.allow_empty:
            raise FolderEmptied(
                f"{self.report.folder} has no file any more, and {len(self._gone)} were known: if that is right, "
                "allow it (--allow-empty); if not, see that its disk is mounted"
            )
        self._finish()
        return self.report

    def _take_in(self, files: Iterable[FoundFile]) -> None:
        """Read files and write them in groups: while one is being written the next is read."""
        with ThreadPoolExecutor(1, thread_name_prefix="papra-index-sync-commit") as committer:
            committing: Future[list[tuple[SyncedFile, FileOutcome]]] | None = None
            for group in self._intake.read_groups(files):
                try:
                    self._note_written(committing)
                except BaseException:
                    self._intake.discard(group)
                    raise
                committing = committer.submit(self._write_group, group)
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
        while self._folder.key:
            with self._ingest.catalog.read() as connection:
                listed = list_known_files(connection, self._folder.key, after, _CHUNK)
            yield from listed
            if len(listed) < _CHUNK:
                return
            after = listed[-1][0]

    def _note_missing(self, path: bytes) -> None:
        if self._scan.is_unread(path):
            self.report.kept += 1
        else:
            self._gone.append(path)

    def _write_group(self, group: list[ReadFile]) -> list[tuple[SyncedFile, FileOutcome]]:
        """Make the originals of a group durable, then its rows; what was taken in and is not needed is let go."""
        if self._options.dry_run:
            self._rehearsed += [read.file for read in group]
            return []
        with self._ingest.originals.placing():
            kept = self._keep_originals(group)
            files = tuple(replace(read.file, is_kept=place in kept) for place, read in enumerate(group))
            change = self._describe_change(files)
            try:
                outcomes = self._ingest.catalog.write(apply_folder_changes, [change])[0]
            except BaseException:
                places = [place_original(self._ingest, files[place].document) for place in kept]
                remove_unknown(self._ingest.catalog.catalog, self._ingest.originals, places)
                raise
            left = [leftover for outcome in outcomes for leftover in outcome.leftovers]
            remove_leftovers(self._ingest.catalog.catalog, self._ingest.originals, left)
            unneeded = [place for place in sorted(kept) if not outcomes[place].uses_original]
            places = [place_original(self._ingest, files[place].document) for place in unneeded]
            remove_unneeded(self._ingest.catalog.catalog, self._ingest.originals, places)
        return list(zip(files, outcomes, strict=True))

    def _describe_change(self, files: tuple[SyncedFile, ...], gone: tuple[bytes, ...] = ()) -> FolderChange:
        return FolderChange(self._folder, files, gone, self._ingest.user_id, self._target.keep_versions)

    def _keep_originals(self, group: list[ReadFile]) -> set[int]:
        """Make durable what no document has yet; return their places in the group."""
        try:
            hashes = [read.staged.sha256 for read in group]
            with self._ingest.catalog.read() as connection:
                taken = set(find_originals(connection, self._ingest.organization_key, hashes))
        except BaseException:
            self._intake.discard(group)
            raise
        kept: set[int] = set()
        for place, read in enumerate(group):
            if read.staged.sha256 in taken and not self._ingest.in_place:
                self._ingest.originals.discard(read.staged)
            else:
                taken.add(read.staged.sha256)
                kept.add(place)
        items = [
            (group[place].staged, place_original(self._ingest, group[place].file.document)) for place in sorted(kept)
        ]
        if items:
            self._ingest.originals.keep(items)
        return kept

    def _note_written(self, written: Future[list[tuple[SyncedFile, FileOutcome]]] | None) -> None:
        for file, outcome in [] if written is None else written.result():
            self._note_outcome(file, outcome)

    def _note_outcome(self, file: SyncedFile, outcome: FileOutcome) -> None:
        report = self.report
        if outcome.left is not None:
            self._gone.append(outcome.left)
        if outcome.is_stale and not self._is_last:
            self._stale.append(FoundFile(file.path, file.size, file.mtime_ns, file.inode))
        elif outcome.is_stale:
            self._note_failure(file.path, SourceUnreadable("its document was purged meanwhile: sync again"))
        elif outcome.action is SyncAction.UNCHANGED:
            report.unchanged += 1
        elif outcome.action is SyncAction.DUPLICATE:
            # It may turn out to be where a file was moved to.
            self._linked.setdefault(outcome.document_id or "", []).append(file.path)
        else:
            if outcome.action is SyncAction.ADDED:
                report.added += 1
            elif outcome.action is SyncAction.CHANGED:
                report.changed += 1
            else:
                report.restored += 1
            self._tell(outcome.action, file.path, outcome.document_id)

    def _finish(self) -> None:
        """Deal with what is gone, in dry runs with everything, then tell which paths are one more of a document."""
        if self._options.dry_run:
            self._rehearse()
        else:
            for start in range(0, len(self._gone), _GONE_COUNT):
                gone = tuple(self._gone[start : start + _GONE_COUNT])
                outcomes = self._ingest.catalog.write(apply_folder_changes, [self._describe_change((), gone)])[0]
                for path, outcome in zip(gone, outcomes, strict=True):
                    self._note_gone(path, outcome)
        for document_id, paths in self._linked.items():
            for path in paths:
                self.report.duplicates += 1
                self._tell(SyncAction.DUPLICATE, path, document_id)

    def _rehearse(self) -> None:
        """Have everything written in one transaction that is taken back, so that what is told is what would be done."""
        change = self._describe_change(tuple(self._rehearsed), tuple(self._gone))
        count = len(self._rehearsed)
        try:
            self._ingest.catalog.write(rehearse_folder_changes, [change])
        except SyncRehearsed as rehearsed:
            outcomes = rehearsed.outcomes
            for file, outcome in zip(self._rehearsed, outcomes[:count], strict=True):
                self._note_outcome(file, outcome)
            # What files left is noted behind the paths that were gone before.
            for path, outcome in zip(self._gone, outcomes[count:], strict=True):
                self._note_gone(path, outcome)

    def _note_gone(self, path: bytes, outcome: FileOutcome) -> None:
        shown = path.removeprefix(LEFT)
        moved = self._linked.get(outcome.document_id or "", [])
        if outcome.action is SyncAction.TRASHED:
            self.report.trashed += 1
            self._tell(outcome.action, shown, outcome.document_id)
        elif moved:
            self.report.moved += 1
            self._tell(SyncAction.MOVED, moved.pop(0), outcome.document_id, shown)
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
