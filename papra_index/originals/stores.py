"""The two stores of an archive as one: what has a reference is in place, everything else a copy."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

from papra_index.originals.base import OriginalPlace, OriginalStore, StagedOriginal
from papra_index.originals.in_place import InPlaceOriginals
from papra_index.originals.local import LocalOriginals
from papra_index.originals.staging import Staging


class OriginalStores:
    """The originals of one archive; shared between threads."""

    def __init__(self, copies: LocalOriginals, in_place: InPlaceOriginals) -> None:
        self.copies = copies
        self.in_place = in_place

    def stage(self, stream: BinaryIO, *, in_place: bool = False) -> StagedOriginal:
        """Copy a stream, or reference the file that it reads, while its SHA-256 and size are computed."""
        return self.in_place.stage(stream) if in_place else self.copies.stage(stream)

    def begin_staging(self) -> Staging:
        """Make an empty file for bytes that come in chunks; they become a copy."""
        return self.copies.begin_staging()

    def discard(self, staged: StagedOriginal) -> None:
        """Forget a staged original that is not needed."""
        self._choose(staged).discard(staged)

    def keep(self, items: Sequence[tuple[StagedOriginal, OriginalPlace]]) -> None:
        """Make staged originals durable in their places. Raises ArchiveError; then none of them is kept."""
        for store in (self.copies, self.in_place):
            if mine := [item for item in items if self._choose(item[0]) is store]:
                store.keep(mine)

    def locate(self, place: OriginalPlace) -> Path:
        """Return where a document's original is, be it there or not."""
        return self._choose(place).locate(place)

    def open(self, place: OriginalPlace) -> BinaryIO:
        """Return an original as a stream. Raises OriginalNotFound, OriginalChanged."""
        return self._choose(place).open(place)

    def remove(self, place: OriginalPlace) -> None:
        """Delete a copy whose document is gone; a file in place stays."""
        self._choose(place).remove(place)

    def leave_to_sweep(self, places: Sequence[OriginalPlace]) -> None:
        """Have the next open remove these, if they are of no document then: for what can neither go nor be noted."""
        self.copies.leave_to_sweep(places)

    def check_space(self) -> None:
        """Raise DiskFull when documents may take no more of the archive's disk."""
        self.copies.check_space()

    def placing(self) -> AbstractContextManager[None]:
        """Hold this from before originals are kept until their documents are written."""
        return self.copies.placing()

    def close(self) -> None:
        """End the threads and give the staging folder up."""
        self.copies.close()

    def _choose(self, item: OriginalPlace | StagedOriginal) -> OriginalStore:
        return self.copies if item.reference is None else self.in_place
