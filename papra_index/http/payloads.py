"""Values of the library as they are on the wire (papra-api, section 5): camelCase, times in ISO 8601 with three digits.

Their types are also what the OpenAPI document says of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NotRequired, cast

from typing_extensions import TypedDict

from papra_index.conventions.times import write_time
from papra_index.documents import Activity, ApiKey, Document, ExtractionState, OrganizationDetails, Tag, Version
from papra_index.http.property_payloads import DocumentPropertyPayload, write_document_properties
from papra_index.results import Statistics
from papra_index.values.properties import Property


class TagPayload(TypedDict):
    """A tag; `documentsCount`, of live documents, is in the list of tags only."""

    id: str
    createdAt: str
    updatedAt: str
    organizationId: str
    name: str
    normalizedName: str
    color: str
    description: str | None
    documentsCount: NotRequired[int]


class _Document(TypedDict):
    id: str
    createdAt: str
    updatedAt: str
    organizationId: str
    createdBy: str | None
    originalName: str
    originalSize: int
    originalSha256Hash: str
    name: str
    mimeType: str
    documentDate: str | None
    notes: str | None
    deletedAt: str | None
    deletedBy: str | None
    isDeleted: bool
    externalId: NotRequired[str]  # of documents that have one: the contract knows none


class WrittenDocument(_Document):
    """A document as writes and the trash return it; `content` is empty until the original was read."""

    content: str


class ListedDocument(_Document):
    """A document of a list, without its content."""

    tags: list[TagPayload]
    customProperties: list[DocumentPropertyPayload]


class ExtractionPayload(TypedDict):
    """How far the reading of the original has come, and what kept it from being read in full."""

    status: str
    reason: str | None
    message: str | None
    pageCount: int
    pagesAwaitingOcr: int


class FullDocument(WrittenDocument):
    """A document with everything."""

    tags: list[TagPayload]
    customProperties: list[DocumentPropertyPayload]
    extraction: ExtractionPayload


class VersionPayload(TypedDict):
    """A file that a document has, or had before another took its place; `number` counts from 1."""

    number: int
    originalName: str
    originalSize: int
    originalSha256Hash: str
    mimeType: str
    arrivedAt: str
    replacedAt: str | None
    replacedBy: str | None


class OrganizationPayload(TypedDict):
    """An organization; `customerId` is of no meaning in this archive, and there for its clients."""

    id: str
    createdAt: str
    updatedAt: str
    name: str
    customerId: str | None
    deletedAt: str | None
    deletedBy: str | None
    scheduledPurgeAt: str | None


class StatisticsPayload(TypedDict):
    """Counts and bytes of live documents, of those in the trash, and of both."""

    documentsCount: int
    documentsSize: int
    deletedDocumentsCount: int
    deletedDocumentsSize: int
    totalDocumentsCount: int
    totalDocumentsSize: int


class ActorPayload(TypedDict):
    """Who did it."""

    id: str
    name: str | None


class ActivityTag(TypedDict):
    """The tag that was put on or taken off, as it is now."""

    id: str
    name: str
    color: str
    description: str | None


class ActivityPayload(TypedDict):
    """An entry of a document's history; without a user the archive did it by itself."""

    id: str
    createdAt: str
    documentId: str
    event: str
    eventData: dict[str, Any] | None
    userId: str | None
    tagId: str | None
    user: ActorPayload | None
    tag: ActivityTag | None


class ApiKeyPayload(TypedDict):
    """An API key, without its token and hash."""

    id: str
    createdAt: str
    updatedAt: str
    name: str
    prefix: str
    userId: str
    lastUsedAt: str | None
    expiresAt: str | None
    permissions: list[str]
    allOrganizations: bool


def _write_optional(moment: datetime | None) -> str | None:
    return None if moment is None else write_time(moment)


def write_tag(tag: Tag) -> TagPayload:
    """Return a tag; with its count if it has one."""
    payload: TagPayload = {
        "id": tag.id,
        "createdAt": write_time(tag.created_at),
        "updatedAt": write_time(tag.updated_at),
        "organizationId": tag.organization_id,
        "name": tag.name,
        "normalizedName": tag.normalized_name,
        "color": tag.color,
        "description": tag.description,
    }
    if tag.documents_count is not None:
        payload["documentsCount"] = tag.documents_count
    return payload


def _write_document(document: Document, *, content: bool) -> dict[str, Any]:
    """Return the fields every document has, in the order of the contract."""
    return {
        "id": document.id,
        "createdAt": write_time(document.created_at),
        "updatedAt": write_time(document.updated_at),
        "organizationId": document.organization_id,
        "createdBy": document.created_by,
        # Of an index-only document these are empty: the contract has no null for them.
        "originalName": document.original_name or "",
        "originalSize": document.original_size,
        "originalSha256Hash": document.original_sha256 or "",
        "name": document.name,
        "mimeType": document.mime_type,
        **({"content": document.content or ""} if content else {}),
        "documentDate": _write_optional(document.document_date),
        "notes": document.notes,
        "deletedAt": _write_optional(document.deleted_at),
        "deletedBy": document.deleted_by,
        "isDeleted": document.is_trashed,
        **({} if document.external_id is None else {"externalId": document.external_id}),
    }


def write_written(document: Document) -> WrittenDocument:
    """Return a document as writes and the trash list do."""
    return cast("WrittenDocument", _write_document(document, content=True))


def write_listed(document: Document, definitions: Sequence[Property]) -> ListedDocument:
    """Return a document as lists do; `definitions` are the properties of its organization."""
    return cast(
        "ListedDocument",
        {
            **_write_document(document, content=False),
            "tags": list(map(write_tag, document.tags)),
            "customProperties": write_document_properties(document, definitions),
        },
    )


def write_full(document: Document, definitions: Sequence[Property]) -> FullDocument:
    """Return a document with everything; `definitions` are the properties of its organization."""
    return cast(
        "FullDocument",
        {
            **_write_document(document, content=True),
            "tags": list(map(write_tag, document.tags)),
            "customProperties": write_document_properties(document, definitions),
            "extraction": write_extraction(document.extraction),
        },
    )


def write_extraction(state: ExtractionState) -> ExtractionPayload:
    """Return how far the reading has come."""
    return {
        "status": state.status.value,
        "reason": state.reason,
        "message": state.message,
        "pageCount": state.page_count,
        "pagesAwaitingOcr": state.pages_awaiting_ocr,
    }


def write_version(version: Version) -> VersionPayload:
    """Return a file of a document."""
    return {
        "number": version.number,
        "originalName": version.original_name,
        "originalSize": version.original_size,
        "originalSha256Hash": version.original_sha256,
        "mimeType": version.mime_type,
        "arrivedAt": write_time(version.arrived_at),
        "replacedAt": _write_optional(version.replaced_at),
        "replacedBy": version.replaced_by,
    }


def write_organization(details: OrganizationDetails) -> OrganizationPayload:
    """Return an organization."""
    return {
        "id": details.id,
        "createdAt": write_time(details.created_at),
        "updatedAt": write_time(details.updated_at),
        "name": details.name,
        "customerId": None,
        "deletedAt": _write_optional(details.deleted_at),
        "deletedBy": details.deleted_by,
        "scheduledPurgeAt": _write_optional(details.purged_at),
    }


def write_statistics(counts: Statistics) -> StatisticsPayload:
    """Return the statistics of an organization."""
    return {
        "documentsCount": counts.documents_count,
        "documentsSize": counts.documents_size,
        "deletedDocumentsCount": counts.deleted_documents_count,
        "deletedDocumentsSize": counts.deleted_documents_size,
        "totalDocumentsCount": counts.total_documents_count,
        "totalDocumentsSize": counts.total_documents_size,
    }


def write_activity(entry: Activity) -> ActivityPayload:
    """Return an entry of a document's history."""
    tag = entry.tag
    return {
        "id": entry.id,
        "createdAt": write_time(entry.created_at),
        "documentId": entry.document_id,
        "event": entry.event,
        "eventData": None if entry.event_data is None else dict(entry.event_data),
        "userId": entry.user_id,
        "tagId": None if tag is None else tag.id,
        "user": None if entry.user_id is None else {"id": entry.user_id, "name": entry.user_name},
        "tag": None
        if tag is None
        else {"id": tag.id, "name": tag.name, "color": tag.color, "description": tag.description},
    }


def write_api_key(key: ApiKey) -> ApiKeyPayload:
    """Return an API key."""
    return {
        "id": key.id,
        "createdAt": write_time(key.created_at),
        "updatedAt": write_time(key.updated_at),
        "name": key.name,
        "prefix": key.prefix,
        "userId": key.user_id,
        "lastUsedAt": _write_optional(key.last_used_at),
        "expiresAt": _write_optional(key.expires_at),
        "permissions": [permission.value for permission in key.permissions],
        "allOrganizations": key.organization_ids is None,
    }
