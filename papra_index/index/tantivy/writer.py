"""Writing one index directory: one engine writer behind one lock, and a checkpoint only after the commit is on disk."""

from __future__ import annotations

import json
import math
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import tantivy

from papra_index.conventions.durability import sync_directory
from papra_index.errors import IndexUnusable, SearchIndexError
from papra_index.index.base import IndexDocument
from papra_index.index.tantivy.analysis import register_analyzers
from papra_index.index.tantivy.checkpoint import (
    CHECKPOINT_NAME,
    Checkpoint,
    check_checkpoint,
    read_checkpoint,
    write_checkpoint,
)
from papra_index.index.tantivy.failures import translate_failures, translate_open_failures
from papra_index.index.tantivy.schema import build_document, build_schema, fingerprint
from papra_index.index.tantivy.segments import read_commit

_MIN_HEAP_BYTES = 15_000_000  # the engine refuses less
_PATIENCE_SECONDS = 2.0
_POLL_SECONDS = 0.01

_WAITING_CHARACTERS = 8_000_000
"""Contents of documents that wait while a commit is under way: a second's work; analyzed they take three times that."""

_MERGED_SEGMENTS = 8  # the engine merges no fewer of one size
_SEGMENT_FILE = re.compile(r"([0-9a-f]{32})\.")


def _do_nothing() -> None:
    """Tell nobody."""


class _Change(NamedTuple):
    """Documents in the engine's form, the keys they replace, and the length of their contents."""

    keys: list[int]
    documents: list[tantivy.Document]
    characters: int


class TantivyWriter:
    """Applies documents to the index in one directory; the engine's lock admits one writer at a time.

    After a SearchIndexError from `apply` or `commit`, close this writer and open another: it starts at the last commit.
    """

    def __init__(self, directory: Path, writer: tantivy.IndexWriter, sequence: int) -> None:
        self._directory = directory
        self._writer: tantivy.IndexWriter | None = writer
        self._sequence = sequence
        # The engine's writer refuses two threads at once instead of letting one wait.
        self._lock = threading.Lock()
        self._waiting: deque[_Change] = deque()

    @classmethod
    def open(cls, directory: Path, heap_bytes: int = 64_000_000) -> TantivyWriter:
        """Open the index in `directory`, which is made if it is missing; `heap_bytes` is the engine's write buffer.

        Files that a crash left behind are removed. Raises IndexUnusable when the index was never committed, was
        written by another version, or is damaged; SearchIndexError when another writer is open or the system refuses.
        """
        with translate_open_failures(f"open the index in {directory} for writing"):
            directory.mkdir(parents=True, exist_ok=True)
            checkpoint = _check_directory(directory)
            index = tantivy.Index(build_schema(), str(directory))
            register_analyzers(index)
            writer = _open_engine_writer(index, max(heap_bytes, _MIN_HEAP_BYTES))
            remove_orphans(directory)
            writer.garbage_collect_files()
        return cls(directory, writer, checkpoint.sequence if checkpoint is not None else 0)

    @property
    def sequence(self) -> int:
        """The sequence of the last commit, 0 before the first."""
        return self._sequence

    def apply(self, documents: Sequence[IndexDocument], removed_keys: Sequence[int]) -> None:
        """Replace or add `documents` and remove `removed_keys`; applying twice changes nothing.

        Of several documents with one key the last counts; a key that is also removed is added all the same. While a
        commit is under way, some megabytes of text are analyzed and wait for it. Raises SearchIndexError.
        """
        latest = {document.key: document for document in documents}
        with translate_failures("apply documents"):
            built = [build_document(document) for document in latest.values()]
            characters = sum(len(document.content) for document in latest.values())
            self._waiting.append(_Change([*latest, *removed_keys], built, characters))
            is_enough = sum(change.characters for change in list(self._waiting)) >= _WAITING_CHARACTERS
            if self._lock.acquire(blocking=is_enough):
                try:
                    self._give_waiting(self._open_writer())
                finally:
                    self._lock.release()

    def commit(self, sequence: int, when_begun: Callable[[], object] = _do_nothing) -> None:
        """Make all applied changes durable and visible, then record `sequence` as the checkpoint.

        `when_begun` is called when it has them: what another thread applies from then on is in the next commit.
        Raises SearchIndexError.
        """
        with translate_failures("commit"), self._lock:
            writer = self._open_writer()
            self._give_waiting(writer)
            when_begun()
            writer.commit()
            # The engine renames its list of segments into place after its own sync of the directory.
            sync_directory(self._directory)
            opstamp, live = read_commit(self._directory)
            write_checkpoint(self._directory, Checkpoint(sequence, fingerprint(), live, opstamp))
            self._sequence = sequence

    def close(self, merge_seconds: float = math.inf) -> None:
        """Release the writer; what was not committed is discarded. A second call does nothing.

        Merges under way are waited for, but no longer than so many seconds: one that is given up is begun again by the
        next writer. Given up each time, segments would pile up.
        """
        with self._lock:
            writer, self._writer = self._writer, None
            self._waiting.clear()
        if writer is None:
            return
        with translate_failures("close the index"):
            if merge_seconds == math.inf:
                writer.wait_merging_threads()
            else:
                _await_merges(self._directory, merge_seconds)

    def _give_waiting(self, writer: tantivy.IndexWriter) -> None:
        """Give the engine what waits, in order."""
        while self._waiting:
            change = self._waiting.popleft()
            if change.keys:
                writer.delete_documents_by_query(tantivy.Query.term_set_query(build_schema(), "key", change.keys))
            for document in change.documents:
                writer.add_document(document)

    def _open_writer(self) -> tantivy.IndexWriter:
        if self._writer is None:
            raise SearchIndexError("this index writer was closed: open another")
        return self._writer


def _check_directory(directory: Path) -> Checkpoint | None:
    """Return the checkpoint of the index in a directory, None where there is no index yet.

    Raises IndexUnusable where one is there without the other: a checkpoint would claim documents that are gone, and
    what an index without it holds is not known.
    """
    checkpoint = read_checkpoint(directory)
    exists = tantivy.Index.exists(str(directory))
    if checkpoint is None and not exists and not (directory / CHECKPOINT_NAME).exists():
        return None
    if checkpoint is None or not exists:
        raise IndexUnusable(f"the index in {directory} is not complete: rebuild it")
    check_checkpoint(directory, checkpoint, fingerprint())
    return checkpoint


def _open_engine_writer(index: tantivy.Index, heap_bytes: int) -> tantivy.IndexWriter:
    """Open the engine's writer, waiting a little for its lock.

    A process that this one is starting holds a copy of the lock's file until it has become another program, so the lock
    of a writer that was just closed can seem taken.
    """
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return index.writer(heap_bytes, 1)
        except ValueError as error:
            if "LockBusy" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(_POLL_SECONDS)


def _await_merges(directory: Path, seconds: float) -> None:
    """Wait until no merge is under way, or the time is over.

    The engine itself can only be waited for without end. The files of a merge are there from its beginning, and their
    segment is listed when it ends; as one may follow another, two looks have to agree where there is enough to merge.
    """
    deadline, was_quiet = time.monotonic() + seconds, False
    while time.monotonic() < deadline:
        live = _list_segments(directory)
        if live is None:
            return
        is_quiet = not any(_find_orphans(directory, live))
        if is_quiet and (was_quiet or len(live) < _MERGED_SEGMENTS):
            return
        was_quiet = is_quiet
        time.sleep(_POLL_SECONDS)


def remove_orphans(directory: Path) -> None:
    """Remove segments that the index does not list and files that were being written; only under the writer's lock.

    The engine forgets such files after a crash and would keep them for ever.
    """
    live = _list_segments(directory)
    if live is not None:
        for path in _find_orphans(directory, live):
            path.unlink(missing_ok=True)


def _list_segments(directory: Path) -> set[str] | None:
    """Return the segments that the index lists, None where that cannot be read."""
    try:
        listed = json.loads((directory / "meta.json").read_bytes())["segments"]
        return {str(segment["segment_id"]).replace("-", "") for segment in listed}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _find_orphans(directory: Path, live: set[str]) -> Iterator[Path]:
    for path in directory.iterdir():
        segment = _SEGMENT_FILE.match(path.name)
        orphaned = segment is not None and segment.group(1) not in live
        if orphaned or path.name.startswith(".tmp") or path.name.endswith(".tmp"):
            yield path
