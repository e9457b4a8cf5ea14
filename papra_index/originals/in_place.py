"""Originals that stay where they lie: hashed once, then referenced, checked whenever they are opened, never written.

They belong to their user: letting one go leaves the file alone.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from papra_index.conventions.references import (
    FileReference,
    describe_change,
    identify_file,
    open_unchanged,
    settle_mtime,
)
from papra_index.conventions.sources import iterate_chunks
from papra_index.errors import DocumentTooLarge, InvalidInput, OriginalNotFound
from papra_index.originals.base import CHUNK_SIZE, HEAD_SIZE, OriginalPlace, StagedOriginal

_NO_DESCRIPTOR = -1


class InPlaceOriginals:
    """Originals as the files they are; shared between threads."""

    def __init__(self, *, max_size: int = 0) -> None:
        """`max_size` bounds one in bytes, 0 does not."""
        self._max_size = max_size

    def stage(self, stream: BinaryIO) -> StagedOriginal:
        """Hash an open file. Raises DocumentTooLarge, InvalidInput for a stream that is no file, OSError, and
        OriginalChanged for a file that changes meanwhile.
        """
        name = getattr(stream, "name", None)
        if not isinstance(name, str | bytes | os.PathLike):
            raise InvalidInput("only a file can be left in place: give a path, or add a copy")
        # Links on the way there may lead elsewhere later.
        path = os.path.realpath(os.fsdecode(name))
        before, read_at = os.fstat(stream.fileno()), time.time_ns()
        if self._max_size and before.st_size > self._max_size:
            raise DocumentTooLarge(
                f"the file is larger than {self._max_size} bytes: raise the setting max_original_size"
            )
        digest, head, size = hashlib.sha256(), b"", 0
        for chunk in iterate_chunks(stream, CHUNK_SIZE):
            head = head or chunk[:HEAD_SIZE]
            digest.update(chunk)
            size += len(chunk)
        if size != before.st_size or identify_file(os.fstat(stream.fileno())) != identify_file(before):
            raise describe_change(path)
        reference = FileReference(path, size, settle_mtime(before.st_mtime_ns, read_at), digest.hexdigest())
        return StagedOriginal(path, _NO_DESCRIPTOR, size, reference.sha256, head, reference)

    def discard(self, staged: StagedOriginal) -> None:
        """Do nothing: nothing was taken."""

    def keep(self, items: Sequence[tuple[StagedOriginal, OriginalPlace]]) -> None:
        """Do nothing: the files are where they are, and as durable as their user made them."""

    def locate(self, place: OriginalPlace) -> Path:
        """Return where the file lies. Raises OriginalNotFound where the place has no reference."""
        return Path(_find_reference(place).path)

    def open(self, place: OriginalPlace) -> BinaryIO:
        """Return the file as a stream, which ends by an error when the file changes. Raises OriginalNotFound,
        OriginalChanged.
        """
        return open_unchanged(_find_reference(place))

    def remove(self, place: OriginalPlace) -> None:
        """Do nothing: the file is its user's."""


def _find_reference(place: OriginalPlace) -> FileReference:
    if place.reference is None:
        raise OriginalNotFound(f"the original of {place.document_id} is not in place: it is a copy in the archive")
    return place.reference
