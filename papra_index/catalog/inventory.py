"""What documents there are and where their originals belong, as looking through an archive and copying it go by it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, null, select

from papra_index.catalog.keys import LISTED_KEYS, LISTED_VALUES, list_keys, list_values
from papra_index.catalog.references import build_reference
from papra_index.catalog.tables import (
    changes,
    document_versions,
    documents,
    in_place_originals,
    leftovers,
    organizations,
    tags,
)
from papra_index.catalog.versions import ORIGINAL_ARRIVED_AT, ORIGINAL_ID
from papra_index.conventions.references import FileReference
from papra_index.conventions.values import dataclass


@dataclass(frozen=True, slots=True)
class InventoryEntry:
    """An original of a document, trashed or not; an index-only document has one whose SHA-256 is empty.

    `original_id` and `arrived_at`, in milliseconds, tell where it is, or `reference` for one in place; `is_earlier`
    that the document has another by now.
    """

    key: int
    id: str
    organization_id: str
    name: str
    original_id: str
    arrived_at: int
    original_size: int
    original_sha256: str
    reference: FileReference | None = None
    is_earlier: bool = False


_ENTRIES = (
    select(
        documents.c.key, documents.c.id, organizations.c.id.label("organization_id"), documents.c.name,
        ORIGINAL_ID, ORIGINAL_ARRIVED_AT, documents.c.original_size, documents.c.original_sha256,
        in_place_originals.c.path, in_place_originals.c.mtime_ns,
    )
    .join(organizations, organizations.c.key == documents.c.organization_key)
    .outerjoin(in_place_originals, in_place_originals.c.document_key == documents.c.key)
)  # fmt: skip
_FROM = _ENTRIES.where(documents.c.key > bindparam("after")).order_by(documents.c.key).limit(bindparam("limit"))
_EARLIER = (
    select(
        documents.c.key, documents.c.id, organizations.c.id.label("organization_id"), documents.c.name,
        document_versions.c.original_id, document_versions.c.original_arrived_at,
        document_versions.c.original_size, document_versions.c.original_sha256, null(), null(),
    )
    .join(documents, documents.c.key == document_versions.c.document_key)
    .join(organizations, organizations.c.key == documents.c.organization_key)
)  # fmt: skip
_EARLIER_OF = _EARLIER.where(document_versions.c.document_key.in_(LISTED_KEYS))
_CHANGED_SINCE = select(changes.c.document_key).where(
    changes.c.document_key.in_(LISTED_KEYS), changes.c.sequence > bindparam("sequence")
)


def list_inventory(connection: Connection, after: int, limit: int) -> list[InventoryEntry]:
    """Return the originals of `limit` documents of all organizations with keys above `after`, in order of these."""
    present = [_build_entry(row) for row in connection.execute(_FROM, {"after": after, "limit": limit})]
    earlier = connection.execute(_EARLIER_OF, list_keys([entry.key for entry in present]))
    entries = present + [_build_entry(row, is_earlier=True) for row in earlier]
    return sorted(entries, key=lambda entry: (entry.key, entry.is_earlier))


def find_inventory(connection: Connection, original_ids: Sequence[str]) -> dict[str, InventoryEntry]:
    """Return those of the originals that there are, by the ids they are kept under."""
    ids = list_values(original_ids)
    first = _ENTRIES.where(documents.c.id.in_(LISTED_VALUES), documents.c.original_id.is_(None))
    later = _ENTRIES.where(documents.c.original_id.in_(LISTED_VALUES))
    earlier = _EARLIER.where(document_versions.c.original_id.in_(LISTED_VALUES))
    found = [_build_entry(row) for statement in (first, later) for row in connection.execute(statement, ids)]
    found += [_build_entry(row, is_earlier=True) for row in connection.execute(earlier, ids)]
    return {entry.original_id: entry for entry in found}


def find_present_inventory(connection: Connection, document_ids: Sequence[str]) -> dict[str, InventoryEntry]:
    """Return the present originals of those of the documents that there are, by document id."""
    rows = connection.execute(_ENTRIES.where(documents.c.id.in_(LISTED_VALUES)), list_values(document_ids))
    return {entry.id: entry for entry in map(_build_entry, rows)}


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


def _build_entry(row: Row[*tuple[Any, ...]], *, is_earlier: bool = False) -> InventoryEntry:
    key, id_, organization_id, name, original_id, arrived_at, size, sha256, path, mtime_ns = row
    reference = build_reference(path, size, mtime_ns, sha256)
    return InventoryEntry(
        key, id_, organization_id, name, original_id, arrived_at, size, sha256 or "", reference, is_earlier
    )
