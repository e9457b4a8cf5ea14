"""New documents: inserting a group of uploads, where the bytes of a trashed document restore it and those of a
live one are refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, bindparam, delete, select, update

from papra_index.catalog.activity import Entry, insert_activity
from papra_index.catalog.changes import allocate_keys, mark_changed
from papra_index.catalog.keys import LISTED_VALUES, list_values
from papra_index.catalog.organizations import StatisticsChange, change_statistics
from papra_index.catalog.pages import content_length, find_language, replace_pages
from papra_index.catalog.references import save_references
from papra_index.catalog.statements import Statement, insert_rows
from papra_index.catalog.tables import document_tags, document_versions, documents, in_place_originals
from papra_index.catalog.tagging_rules import run_rules
from papra_index.catalog.versions import ORIGINAL_ARRIVED_AT, ORIGINAL_ID
from papra_index.catalog.visibility import read_principals, write_principals
from papra_index.conventions.folding import order_text
from papra_index.conventions.principals import may_see
from papra_index.conventions.references import FileReference
from papra_index.conventions.values import dataclass
from papra_index.documents import ExtractionStatus, Page
from papra_index.errors import DuplicateDocument

_BY_HASH = Statement(
    select(
        documents.c.original_sha256, documents.c.key, documents.c.id, documents.c.name, documents.c.is_trashed,
        documents.c.principals, documents.c.external_id,
    ).where(
        documents.c.organization_key == bindparam("organization_key"), documents.c.original_sha256.in_(LISTED_VALUES)
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class NewDocument:
    """An upload whose original is on disk, a copy or, with `reference`, in place. `pages` None means that its text is
    still to be read.

    `principals` None are none, or those that a document which is restored has; `held_principals` None is somebody who
    sees everything: the same bytes of what others do not see are no duplicate.
    """

    organization_key: int
    id: str
    name: str
    original_name: str
    original_size: int
    original_sha256: str
    mime_type: str
    created_at: int
    document_date: int | None = None
    created_by: str | None = None
    ocr_languages: tuple[str, ...] = ()
    pages: tuple[Page, ...] | None = None
    reference: FileReference | None = None
    principals: tuple[str, ...] | None = None
    held_principals: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class AddedDocument:
    """A document that is in the catalog now; when `restored`, `id` is that of the trashed one and the new
    original is not needed, unless `takes_copy` says that its own was in place: its key, and where the copy goes.
    """

    id: str
    restored: bool = False
    takes_copy: tuple[int, str, int] | None = None


def find_originals(
    connection: Connection, organization_key: int, hashes: Sequence[str]
) -> dict[str, tuple[str, str, bool]]:
    """Return (document id, name, is trashed) for each SHA-256 that the organization has already, a live one."""
    return {
        sha256: min(((item.id, item.name, item.is_trashed) for item in known), key=lambda item: item[2])
        for sha256, known in find_copies(connection, organization_key, hashes).items()
    }


def find_known_ids(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Return which of these are ids of documents, of any organization, live or trashed, or of their later originals."""
    columns = documents.c.id, documents.c.original_id, document_versions.c.original_id
    asked = list_values(ids)
    found = [connection.execute(select(column).where(column.in_(LISTED_VALUES)), asked) for column in columns]
    return {id_ for result in found for id_ in result.scalars()}


def insert_documents(connection: Connection, items: Sequence[NewDocument]) -> list[AddedDocument | DuplicateDocument]:
    """Insert what is new, restore what was in the trash; a duplicate of a live document is returned as the error
    it is.
    """
    existing = _find_existing(connection, items)
    outcomes: list[AddedDocument | DuplicateDocument] = []
    fresh: list[NewDocument] = []
    for item in items:
        known = existing.setdefault((item.organization_key, item.original_sha256), [])
        seen = [other for other in known if may_see(other.principals, item.held_principals)]
        live = next((other for other in seen if not other.is_trashed), None)
        if live is not None:
            outcomes.append(DuplicateDocument(live.id, live.name))
        elif not seen:
            fresh.append(item)
            outcomes.append(AddedDocument(item.id))
            known.append(KnownDocument(0, item.id, item.name, False, item.principals or ()))
        else:
            trashed = seen[0]
            principals = trashed.principals if item.principals is None else item.principals
            copied = _restore_duplicate(connection, trashed.key, replace(item, principals=principals))
            outcomes.append(AddedDocument(trashed.id, True, copied))
            known[known.index(trashed)] = KnownDocument(trashed.key, trashed.id, item.name, False, principals)
    if fresh:
        _insert_fresh(connection, fresh)
    return outcomes


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """A document with the bytes of an upload."""

    key: int
    id: str
    name: str
    is_trashed: bool
    principals: tuple[str, ...]


def find_copies(connection: Connection, organization_key: int, hashes: Sequence[str]) -> dict[str, list[KnownDocument]]:
    """Return the documents with the same bytes, by SHA-256; one in the trash that has an external id is passed by, as
    what becomes of it is for its source to say.
    """
    found: dict[str, list[KnownDocument]] = {}
    rows = _BY_HASH.fetch(connection, {"organization_key": organization_key, **list_values(hashes)})
    for sha256, key, id_, name, is_trashed, principals, external_id in rows:
        if not is_trashed or not external_id:
            known = KnownDocument(key, id_, name, bool(is_trashed), read_principals(principals))
            found.setdefault(sha256, []).append(known)
    return found


def _find_existing(connection: Connection, items: Sequence[NewDocument]) -> dict[tuple[int, str], list[KnownDocument]]:
    hashes = [item.original_sha256 for item in items]
    return {
        (organization_key, sha256): known
        for organization_key in {item.organization_key for item in items}
        for sha256, known in find_copies(connection, organization_key, hashes).items()
    }


def _insert_fresh(connection: Connection, items: Sequence[NewDocument]) -> None:
    keys = allocate_keys(connection, len(items))
    insert_rows(connection, documents, [_row(key, item) for key, item in zip(keys, items, strict=True)])
    save_references(
        connection,
        [(key, item.reference) for key, item in zip(keys, items, strict=True) if item.reference is not None],
    )
    given = [(key, item.pages) for key, item in zip(keys, items, strict=True) if item.pages]
    if given:
        replace_pages(connection, given, fresh=True)
    insert_activity(
        connection,
        [Entry(key, "created", item.created_by, item.created_at) for key, item in zip(keys, items, strict=True)],
    )
    mark_changed(connection, keys)
    run_rules(connection, [key for key, item in zip(keys, items, strict=True) if item.pages is not None])
    sizes: dict[int, list[int]] = {}
    for item in items:
        sizes.setdefault(item.organization_key, []).append(item.original_size)
    for organization_key, added in sizes.items():
        change_statistics(connection, organization_key, StatisticsChange(len(added), sum(added)))


def _row(key: int, item: NewDocument) -> dict[str, object]:
    pending = item.pages is None
    return {
        "key": key,
        "id": item.id,
        "organization_key": item.organization_key,
        "name": item.name,
        "name_order": order_text(item.name),
        "created_at": item.created_at,
        "updated_at": item.created_at,
        "created_by": item.created_by,
        "original_name": item.original_name,
        "original_size": item.original_size,
        "original_sha256": item.original_sha256,
        "mime_type": item.mime_type,
        "document_date": item.document_date,
        "ocr_languages": "+".join(item.ocr_languages),
        "extraction_status": (ExtractionStatus.PENDING if pending else ExtractionStatus.DONE).value,
        "page_count": len(item.pages or ()),
        "content_length": content_length(item.pages or ()),
        "language": find_language(item.pages or ()),
        "principals": write_principals(item.principals or ()),
    }


def _restore_duplicate(connection: Connection, key: int, item: NewDocument) -> tuple[int, str, int] | None:
    """Bring a trashed document back under its new file name and without its tags (papra-api, section 7.1); return what
    `AddedDocument.takes_copy` is.
    """
    connection.execute(
        update(documents)
        .where(documents.c.key == key)
        .values(
            is_trashed=0, deleted_at=None, deleted_by=None, name=item.name, name_order=order_text(item.name),
            original_name=item.original_name, updated_at=item.created_at,
            principals=write_principals(item.principals or ()),
        )
    )  # fmt: skip
    connection.execute(delete(document_tags).where(document_tags.c.document_key == key))
    size = item.original_size
    change_statistics(connection, item.organization_key, StatisticsChange(1, size, -1, -size))
    insert_activity(connection, [Entry(key, "created", item.created_by, item.created_at)])
    mark_changed(connection, [key])
    run_rules(connection, [key])
    in_place = connection.execute(
        select(ORIGINAL_ID, ORIGINAL_ARRIVED_AT)
        .join(in_place_originals, in_place_originals.c.document_key == documents.c.key)
        .where(documents.c.key == key)
    ).first()
    if in_place is None or item.reference is None:
        return None if in_place is None else (key, *in_place)
    save_references(connection, [(key, item.reference)])
    return None
