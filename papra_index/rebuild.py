"""Rebuilding the index: every live document of the catalog into a new generation, which takes over when it has
caught up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from papra_index.catalog.changes import begin_generations, list_changes
from papra_index.catalog.database import Catalog, CatalogConnection
from papra_index.catalog.indexable import IndexableDocument, iterate_indexable
from papra_index.catalog.selection import count_live_documents, iterate_live_keys
from papra_index.durability import FileLock
from papra_index.errors import ArchiveLocked
from papra_index.index.base import IndexDocument, IndexWriter
from papra_index.index.engine import open_writer
from papra_index.index.generations import Generations
from papra_index.settings import IndexSettings

_PORTION_CHARACTERS = 8_000_000
_PATIENCE_SECONDS = 10.0

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

    Searches and writes go on meanwhile. What `progress` raises ends the rebuild and is raised again; then, and after
    any failure, the old generation goes on answering and nothing is left of the new one. Raises ArchiveLocked when
    another rebuild of the archive does not end in time.
    """
    if not lock.acquire_within(_PATIENCE_SECONDS):
        raise ArchiveLocked("the index is being rebuilt by another process: wait until it has finished")
    try:
        current = generations.find_current()
        generations.remove_others(current)  # what rebuilds that were killed have left
        path = generations.create()
        try:
            count = _build_generation(catalog, path, settings, progress)
            generations.activate(path)
        except BaseException:
            generations.remove(path)
            raise
        return count
    finally:
        lock.release()


def _build_generation(catalog: Catalog, path: Path, settings: IndexSettings, progress: Progress | None) -> int:
    sequence = catalog.write(begin_generations, [path.name])[0]
    writer = open_writer(path, settings.heap_bytes)
    try:
        count = _apply_all(catalog, writer, settings.batch_documents, progress)
        sequence = _catch_up(catalog, writer, sequence, settings.batch_documents)
        writer.commit(sequence)
    finally:
        writer.close()
    return count


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


def _apply_all(catalog: Catalog, writer: IndexWriter, batch: int, progress: Progress | None) -> int:
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


def _catch_up(catalog: Catalog, writer: IndexWriter, sequence: int, batch: int) -> int:
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
