"""Groups of files that were read -> originals, catalog rows; or what would become of them, with nothing written.

A dry run is the same writing in a catalog of its own, without originals: so what it tells is what is done.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace

from papra_index.catalog.additions import find_originals
from papra_index.catalog.database import CATALOG_NAME
from papra_index.catalog.folder_files import FileOutcome, FolderChange, SyncedFile, apply_folder_changes
from papra_index.catalog.folders import Folder
from papra_index.catalog.tags import find_or_save_tags
from papra_index.walks.writing.intake import ReadFile, SyncTarget
from papra_index.walks.writing.purge import remove_leftovers, remove_unknown, remove_unneeded
from papra_index.walks.writing.uploads import place_original

Written = list[tuple[SyncedFile, FileOutcome]]
"""What became of each file of a group."""


class FolderWriter:
    """Writes what was found in a folder to the archive."""

    def __init__(self, target: SyncTarget, folder: Folder) -> None:
        self.folder = folder
        self._target = target
        self._ingest = replace(target.ingest, in_place=folder.in_place)

    def find_tag(self, name: str) -> str:
        """Return the id of the tag of a name, made if there is none. Raises InvalidInput, TagLimitReached."""
        return self._ingest.catalog.write(find_or_save_tags, [self._target.describe_tag(name)])[0].id

    def write_group(self, group: Sequence[ReadFile]) -> Written:
        """Make the originals of a group durable, then its rows; what was taken in and is not needed is let go."""
        catalog, originals = self._ingest.catalog.catalog, self._ingest.originals
        with originals.placing():
            kept = self._keep_originals(group)
            files = _mark_kept(group, kept)
            try:
                outcomes = self._apply(files)
            except BaseException:
                remove_unknown(catalog, originals, [place_original(self._ingest, files[n].document) for n in kept])
                raise
            remove_leftovers(catalog, originals, [left for outcome in outcomes for left in outcome.leftovers])
            unneeded = [files[n].document for n in kept if not outcomes[n].uses_original]
            remove_unneeded(catalog, originals, [place_original(self._ingest, document) for document in unneeded])
        return list(zip(files, outcomes, strict=True))

    def forget_paths(self, paths: tuple[bytes, ...]) -> Sequence[FileOutcome]:
        """Write that paths are gone."""
        return self._apply((), paths)

    def _apply(self, files: tuple[SyncedFile, ...], gone: tuple[bytes, ...] = ()) -> Sequence[FileOutcome]:
        change = _describe_change(self._target, self.folder, files, gone)
        return self._ingest.catalog.write(apply_folder_changes, [change])[0]

    def _keep_originals(self, group: Sequence[ReadFile]) -> list[int]:
        """Make durable what no document has yet; return their places in the group."""
        originals = self._ingest.originals
        try:
            hashes = [read.staged.sha256 for read in group]
            with self._ingest.catalog.read() as connection:
                taken = find_originals(connection, self.folder.organization_key, hashes)
        except BaseException:
            for read in group:
                originals.discard(read.staged)
            raise
        kept = _choose_kept(self.folder, group, taken)
        for n in sorted({*range(len(group))} - {*kept}):
            originals.discard(group[n].staged)
        items = [(group[n].staged, place_original(self._ingest, group[n].file.document)) for n in kept]
        if items:
            originals.keep(items)
        return kept


class FolderRehearsal:
    """Tells what `FolderWriter` would do, and leaves the archive as it is."""

    def __init__(self, target: SyncTarget, folder: Folder) -> None:
        from papra_index.catalog.rehearsal import Rehearsal  # only here: its statements take 10 ms to make

        self._target = target
        self._rehearsal = Rehearsal(target.archive / CATALOG_NAME, folder)
        self.folder = self._rehearsal.folder

    def find_tag(self, name: str) -> str:
        """As `FolderWriter.find_tag`; a tag that there is not is made for the rehearsal alone."""
        return self._rehearsal.write(find_or_save_tags, [self._target.describe_tag(name)])[0].id

    def write_group(self, group: Sequence[ReadFile]) -> Written:
        """Return what would become of a group."""
        hashes = [read.staged.sha256 for read in group]
        self._rehearsal.take_over([read.file.path for read in group], hashes)
        with self._rehearsal.hold() as connection:
            taken = find_originals(connection, self.folder.organization_key, hashes)
        files = _mark_kept(group, _choose_kept(self.folder, group, taken))
        return list(zip(files, self._apply(files), strict=True))

    def forget_paths(self, paths: tuple[bytes, ...]) -> Sequence[FileOutcome]:
        """Return what would become of paths that are gone."""
        self._rehearsal.take_over(paths, ())
        return self._apply((), paths)

    def close(self) -> None:
        """Forget all of it."""
        self._rehearsal.close()

    def _apply(self, files: tuple[SyncedFile, ...], gone: tuple[bytes, ...] = ()) -> Sequence[FileOutcome]:
        change = _describe_change(self._target, self.folder, files, gone)
        return self._rehearsal.write(apply_folder_changes, [change])[0]


def _choose_kept(folder: Folder, group: Sequence[ReadFile], taken: Container[str]) -> list[int]:
    """Return the places in a group of the files whose originals are kept; of copies only bytes that are not taken."""
    if folder.in_place:
        return list(range(len(group)))
    first: dict[str, int] = {}
    for place, read in enumerate(group):
        if read.staged.sha256 not in taken:
            first.setdefault(read.staged.sha256, place)
    return list(first.values())


def _mark_kept(group: Sequence[ReadFile], kept: Sequence[int]) -> tuple[SyncedFile, ...]:
    return tuple(replace(read.file, is_kept=place in kept) for place, read in enumerate(group))


def _describe_change(
    target: SyncTarget, folder: Folder, files: tuple[SyncedFile, ...], gone: tuple[bytes, ...]
) -> FolderChange:
    return FolderChange(folder, files, gone, target.ingest.user_id, target.keep_versions)
