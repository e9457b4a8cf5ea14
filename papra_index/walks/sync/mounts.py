"""Disks that are mounted below a folder: one that is not mounted now looks like an empty folder, and is none.

The catalog remembers those that files came from. What is mounted is looked up before the folder is gone through and
behind it, before what is gone is written: a disk that was missing at either time told nothing of its files.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from papra_index.conventions.file_systems import list_mounts_below


class FolderDisks:
    """The disks below a folder during one sync, by their paths from the folder on."""

    def __init__(self, root: bytes, known: Iterable[bytes], *, allow_empty: bool) -> None:
        """Look at them; with `allow_empty` those that are missing already are let go."""
        self._root, known = root, frozenset(known)
        # Looked into before the table is: some are mounted when somebody does.
        empty = frozenset(path for path in known if _is_empty(os.path.join(root, path)))  # noqa: PTH118
        self._mounted = list_mounts_below(root)
        self._missing = frozenset() if allow_empty else empty - self._mounted
        self.new = self._mounted - known

    def find_missing(self) -> list[bytes]:
        """Return those that were missing at the beginning, or are now, each behind those that are mounted in it."""
        now = list_mounts_below(self._root)
        self._missing |= self._mounted - now
        self._mounted |= now
        return sorted(self._missing, reverse=True)

    @property
    def remembered(self) -> frozenset[bytes]:
        """Those that the next sync is to miss if they are not mounted then."""
        return self._mounted | self._missing


def _is_empty(path: bytes) -> bool:
    """Whether there is nothing at a path that a sync would go through: links are not followed."""
    if os.path.realpath(path) != path:
        return True
    try:
        with os.scandir(path) as entries:
            return next(entries, None) is None
    except OSError:
        return True
