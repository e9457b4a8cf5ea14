"""What the stores of originals have in common: whose original, bytes that are on their way in, and the protocol.

Where an original is, the catalog says: a place with a reference is a file that stays where it lies, one without is a
copy in the archive.
"""

from __future__ import annotations

import resource
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Protocol

from papra_index.conventions.references import FileReference
from papra_index.conventions.values import dataclass

CHUNK_SIZE = 64 * 1024
"""Larger reads make the allocator map and unmap memory for each, which costs more than the read of a small file."""

HEAD_SIZE = 4096


def bound_group(most: int) -> int:
    """Return how many originals a group may stage, `most` at the most: they stay open until they are synced, and two
    groups of them are to leave most descriptors to others.
    """
    return min(most, max(1, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 8))


@dataclass(frozen=True, slots=True)
class OriginalPlace:
    """Whose original: `arrived_at` is the document's time of creation in ms, `reference` a file that is in place."""

    organization_id: str
    document_id: str
    arrived_at: int
    reference: FileReference | None = None


@dataclass(frozen=True, slots=True)
class StagedOriginal:
    """Bytes that were taken in, not yet durable: `path` holds them, `head` is their beginning, for detection.

    A copy has a descriptor to be synced; an original in place has a reference.
    """

    path: str
    descriptor: int
    size: int
    sha256: str
    head: bytes
    reference: FileReference | None = None


class OriginalStore(Protocol):
    """A place for originals; shared between threads."""

    def stage(self, stream: BinaryIO) -> StagedOriginal:
        """Take a stream in, with its SHA-256 and size. Raises DocumentTooLarge, and OSError of the stream."""
        ...

    def discard(self, staged: StagedOriginal) -> None:
        """Forget a staged original that is not needed."""
        ...

    def keep(self, items: Sequence[tuple[StagedOriginal, OriginalPlace]]) -> None:
        """Make staged originals durable in their places. Raises ArchiveError; then none of them is kept."""
        ...

    def locate(self, place: OriginalPlace) -> Path:
        """Return where a document's original is."""
        ...

    def open(self, place: OriginalPlace) -> BinaryIO:
        """Return an original as a stream. Raises OriginalNotFound, OriginalChanged."""
        ...

    def remove(self, place: OriginalPlace) -> None:
        """Let go of an original whose document is gone; one that is missing already is no error."""
        ...
