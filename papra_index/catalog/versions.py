"""Which originals documents have and had, and where these are kept: a document keeps id, tags and history when another
original takes the place of the one before.

An original is kept under an id and a time of its own. The first has those of its document; a later one comes with the
id that its document would have had if it had been new, so no two writes ever want the same place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, bindparam, func, insert, select

from papra_index.catalog.references import build_reference, forget_references
from papra_index.catalog.tables import document_versions, documents, in_place_originals, leftovers, organizations
from papra_index.conventions.references import FileReference
from papra_index.conventions.times import to_datetime
from papra_index.conventions.values import dataclass
from papra_index.documents import Version
from papra_index.errors import DocumentNotFound, NoOriginal, VersionNotFound

ORIGINAL_ID = func.coalesce(documents.c.original_id, documents.c.id).label("original_id")
"""The id a document's present original is kept under."""
ORIGINAL_ARRIVED_AT = func.coalesce(documents.c.original_arrived_at, documents.c.created_at).label(
    "original_arrived_at"
)
"""When that original came, in milliseconds."""


Place = tuple[str, int, FileReference | None]
"""Where an original is: the id it is kept under, when it came in milliseconds, and the file where it is in place."""


@dataclass(frozen=True, slots=True)
class KeptOriginal:
    """An original on disk: `id` and `arrived_at`, in milliseconds, tell where it is, for one in place `reference`."""

    id: str
    arrived_at: int
    name: str
    size: int
    sha256: str
    mime_type: str
    reference: FileReference | None = None


@dataclass(frozen=True, slots=True)
class Leftover:
    """An original that no document has any more; `document_id` and `created_at`, in milliseconds, tell where it is."""

    document_id: str
    organization_id: str
    created_at: int


_PRESENT = (
    select(
        documents.c.id, documents.c.version, ORIGINAL_ID, ORIGINAL_ARRIVED_AT, documents.c.original_name,
        documents.c.original_size, documents.c.original_sha256, documents.c.mime_type, documents.c.key,
        in_place_originals.c.path, in_place_originals.c.mtime_ns,
    )
    .outerjoin(in_place_originals, in_place_originals.c.document_key == documents.c.key)
    .where(
        documents.c.organization_key == bindparam("organization_key"), documents.c.id == bindparam("document_id")
    )
)  # fmt: skip
_EARLIER = (
    select(document_versions)
    .where(document_versions.c.document_key == bindparam("key"))
    .order_by(document_versions.c.version.desc())
)


def locate_original(
    connection: Connection, organization_key: int, document_id: str, version: int | None = None
) -> Place:
    """Return where a document's original is, the present one or that of a version.

    Raises DocumentNotFound, NoOriginal, VersionNotFound.
    """
    row = _read_present(connection, organization_key, document_id)
    has_original = row.original_sha256 is not None
    if version is None and not has_original:
        raise NoOriginal(document_id)
    if version is None or (version == row.version and has_original):
        reference = build_reference(row.path, row.original_size, row.mtime_ns, row.original_sha256)
        return row.original_id, row.original_arrived_at, reference
    for earlier in connection.execute(_EARLIER, {"key": row.key}):
        if earlier.version == version:
            return earlier.original_id, earlier.original_arrived_at, None
    raise VersionNotFound(f"document {document_id} has no original of version {version}: list its versions")


def list_versions(connection: Connection, organization_key: int, document_id: str) -> tuple[Version, ...]:
    """Return the originals that there are of a document, the present one first. Raises DocumentNotFound."""
    row = _read_present(connection, organization_key, document_id)
    arrived_at = to_datetime(row.original_arrived_at)
    about = row.original_name, row.original_size, row.original_sha256, row.mime_type
    present = [Version(row.version, *about, arrived_at)] if row.original_sha256 is not None else []
    earlier = [
        Version(
            old.version, old.original_name, old.original_size, old.original_sha256, old.mime_type,
            to_datetime(old.original_arrived_at), to_datetime(old.replaced_at), old.replaced_by,
        )
        for old in connection.execute(_EARLIER, {"key": row.key})
    ]  # fmt: skip
    return (*present, *earlier)


def _read_present(connection: Connection, organization_key: int, document_id: str) -> Row[*tuple[Any, ...]]:
    row = connection.execute(_PRESENT, {"organization_key": organization_key, "document_id": document_id}).first()
    if row is None:
        raise DocumentNotFound(f"there is no document {document_id} in this organization: list or search it")
    return row


def retire_originals(
    connection: Connection, keys: Sequence[int], now: int, user_id: str | None, *, keep: bool
) -> list[Leftover]:
    """Take note of the present originals of documents, by key, before others take their place; documents without one
    are passed by.

    With `keep` they become earlier versions; otherwise they are returned as leftovers, which the caller removes. Files
    in place are let go of either way: they are no longer what they were.
    """
    in_place = select(in_place_originals.c.document_key)
    has_one = documents.c.key.in_(keys), documents.c.original_sha256.is_not(None), documents.c.key.not_in(in_place)
    if not keep:
        left = leave_originals(connection, and_(*has_one), earlier=False)
        forget_references(connection, keys)
        return left
    source = select(
        documents.c.key, documents.c.version, ORIGINAL_ID, ORIGINAL_ARRIVED_AT, documents.c.original_name,
        documents.c.original_size, documents.c.original_sha256, documents.c.mime_type,
        bindparam("now", now), bindparam("by", user_id),
    ).where(*has_one)  # fmt: skip
    columns = [column.name for column in document_versions.columns]
    connection.execute(insert(document_versions).from_select(columns, source))
    forget_references(connection, keys)
    return []


def leave_originals(connection: Connection, condition: ColumnElement[bool], *, earlier: bool = True) -> list[Leftover]:
    """Note the originals of the documents that a condition tells, with `earlier` those of all their versions, as
    leftovers, and return them: the caller removes them, then forgets them.

    Until then they are kept as leftovers, so that those of a crash are removed after the next open.
    """
    statements: list[Select[*tuple[Any, ...]]] = [
        select(ORIGINAL_ID, organizations.c.id, ORIGINAL_ARRIVED_AT)
        .join(organizations, organizations.c.key == documents.c.organization_key)
        .where(condition, documents.c.original_sha256.is_not(None))
    ]
    if earlier:
        statements.append(
            select(document_versions.c.original_id, organizations.c.id, document_versions.c.original_arrived_at)
            .join(documents, documents.c.key == document_versions.c.document_key)
            .join(organizations, organizations.c.key == documents.c.organization_key)
            .where(condition)
        )
    left: list[Leftover] = []
    for statement in statements:
        connection.execute(insert(leftovers).from_select(["document_id", "organization_id", "created_at"], statement))
        left += [Leftover(*row) for row in connection.execute(statement)]
    return left
