"""When a folder is to be synced again: soon after anything in it changed, at the beginning, and now and then anyway.

What changed is not told: every sync goes through the whole folder, so no event that the system dropped, and none that
came before its folder was watched, leaves anything behind. Where events are dropped, those before them are still to
come, and so is the sync that they ask for.
"""

from __future__ import annotations

import errno
import logging
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from papra_index.errors import FolderUnavailable, InvalidInput

if TYPE_CHECKING:
    from watchdog.observers.api import BaseObserver

logger = logging.getLogger(__name__)

_LONGEST_QUIET = 10
"""A folder that never comes to rest is synced all the same, after so many times the quiet that is waited for."""
_POLL_SECONDS = 0.2
_ABSENT_SECONDS = 2.0


def await_changes(
    folder: Path, ignored: Path, stop: threading.Event, *, quiet_seconds: float, rescan_seconds: float
) -> Iterator[None]:
    """Yield whenever the folder is to be synced, until `stop` is set; what happens in `ignored` does not count.

    First at once, then when nothing has happened for `quiet_seconds` after something did, and `rescan_seconds` after
    the last time at the latest. A folder that is taken away and comes back is watched again; both are logged. Raises
    InvalidInput where watchdog is not installed, FolderUnavailable where it cannot be watched.
    """
    changes = _Changes(os.fsencode(ignored.resolve()) + b"/")
    is_first = True
    while not stop.is_set():
        try:
            observer = _observe(folder, changes)
        except FolderUnavailable:
            if is_first or _identify(folder) is not None:
                raise
            _await_return(folder, stop)
            continue
        identity, is_first = _identify(folder), False
        try:
            while not stop.is_set() and _identify(folder) == identity:
                changes.forget()
                yield
                while not stop.wait(min(_POLL_SECONDS, quiet_seconds)) and _identify(folder) == identity:
                    if changes.is_due(quiet_seconds, rescan_seconds):
                        break
        finally:
            observer.stop()
            observer.join()
        if not stop.is_set() and _identify(folder) is None:
            _await_return(folder, stop)


def _await_return(folder: Path, stop: threading.Event) -> None:
    logger.warning(
        "%s is gone or cannot be reached: nothing was put into the trash; it is synced again when it is there", folder
    )
    while not stop.is_set() and _identify(folder) is None:
        stop.wait(_ABSENT_SECONDS)
    if not stop.is_set():
        logger.warning("%s is there again: it is synced now", folder)


class _Changes:
    """When something happened in the folder for the first and the last time since it was synced."""

    def __init__(self, ignored: bytes) -> None:
        self._ignored = ignored
        self._lock = threading.Lock()
        self._first = self._last = self._began = 0.0

    def dispatch(self, event: object) -> None:
        """Take note of an event; watchdog calls it."""
        paths = [os.fsencode(path) for name in ("src_path", "dest_path") if (path := getattr(event, name, ""))]
        if paths and all((path + b"/").startswith(self._ignored) for path in paths):
            return
        with self._lock:
            self._last = time.monotonic()
            self._first = self._first or self._last

    def forget(self) -> None:
        """Begin anew."""
        with self._lock:
            self._first = self._last = 0.0
            self._began = time.monotonic()

    def is_due(self, quiet_seconds: float, rescan_seconds: float) -> bool:
        """Whether what happened is over, or does not end, or nothing happened for long."""
        now = time.monotonic()
        with self._lock:
            is_over = now - self._last >= quiet_seconds or now - self._first >= _LONGEST_QUIET * quiet_seconds
            return (self._first > 0 and is_over) or now - self._began >= rescan_seconds


def _observe(folder: Path, changes: _Changes) -> BaseObserver:
    try:
        from watchdog import events
        from watchdog.observers import Observer
    except ImportError as error:
        raise InvalidInput(f"{error.name} is not installed: pip install 'papra-index[watch]'") from error
    # Opening and closing without writing is what syncing and reading do themselves.
    kinds = [events.FileCreatedEvent, events.FileModifiedEvent, events.FileMovedEvent, events.FileDeletedEvent,
             events.FileClosedEvent, events.DirCreatedEvent, events.DirMovedEvent, events.DirDeletedEvent]  # fmt: skip
    observer = Observer()
    try:
        observer.schedule(changes, str(folder), recursive=True, event_filter=kinds)  # type: ignore[arg-type]
        observer.start()
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EMFILE}:
            raise FolderUnavailable(
                f"{folder} has more folders than the system watches: raise fs.inotify.max_user_watches and "
                "max_user_instances, or run `papra-index sync` without --watch from time to time"
            ) from error
        raise FolderUnavailable(f"{folder} cannot be watched ({error.strerror}): check that it is there") from error
    return observer


def _identify(folder: Path) -> tuple[int, int] | None:
    try:
        state = folder.stat()
    except OSError:
        return None
    return state.st_dev, state.st_ino
