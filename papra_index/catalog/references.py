"""Originals in place, as the catalog has them: path and time of change of a document's file; size and hash are the
document's own.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from sqlalchemy import Connection, delete
from sqlalchemy.dialects.sqlite import insert

from papra_index.catalog.tables import documents, in_place_originals
from papra_index.conventions.references import FileReference

REFERENCE_COLUMNS = (
    in_place_originals.c.path, documents.c.original_size, in_place_originals.c.mtime_ns, documents.c.original_sha256,
)  # fmt: skip
"""What `build_reference` takes, of documents that are joined to their originals in place or to nothing."""

_SAVE = insert(in_place_originals)
_SAVE = _SAVE.on_conflict_do_update(
    index_elements=["document_key"], set_={"path": _SAVE.excluded.path, "mtime_ns": _SAVE.excluded.mtime_ns}
)


def build_reference(path: bytes | None, size: int, mtime_ns: int, sha256: str) -> FileReference | None:
    """Return the reference of a document's file, None for a copy, whose path is None."""
    return None if path is None else FileReference(os.fsdecode(path), size, mtime_ns, sha256)


def save_references(connection: Connection, items: Sequence[tuple[int, FileReference]]) -> None:
    """Note where the originals of documents lie, by key."""
    if items:
        rows = [
            {"document_key": key, "path": os.fsencode(reference.path), "mtime_ns": reference.mtime_ns}
            for key, reference in items
        ]
        connection.execute(_SAVE, rows)


def forget_references(connection: Connection, items: Sequence[int]) -> list[None]:
    """Note that the originals of documents are copies, by key."""
    connection.execute(delete(in_place_originals).where(in_place_originals.c.document_key.in_(items)))
    return [None] * len(items)
