"""What the operating system gives for safety: locks between processes that end with their holder, and durable
small files.
"""

from __future__ import annotations

import errno
import fcntl
import os
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from papra_index.errors import ArchiveError, ArchiveLocked, DiskFull

_POLL_SECONDS = 0.02
_LOCKLESS = {errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL}


class FileLock:
    """An exclusive lock on `path`; the file stays and is harmless. Not shared between threads: one object, one
    holder. A forked child loses it: with a copy of its file the child would hold the lock beyond its parent's end.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        _open_locks.add(self)

    def acquire(self) -> None:
        """Wait until the lock is held."""
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)

    def try_acquire(self) -> bool:
        """Take the lock if it is free; return whether it is held now."""
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def acquire_within(self, seconds: float) -> bool:
        """Wait for the lock for at most so long; return whether it is held now."""
        deadline = time.monotonic() + seconds
        while not self.try_acquire():
            if time.monotonic() >= deadline:
                return False
            time.sleep(_POLL_SECONDS)
        return True

    def acquire_shared(self) -> None:
        """Wait until no one holds the lock alone; others may share it then."""
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def release(self) -> None:
        """Give the lock back."""
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Give the lock back and close its file; a second call does nothing."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def __enter__(self) -> FileLock:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def is_locked(path: Path) -> bool:
    """Return whether somebody holds the lock at `path`, to which this user need not be allowed to write."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def open_lock(path: Path) -> FileLock:
    """Return the lock at `path`, not held yet. Raises ArchiveError where its file cannot be opened or made."""
    try:
        return FileLock(path)
    except OSError as error:
        raise ArchiveError(f"{path} cannot be made ({error.strerror}): check its disk and permissions") from error


@contextmanager
def hold_alone(path: Path, busy: str, *, where_possible: bool = False) -> Iterator[None]:
    """Hold the lock at `path` for work that only one may do; with `where_possible` a disk that knows no locks, as some
    that other machines serve, is no obstacle.

    Raises ArchiveLocked, which says `busy`, while somebody else does it, and ArchiveError where it cannot be locked.
    """
    lock = open_lock(path)
    try:
        try:
            is_free = lock.try_acquire()
        except OSError as error:
            if not where_possible or error.errno not in _LOCKLESS:
                raise ArchiveError(f"{path} cannot be locked ({error.strerror}): choose a local disk") from error
            is_free = True
        if not is_free:
            raise ArchiveLocked(busy)
        yield
    finally:
        lock.close()


_open_locks: weakref.WeakSet[FileLock] = weakref.WeakSet()


def _close_inherited_locks() -> None:
    for lock in list(_open_locks):
        lock.close()


os.register_at_fork(after_in_child=_close_inherited_locks)


def describe_refusal(error: OSError, target: Path) -> str:
    """Return what a disk did not do for a folder that is written to, and what to do about it."""
    full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
    step = "free space there" if full else "check its disk and permissions, or choose another folder"
    return f"({error.strerror}: {error.filename or target}): {step}"


class DiskReserve:
    """The free space on an archive's disk that documents may not take: what deleting, tagging and indexing need."""

    def __init__(self, folder: Path, size: int) -> None:
        """Keep `size` bytes of the folder's disk free; 0 keeps none."""
        self._folder = folder
        self._size = size

    def check(self, more: int = 0) -> None:
        """Raise DiskFull unless `more` bytes leave the reserve free. Costs a microsecond or two."""
        if not self._size:
            return
        found = os.statvfs(self._folder)
        free = found.f_bavail * found.f_frsize
        if free - more < self._size:
            raise DiskFull(
                f"the archive's disk has {free // 1_000_000} MB left and {self._size // 1_000_000} MB are kept free: "
                "empty the trash or free space otherwise, or lower the setting reserve_bytes"
            )


def sync_file(descriptor: int) -> None:
    """Make what was written to a file durable, on macOS past the disk's cache, where fsync leaves it (fcntl(2))."""
    full = getattr(fcntl, "F_FULLFSYNC", None)
    if full is not None:
        try:
            fcntl.fcntl(descriptor, full)
            return
        except OSError:
            pass  # a file system that has no such thing
    os.fsync(descriptor)


def sync_directory(path: Path) -> None:
    """Make the names in a directory durable, where its disk can: some that other machines serve sync files alone."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        sync_file(descriptor)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise
    finally:
        os.close(descriptor)


def write_durably(path: Path, content: bytes) -> None:
    """Replace a small file atomically: after a crash it holds the old content or the new one, never a part."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as stream:
            stream.write(content)
            stream.flush()
            sync_file(stream.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)
