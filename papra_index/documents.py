"""What an archive holds, as frozen values: they carry no connection and may be kept, compared and sent anywhere.

Times are timezone-aware UTC datetimes of millisecond precision. Sizes are bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime, timedelta
from enum import StrEnum

from papra_index.conventions.values import dataclass
from papra_index.values.properties import DocumentProperty

PAGE_SEPARATOR = "\n"
"""What joins pages to a document's content."""

EXTRACTOR_VERSION = 1
"""Raised when readers give more or better text of files that they read before: those read by an earlier one are
outdated.
"""


class ExtractionStatus(StrEnum):
    """How far the reading of a document's original has come."""

    PENDING = "pending"
    DONE = "done"
    PARTIAL = "partial"  # some pages were read, `ExtractionState.reason` says why not all
    FAILED = "failed"
    UNSUPPORTED = "unsupported"
    ENCRYPTED = "encrypted"


class PageSource(StrEnum):
    """How a page's text was obtained."""

    TEXT = "text"  # decoded from a textual format
    LAYER = "layer"  # the text layer of a PDF page
    OCR = "ocr"
    MIXED = "mixed"  # text layer completed by OCR
    GIVEN = "given"  # content that came ready with `add`
    EDITED = "edited"  # content replaced by `update`


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a page's text comes from.

    `engine` is the program or library with its version, `confidence` the mean word confidence of OCR in 0..100
    (None where nothing was recognised by OCR), `seconds` the time spent reading the page. `quality` is the share, in
    0..100, of what was read that looks like writing (None where the text was decoded and there is nothing to doubt),
    `language` an ISO 639-1 code, None where the text is too short or too mixed to tell.
    """

    source: PageSource
    engine: str = ""
    confidence: float | None = None
    seconds: float = 0.0
    quality: float | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of text; `number` counts from 1, `label` is what is printed on it where the file says so (iv, A-3).

    `awaits_ocr` marks a page of which there is more to read than its text so far: OCR follows.
    """

    number: int
    text: str
    provenance: Provenance
    label: str | None = None
    awaits_ocr: bool = False


@dataclass(frozen=True, slots=True)
class ExtractionState:
    """The state of a document's extraction: `reason` is an error code, `message` its sentence; both None when all
    is well.

    `pages_awaiting_ocr` of the pages have more to read than their text so far; `confidence` is the mean of those that
    went through OCR in 0..100, None without any.
    """

    status: ExtractionStatus
    reason: str | None = None
    message: str | None = None
    attempts: int = 0
    page_count: int = 0
    pages_awaiting_ocr: int = 0
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Tag:
    """A label of an organization; `documents_count` counts live documents and is filled by `list_tags` only."""

    id: str
    organization_id: str
    name: str
    color: str
    description: str | None
    created_at: datetime
    updated_at: datetime
    documents_count: int | None = None

    @property
    def normalized_name(self) -> str:
        """The name as its uniqueness is judged: lower case, nothing else folded."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Document:
    """One archived thing: an original with an editable name, date, notes, content, tags and properties.

    `content` is None where a listing leaves it out (`list`, `search`, `list_trash`); `get` fills it. `language` is the
    one most of its text is in, as an ISO 639-1 code. `properties` are those it has a value of, in their order.
    `external_id` is the id its source knows it by, unique in the organization. `version` is raised with each change of
    the original. An index-only document has none: its `original_name` and `original_sha256` are None, its
    `original_size` is 0.
    """

    id: str
    organization_id: str
    name: str
    created_at: datetime
    updated_at: datetime
    created_by: str | None
    original_name: str | None
    original_size: int
    original_sha256: str | None
    mime_type: str
    document_date: datetime | None
    notes: str | None
    deleted_at: datetime | None
    deleted_by: str | None
    ocr_languages: tuple[str, ...]
    extraction: ExtractionState
    language: str | None = None
    tags: tuple[Tag, ...] = ()
    content: str | None = None
    properties: tuple[DocumentProperty, ...] = ()
    principals: tuple[str, ...] = ()
    external_id: str | None = None
    version: int = 1

    @property
    def is_index_only(self) -> bool:
        """Whether the document has no original."""
        return self.original_sha256 is None

    @property
    def is_trashed(self) -> bool:
        """Whether the document is in the trash."""
        return self.deleted_at is not None


@dataclass(frozen=True, slots=True)
class Version:
    """An original that a document has, or had before another took its place; `number` counts from 1.

    `replaced_at` and `replaced_by` are None for the one it has now.
    """

    number: int
    original_name: str
    original_size: int
    original_sha256: str
    mime_type: str
    arrived_at: datetime
    replaced_at: datetime | None = None
    replaced_by: str | None = None


DELETED_FOR = timedelta(days=30)
"""How long a deleted organization can be restored."""


@dataclass(frozen=True, slots=True)
class OrganizationDetails:
    """The owner of documents: what the catalog keeps of it, also for a while after it was deleted."""

    id: str
    name: str
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None = None
    deleted_by: str | None = None

    @property
    def purged_at(self) -> datetime | None:
        """When a deleted organization is purged, None for one that is not deleted."""
        return None if self.deleted_at is None else self.deleted_at + DELETED_FOR


class Permission(StrEnum):
    """What an API key may do: a kind of thing, and a verb."""

    ORGANIZATIONS_CREATE = "organizations:create"
    ORGANIZATIONS_READ = "organizations:read"
    ORGANIZATIONS_UPDATE = "organizations:update"
    ORGANIZATIONS_DELETE = "organizations:delete"
    DOCUMENTS_CREATE = "documents:create"
    DOCUMENTS_READ = "documents:read"
    DOCUMENTS_UPDATE = "documents:update"
    DOCUMENTS_DELETE = "documents:delete"
    TAGS_CREATE = "tags:create"
    TAGS_READ = "tags:read"
    TAGS_UPDATE = "tags:update"
    TAGS_DELETE = "tags:delete"
    CUSTOM_PROPERTIES_CREATE = "custom-properties:create"
    CUSTOM_PROPERTIES_READ = "custom-properties:read"
    CUSTOM_PROPERTIES_UPDATE = "custom-properties:update"
    CUSTOM_PROPERTIES_DELETE = "custom-properties:delete"


@dataclass(frozen=True, slots=True)
class User:
    """Someone who is a member of organizations and for whom API keys act."""

    id: str
    name: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key to the HTTP API, without its token: that is shown once, and only its hash is kept.

    It acts as its user, in the user's organizations that are among `organization_ids`; None means in all of them.
    `prefix` is the beginning of the token, to tell keys apart by; `last_used_at` is exact to a minute. With
    `principals` it sees and changes only documents that are for everyone or for one of these.
    """

    id: str
    name: str
    prefix: str
    user_id: str
    permissions: tuple[Permission, ...]
    organization_ids: tuple[str, ...] | None
    created_at: datetime
    updated_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    principals: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Synonyms:
    """Words and phrases of which a search for one also finds the others.

    Where `is_one_way`, that holds for the first of them only: the others find but themselves.
    """

    id: str
    terms: tuple[str, ...]
    is_one_way: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Activity:
    """One entry of a document's history.

    `event` is one of created, updated, deleted, restored, tagged, untagged; `event_data` holds
    `{"updatedFields": [...]}` for updated; `user_id` is None for what the archive did by itself, `user_name` for users
    whom the archive does not know, too; `tag` is None when the entry has none or its tag was deleted.
    """

    id: str
    document_id: str
    event: str
    created_at: datetime
    user_id: str | None = None
    event_data: Mapping[str, object] | None = field(default=None, hash=False)
    tag: Tag | None = None
    user_name: str | None = None


class Unchanged:
    """The type of `UNCHANGED`."""

    def __repr__(self) -> str:
        return "UNCHANGED"


UNCHANGED = Unchanged()
"""Stands for a value that `Organization.update` leaves as it is, where None would clear it."""
