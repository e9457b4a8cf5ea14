"""What documents there are and where their originals belong, as looking through an archive and copying it go by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from papra_index.catalog.keys import LISTED_KEYS, list_keys
from papra_index.catalog.references import build_reference
from papra_index.catalog.tables import changes, documents, in_place_originals, leftovers, organizations, tags
from papra_index.references import FileReference


@dataclass(frozen=True, slots=True)
class InventoryEntry:
    """A document, trashed or not, with what is known of its original; times in milliseconds.

    `reference` tells of an original that is in place.
    """

    key: int
    id: str
    organization_id: str
    name: str
    created_at: int
    original_size: int
    original_sha256: str
    reference: FileReference | None


_ENTRIES = (
    select(
        documents.c.key, documents.c.id, organizations.c.id.label("organization_id"), documents.c.name,
        documents.c.created_at, documents.c.original_size, documents.c.original_sha256,
        in_place_originals.c.path, in_place_originals.c.mtime_ns,
    )
    .join(organizations, organizations.c.key == documents.c.organization_key)
    .outerjoin(in_place_originals, in_place_originals.c.document_key == documents.c.key)
)  # fmt: skip
_FROM = _ENTRIES.where(documents.c.key > bindparam("after")).order_by(documents.c.key).limit(bindparam("limit"))
_CHANGED_SINCE = select(changes.c.document_key).where(
    changes.c.document_key.in_(LISTED_KEYS), changes.c.sequence > bindparam("sequence")
)


def list_inventory(connection: Connection, after: int, limit: int) -> list[InventoryEntry]:
    """Return the documents of all organizations with keys above `after`, in order."""
    return [_build_entry(row) for row in connection.execute(_FROM, {"after": after, "limit": limit})]


def find_inventory(connection: Connection, document_ids: Sequence[str]) -> dict[str, InventoryEntry]:
    """Return those of the documents that there are, by id."""
    rows = connection.execute(_ENTRIES.where(documents.c.id.in_(list(document_ids))))
    return {row.id: _build_entry(row) for row in rows}


def list_leftover_ids(connection: Connection, document_ids: Sequence[str]) -> set[str]:
    """Return those of the documents that were purged and whose originals are to be removed still."""
    found = select(leftovers.c.document_id).where(leftovers.c.document_id.in_(list(document_ids)))
    return set(connection.execute(found).scalars())


def list_live(connection: Connection, after: int, last: int) -> dict[int, int]:
    """Return when live documents with keys above `after`, up to `last`, were last changed, by key."""
    rows = connection.execute(
        select(documents.c.key, documents.c.updated_at).where(
            documents.c.key > after, documents.c.key <= last, documents.c.is_trashed == 0
        )
    )
    return {row.key: row.updated_at for row in rows}


def list_changed_since(connection: Connection, keys: Sequence[int], sequence: int) -> set[int]:
    """Return those of the documents that changed after a sequence."""
    return set(connection.execute(_CHANGED_SINCE, {**list_keys(keys), "sequence": sequence}).scalars())


def list_live_counts(connection: Connection) -> list[tuple[str, int, str, int]]:
    """Return (`organization` or `tags`, key, id, live documents) of all organizations and tags."""
    found = select(organizations.c.key, organizations.c.id, organizations.c.documents_count)
    counts = [("organization", key, id_, count) for key, id_, count in connection.execute(found)]
    tagged = select(tags.c.key, tags.c.id, tags.c.documents_count)
    return counts + [("tags", key, id_, count) for key, id_, count in connection.execute(tagged)]


def _build_entry(row: Row[*tuple[Any, ...]]) -> InventoryEntry:
    key, id_, organization_id, name, created_at, size, sha256, path, mtime_ns = row
    return InventoryEntry(
        key, id_, organization_id, name, created_at, size, sha256, build_reference(path, size, mtime_ns, sha256)
    )
