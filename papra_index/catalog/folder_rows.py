"""The statements of a sync: what is known of a path, of documents by their bytes, and of the paths of a document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects.sqlite import insert

from papra_index.catalog.keys import LISTED_VALUES, list_values
from papra_index.catalog.statements import Statement
from papra_index.catalog.tables import documents, folder_files, folders, in_place_originals

DocumentPath = tuple[bytes, bytes, int, int]
"""Folder, path from there on, time of change, whether the document came by it."""


class KnownPath(NamedTuple):
    """What is known of a path."""

    sha256: str
    document_key: int | None
    is_owned: int


class HeldDocument(NamedTuple):
    """What is known of a document."""

    key: int
    id: str
    name: str
    original_name: str
    is_trashed: int
    sha256: str
    ocr_languages: str

    def languages(self) -> tuple[str, ...]:
        """Return the languages of its scans."""
        return tuple(self.ocr_languages.split("+")) if self.ocr_languages else ()


_HELD = select(
    documents.c.key, documents.c.id, documents.c.name, documents.c.original_name, documents.c.is_trashed,
    documents.c.original_sha256, documents.c.ocr_languages,
)  # fmt: skip
_BY_HASH = Statement(
    _HELD.where(
        documents.c.organization_key == bindparam("organization_key"), documents.c.original_sha256.in_(LISTED_VALUES)
    )
)
_BY_KEY = Statement(_HELD.where(documents.c.key == bindparam("key")))
_BY_PATH = Statement(
    select(folder_files.c.sha256, folder_files.c.document_key, folder_files.c.is_owned).where(
        folder_files.c.folder_key == bindparam("folder_key"), folder_files.c.path == bindparam("path")
    )
)
_PATHS = Statement(
    select(folders.c.path, folder_files.c.path, folder_files.c.mtime_ns, folder_files.c.is_owned)
    .join(folders, folders.c.key == folder_files.c.folder_key)
    .where(folder_files.c.document_key == bindparam("document_key"), folder_files.c.path >= bindparam("least"))
    .order_by(folder_files.c.folder_key, folder_files.c.path)
    .limit(2)
)
_PLACE = Statement(
    select(in_place_originals.c.path, documents.c.extraction_reason)
    .join(documents, documents.c.key == in_place_originals.c.document_key)
    .where(in_place_originals.c.document_key == bindparam("key"))
)
_COLUMNS = [column.name for column in folder_files.columns]
_INSERT = insert(folder_files)
_SAVE = Statement(
    _INSERT.on_conflict_do_update(
        index_elements=["folder_key", "path"],
        set_={name: _INSERT.excluded[name] for name in _COLUMNS if name not in {"folder_key", "path"}},
    ),
    _COLUMNS,
)
_FORGET = Statement(
    folder_files.delete().where(
        folder_files.c.folder_key == bindparam("folder_key"), folder_files.c.path == bindparam("path")
    )
)


def find_path(connection: Connection, folder_key: int, path: bytes) -> KnownPath | None:
    """Return what is known of a path."""
    rows = _BY_PATH.fetch(connection, {"folder_key": folder_key, "path": path})
    return KnownPath(*rows[0]) if rows else None


def save_path(
    connection: Connection,
    folder_key: int,
    path: bytes,
    state: tuple[int, int, int],
    sha256: str,
    document_key: int | None,
    is_owned: int,
) -> None:
    """Write what is known of a path; `state` is size, time of change and inode."""
    values = (folder_key, path, *state, sha256, document_key, is_owned)
    _SAVE.run(connection, [dict(zip(_COLUMNS, values, strict=True))])


def forget_path(connection: Connection, folder_key: int, path: bytes) -> None:
    """Delete what is known of a path."""
    _FORGET.run(connection, [{"folder_key": folder_key, "path": path}])


def list_paths(connection: Connection, document_key: int, least: bytes = b"") -> list[DocumentPath]:
    """Return the first two of a document's paths, from one on."""
    return _PATHS.fetch(connection, {"document_key": document_key, "least": least})


def find_held(connection: Connection, organization_key: int, hashes: Sequence[str]) -> dict[str, HeldDocument]:
    """Return the document with each of these bytes; of several, which are for different people, one that is live."""
    found: dict[str, HeldDocument] = {}
    for row in _BY_HASH.fetch(connection, {"organization_key": organization_key, **list_values(hashes)}):
        held = HeldDocument(*row)
        if held.sha256 not in found or not held.is_trashed:
            found[held.sha256] = held
    return found


def find_held_by_key(connection: Connection, key: int | None) -> HeldDocument | None:
    """Return a document by key, None where there is none."""
    rows = [] if key is None else _BY_KEY.fetch(connection, {"key": key})
    return HeldDocument(*rows[0]) if rows else None


def find_place(connection: Connection, key: int) -> tuple[bytes, str | None] | None:
    """Return where the original of a document lies and why it could not be read, None for one that is not in place."""
    rows = _PLACE.fetch(connection, {"key": key})
    return tuple(rows[0]) if rows else None
