"""An upload on its way in: a file in the staging folder that is hashed as it is written, and goes away without a trace
unless it is kept.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from papra_index.conventions.durability import DiskReserve
from papra_index.errors import ArchiveError, DiskFull, DocumentTooLarge
from papra_index.originals.base import HEAD_SIZE, StagedOriginal

_CHECK_BYTES = 4_000_000


class Staging:
    """An upload whose bytes are coming; ends by `finish` or `discard`."""

    def __init__(self, path: str, max_size: int, reserve: DiskReserve) -> None:
        """Use `LocalOriginals.begin_staging`."""
        reserve.check()
        self._reserve = reserve
        self._checked = 0
        self._path = path
        self._max_size = max_size
        self._digest = hashlib.sha256()
        self._head = b""
        self.size = 0
        with translated_failures():
            self._descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)

    def write(self, chunk: bytes) -> None:
        """Take the next bytes. Raises DocumentTooLarge, DiskFull, and ArchiveError when the disk refuses."""
        self.size += len(chunk)
        if self.size - self._checked > _CHECK_BYTES:
            self._reserve.check()
            self._checked = self.size
        if self._max_size and self.size > self._max_size:
            raise DocumentTooLarge(
                f"the file is larger than {self._max_size} bytes: raise the setting max_original_size"
            )
        if len(self._head) < HEAD_SIZE:
            self._head += chunk[: HEAD_SIZE - len(self._head)]
        self._digest.update(chunk)
        _write_all(self._descriptor, chunk)

    def finish(self) -> StagedOriginal:
        """Return the upload with what is known of its bytes."""
        return StagedOriginal(self._path, self._descriptor, self.size, self._digest.hexdigest(), self._head)

    def discard(self) -> None:
        """Remove what has come."""
        drop_staged(self._descriptor, self._path)


def drop_staged(descriptor: int, path: str) -> None:
    """Close and remove a staged file; one that the disk does not let go of goes with the staging folder."""
    with suppress(OSError):
        os.close(descriptor)
    unlink_quietly(path)


def unlink_quietly(path: str | Path) -> None:
    """Remove a file if the disk lets go of it: what fails on the way in mostly fails on the way back, and would hide
    why.
    """
    with suppress(OSError):
        os.unlink(path)  # noqa: PTH108 - of many small files, paths as objects are a tenth of the cost


def _write_all(descriptor: int, chunk: bytes) -> None:
    view = memoryview(chunk)
    with translated_failures():
        while view:
            view = view[os.write(descriptor, view) :]


@contextmanager
def translated_failures() -> Iterator[None]:
    """Raise what the disk refuses as ArchiveError, a full one as DiskFull."""
    try:
        yield
    except OSError as error:
        kind = DiskFull if error.errno in {errno.ENOSPC, errno.EDQUOT} else ArchiveError
        raise kind(
            f"an original could not be written ({error.strerror}): free space on the archive's disk, then add it again"
        ) from error
