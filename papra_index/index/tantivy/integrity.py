"""Whether an index directory is as it was written: each file against its checksum, then its documents by key."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tantivy import FieldType, Order, Query

from papra_index.conventions.durability import FileLock
from papra_index.errors import IndexUnusable
from papra_index.index.tantivy.checkpoint import CHECKPOINT_NAME, read_checkpoint
from papra_index.index.tantivy.failures import translate_failures, translate_open_failures
from papra_index.index.tantivy.opening import open_index
from papra_index.index.tantivy.orders import read_stamp
from papra_index.index.tantivy.reader import TantivyReader
from papra_index.index.tantivy.schema import build_schema
from papra_index.index.tantivy.segment_files import FileFault, check_json, check_segment_file, list_segment_files

_WRITER_LOCK = ".tantivy-writer.lock"
_SEGMENT_NAME = re.compile(r"([0-9a-f]{32})\.")
_LAST_KEY = (1 << 63) - 1


def check_files(directory: Path) -> Iterator[tuple[str, FileFault | None]]:
    """Yield each file that the index needs, with what is wrong with it; the engine is not asked.

    Segments of commits that came and went meanwhile are passed by.
    """
    if read_checkpoint(directory) is None:
        fault = "cannot be read" if (directory / CHECKPOINT_NAME).exists() else "is missing"
        yield CHECKPOINT_NAME, FileFault(CHECKPOINT_NAME, fault)
    else:
        yield CHECKPOINT_NAME, None
    for name in (".managed.json", "meta.json"):
        yield name, check_json(directory, name)
    for name in list_segment_files(directory):
        found = check_segment_file(directory, name)
        if found is not None and name not in list_segment_files(directory):
            continue  # merged away since it was listed
        yield name, found


def list_stray_files(directory: Path, *, remove: bool = False) -> list[str]:
    """Return files of no live segment and half-written ones; none while a writer is open, who may be at them, or
    where nobody can tell.
    """
    if not (directory / "meta.json").is_file() or not os.access(directory, os.W_OK):
        return []
    lock = FileLock(directory / _WRITER_LOCK)
    try:
        if not lock.try_acquire():
            return []
        live = set(list_segment_files(directory))
        found = [
            path.name
            for path in sorted(directory.iterdir())
            if (_SEGMENT_NAME.match(path.name) and path.name not in live)
            or path.name.startswith(".tmp")
            or path.name.endswith(".tmp")
        ]
        for name in found if remove else ():
            (directory / name).unlink(missing_ok=True)
        return found
    finally:
        lock.close()


class IndexInspection:
    """One commit of an index, as it is compared with the catalog; what is committed later is not seen."""

    def __init__(self, directory: Path) -> None:
        """Raises IndexUnusable and SearchIndexError as opening a reader does."""
        checkpoint = read_checkpoint(directory)
        if checkpoint is None:
            raise IndexUnusable(f"the index in {directory} has no checkpoint: rebuild it")
        TantivyReader.open(directory)  # the checks of an index that searches would use
        with translate_open_failures(f"open the index in {directory}"):
            self._searcher = open_index(directory).searcher()
        self.sequence = checkpoint.sequence
        """The change sequence that the commit includes at least."""
        self.documents_count: int = self._searcher.num_docs

    def list_documents(self, after: int, limit: int) -> list[tuple[int, int]]:
        """Return (key, milliseconds of the last change) of the documents with a key above `after`, in order.

        A key that several documents have stands there as often. Raises SearchIndexError.
        """
        with translate_failures("list the documents of the index"):
            behind = Query.range_query(build_schema(), "key", FieldType.Integer, after + 1, _LAST_KEY)
            found = self._searcher.search(behind, limit, count=False, order_by_field="key", order=Order.Asc).hits
            stamps = self._searcher.fast_field_values("updated_order", [address for _, address in found])
            return [(int(key), read_stamp(_take_single(stamp))) for (key, _), stamp in zip(found, stamps, strict=True)]

    def count_documents(self, field: str, key: int) -> int:
        """Return how many documents have an organization's key, or a tag's (`organization`, `tags`).

        Raises SearchIndexError.
        """
        with translate_failures("count documents of the index"):
            query = Query.term_query(build_schema(), field, key)
            return int(self._searcher.search(query, 1).count)  # type: ignore[attr-defined]


def _take_single(value: Any) -> int:
    return int(value[0] if isinstance(value, list) else value)
