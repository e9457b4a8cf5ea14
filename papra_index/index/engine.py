"""The engine this library is built with: the one place where walks learn which it is."""

from __future__ import annotations

from pathlib import Path

from papra_index.errors import IndexUnusable
from papra_index.index.base import IndexWriter
from papra_index.index.tantivy.checkpoint import Checkpoint, read_checkpoint
from papra_index.index.tantivy.schema import fingerprint
from papra_index.index.tantivy.writer import TantivyWriter

__all__ = ["Checkpoint", "fingerprint", "open_writer", "read_checkpoint"]


def open_writer(folder: Path, heap_bytes: int) -> IndexWriter:
    """Return the writer of a generation; an empty folder becomes an empty index.

    Raises IndexUnusable when its files are not those of this library, SearchIndexError when it cannot be opened now.
    """
    checkpoint = read_checkpoint(folder)
    if checkpoint is not None and checkpoint.fingerprint != fingerprint():
        raise IndexUnusable(f"the index in {folder} was written by another version: it is built anew")
    return TantivyWriter.open(folder, heap_bytes)
