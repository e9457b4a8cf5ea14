"""Whether originals are as they were uploaded, and which files in their folder belong to no document."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from papra_index.conventions.values import dataclass


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file in the folder of originals: its path below it, and when it came there, in seconds."""

    path: str
    arrived_at: float


def check_original(path: Path, size: int, sha256: str | None) -> str | None:
    """Return what is wrong with an original, as what completes "the original …", or None.

    Its size is compared and, where a SHA-256 is given, all of its bytes.
    """
    try:
        found = path.stat().st_size
        if found != size:
            return f"has {found} bytes instead of {size}"
        if sha256 is not None and hash_file(path) != sha256:
            return "does not have the SHA-256 it was uploaded with"
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return None


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file, in bounded memory. Raises OSError."""
    with path.open("rb", buffering=0) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def iterate_files(folder: Path) -> Iterator[KeptFile]:
    """Yield every file below a folder, links included, which are not followed; what vanishes meanwhile is passed by."""
    waiting = [""]
    while waiting:
        below = waiting.pop()
        try:
            with os.scandir(folder / below) as entries:
                listed = list(entries)
        except FileNotFoundError:
            continue
        for entry in listed:
            path = f"{below}/{entry.name}" if below else entry.name
            if entry.is_dir(follow_symlinks=False):
                waiting.append(path)
                continue
            try:
                arrived_at = entry.stat(follow_symlinks=False).st_ctime
            except FileNotFoundError:
                continue
            yield KeptFile(path, arrived_at)
