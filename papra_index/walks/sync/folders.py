"""The files of a folder, in the order of their paths: told by what the folder says of them, without opening one.

Paths are bytes from the folder on, in the order of their bytes, which is the one the catalog has: so what is found and
what is known can be gone through side by side. Links are never followed, so there are no loops and no way out.
"""

from __future__ import annotations

import errno
import os
import stat
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from papra_index.conventions.folding import replace_surrogates
from papra_index.conventions.references import open_regular
from papra_index.errors import FolderUnavailable, InvalidInput, SourceUnreadable
from papra_index.values.syncs import SyncIssue, SyncOptions

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

IGNORE_FILE = b".papraignore"
_MOST_IGNORE_BYTES = 1 << 20
_SIGNED = (1 << 63) - 1
"""What the catalog can hold of an inode or a time; only equality matters."""

_GONE = {errno.ENOENT, errno.ENOTDIR}

_Listed = tuple[bytes, "os.DirEntry[bytes] | OSError | None"]
"""A path and what is there, or why that is not known; None where that is told already."""


class FoundFile(NamedTuple):
    """A file: its path from the folder on, size in bytes, time of change in nanoseconds, inode."""

    path: bytes
    size: int
    mtime_ns: int
    inode: int


def describe_file(path: bytes, state: os.stat_result) -> FoundFile:
    """Return a file by what the system says of it."""
    return FoundFile(path, state.st_size, state.st_mtime_ns & _SIGNED, state.st_ino & _SIGNED)


class FolderScan:
    """One going through of a folder. What cannot be read is told to `on_failure`, what is no file to `on_other`."""

    def __init__(
        self,
        root: bytes,
        options: SyncOptions,
        archive: Path,
        on_failure: Callable[[SyncIssue], None],
        on_other: Callable[[SyncIssue], None],
    ) -> None:
        """Raises FolderUnavailable, InvalidInput for a pattern that is none."""
        self._root = root
        self._hidden = options.hidden
        self._include = _read_patterns(options.include) if options.include else None
        self._exclude = _read_patterns(options.exclude) if options.exclude else None
        self._archive = os.stat(archive)  # noqa: PTH116
        self._on_failure = on_failure
        self._on_other = on_other
        self._ignoring: list[tuple[bytes, GitIgnoreSpec]] = []
        self._unread: list[bytes] = []  # in their order, none of them below another
        self._identity = self._identify_root()

    def check_root(self) -> None:
        """Raise FolderUnavailable unless the folder is there still, and the same."""
        if self._identify_root() != self._identity:
            raise FolderUnavailable(self._describe("is another one than when it was begun with"))

    def iterate_files(self) -> Iterator[FoundFile]:
        """Yield the files. Raises FolderUnavailable when the folder itself cannot be listed."""
        waiting = [iter(self._list_folder(b""))]
        while waiting:
            for path, entry in waiting[-1]:
                if entry is None:
                    self._unread.append(path)
                elif isinstance(entry, OSError):
                    self._note_failure(path, entry)
                elif path.endswith(b"/"):
                    waiting.append(iter(self._list_folder(path)))
                    break
                elif (found := self._find_file(path, entry)) is not None:
                    yield found
            else:
                waiting.pop()

    def is_unread(self, path: bytes) -> bool:
        """Whether a path that was not found may be there all the same, as it or a folder above it could not be read."""
        place = bisect_right(self._unread, path)
        if not place:
            return False
        unread = self._unread[place - 1]
        return path == unread or (unread[-1:] in b"/" and path.startswith(unread))  # b"" is the folder itself

    def _find_file(self, path: bytes, entry: os.DirEntry[bytes]) -> FoundFile | None:
        try:
            state = entry.stat(follow_symlinks=False)
        except OSError as error:
            self._note_failure(path, error)
            return None
        return describe_file(path, state)

    def _list_folder(self, folder: bytes) -> list[_Listed]:
        """Return the files and folders in a folder, in the order of their paths; paths of folders end in a slash."""
        try:
            with os.scandir(os.path.join(self._root, folder)) as entries:  # noqa: PTH118
                listed = list(entries)
            self._begin_ignoring(folder, listed)
        except (OSError, SourceUnreadable) as error:
            if not folder and isinstance(error, OSError):
                raise FolderUnavailable(self._describe(f"cannot be listed ({error.strerror})")) from error
            self._note_failure(folder, error)
            return []
        found: list[_Listed] = []
        for entry in listed:
            path = folder + entry.name
            try:
                found += self._choose(path, entry)
            except OSError as error:
                if error.errno not in _GONE:
                    # A file or a folder: all that is known under either stays as it is.
                    found += [(path, error), (path + b"/", None)]
        found.sort(key=itemgetter(0))
        return found

    def _choose(self, path: bytes, entry: os.DirEntry[bytes]) -> list[_Listed]:
        """Return a file or folder that is to be taken. Raises OSError where the system does not tell what it is."""
        name = entry.name
        if name.startswith(b".") and (not self._hidden or name == IGNORE_FILE):
            return []
        if entry.is_file(follow_symlinks=False):
            return [(path, entry)] if self._is_taken(path) else []
        if entry.is_dir(follow_symlinks=False):
            path += b"/"
            return [] if self._is_excluded(path) or self._is_archive(entry) else [(path, entry)]
        if self._is_taken(path):
            self._note_other(path, entry)
        return []

    def _begin_ignoring(self, folder: bytes, listed: Sequence[os.DirEntry[bytes]]) -> None:
        """Read the folder's own patterns and forget those of folders that were left."""
        while self._ignoring and not folder.startswith(self._ignoring[-1][0]):
            self._ignoring.pop()
        if any(entry.name == IGNORE_FILE for entry in listed):
            # What is to be ignored is not known where this cannot be read, so then nothing of the folder is.
            self._ignoring.append((folder, self._read_ignore_file(folder + IGNORE_FILE)))

    def _read_ignore_file(self, path: bytes) -> GitIgnoreSpec:
        try:
            with open(open_regular(os.path.join(self._root, path)), "rb") as stream:  # noqa: PTH118, PTH123
                lines = stream.read(_MOST_IGNORE_BYTES).decode("utf-8", "surrogateescape").splitlines()
            return _read_patterns(lines)
        except OSError as error:
            # Also one that is gone since its folder was listed: the folder is not.
            raise SourceUnreadable(f"{_show(path)}: {error.strerror or error}") from error
        except InvalidInput as error:
            raise SourceUnreadable(f"{_show(path)}: {error.message}") from error

    def _is_taken(self, path: bytes) -> bool:
        if self._is_excluded(path):
            return False
        return self._include is None or bool(self._include.check_file(os.fsdecode(path)).include)

    def _is_excluded(self, path: bytes) -> bool:
        """Whether the patterns leave a path out; of those that match, the innermost folder's go first."""
        if self._exclude is not None and self._exclude.check_file(os.fsdecode(path)).include:
            return True
        for folder, patterns in reversed(self._ignoring):
            matched = patterns.check_file(os.fsdecode(path[len(folder) :])).include
            if matched is not None:
                return matched
        return False

    def _is_archive(self, entry: os.DirEntry[bytes]) -> bool:
        return entry.inode() == self._archive.st_ino and os.path.samestat(entry.stat(), self._archive)

    def _note_failure(self, path: bytes, error: OSError | SourceUnreadable) -> None:
        if isinstance(error, OSError) and error.errno in _GONE:
            return  # gone since its folder was listed
        self._unread.append(path)
        reason = error.message if isinstance(error, SourceUnreadable) else error.strerror or str(error)
        self._on_failure(SyncIssue(os.fsdecode(path), SourceUnreadable.code, f"cannot be read: {reason}"))

    def _note_other(self, path: bytes, entry: os.DirEntry[bytes]) -> None:
        kind = "a link, which is not followed" if entry.is_symlink() else "no file, but a pipe, a socket or a device"
        self._on_other(SyncIssue(os.fsdecode(path), SourceUnreadable.code, f"it is {kind}"))

    def _identify_root(self) -> tuple[int, int]:
        try:
            state = os.stat(self._root)  # noqa: PTH116
        except OSError as error:
            raise FolderUnavailable(self._describe(f"cannot be read ({error.strerror})")) from error
        if not stat.S_ISDIR(state.st_mode):
            raise FolderUnavailable(self._describe("is no folder"))
        return state.st_dev, state.st_ino

    def _describe(self, what: str) -> str:
        return f"the folder {_show(self._root)} {what}: nothing was put into the trash; sync again when it is there"


def _read_patterns(lines: Sequence[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError as error:
        raise InvalidInput(f"{error}: give patterns as in a .gitignore file") from error


def _show(path: bytes) -> str:
    return replace_surrogates(os.fsdecode(path))
