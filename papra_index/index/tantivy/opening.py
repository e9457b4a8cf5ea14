"""Opening an index directory for reading, also one to which this user may not write.

While the engine opens the files of a commit it holds a lock, on a file of the directory that it opens for writing, so
that none of them is deleted meanwhile. Where it may not, the directory is opened through a folder of links to its
files, which has a lock of its own and is there for as long as that takes: files that are open need no name.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import tantivy

_LOCK = ".tantivy-meta.lock"
_ATTEMPTS = 5
_PAUSE_SECONDS = 0.02


def can_lock(directory: Path) -> bool:
    """Return whether the engine can take its lock in a directory."""
    lock = directory / _LOCK
    return os.access(lock if lock.exists() else directory, os.W_OK)


def open_index(directory: Path) -> tantivy.Index:
    """Return the index in a directory, its newest commit open; unless `can_lock`, open it anew for a newer one.

    Raises what the engine does.
    """
    if can_lock(directory):
        return _open(directory)
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return _open_linked(directory)
        except (OSError, ValueError):
            # A writer may have deleted a file that its next commit does without, which no lock kept it from.
            if attempt == _ATTEMPTS:
                raise
            time.sleep(_PAUSE_SECONDS)
    raise AssertionError


def _open_linked(directory: Path) -> tantivy.Index:
    with tempfile.TemporaryDirectory(prefix="papra-index-") as links:
        for path in directory.iterdir():
            if path.name != _LOCK:
                Path(links, path.name).symlink_to(path)
        return _open(Path(links))


def _open(directory: Path) -> tantivy.Index:
    index = tantivy.Index.open(str(directory))
    index.config_reader("manual")
    return index
