"""What is added: an upload and all that is known of it, checked before its first byte is copied."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import datetime

from papra_index.catalog.additions import NewDocument
from papra_index.catalog.edits import given_page
from papra_index.catalog.visibility import CatalogView
from papra_index.conventions.folding import replace_surrogates
from papra_index.conventions.identifiers import generate_id
from papra_index.conventions.principals import check_named
from papra_index.conventions.sources import Source, check_languages, find_name, normalize_mime_type
from papra_index.conventions.times import now_milliseconds, to_milliseconds
from papra_index.conventions.values import dataclass
from papra_index.documents import Page, PageSource
from papra_index.errors import InvalidInput, PapraIndexError
from papra_index.extraction.detection import detect_mime_type
from papra_index.originals.base import OriginalPlace, StagedOriginal
from papra_index.originals.stores import OriginalStores

MAX_NAME_LENGTH = 4096


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to add: a path, bytes, or a binary stream, and what is known of it.

    `name` defaults to the file's, `mime_type` to what its bytes say. With `content` given nothing is extracted. With
    `in_place` True a file is left where it lies, with False it is copied; None leaves that to the archive.
    With `principals` the document is for who holds any of them, with none or None for everyone; one that is brought
    back from the trash keeps its own where None is given.
    """

    source: Source
    name: str | None = None
    mime_type: str | None = None
    content: str | None = None
    document_date: datetime | None = None
    ocr_languages: Sequence[str] = ()
    in_place: bool | None = None
    principals: Iterable[str] | None = None


@dataclass(frozen=True, slots=True)
class AddOutcome:
    """What became of an upload: `document_id` when it is archived (a duplicate's is that of the live document),
    else `error`.
    """

    upload: Upload
    document_id: str | None
    restored: bool = False
    error: PapraIndexError | None = None


@dataclass(frozen=True, slots=True)
class IngestTarget:
    """Where uploads go, and on whose behalf; `in_place` is for files of which nothing else is said.

    What the view of the catalog does not see is no duplicate.
    """

    catalog: CatalogView
    originals: OriginalStores
    organization_key: int
    organization_id: str
    user_id: str | None = None
    in_place: bool = False


@dataclass(frozen=True, slots=True)
class KnownFacts:
    """What is known of an upload besides its bytes, checked."""

    name: str
    mime_type: str
    document_date: int | None
    ocr_languages: tuple[str, ...]
    pages: tuple[Page, ...] | None
    principals: tuple[str, ...] | None


def stays_in_place(target: IngestTarget, source: Source, wanted: bool | None) -> bool:
    """Whether a source is to be left where it lies. Raises InvalidInput for what is no file and cannot be."""
    is_path = isinstance(source, str | os.PathLike)
    if wanted and not is_path:
        raise InvalidInput("only a file can be left in place: give its path, or add a copy of these bytes")
    return is_path and (target.in_place if wanted is None else wanted)


def check_upload(target: IngestTarget, upload: Upload) -> KnownFacts:
    """Return what is known of an upload, checked. Raises InvalidInput."""
    held = target.catalog.principals
    return KnownFacts(
        name=_name_upload(upload),
        mime_type=normalize_mime_type(upload.mime_type),
        document_date=None if upload.document_date is None else to_milliseconds(upload.document_date),
        ocr_languages=check_languages(upload.ocr_languages),
        pages=None if upload.content is None else given_page(upload.content, PageSource.GIVEN),
        principals=None if upload.principals is None else check_named(upload.principals, held),
    )


def build_document(target: IngestTarget, known: KnownFacts, original: StagedOriginal) -> NewDocument:
    """Return an upload whose bytes came in as the document that it becomes if it is new."""
    declared = known.mime_type
    if declared in {"", "application/octet-stream"}:
        declared = detect_mime_type(original.head, known.name, None, original.path)
    return NewDocument(
        organization_key=target.organization_key,
        id=generate_id("doc"),
        name=known.name,
        original_name=known.name,
        original_size=original.size,
        original_sha256=original.sha256,
        mime_type=declared,
        created_at=now_milliseconds(),
        document_date=known.document_date,
        created_by=target.user_id,
        ocr_languages=known.ocr_languages,
        pages=known.pages,
        reference=original.reference,
        principals=known.principals,
        held_principals=target.catalog.principals,
    )


def place_original(target: IngestTarget, document: NewDocument) -> OriginalPlace:
    """Return where the original of a document is that is new."""
    return OriginalPlace(target.organization_id, document.id, document.created_at, document.reference)


def _name_upload(upload: Upload) -> str:
    found = find_name(upload.source)
    name = found if upload.name is None else upload.name
    if not name:
        raise InvalidInput("bytes and nameless streams need a name: pass name='invoice.pdf'")
    if len(name) > MAX_NAME_LENGTH:
        raise InvalidInput(f"a file name has at most {MAX_NAME_LENGTH} characters, this has {len(name)}")
    return replace_surrogates(name)
