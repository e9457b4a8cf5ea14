"""The originals of an archive that is only read: they are found and opened, and none is taken in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from papra_index.errors import ArchiveReadOnly
from papra_index.originals.base import OriginalPlace, StagedOriginal
from papra_index.originals.local import LocalOriginals
from papra_index.originals.staging import Staging


class ReadOnlyOriginals(LocalOriginals):
    """The originals of one archive folder, none of whose files is written, made or removed."""

    def __init__(self, folder: Path, reason: str) -> None:
        """Use `folder` for originals; `reason` says why they are only read."""
        self._folder = folder
        self._reason = reason

    def has_other_users(self) -> bool:
        """Return True: their locks are not to be touched, so there may be some."""
        return True

    def begin_staging(self) -> Staging:
        """Raise ArchiveReadOnly."""
        raise ArchiveReadOnly(self._reason)

    def keep(self, items: Sequence[tuple[StagedOriginal, OriginalPlace]]) -> None:  # noqa: ARG002
        """Raise ArchiveReadOnly."""
        raise ArchiveReadOnly(self._reason)

    def move(self, place: OriginalPlace, new: OriginalPlace) -> None:  # noqa: ARG002
        """Raise ArchiveReadOnly."""
        raise ArchiveReadOnly(self._reason)

    def remove(self, place: OriginalPlace) -> None:  # noqa: ARG002
        """Raise ArchiveReadOnly."""
        raise ArchiveReadOnly(self._reason)

    def check_space(self) -> None:
        """Raise ArchiveReadOnly."""
        raise ArchiveReadOnly(self._reason)

    def close(self) -> None:
        """Nothing is to be given up."""
