"""Originals that await their text and pages that await OCR, and the outcomes of reading them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from papra_index.catalog.activity import Entry, insert_activity
from papra_index.catalog.changes import mark_changed
from papra_index.catalog.content_fields import mark_due
from papra_index.catalog.guesses import GUESSED
from papra_index.catalog.keys import LISTED_KEYS, list_keys
from papra_index.catalog.pages import content_length, find_language, replace_pages
from papra_index.catalog.references import REFERENCE_COLUMNS, build_reference
from papra_index.catalog.statements import Statement
from papra_index.catalog.tables import (
    AWAITING_OCR,
    PENDING,
    UNREAD,
    documents,
    in_place_originals,
    organizations,
    pages,
)
from papra_index.catalog.tagging_rules import run_rules
from papra_index.catalog.versions import ORIGINAL_ARRIVED_AT, ORIGINAL_ID
from papra_index.conventions.references import FileReference
from papra_index.conventions.times import now_milliseconds
from papra_index.conventions.values import dataclass
from papra_index.documents import EXTRACTOR_VERSION, ExtractionStatus, Page


@dataclass(frozen=True, slots=True)
class PendingExtraction:
    """A document whose original is still to be read, or read again for the pages that await OCR.

    `original_id` and `arrived_at`, in milliseconds, tell where that is; `version` is its number.
    """

    key: int
    original_id: str
    organization_id: str
    arrived_at: int
    original_name: str
    mime_type: str
    ocr_languages: tuple[str, ...]
    attempts: int
    version: int = 1
    reference: FileReference | None = None


@dataclass(frozen=True, slots=True)
class ExtractionOutcome:
    """What reading an original gave; a status of PENDING means that it is to be tried again.

    `guessed_date` is the document's by its first page, in milliseconds, for one whose date nobody has set;
    `asks_hook` that a content hook is to be called for it, once all of its text is there.
    """

    document_key: int
    attempts: int
    pages: tuple[Page, ...]
    status: ExtractionStatus
    mime_type: str
    reason: str | None = None
    message: str | None = None
    version: int = 1
    guessed_date: int | None = None
    asks_hook: bool = False


_COLUMNS = (
    documents.c.key, ORIGINAL_ID, organizations.c.id.label("organization_id"), ORIGINAL_ARRIVED_AT,
    documents.c.original_name, documents.c.mime_type, documents.c.ocr_languages, documents.c.extraction_attempts,
    documents.c.version, *REFERENCE_COLUMNS,
)  # fmt: skip
_PENDING = (
    select(*_COLUMNS)
    .join(organizations, organizations.c.key == documents.c.organization_key)
    .outerjoin(in_place_originals, in_place_originals.c.document_key == documents.c.key)
    .where(documents.c.key > bindparam("after"))
    .order_by(documents.c.key)
    .limit(bindparam("limit"))
)
_UNREAD = Statement(_PENDING.where(UNREAD))
_AWAITING_OCR = Statement(_PENDING.where(AWAITING_OCR))
_AWAITING_PAGES = Statement(
    select(pages.c.page_number, pages.c.ocr_attempts)
    .where(pages.c.document_key == bindparam("key"), pages.c.awaits_ocr == 1)
    .order_by(pages.c.page_number)
)

_WAITING = Statement(
    select(documents.c.key, documents.c.version, documents.c.page_count).where(
        documents.c.key.in_(LISTED_KEYS), documents.c.extraction_status == ExtractionStatus.PENDING.value
    )
)
_STORE = Statement(
    update(documents)
    .where(documents.c.key == bindparam("document_key"))
    .values(
        extraction_status=bindparam("status"),
        extraction_reason=bindparam("reason"),
        extraction_message=bindparam("message"),
        extraction_attempts=bindparam("attempts"),
        mime_type=bindparam("new_mime_type"),
        page_count=bindparam("pages"),
        content_length=bindparam("length"),
        pages_awaiting_ocr=bindparam("awaiting"),
        ocr_confidence=bindparam("confidence"),
        language=bindparam("new_language"),
        extractor_version=EXTRACTOR_VERSION,
        extracted_at=bindparam("now"),
        updated_at=bindparam("now"),
        **GUESSED,
    )
)


def list_unread(connection: Connection, after: int, limit: int) -> list[PendingExtraction]:
    """Return documents with a key above `after` whose originals await reading, in order of their keys."""
    return _list_pending(_UNREAD.fetch(connection, {"after": after, "limit": limit}))


def list_awaiting_ocr(connection: Connection, after: int, limit: int) -> list[PendingExtraction]:
    """Return documents with a key above `after` of which only pages that need OCR are still to be read."""
    return _list_pending(_AWAITING_OCR.fetch(connection, {"after": after, "limit": limit}))


def list_awaiting_pages(connection: Connection, document_key: int) -> list[tuple[int, int]]:
    """Return (page number, how often a worker ended on it) of a document's pages that await OCR, in order."""
    return _AWAITING_PAGES.fetch(connection, {"key": document_key})


def count_pending(connection: Connection, newest_key: int | None = None) -> int:
    """Return how many documents of the archive await reading or OCR, those up to a key if one is given."""
    statement = select(func.count()).select_from(documents).where(PENDING)
    if newest_key is not None:
        statement = statement.where(documents.c.key <= newest_key)
    return int(connection.execute(statement).scalar_one())


def count_awaiting_pages(connection: Connection) -> int:
    """Return how many pages of the archive await OCR."""
    statement = select(func.coalesce(func.sum(documents.c.pages_awaiting_ocr), 0)).where(AWAITING_OCR)
    return int(connection.execute(statement).scalar_one())


def store_extractions(connection: Connection, items: Sequence[ExtractionOutcome]) -> list[None]:
    """Write outcomes; one for a document that was purged, given content by hand or another original meanwhile, is
    dropped.

    A document with pages that await OCR stays pending, with what is known already of its outcome.
    """
    keys = list_keys([item.document_key for item in items])
    waiting = {(key, version): page_count for key, version, page_count in _WAITING.fetch(connection, keys)}
    kept = [item for item in items if (item.document_key, item.version) in waiting]
    if kept:
        read_before = {key for (key, _), page_count in waiting.items() if page_count}
        _write_outcomes(connection, kept, read_before)
    return [None] * len(items)


def _list_pending(rows: Iterable[Sequence[Any]]) -> list[PendingExtraction]:
    pending = []
    for key, id_, organization_id, arrived_at, name, kind, languages, attempts, version, *reference in rows:
        spoken, file = split_languages(languages), build_reference(*reference)
        pending.append(
            PendingExtraction(key, id_, organization_id, arrived_at, name, kind, spoken, attempts, version, file)
        )
    return pending


def split_languages(joined: str) -> tuple[str, ...]:
    """Return OCR languages as they stand in a row."""
    return tuple(joined.split("+")) if joined else ()


def _write_outcomes(connection: Connection, items: Sequence[ExtractionOutcome], read_before: Set[int]) -> None:
    """Write outcomes; `read_before` are the keys of documents that have pages, of another reading or an earlier
    original.
    """
    now = now_milliseconds()
    texts = [(item.document_key, item.pages) for item in items]
    again = read_before | {item.document_key for item in items if item.attempts > 1}
    replace_pages(connection, [text for text in texts if text[0] in again], fresh=False)
    replace_pages(connection, [text for text in texts if text[0] not in again], fresh=True)
    _STORE.run(connection, [_describe_outcome(item, now) for item in items])
    read = [key for key, read in texts if key in again or any(page.text for page in read)]
    insert_activity(connection, [Entry(key, "updated", None, now, ("content",)) for key in read])
    mark_changed(connection, [item.document_key for item in items])
    mark_due(connection, [item.document_key for item in items if item.asks_hook and _is_whole(item)])
    run_rules(connection, [item.document_key for item in items if _has_ended(item)])


def _is_whole(item: ExtractionOutcome) -> bool:
    """Whether an outcome has text, and all there will be."""
    return _has_ended(item) and any(page.text for page in item.pages)


def _has_ended(item: ExtractionOutcome) -> bool:
    return item.status is not ExtractionStatus.PENDING and not any(page.awaits_ocr for page in item.pages)


def _describe_outcome(item: ExtractionOutcome, now: int) -> dict[str, object]:
    confidences = [page.provenance.confidence for page in item.pages if page.provenance.confidence is not None]
    awaiting = sum(page.awaits_ocr for page in item.pages)
    return {
        "document_key": item.document_key,
        "status": (ExtractionStatus.PENDING if awaiting else item.status).value,
        "reason": item.reason,
        "message": item.message,
        "attempts": item.attempts,
        "new_mime_type": item.mime_type,
        "pages": len(item.pages),
        "length": content_length(item.pages),
        "awaiting": awaiting,
        "confidence": round(sum(confidences) / len(confidences), 1) if confidences else None,
        "new_language": find_language(item.pages),
        "now": now,
        "guess": item.guessed_date,
    }
