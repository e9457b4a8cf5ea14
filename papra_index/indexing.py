"""The walk `index`: changed documents -> search index, by the one applier that an OS lock elects among all processes.

The catalog's change sequence is all it needs: it applies what is newer than the generation's checkpoint, commits in
groups, and so replays after a crash what the last commit did not hold.
"""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path

from papra_index.catalog.changes import forget_generations, list_changes, register_generations
from papra_index.catalog.database import Catalog
from papra_index.durability import FileLock
from papra_index.errors import ArchiveClosed, PapraIndexError, SearchIndexError
from papra_index.index.generations import Generations
from papra_index.index.tantivy.writer import TantivyWriter
from papra_index.rebuild import apply_keys, open_writer, rebuild_index
from papra_index.settings import IndexSettings

_ELECTION_SECONDS = 0.25
_RETRY_SECONDS = 2.0
_PRUNE_CHANGES = 5_000
_ROUND_SECONDS = 1.0
_PAUSE_SHARE = 2.0
_LULL_SECONDS = 0.05
_MAX_PAUSE_SECONDS = 0.5
"""A pause of twice a round's length follows it, up to this; few large commits leave the engine little to merge."""

logger = logging.getLogger(__name__)


class Applier:
    """The background thread that keeps the index up to date, while it holds the archive's applier lock."""

    def __init__(self, catalog: Catalog, generations: Generations, locks_folder: Path, settings: IndexSettings) -> None:
        self._catalog = catalog
        self._generations = generations
        self._lock = FileLock(locks_folder / "applier.lock")
        self._rebuild_lock = FileLock(locks_folder / "rebuild.lock")
        self._settings = settings
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._writer: TantivyWriter | None = None
        self._current: Path | None = None
        self._sequence = 0
        self._registered = 0
        catalog.add_listener(self._wake.set)
        self._thread = threading.Thread(target=self._run, name="papra-index-applier", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Apply what is waiting, commit, and give the lock up."""
        self._closing.set()
        self._wake.set()
        self._thread.join()
        self._lock.close()
        self._rebuild_lock.close()

    def _run(self) -> None:
        while not self._lock.try_acquire():
            if self._closing.wait(_ELECTION_SECONDS):
                return
        while True:
            try:
                self._follow_changes()
                return
            except ArchiveClosed:
                return
            except (PapraIndexError, OSError):
                # What was not committed is in the catalog still: open the index anew and replay.
                logger.exception("the index could not be updated; trying again")
                self._abandon_writer()
                if self._closing.wait(_RETRY_SECONDS):
                    return

    def _follow_changes(self) -> None:
        """Apply and commit in rounds until closed; on closing, what is waiting is applied first."""
        while True:
            closing = self._closing.is_set()
            self._wake.clear()
            began = time.monotonic()
            writer = self._open_current()
            if self._apply_round(writer, began):
                self._pause_while_changing(_PAUSE_SHARE * (time.monotonic() - began))
                continue
            self._register_checkpoint(closing=closing)
            if closing:
                break
            self._wake.wait(self._settings.commit_seconds)
        self._abandon_writer()

    def _pause_while_changing(self, seconds: float) -> None:
        """Let changes gather for the next commit, in proportion to the last; go on as soon as none come."""
        end = time.monotonic() + min(seconds, _MAX_PAUSE_SECONDS)
        while (left := end - time.monotonic()) > 0:
            self._wake.clear()
            if self._closing.wait(min(left, _LULL_SECONDS)) or not self._wake.is_set():
                break

    def _apply_round(self, writer: TantivyWriter, began: float) -> bool:
        """Apply what is waiting, but no longer than a second, and commit it; return whether there was anything."""
        found = False
        while applied := self._apply_batch(writer):
            self._sequence, found = applied, True
            if time.monotonic() - began > _ROUND_SECONDS:
                break
        if found:
            writer.commit(self._sequence)
        return found

    def _apply_batch(self, writer: TantivyWriter) -> int:
        """Apply the next changes; return the last sequence among them, 0 when there are none."""
        with self._catalog.read() as connection:
            batch = list_changes(connection, self._sequence, self._settings.batch_documents)
            if batch:
                apply_keys(connection, writer, [key for key, _ in batch])
        return batch[-1][1] if batch else 0

    def _open_current(self) -> TantivyWriter:
        """Return the writer of the generation that answers, building one where there is none that can be used."""
        current = self._generations.find_current()
        if self._writer is not None and current == self._current:
            return self._writer
        self._abandon_writer()
        opened = open_writer(current, self._settings) if current is not None else None
        if opened is None:
            # There is none yet, or its schema, analyzers or files are not those of this library.
            rebuild_index(self._catalog, self._generations, self._settings, self._rebuild_lock)
            current = self._generations.find_current()
            opened = open_writer(current, self._settings) if current is not None else None
        if opened is None or current is None:
            raise SearchIndexError("the new index cannot be opened: check the permissions and space of its folder")
        self._writer, self._sequence, self._registered = opened, opened.sequence, opened.sequence
        self._current = current
        return opened

    def _register_checkpoint(self, *, closing: bool) -> None:
        """Now and then, let the catalog prune what this generation has, and remove generations that ended."""
        if self._current is None:
            return
        if self._generations.has_others(self._current) and self._rebuild_lock.try_acquire():
            try:
                if self._generations.find_current() == self._current:
                    self._catalog.write(forget_generations, self._generations.remove_others(self._current))
            finally:
                self._rebuild_lock.release()
        if self._sequence - self._registered < (1 if closing else _PRUNE_CHANGES):
            return
        self._catalog.write(register_generations, [(self._current.name, self._sequence)])
        self._registered = self._sequence

    def _abandon_writer(self) -> None:
        if self._writer is not None:
            try:
                self._writer.close()
            except PapraIndexError:
                logger.exception("the index writer did not close")
        self._writer = None
        self._current = None
