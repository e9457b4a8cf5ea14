"""Files of a folder on their way in, in groups: hashed, or copied to be synced; what cannot be read is named."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from papra_index.catalog.folder_files import SyncedFile
from papra_index.catalog.folders import Folder
from papra_index.catalog.tags import TagChange
from papra_index.conventions.references import describe_change, identify_file, open_regular, settle_mtime
from papra_index.conventions.sources import describe_failure
from papra_index.conventions.values import dataclass
from papra_index.errors import DocumentTooLarge, PapraIndexError
from papra_index.originals.base import StagedOriginal, bound_group
from papra_index.values.syncs import SyncOptions
from papra_index.walks.sync.folders import FoundFile, describe_file
from papra_index.walks.writing.uploads import IngestTarget, Upload, build_document, check_upload

_GROUP_COUNT = 256
_GROUP_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class SyncTarget:
    """Where the documents of a folder go: `locks` is the archive's folder for locks, `describe_tag` says how the tag
    of a name is made. Files above `max_size` bytes are not read; 0 is no limit. With `keep_versions`
    the earlier copies of changed files stay.
    """

    ingest: IngestTarget
    archive: Path
    locks: Path
    max_size: int
    keep_versions: bool
    describe_tag: Callable[[str], TagChange]


@dataclass(slots=True)
class ReadFile:
    """A file that was read, with its original where that is a copy on its way in."""

    file: SyncedFile
    staged: StagedOriginal


class Intake:
    """Reads files of one folder; `find_tag` gives the id of the tag of a name."""

    def __init__(
        self,
        target: SyncTarget,
        ingest: IngestTarget,
        folder: Folder,
        options: SyncOptions,
        find_tag: Callable[[str], str],
        note_failure: Callable[[bytes, PapraIndexError], None],
    ) -> None:
        self._target = target
        self._ingest = ingest
        self._folder = folder
        self._options = options
        self._find_tag = find_tag
        self._note_failure = note_failure
        self._tag_ids: dict[str, str] = {}

    def read_groups(self, files: Iterable[FoundFile]) -> Iterator[list[ReadFile]]:
        """Yield files that were read in groups, bounded by number and bytes; what cannot be read is noted."""
        count = bound_group(_GROUP_COUNT)
        group: list[ReadFile] = []
        size = 0
        try:
            for found in files:
                read = self._read_file(found)
                if read is None:
                    continue
                group.append(read)
                size += read.staged.size
                if len(group) >= count or size >= _GROUP_BYTES:
                    ready, group = group, []
                    yield ready
                    size = 0
            ready, group = group, []
            if ready:
                yield ready
        finally:
            self.discard(group)

    def _read_file(self, found: FoundFile) -> ReadFile | None:
        """Take a file in; what cannot be read is noted and left as it was known."""
        path = os.fsdecode(os.path.join(self._folder.path, found.path))  # noqa: PTH118
        try:
            if self._target.max_size and found.size > self._target.max_size:
                raise DocumentTooLarge(
                    f"it is larger than {self._target.max_size} bytes: raise the setting max_original_size"
                )
            known = check_upload(self._ingest, Upload(path))
            staged, state, read_at = self._stage(path)
            document = build_document(self._ingest, known, staged)
            mtime_ns = settle_mtime(state.st_mtime_ns, read_at)
            inode = describe_file(found.path, state).inode
            file = SyncedFile(found.path, staged.size, mtime_ns, inode, document, self._find_tags(found.path))
            return ReadFile(file, staged)
        except OSError as error:
            self._note_failure(found.path, describe_failure(path, error))
        except PapraIndexError as error:
            self._note_failure(found.path, error)
        return None

    def _stage(self, path: str) -> tuple[StagedOriginal, os.stat_result, int]:
        """Return a file's bytes, taken in, and what the file was meanwhile. Raises OriginalChanged, OSError."""
        read_at = time.time_ns()
        with io.FileIO(path, opener=lambda name, _flags: open_regular(name)) as stream:
            before = os.fstat(stream.fileno())
            staged = self._ingest.originals.stage(stream, in_place=self._ingest.in_place)
            if identify_file(os.fstat(stream.fileno())) != identify_file(before):
                self._ingest.originals.discard(staged)
                raise describe_change(path)
        return staged, before, read_at

    def _find_tags(self, path: bytes) -> tuple[str, ...]:
        if not self._options.folder_tags:
            return ()
        ids: list[str] = []
        for name in dict.fromkeys(os.fsdecode(path).split("/")[:-1]):
            if name not in self._tag_ids:
                try:
                    self._tag_ids[name] = self._find_tag(name)
                except PapraIndexError as error:
                    self._tag_ids[name] = ""
                    self._note_failure(path, error)
            ids.append(self._tag_ids[name])
        return tuple(filter(None, ids))

    def discard(self, group: Iterable[ReadFile]) -> None:
        """Forget what was taken in of files."""
        for read in group:
            self._ingest.originals.discard(read.staged)
