"""The engine that keeps the index: the one place that says it is Tantivy."""

from __future__ import annotations

from pathlib import Path

from papra_index.index.base import IndexReader, IndexWriter
from papra_index.index.tantivy.checkpoint import Checkpoint, read_checkpoint
from papra_index.index.tantivy.integrity import IndexInspection, check_files, list_stray_files
from papra_index.index.tantivy.reader import TantivyReader
from papra_index.index.tantivy.schema import fingerprint
from papra_index.index.tantivy.segment_files import FileFault
from papra_index.index.tantivy.segments import count_segment_documents
from papra_index.index.tantivy.watch import FileWatch
from papra_index.index.tantivy.writer import TantivyWriter

__all__ = [
    "Checkpoint",
    "FileFault",
    "FileWatch",
    "IndexInspection",
    "check_files",
    "count_segment_documents",
    "fingerprint",
    "list_stray_files",
    "open_reader",
    "open_writer",
    "read_checkpoint",
]


def open_writer(folder: Path, heap_bytes: int) -> IndexWriter:
    """Open the index in a folder for writing, or make one where there is nothing yet.

    Raises IndexUnusable when there is an index that this version cannot go on with: build another in a new folder;
    SearchIndexError when trying again may help.
    """
    return TantivyWriter.open(folder, heap_bytes)


def open_reader(folder: Path) -> IndexReader:
    """Open the index in a folder for searching. Raises IndexUnusable and SearchIndexError as `open_writer` does."""
    return TantivyReader.open(folder)
