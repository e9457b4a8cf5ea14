"""Generations of the index: numbered folders side by side, of which the CURRENT file names the one that answers.

A new generation is built beside the old one and takes over by an atomic replacement of that file, so search never
stops. One that is not finished, which CURRENT does not name yet, is kept: the next rebuild goes on with it.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from papra_index.conventions.durability import FileLock, sync_directory, write_durably
from papra_index.errors import SearchIndexError
from papra_index.index.construction import CONSTRUCTION_NAME

_NAME = re.compile(r"gen-(\d{6,})")

logger = logging.getLogger(__name__)


class Generations:
    """The index folder of an archive. Where the disk refuses, its verbs raise SearchIndexError."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pointer = folder / "CURRENT"
        folder.mkdir(exist_ok=True)

    def find_current(self) -> Path | None:
        """Return the folder that answers, or None when there is none (yet, or any more)."""
        try:
            with _translated_failures():
                name = self._pointer.read_text(encoding="utf-8").strip()
        except (FileNotFoundError, UnicodeDecodeError):
            return None
        path = self._folder / name
        return path if _NAME.fullmatch(name) and path.is_dir() else None

    def read_state(self) -> tuple[int, int] | None:
        """Return a value that changes whenever CURRENT does; cheap enough for every search."""
        try:
            found = self._pointer.stat()
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_ino

    def create(self) -> Path:
        """Make the folder of a new generation, numbered after all others."""
        with _translated_failures():
            self._folder.mkdir(exist_ok=True)  # it may be deleted at any moment
            numbers = [int(match.group(1)) for path in self._folder.iterdir() if (match := _NAME.fullmatch(path.name))]
            path = self._folder / f"gen-{max(numbers, default=0) + 1:06d}"
            path.mkdir()
            sync_directory(self._folder)
        return path

    def activate(self, path: Path) -> None:
        """Have a generation answer from now on."""
        with _translated_failures():
            write_durably(self._pointer, path.name.encode())

    def deactivate(self, path: Path) -> None:
        """Have no generation answer if it is this one that does."""
        if self.find_current() == path:
            self._pointer.unlink(missing_ok=True)

    def set_aside(self, path: Path, fault: str) -> bool:
        """Have a damaged generation answer no more: whoever applies changes builds another. Return whether it did.

        Of all processes that find the damage, one tells of it. Raises SearchIndexError.
        """
        with self.hold_current():
            if self.find_current() != path:
                return False
            with _translated_failures():
                self._pointer.unlink(missing_ok=True)
        logger.warning(
            "the index %s is damaged and was set aside (%s); it is built anew, and searches are answered from the "
            "catalog until then", path.name, fault,
        )  # fmt: skip
        return True

    @contextmanager
    def hold_current(self) -> Iterator[None]:
        """Keep other processes and threads that do this out: a commit to the generation that answers and its
        replacement exclude each other, so that searches never go back in time.
        """
        try:
            with _translated_failures():
                lock = FileLock(self._folder / "SWAP")
        except FileNotFoundError as error:
            raise SearchIndexError(f"{self._folder} is gone: the index is built anew") from error
        try:
            with lock:
                yield
        finally:
            lock.close()

    def find_unfinished(self, current: Path | None) -> Path | None:
        """Return the generation under construction that is to replace the current one, or None."""
        newer = [
            path
            for path in self._list_others(current)
            if (path / CONSTRUCTION_NAME).exists() and (current is None or _read_number(path) > _read_number(current))
        ]
        return max(newer, key=_read_number, default=None)

    def finish(self, path: Path) -> None:
        """Note that a generation is no longer under construction."""
        with _translated_failures():
            (path / CONSTRUCTION_NAME).unlink(missing_ok=True)

    def list_ended(self, current: Path | None) -> list[Path]:
        """Return generations that neither answer nor are going to."""
        unfinished = self.find_unfinished(current)
        return [path for path in self._list_others(current) if path != unfinished]

    def list_kept(self, current: Path | None) -> list[str]:
        """Return the names of the generations that answer or are going to."""
        return [path.name for path in (current, self.find_unfinished(current)) if path is not None]

    def remove_ended(self, current: Path | None) -> None:
        """Delete all generations but the current one and one under construction. Searches under way in them are not
        disturbed.
        """
        for path in self.list_ended(current):
            self.remove(path)

    def list_strays(self, current: Path | None) -> list[Path]:
        """Return generations that neither answer nor are going to, and pointers that dead processes were writing."""
        if not self._folder.is_dir():
            return []
        temporary = [
            path
            for path in self._folder.glob("CURRENT.*.tmp")
            if not _is_alive(path.name.removeprefix("CURRENT.").removesuffix(".tmp"))
        ]
        return sorted(self.list_ended(current) + temporary)

    def remove_strays(self, current: Path | None) -> None:
        """Delete what `list_strays` tells of."""
        for path in self.list_strays(current):
            if path.is_dir():
                self.remove(path)
            else:
                path.unlink(missing_ok=True)

    def remove(self, path: Path) -> None:
        """Delete a generation."""
        # First, so that nobody goes on building what is half deleted.
        with suppress(OSError):
            (path / CONSTRUCTION_NAME).unlink(missing_ok=True)
        shutil.rmtree(path, ignore_errors=True)

    def _list_others(self, current: Path | None) -> list[Path]:
        if not self._folder.is_dir():
            return []
        return [path for path in self._folder.iterdir() if _NAME.fullmatch(path.name) and path != current]


def _read_number(path: Path) -> int:
    return int(path.name.removeprefix("gen-"))


def _is_alive(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, ValueError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def _translated_failures() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise SearchIndexError(
            f"the folder of the index cannot be used ({error.strerror}: {error.filename}): check its disk and space"
        ) from error
