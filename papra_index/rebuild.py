"""Rebuilding the index: every live document of the catalog into a new generation, which takes over when it has
caught up.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from papra_index.catalog.changes import begin_generations, list_changes
from papra_index.catalog.database import Catalog, CatalogConnection
from papra_index.catalog.documents import count_live_documents, iterate_live_keys
from papra_index.catalog.indexable import IndexableDocument, iterate_indexable
from papra_index.durability import FileLock
from papra_index.errors import ArchiveLocked, SearchIndexError
from papra_index.index.base import IndexDocument
from papra_index.index.generations import Generations
from papra_index.index.tantivy.checkpoint import read_checkpoint
from papra_index.index.tantivy.schema import fingerprint
from papra_index.index.tantivy.writer import TantivyWriter
from papra_index.settings import IndexSettings

_PORTION_CHARACTERS = 8_000_000
_PATIENCE_SECONDS = 10.0

logger = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
"""Called with documents done and documents in all."""


def rebuild_index(
    catalog: Catalog,
    generations: Generations,
    settings: IndexSettings,
    lock: FileLock,
    progress: Progress | None = None,
) -> int:
    """Build a new generation from the catalog and have it answer; return the number of documents in it.

    Searches and writes go on meanwhile. Raises ArchiveLocked when another rebuild of the archive does not end in time.
    """
    if not lock.acquire_within(_PATIENCE_SECONDS):
        raise ArchiveLocked("the index is being rebuilt by another process: wait until it has finished")
    try:
        path = generations.create()
        sequence = catalog.write(begin_generations, [path.name])[0]
        writer = TantivyWriter.open(path, settings.heap_bytes)
        try:
            count = _apply_all(catalog, writer, settings.batch_documents, progress)
            sequence = _catch_up(catalog, writer, sequence, settings.batch_documents)
            writer.commit(sequence)
        finally:
            writer.close()
        generations.activate(path)
        return count
    finally:
        lock.release()


def open_writer(folder: Path, settings: IndexSettings) -> TantivyWriter | None:
    """Return a writer of a generation, or None when its files are not those of this library or cannot be read."""
    checkpoint = read_checkpoint(folder)
    if checkpoint is None or checkpoint.fingerprint != fingerprint():
        return None
    try:
        return TantivyWriter.open(folder, settings.heap_bytes)
    except SearchIndexError:
        logger.exception("the index in %s cannot be opened and is built anew", folder.name)
        return None


def apply_keys(connection: CatalogConnection, writer: TantivyWriter, keys: Sequence[int]) -> int:
    """Bring these documents in the index to their present state; return how many of them are live."""
    gone, count = set(keys), 0
    for portion in iterate_indexable(connection, keys, _PORTION_CHARACTERS):
        gone.difference_update(item.key for item in portion)
        writer.apply([_describe_document(item) for item in portion], ())
        count += len(portion)
    if gone:
        writer.apply((), sorted(gone))
    return count


def _apply_all(catalog: Catalog, writer: TantivyWriter, batch: int, progress: Progress | None) -> int:
    after, done = 0, 0
    with catalog.read() as connection:
        total = count_live_documents(connection)
    while True:
        with catalog.read() as connection:
            keys = iterate_live_keys(connection, after, batch)
            if not keys:
                return done
            done += apply_keys(connection, writer, keys)
        after = keys[-1]
        if progress is not None:
            progress(done, max(total, done))


def _catch_up(catalog: Catalog, writer: TantivyWriter, sequence: int, batch: int) -> int:
    """Apply what changed since the rebuild began; return the last sequence applied."""
    while True:
        with catalog.read() as connection:
            changed = list_changes(connection, sequence, batch)
            if not changed:
                return sequence
            apply_keys(connection, writer, [key for key, _ in changed])
        sequence = changed[-1][1]


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
        item.tag_keys,
    )
