"""Rebuilding the index: every live document of the catalog into a new generation, which takes over when it has
caught up and equals the catalog.

What it has is noted as it goes (`index/construction.py`): one that was killed is gone on with, not begun anew.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from papra_index.catalog.changes import (
    begin_generations,
    find_checkpoint,
    keep_generations,
    last_sequence,
    list_changes,
)
from papra_index.catalog.database import Catalog, CatalogConnection
from papra_index.catalog.indexable import IndexableDocument, iterate_indexable
from papra_index.catalog.selection import count_live_documents, iterate_live_keys
from papra_index.conventions.durability import FileLock
from papra_index.errors import ArchiveClosed, SearchIndexError
from papra_index.index.base import IndexDocument, IndexWriter
from papra_index.index.construction import Construction, read_construction, write_construction
from papra_index.index.engine import IndexInspection, check_files, fingerprint, open_writer, read_checkpoint
from papra_index.index.generations import Generations
from papra_index.settings import IndexSettings
from papra_index.values.rebuilds import RebuildProgress
from papra_index.walks.verification.documents import list_wrong_counts, list_wrong_documents

_PORTION_CHARACTERS = 8_000_000
_CHECKPOINT_SECONDS = 30.0
_POLL_SECONDS = 0.05
_FEW_CHANGES = 50
_MAX_ROUNDS = 5

OnProgress = Callable[[RebuildProgress], object]
"""Called after each portion of documents."""


def rebuild_index(
    catalog: Catalog,
    generations: Generations,
    settings: IndexSettings,
    lock: FileLock,
    progress: OnProgress | None = None,
) -> int:
    """Build a new generation from the catalog and have it answer; return the number of documents in it.

    Searches and writes go on meanwhile. One that was interrupted is gone on with; one that runs already, in any
    process, is waited for, and its outcome is that of this call. What `progress` raises ends the rebuild and is raised
    again; then, and after any failure, the old generation goes on answering and nothing is left of the new one. After
    KeyboardInterrupt, and ArchiveClosed, what is done of it is kept for the next call.
    """
    before = generations.find_current()
    tell = progress if progress is not None else _ignore
    if _wait_for_turn(generations, lock, tell):
        found = generations.find_current()
        if found is not None and found != before and _is_of_this_version(found):
            lock.release()
            return IndexInspection(found).documents_count
    try:
        return _Rebuild(catalog, generations, settings, tell).run()
    finally:
        lock.release()


def _wait_for_turn(generations: Generations, lock: FileLock, tell: OnProgress) -> bool:
    """Take the lock; return whether another rebuild had it, of which the caller is told meanwhile."""
    started = time.monotonic()
    first: int | None = None
    while not lock.try_acquire():
        path = generations.find_unfinished(generations.find_current())
        state = read_construction(path) if path is not None else None
        done, count = (state.documents_count, state.total) if state is not None else (0, 0)
        first = done if first is None else first
        tell(RebuildProgress(done, max(done, count), time.monotonic() - started, first))
        time.sleep(_POLL_SECONDS)
    return first is not None


def _is_of_this_version(path: Path) -> bool:
    checkpoint = read_checkpoint(path)
    return checkpoint is not None and checkpoint.fingerprint == fingerprint()


def _is_usable(path: Path) -> bool:
    return _is_of_this_version(path) and not any(fault for _, fault in check_files(path))


class _Rebuild:
    """One run: it begins a generation, or goes on with one."""

    def __init__(self, catalog: Catalog, generations: Generations, settings: IndexSettings, tell: OnProgress) -> None:
        self._catalog = catalog
        self._generations = generations
        self._settings = settings
        self._tell = tell
        self._started = time.monotonic()
        self._noted_at = 0.0
        self._resumed_from = self._total = 0
        self._state = Construction(0, 0)
        self._noting: Future[None] | None = None

    def run(self) -> int:
        """Build, compare, swap; return the documents of the new generation."""
        current = self._generations.find_current()
        path = self._find_resumable(current)
        while True:
            resumed = path is not None
            path = self._begin(current) if path is None else path
            try:
                self._build(path)
                inspection = IndexInspection(path)
                fault = self._compare(inspection)
                if fault is None:
                    self._swap(path, current)
                    return inspection.documents_count
                if not resumed:
                    raise SearchIndexError(f"the new index {fault}: look at the archive with `papra-index verify`")
            except ArchiveClosed:
                raise
            except Exception:
                self._generations.remove(path)
                raise
            self._generations.remove(path)
            path = None

    def _find_resumable(self, current: Path | None) -> Path | None:
        """Return what an interrupted rebuild has left, if it belongs to this catalog and version and is not damaged."""
        path = self._generations.find_unfinished(current)
        if path is None:
            return None
        state = read_construction(path)
        with self._catalog.read() as connection:
            registered, newest = find_checkpoint(connection, path.name), last_sequence(connection)
        if state is None or registered != state.began_at or state.newest > newest or not _is_usable(path):
            self._generations.remove(path)
            return None
        self._state, self._resumed_from = state, state.documents_count
        self._forget_others(current, path)
        return path

    def _begin(self, current: Path | None) -> Path:
        path = self._generations.create()
        try:
            began_at = self._catalog.write(begin_generations, [path.name])[0]
            self._forget_others(current, path)
            self._state, self._resumed_from = Construction(began_at, began_at), 0
            write_construction(path, self._state)
        except BaseException:
            self._generations.remove(path)
            raise
        return path

    def _forget_others(self, current: Path | None, path: Path) -> None:
        """Remove what rebuilds that failed have left, so that it holds back no pruning of changes."""
        for other in self._generations.list_ended(current):
            if other != path:
                self._generations.remove(other)
        self._catalog.write(keep_generations, [kept.name for kept in (current, path) if kept is not None])

    def _build(self, path: Path) -> None:
        writer = open_writer(path, self._settings.heap_bytes)
        with closing(writer), ThreadPoolExecutor(1, "papra-index-commit") as beside:
            try:
                self._apply_all(path, writer, beside)
                sequence = self._catch_up(writer, max(writer.sequence, self._state.began_at))
            except (ArchiveClosed, KeyboardInterrupt):
                self._begin_note(path, writer, beside)
                self._finish_note()
                raise
            if sequence > writer.sequence:
                writer.commit(sequence)

    def _apply_all(self, path: Path, writer: IndexWriter, beside: ThreadPoolExecutor) -> None:
        with self._catalog.read() as connection:
            self._total = count_live_documents(connection)
        self._noted_at, noted = time.monotonic(), self._state.documents_count
        while True:
            with self._catalog.read() as connection:
                keys = iterate_live_keys(connection, self._state.last_key, self._settings.batch_documents)
                count = apply_keys(connection, writer, keys) if keys else 0
            if not keys:
                break
            done = self._state.documents_count + count
            self._state = replace(self._state, last_key=keys[-1], documents_count=done)
            elapsed = time.monotonic() - self._noted_at
            if done - noted >= self._settings.checkpoint_documents or elapsed > _CHECKPOINT_SECONDS:
                noted = done
                self._begin_note(path, writer, beside)
            seconds = time.monotonic() - self._started
            self._tell(RebuildProgress(done, max(self._total, done), seconds, self._resumed_from))
        self._begin_note(path, writer, beside)
        self._finish_note()

    def _begin_note(self, path: Path, writer: IndexWriter, beside: ThreadPoolExecutor) -> None:
        """Have what is applied committed, then noted, while more is analyzed: a rebuild that is killed then has it."""
        self._finish_note()
        with self._catalog.read() as connection:
            newest = last_sequence(connection)
        total = max(self._total, self._state.documents_count)
        self._state = state = replace(self._state, newest=newest, total=total)
        begun = threading.Event()

        def note() -> None:
            try:
                writer.commit(max(writer.sequence, state.began_at), begun.set)
            finally:
                begun.set()
            write_construction(path, state)

        self._noting = beside.submit(note)
        begun.wait()
        self._noted_at = time.monotonic()

    def _finish_note(self) -> None:
        """Wait until what was to be noted is; what went wrong with that is raised."""
        if self._noting is not None:
            noting, self._noting = self._noting, None
            noting.result()

    def _catch_up(self, writer: IndexWriter, sequence: int, until: int | None = None) -> int:
        """Apply what changed after a sequence, all or up to another; return the last one applied."""
        while until is None or sequence < until:
            with self._catalog.read() as connection:
                changed = list_changes(connection, sequence, self._settings.batch_documents)
                if not changed:
                    return sequence
                apply_keys(connection, writer, [key for key, _ in changed])
            sequence = changed[-1][1]
        return sequence

    def _compare(self, inspection: IndexInspection) -> str | None:
        """Return how the new generation differs from the catalog, changes apart that it is to learn still."""
        wrong = list_wrong_documents(self._catalog, inspection, lambda _done, _count: None)
        if wrong:
            return f"differs from the catalog in {len(wrong)} documents"
        counts = list_wrong_counts(self._catalog, inspection)
        return f"has other counts of documents than the catalog in {len(counts)} places" if counts else None

    def _swap(self, path: Path, current: Path | None) -> None:
        """Have the new generation answer, once it has all that the old one has."""
        for _ in range(_MAX_ROUNDS):
            if self._count_behind(path) < _FEW_CHANGES:
                break
            self._follow(path)
        with self._generations.hold_current():
            old = read_checkpoint(current) if current is not None else None
            if old is not None and self._generations.find_current() == current:
                self._follow(path, old.sequence)
            self._generations.activate(path)
        self._generations.finish(path)

    def _count_behind(self, path: Path) -> int:
        checkpoint = read_checkpoint(path)
        with self._catalog.read() as connection:
            return len(list_changes(connection, checkpoint.sequence if checkpoint else 0, _FEW_CHANGES))

    def _follow(self, path: Path, until: int | None = None) -> None:
        checkpoint = read_checkpoint(path)
        if checkpoint is not None and until is not None and checkpoint.sequence >= until:
            return
        with closing(open_writer(path, self._settings.heap_bytes)) as writer:
            writer.commit(self._catch_up(writer, writer.sequence, until))


def apply_keys(connection: CatalogConnection, writer: IndexWriter, keys: Sequence[int]) -> int:
    """Bring these documents in the index to their present state; return how many of them are live."""
    gone, count = set(keys), 0
    for portion in iterate_indexable(connection, keys, _PORTION_CHARACTERS):
        gone.difference_update(item.key for item in portion)
        writer.apply([_describe_document(item) for item in portion], ())
        count += len(portion)
    if gone:
        writer.apply((), sorted(gone))
    return count


def _ignore(_progress: RebuildProgress) -> None:
    """Tell nobody."""


def _describe_document(item: IndexableDocument) -> IndexDocument:
    return IndexDocument(
        item.key,
        item.organization_key,
        item.name,
        item.content,
        item.mime_type,
        item.size,
        item.created_at,
        item.updated_at,
        item.document_date,
        item.extraction,
        item.ocr_confidence,
        item.tag_keys,
        item.original_name,
        item.notes,
        item.language,
        item.page_count,
        item.properties,
        item.principals,
    )
