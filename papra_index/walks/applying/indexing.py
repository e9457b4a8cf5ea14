"""The walk `index`: changed documents -> search index, by the one applier that an OS lock elects among all processes.

The catalog's change sequence is all it needs: it applies what is newer than the generation's checkpoint, commits in
groups, and so replays after a crash what the last commit did not hold.
"""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path

from papra_index.catalog.changes import (
    find_checkpoint,
    keep_generations,
    last_sequence,
    list_changes,
    register_generations,
)
from papra_index.catalog.database import Catalog
from papra_index.conventions.durability import FileLock
from papra_index.errors import ArchiveClosed, IndexDamaged, IndexUnusable, PapraIndexError, SearchIndexError
from papra_index.index.base import IndexWriter
from papra_index.index.engine import FileFault, FileWatch, open_writer, read_checkpoint
from papra_index.index.generations import Generations
from papra_index.settings import IndexSettings
from papra_index.values.rebuilds import RebuildProgress
from papra_index.walks.applying.rebuild import apply_keys, rebuild_index
from papra_index.walks.applying.renewal import Renewal

_ELECTION_SECONDS = 0.25
_RETRY_SECONDS = 1.0
_MAX_RETRY_SECONDS = 60.0
_MERGE_SECONDS = 0.5
"""Closing waits so long for merges: whoever applies next waits for it, and begins anew what was given up."""
_WATCH_SECONDS = 1.0
_CHECKED_AT_OPEN = 32_000_000
_CHECKED_AFTER_FAILURE = 1_000_000_000
"""Bytes of the index whose checksums are computed: a hundredth of a second, and some seconds at most."""
_PRUNE_CHANGES = 5_000
_ROUND_SECONDS = 1.0
_PAUSE_SHARE = 2.0
_LULL_SECONDS = 0.05
_MAX_PAUSE_SECONDS = 0.5
"""A pause of twice a round's length follows it, up to this; few large commits leave the engine little to merge."""

logger = logging.getLogger(__name__)


def disown_foreign_index(catalog: Catalog, generations: Generations) -> None:
    """Have the index built anew unless the generation that answers belongs to this catalog.

    It has to know the catalog's changes up to its checkpoint, and the catalog those after it: neither holds when one of
    them was put back from a backup.
    """
    current = generations.find_current()
    if current is None:
        return
    # In this order, what an applier of another process does meanwhile cannot look like a mismatch.
    with catalog.read() as connection:
        registered = find_checkpoint(connection, current.name)
    checkpoint = read_checkpoint(current)
    with catalog.read() as connection:
        newest = last_sequence(connection)
    if checkpoint is not None and (registered is None or not registered <= checkpoint.sequence <= newest):
        generations.deactivate(current)


class Applier:
    """The background thread that keeps the index up to date, while it holds the archive's applier lock."""

    def __init__(self, catalog: Catalog, generations: Generations, locks_folder: Path, settings: IndexSettings) -> None:
        self._catalog = catalog
        self._generations = generations
        self._lock = FileLock(locks_folder / "applier.lock")
        self._rebuild_lock = FileLock(locks_folder / "rebuild.lock")
        self._renewal = Renewal(catalog, generations, locks_folder / "rebuild.lock", settings)
        self._settings = settings
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._writer: IndexWriter | None = None
        self._current: Path | None = None
        self._watch: FileWatch | None = None
        self._examined_at = -_MAX_RETRY_SECONDS
        self._sequence = 0
        self._registered = 0
        self._pause = _RETRY_SECONDS
        catalog.add_listener(self.wake)
        self._thread = threading.Thread(target=self._run, name="papra-index-applier", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Look for changes now."""
        self._wake.set()

    def close(self) -> None:
        """Apply what is waiting, commit, and give the lock up."""
        self._closing.set()
        self._wake.set()
        self._thread.join()
        self._renewal.close()
        self._lock.close()
        self._rebuild_lock.close()

    def _run(self) -> None:
        while not self._lock.try_acquire():
            if self._closing.wait(_ELECTION_SECONDS):
                return
        try:
            self._follow_with_retries()
        finally:
            self._abandon_writer(_MERGE_SECONDS)
            self._lock.release()

    def _follow_with_retries(self) -> None:
        while True:
            try:
                self._follow_changes()
                return
            except ArchiveClosed:
                return
            except Exception as error:
                # What was not committed is in the catalog still: open the index anew and replay.
                if self._explain_failure():
                    self._abandon_writer()
                    continue
                if not self._closing.is_set():
                    logger.warning("the index could not be updated; trying again in %g s: %s", self._pause, error)
                    logger.debug("the index could not be updated", exc_info=True)
                self._abandon_writer()
                if self._closing.wait(self._pause):
                    return
                self._pause = min(2 * self._pause, _MAX_RETRY_SECONDS)

    def _follow_changes(self) -> None:
        """Apply and commit in rounds until closed; on closing, what was acknowledged until then is applied first."""
        target: int | None = None
        while True:
            if target is None and self._closing.is_set():
                target = self._read_last_sequence()
            self._wake.clear()
            began = time.monotonic()
            writer = self._open_current()
            if self._find_damage(self._watch.look() if self._watch is not None else None):
                continue
            found, is_behind = self._apply_round(writer, began)
            if target is not None and (not found or self._sequence >= target):
                self._register_checkpoint(closing=True)
                return
            self._pause = _RETRY_SECONDS
            if is_behind:
                continue
            if found:
                self._pause_while_changing(_PAUSE_SHARE * (time.monotonic() - began))
            else:
                self._register_checkpoint(closing=False)
                if self._current is not None:
                    self._renewal.consider(self._current, self._sequence)
                self._wake.wait(self._settings.commit_seconds)

    def _pause_while_changing(self, seconds: float) -> None:
        """Let changes gather for the next commit, in proportion to the last; go on as soon as none come."""
        end = time.monotonic() + min(seconds, _MAX_PAUSE_SECONDS)
        while (left := end - time.monotonic()) > 0:
            self._wake.clear()
            if self._closing.wait(min(left, _LULL_SECONDS)) or not self._wake.is_set():
                break

    def _apply_round(self, writer: IndexWriter, began: float) -> tuple[bool, bool]:
        """Apply what is waiting, but no longer than a second, and commit it; return whether there was anything, and
        whether more may be waiting."""
        found = is_behind = False
        while applied := self._apply_batch(writer):
            self._sequence, found = applied, True
            if is_behind := time.monotonic() - began > _ROUND_SECONDS:
                break
        if found:
            with self._generations.hold_current():
                writer.commit(self._sequence)
        return found, is_behind

    def _apply_batch(self, writer: IndexWriter) -> int:
        """Apply the next changes; return the last sequence among them, 0 when there are none."""
        with self._catalog.read() as connection:
            batch = list_changes(connection, self._sequence, self._settings.batch_documents)
            if batch:
                apply_keys(connection, writer, [key for key, _ in batch])
        return batch[-1][1] if batch else 0

    def _open_current(self) -> IndexWriter:
        """Return the writer of the generation that answers, building one where there is none that can be used."""
        current = self._generations.find_current()
        if self._writer is not None and current == self._current:
            return self._writer
        self._abandon_writer()
        if current is None:
            self._rebuild()
            current = self._generations.find_current()
        if current is None:
            raise SearchIndexError("the new index is gone: check the permissions of the index folder")
        self._watch = FileWatch(current, _WATCH_SECONDS)
        if self._find_damage(self._watch.check(_CHECKED_AT_OPEN)):
            return self._open_current()
        try:
            self._writer = open_writer(current, self._settings.heap_bytes)
        except IndexDamaged:
            self._generations.set_aside(current, "the engine cannot open it")
            return self._open_current()
        except IndexUnusable as error:
            # Expected after an upgrade: a line says it, a trace of calls would look like a fault.
            logger.warning("%s", f"{error}".removesuffix(": rebuild it") + "; it is built anew from the catalog")
            self._rebuild()
            return self._open_current()
        self._sequence = self._registered = self._writer.sequence
        self._current = current
        return self._writer

    def _find_damage(self, fault: FileFault | None) -> bool:
        """Set the generation that is open aside where it has a fault; return whether there is one."""
        if fault is None or self._watch is None:
            return False
        self._generations.set_aside(self._watch.directory, f"{fault.name} {fault.fault}")
        return True

    def _explain_failure(self) -> bool:
        """Return whether damage explains a failure, by all checksums of the index; it is set aside then."""
        now = time.monotonic()
        if self._watch is None or now < self._examined_at + _MAX_RETRY_SECONDS:
            return False
        self._examined_at = now
        try:
            return self._find_damage(self._watch.check(_CHECKED_AFTER_FAILURE, anywhere=True))
        except SearchIndexError as error:
            logger.warning("the index could not be set aside: %s", error)
            return False

    def _rebuild(self) -> None:
        rebuild_index(self._catalog, self._generations, self._settings, self._rebuild_lock, self._stop_when_closing)

    def _stop_when_closing(self, _progress: RebuildProgress) -> None:
        if self._closing.is_set():
            raise ArchiveClosed("the archive is closed: the index is built when it is opened again")

    def _read_last_sequence(self) -> int:
        with self._catalog.read() as connection:
            return last_sequence(connection)

    def _register_checkpoint(self, *, closing: bool) -> None:
        """Now and then, let the catalog prune what this generation has, and remove generations that ended."""
        if self._current is None:
            return
        if self._generations.list_ended(self._current) and self._rebuild_lock.try_acquire():
            try:
                if self._generations.find_current() == self._current:
                    self._generations.remove_ended(self._current)
                    self._catalog.write(keep_generations, self._generations.list_kept(self._current))
            finally:
                self._rebuild_lock.release()
        if self._sequence - self._registered < (1 if closing else _PRUNE_CHANGES):
            return
        self._catalog.write(register_generations, [(self._current.name, self._sequence)])
        self._registered = self._sequence

    def _abandon_writer(self, merge_seconds: float = 0.0) -> None:
        if self._writer is not None:
            try:
                self._writer.close(merge_seconds)
            except PapraIndexError as error:
                logger.warning("the index writer did not close: %s", error)
                logger.debug("the index writer did not close", exc_info=True)
        self._writer = None
        self._current = None
