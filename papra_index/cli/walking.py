"""Files to add, found under the paths that were given: as a stream, since a folder may hold more than memory does."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path

from papra_index.conventions.values import dataclass

OnFailure = Callable[[str, str], None]
"""Called with a path and the reason why it cannot be gone through."""


@dataclass(frozen=True, slots=True)
class FileWalk:
    """Which files: what is named in `paths` itself is always taken, what is found in folders obeys the rest.

    Links to folders are not followed, pipes and devices not opened. `archive` is a folder that is passed by, so that an
    archive is not added to itself.
    """

    paths: Sequence[str]
    hidden: bool = False
    exclude: Sequence[str] = ()
    archive: Path | None = None

    def iterate_files(self, on_failure: OnFailure) -> Iterator[str]:
        """Yield the path of every file, folder by folder."""
        for path in self.paths:
            waiting = [path] if Path(path).is_dir() else []
            if not waiting:
                yield path
            while waiting:
                yield from self._scan_folder(waiting.pop(), waiting, on_failure)

    def _scan_folder(self, folder: str, waiting: list[str], on_failure: OnFailure) -> Iterator[str]:
        """Yield the files of a folder and put its folders on the list of those that wait."""
        try:
            if self._is_archive(folder):
                return
            with os.scandir(folder) as entries:
                for entry in entries:
                    if self._is_passed_by(entry):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    elif entry.is_file() or (entry.is_symlink() and not Path(entry.path).exists()):
                        yield entry.path
        except OSError as error:
            on_failure(folder, f"cannot be listed: {error.strerror or error}")

    def _is_passed_by(self, entry: os.DirEntry[str]) -> bool:
        if entry.name.startswith(".") and not self.hidden:
            return True
        return any(fnmatch(entry.name, glob) or fnmatch(entry.path, glob) for glob in self.exclude)

    def _is_archive(self, folder: str) -> bool:
        return self.archive is not None and os.path.samestat(os.stat(folder), os.stat(self.archive))  # noqa: PTH116
