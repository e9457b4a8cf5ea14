"""The generations of an index folder that is only read: what is wrong with one is remembered, not written."""

from __future__ import annotations

import logging
from pathlib import Path

from papra_index.index.generations import Generations

logger = logging.getLogger(__name__)


class ReadOnlyGenerations(Generations):
    """The index folder of an archive that others may be writing to, and this process does not."""

    def __init__(self, folder: Path) -> None:
        """Use `folder`, which need not be there."""
        self._folder = folder
        self._pointer = folder / "CURRENT"
        self._refused: tuple[int, int] | None = None

    def find_current(self) -> Path | None:
        """Return the folder that answers, None also where it was refused and nobody has replaced it."""
        return None if self.read_state() is None else super().find_current()

    def read_state(self) -> tuple[int, int] | None:
        """As `Generations.read_state`; None also for a pointer to what was refused."""
        state = super().read_state()
        return None if state == self._refused else state

    def deactivate(self, path: Path) -> None:
        """Have no generation answer here if it is this one that does."""
        if self.find_current() == path:
            self._refused = super().read_state()

    def set_aside(self, path: Path, fault: str) -> bool:
        """Have a damaged generation answer no more here; return whether it did."""
        if self.find_current() != path:
            return False
        self.deactivate(path)
        logger.warning("the index %s is damaged (%s); searches are answered from the catalog", path.name, fault)
        return True
