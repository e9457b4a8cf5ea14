"""Originals as local files, named by document: staged while they are hashed, synced in groups, then renamed into place.

    originals/<organization id>/<date of arrival>/<hour and minute>/<document id>

The catalog keeps the hash unique per organization, so a name of its own for each document costs no space and leaves no
race between purging one document and adding the same bytes again. A folder a minute, because the files of a group then
share one: making their names durable is one sync, where spreading them by hash takes one for each.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, TypeVar

from papra_index.conventions.durability import DiskReserve, FileLock, sync_directory, sync_file
from papra_index.conventions.identifiers import has_id_form
from papra_index.conventions.sources import iterate_chunks
from papra_index.errors import ArchiveClosed, OriginalNotFound
from papra_index.originals.base import CHUNK_SIZE, OriginalPlace, StagedOriginal
from papra_index.originals.placing import Placing
from papra_index.originals.staging import Staging, drop_staged, translated_failures, unlink_quietly

_SYNC_THREADS = 8
_LOCK_NAME = ".lock"
_PLACING_NAME = ".placing"
_GROUP_COUNT = 500
_SLACK_SECONDS = 15 * 60
"""How long before a process last took a file out of its staging folder the documents of that group may have arrived."""
_NEVER = 2**31 - 1
"""Seconds since 1970 that the lock of a staging folder bears while nothing that arrived earlier is left to `sweep`."""

_Item = TypeVar("_Item")


class LocalOriginals:
    """The originals of one archive folder; shared between threads."""

    def __init__(
        self,
        folder: Path,
        staging_folder: Path,
        *,
        max_size: int = 0,
        durable: bool = True,
        reserve: DiskReserve | None = None,
    ) -> None:
        """Use `folder` for originals; `max_size` bounds one in bytes, 0 does not."""
        self._reserve = reserve or DiskReserve(folder, 0)
        self._folder = folder
        self._staging = staging_folder
        self._max_size = max_size
        self._durable = durable
        self._known_folders: set[str] = set()
        self._leaves_since = _NEVER
        self._numbers = itertools.count()
        self._process = os.getpid()
        self._threads = ThreadPoolExecutor(_SYNC_THREADS, thread_name_prefix="papra-index-sync")
        folder.mkdir(exist_ok=True)
        staging_folder.mkdir(exist_ok=True)
        self._placing = Placing(staging_folder / _PLACING_NAME)
        self._uploads = staging_folder / uuid.uuid4().hex
        with FileLock(staging_folder / _LOCK_NAME) as starting:
            self._uploads.mkdir(mode=0o700)
            self._lock = FileLock(self._uploads / _LOCK_NAME)
            self._lock.acquire()
            self._date_lock(_NEVER)
        starting.close()
        if durable:
            # What is left of it after a power loss is what tells that there may be originals without a document.
            sync_directory(self._uploads)
            sync_directory(staging_folder)

    @property
    def folder(self) -> Path:
        """Where the originals are."""
        return self._folder

    def has_other_users(self) -> bool:
        """Return whether another process, or another handle of this one, may be putting originals there now."""
        for path in self._staging.iterdir():
            if path == self._uploads or not path.is_dir():
                continue
            try:
                lock = FileLock(path / _LOCK_NAME)
            except FileNotFoundError:
                continue  # it closed just now
            try:
                if not lock.try_acquire():
                    return True
            finally:
                lock.close()
        return False

    def stage(self, stream: BinaryIO) -> StagedOriginal:
        """Copy a stream while its SHA-256 and size are computed. Raises DocumentTooLarge, and OSError of the stream."""
        staging = self.begin_staging()
        try:
            for chunk in iterate_chunks(stream, CHUNK_SIZE):
                staging.write(chunk)
        except BaseException:
            staging.discard()
            raise
        return staging.finish()

    def begin_staging(self) -> Staging:
        """Make an empty file in the staging folder for bytes that come in chunks. Raises ArchiveClosed after a fork."""
        if self._process != os.getpid():
            # It counts the files from where its parent does, and one would take the other's place.
            raise ArchiveClosed("the archive was opened before this process forked: open it again in the child")
        return Staging(f"{self._uploads}/{next(self._numbers)}", self._max_size, self._reserve)

    def discard(self, staged: StagedOriginal) -> None:
        """Remove a staged original that is not needed."""
        drop_staged(staged.descriptor, staged.path)

    def keep(self, items: Sequence[tuple[StagedOriginal, OriginalPlace]]) -> None:
        """Make staged originals durable in their places; return when a power loss cannot take them.

        Raises ArchiveError when the disk refuses; then none of them is kept.
        """
        try:
            self._keep(items)
        except BaseException:
            for staged, place in items:
                unlink_quietly(staged.path)
                unlink_quietly(self.locate(place))
            raise

    def _keep(self, items: Sequence[tuple[StagedOriginal, OriginalPlace]]) -> None:
        with translated_failures():
            self._run(self._close_synced, [staged.descriptor for staged, _ in items])
            folders: set[str] = set()
            for staged, place in items:
                folder = self._locate_folder(place)
                if folder not in self._known_folders:
                    self._create_folder(Path(folder))
                os.rename(staged.path, f"{folder}/{place.document_id}")  # noqa: PTH104
                folders.add(folder)
            if self._durable:
                self._run(sync_directory, [Path(folder) for folder in folders])

    def locate(self, place: OriginalPlace) -> Path:
        """Return where a document's original is kept."""
        return Path(self._locate_folder(place), place.document_id)

    def open(self, place: OriginalPlace) -> BinaryIO:
        """Return an original as a stream. Raises OriginalNotFound."""
        path = self.locate(place)
        try:
            return path.open("rb")
        except FileNotFoundError as error:
            raise OriginalNotFound(
                f"the original of {place.document_id} is missing at {path}: put it back from a backup"
            ) from error
        except PermissionError as error:
            raise OriginalNotFound(
                f"the original of {place.document_id} may not be read at {path}: ask whose archive it is"
            ) from error

    def move(self, place: OriginalPlace, new: OriginalPlace) -> None:
        """Make the original of one document durable as that of another. Raises ArchiveError."""
        with translated_failures():
            folder = self._locate_folder(new)
            self._create_folder(Path(folder))
            self.locate(place).rename(self.locate(new))
            if self._durable:
                sync_directory(Path(folder))

    def remove(self, place: OriginalPlace) -> None:
        """Delete an original whose document is gone; one that is missing already is no error."""
        self.locate(place).unlink(missing_ok=True)

    def leave_to_sweep(self, places: Sequence[OriginalPlace]) -> None:
        """Have the next open remove these, if they are of no document then: for what can neither go nor be noted."""
        self._leaves_since = min(self._leaves_since, *(place.arrived_at // 1000 for place in places))
        self._date_lock(self._leaves_since)  # takes no space, so also a full disk takes it

    def check_space(self) -> None:
        """Raise DiskFull when only the reserve is left of the disk."""
        self._reserve.check()

    def placing(self) -> AbstractContextManager[None]:
        """Keep `sweep` of all processes away while originals are in their places and their documents not written."""
        return self._placing

    def sweep(self, find_known: Callable[[Sequence[str]], set[str]]) -> None:
        """Remove what processes that died have left: half-written uploads, and originals whose document was not
        written.

        `find_known` returns which of these ids are documents. While another process places originals nothing is
        done; the next open tries again.
        """
        with FileLock(self._staging / _LOCK_NAME) as sweeping:
            dead = list(self._find_dead())
            if dead:
                with self._placing.alone() as alone:
                    if alone:
                        self._remove_unknown(min(_find_time(path) for path, _ in dead), find_known)
                        for path, _ in dead:
                            shutil.rmtree(path, ignore_errors=True)
            for _, lock in dead:
                lock.close()
        sweeping.close()

    def close(self) -> None:
        """End the threads and give the staging folder up; where something is left to `sweep`, as a crash would."""
        self._threads.shutdown()
        if self._leaves_since == _NEVER:
            shutil.rmtree(self._uploads, ignore_errors=True)
        self._lock.close()
        self._placing.close()

    def _date_lock(self, seconds: int) -> None:
        with contextlib.suppress(OSError):
            os.utime(self._uploads / _LOCK_NAME, (seconds, seconds))

    def _find_dead(self) -> Iterator[tuple[Path, FileLock]]:
        """Yield the staging folders of processes that ended without closing, whose locks the kernel has released."""
        for path in self._staging.iterdir():
            if path.is_dir():
                lock = FileLock(path / _LOCK_NAME)
                if lock.try_acquire():
                    yield path, lock
                else:
                    lock.close()

    def _remove_unknown(self, last_taken: float, find_known: Callable[[Sequence[str]], set[str]]) -> None:
        for paths in _take_groups(self._list_arrived(last_taken - _SLACK_SECONDS), _GROUP_COUNT):
            known = find_known([path.name for path in paths])
            for path in paths:
                if path.name not in known:
                    path.unlink(missing_ok=True)

    def _list_arrived(self, since: float) -> Iterator[Path]:
        """Yield originals that arrived in or after the minute of a time in seconds."""
        date, minute = _name_minute(int(since) // 60).split("/")
        for folder in self._folder.glob("*/*"):
            if folder.name >= date:
                for arrived in folder.iterdir():
                    if (folder.name, arrived.name) >= (date, minute):
                        yield from (path for path in arrived.iterdir() if has_id_form("doc", path.name))

    def _locate_folder(self, place: OriginalPlace) -> str:
        return f"{self._folder}/{place.organization_id}/{_name_minute(place.arrived_at // 60_000)}"

    def _create_folder(self, folder: Path) -> None:
        for path in (folder.parent.parent, folder.parent, folder):
            path.mkdir(mode=0o700, exist_ok=True)
            # Another process may have made it and not have synced it yet.
            if self._durable:
                sync_directory(path.parent)
        self._known_folders.add(str(folder))

    def _close_synced(self, descriptor: int) -> None:
        try:
            if self._durable:
                sync_file(descriptor)
        finally:
            os.close(descriptor)

    def _run(self, function: Callable[[_Item], None], items: Sequence[_Item]) -> None:
        """Call a function for each item in parallel: syncs that wait together share a disk commit."""
        if len(items) == 1:
            function(items[0])
            return
        shares = [items[start::_SYNC_THREADS] for start in range(min(_SYNC_THREADS, len(items)))]
        futures = [self._threads.submit(_call_each, function, share) for share in shares]
        wait(futures)
        for future in futures:
            future.result()


def _find_time(staging_folder: Path) -> float:
    """Return when a process last took something out of its folder, or since when it has left something."""
    return min(path.stat().st_mtime for path in (staging_folder, staging_folder / _LOCK_NAME))


@functools.lru_cache(maxsize=256)
def _name_minute(minute: int) -> str:
    return time.strftime("%Y-%m-%d/%H%M", time.gmtime(minute * 60))


def _take_groups(paths: Iterator[Path], size: int) -> Iterator[list[Path]]:
    while group := list(itertools.islice(paths, size)):
        yield group


def _call_each(function: Callable[[_Item], None], items: Sequence[_Item]) -> None:
    """Call a function for each item, for those after a failure too; raise the last failure."""
    failure: BaseException | None = None
    for item in items:
        try:
            function(item)
        except OSError as error:
            failure = error
    if failure is not None:
        raise failure
