"""The time between placing an original and writing its document, in which nobody may take the one for a stray."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from papra_index.conventions.durability import FileLock

_PATIENCE_SECONDS = 0.5


class Placing(AbstractContextManager[None]):
    """A lock that is shared by all who place originals, and held alone by who removes those without a document."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = FileLock(path)
        self._turn = threading.Lock()
        self._holders = 0

    def __enter__(self) -> None:
        with self._turn:
            if not self._holders:
                self._lock.acquire_shared()
            self._holders += 1

    def __exit__(self, *_: object) -> None:
        with self._turn:
            self._holders -= 1
            if not self._holders:
                self._lock.release()

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Hold the lock alone, if within a moment nobody places anything; gives whether it is held."""
        lock = FileLock(self._path)
        try:
            yield lock.acquire_within(_PATIENCE_SECONDS)
        finally:
            lock.close()

    def close(self) -> None:
        """Close its file."""
        self._lock.close()
