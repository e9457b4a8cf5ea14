"""Files that are referenced where they lie: what one was when it was read, and whether it still is the same.

Size and time of change are compared first and cost nothing; only where these differ are the bytes hashed. What is no
longer the same is an error that names the file, before it is read and while it is.
"""

from __future__ import annotations

import hashlib
import io
import os
import stat
from typing import Any, BinaryIO, cast

from papra_index.conventions.folding import replace_surrogates
from papra_index.conventions.values import dataclass
from papra_index.errors import OriginalChanged, OriginalNotFound

UNCERTAIN = -1
"""In place of a time of change: the file had just changed, and one more change might have shown the same time."""

_LARGEST = (1 << 63) - 1
_COARSEST_CLOCK = 2_000_000_000
"""Nanoseconds between two times that a file system tells apart, at the most (FAT)."""


@dataclass(frozen=True, slots=True)
class FileReference:
    """A file as it was when it was read: its absolute path (bytes that are not UTF-8 as surrogates), its size in bytes,
    its time of change in nanoseconds or UNCERTAIN, and the SHA-256 of its bytes.
    """

    path: str
    size: int
    mtime_ns: int
    sha256: str


def settle_mtime(mtime_ns: int, read_at: int) -> int:
    """Return a time of change as it is to be kept, UNCERTAIN for a file that changed just before it was read, and for a
    time that the catalog cannot hold.
    """
    return UNCERTAIN if abs(mtime_ns - read_at) <= _COARSEST_CLOCK or abs(mtime_ns) > _LARGEST else mtime_ns


def open_regular(path: str | bytes) -> int:
    """Return a descriptor of a file that is neither a link nor a pipe nor a device. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(None, "it is no regular file")
    return descriptor


def open_unchanged(reference: FileReference) -> BinaryIO:
    """Return a referenced file as a stream. Raises OriginalNotFound, OriginalChanged; the latter also while it is read.

    What was read before that is not to be used.
    """
    try:
        descriptor = open_regular(reference.path)
    except (OSError, ValueError) as error:
        raise _describe_loss(reference, error) from error
    try:
        _compare(descriptor, reference)
        return cast("BinaryIO", io.BufferedReader(_WatchedFile(descriptor, reference)))
    except BaseException:
        os.close(descriptor)
        raise


def check_unchanged(reference: FileReference) -> tuple[int, int, int]:
    """Return what tells the file from another one now: its inode, size and time of change. Raises as above."""
    with open_unchanged(reference) as stream:
        return identify_file(os.fstat(stream.fileno()))


def identify_file(state: os.stat_result) -> tuple[int, int, int]:
    """Return what tells a file from another one, or from itself after a change: inode, size and time of change."""
    return state.st_ino, state.st_size, state.st_mtime_ns


def hash_descriptor(descriptor: int) -> str:
    """Return the SHA-256 of an open file, read from its beginning; it stands at its beginning again."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    with open(descriptor, "rb", buffering=0, closefd=False) as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    os.lseek(descriptor, 0, os.SEEK_SET)
    return digest


def describe_change(path: str) -> OriginalChanged:
    """Return the error that a changed file is."""
    return OriginalChanged(
        f"the original at {replace_surrogates(path)} is in place and has changed: "
        "`papra-index sync` of its folder takes the change over, or put the file back as it was"
    )


def _compare(descriptor: int, reference: FileReference) -> None:
    state = os.fstat(descriptor)
    if state.st_size != reference.size:
        raise describe_change(reference.path)
    if state.st_mtime_ns != reference.mtime_ns:
        try:
            unchanged = hash_descriptor(descriptor) == reference.sha256
        except OSError as error:
            raise _describe_loss(reference, error) from error
        if not unchanged:
            raise describe_change(reference.path)


def _describe_loss(reference: FileReference, error: OSError | ValueError) -> OriginalNotFound:
    reason = getattr(error, "strerror", None) or error
    return OriginalNotFound(
        f"the original at {replace_surrogates(reference.path)} is in place and cannot be read there ({reason}): "
        "put it back, or run `papra-index sync` where it was moved within a folder"
    )


class _WatchedFile(io.FileIO):
    """A file whose every read is refused once the file has changed since it was opened."""

    def __init__(self, descriptor: int, reference: FileReference) -> None:
        super().__init__(descriptor, "rb")
        self._path = reference.path
        self._identity = identify_file(os.fstat(descriptor))

    def readinto(self, buffer: Any, /) -> int | None:
        count = super().readinto(buffer)
        self._check()
        return count

    def readall(self) -> bytes:
        data = super().readall()
        self._check()
        return data

    def _check(self) -> None:
        if identify_file(os.fstat(self.fileno())) != self._identity:
            raise describe_change(self._path)
