"""Originals that await their text, and the outcomes of reading them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, select, update

from papra_index.catalog.activity import Entry, insert_activity
from papra_index.catalog.changes import mark_changed
from papra_index.catalog.pages import content_length, replace_pages
from papra_index.catalog.tables import PENDING, documents, organizations
from papra_index.documents import ExtractionStatus, Page
from papra_index.times import now_milliseconds


@dataclass(frozen=True, slots=True)
class PendingExtraction:
    """A document whose original is still to be read."""

    key: int
    id: str
    organization_id: str
    created_at: int
    original_name: str
    mime_type: str
    ocr_languages: tuple[str, ...]
    attempts: int


@dataclass(frozen=True, slots=True)
class ExtractionOutcome:
    """What reading an original gave; a status of PENDING means that it is to be tried again."""

    document_key: int
    attempts: int
    pages: tuple[Page, ...]
    status: ExtractionStatus
    mime_type: str
    reason: str | None = None
    message: str | None = None


_PENDING = (
    select(
        documents.c.key, documents.c.id, organizations.c.id.label("organization_id"), documents.c.created_at,
        documents.c.original_name, documents.c.mime_type, documents.c.ocr_languages, documents.c.extraction_attempts,
    )
    .join(organizations, organizations.c.key == documents.c.organization_key)
    .where(PENDING, documents.c.key > bindparam("after"))
    .order_by(documents.c.key)
    .limit(bindparam("limit"))
)  # fmt: skip

_STORE = (
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
        updated_at=bindparam("now"),
    )
)


def list_pending(connection: Connection, after: int, limit: int) -> list[PendingExtraction]:
    """Return documents with a key above `after` that await extraction, in order of their keys."""
    return [
        PendingExtraction(
            row.key,
            row.id,
            row.organization_id,
            row.created_at,
            row.original_name,
            row.mime_type,
            tuple(row.ocr_languages.split("+")) if row.ocr_languages else (),
            row.extraction_attempts,
        )
        for row in connection.execute(_PENDING, {"after": after, "limit": limit})
    ]


def count_pending(connection: Connection, newest_key: int | None = None) -> int:
    """Return how many documents of the archive await extraction, those up to a key if one is given."""
    statement = select(func.count()).select_from(documents).where(PENDING)
    if newest_key is not None:
        statement = statement.where(documents.c.key <= newest_key)
    return int(connection.execute(statement).scalar_one())


def store_extractions(connection: Connection, items: Sequence[ExtractionOutcome]) -> list[None]:
    """Write outcomes; one for a document that was purged, or given content by hand meanwhile, is dropped."""
    waiting = set(
        connection.execute(
            select(documents.c.key).where(
                documents.c.key.in_([item.document_key for item in items]),
                documents.c.extraction_status == ExtractionStatus.PENDING.value,
            )
        ).scalars()
    )
    kept = [item for item in items if item.document_key in waiting]
    if kept:
        _write_outcomes(connection, kept)
    return [None] * len(items)


def request_extraction(connection: Connection, items: Sequence[int]) -> list[int]:
    """Have originals read again, by organization key; return how many documents that are for each.

    Documents whose content was given or edited by hand are left as they are: theirs are no attempts.
    """
    return [
        connection.execute(
            update(documents)
            .where(
                documents.c.organization_key == organization_key,
                documents.c.extraction_status != ExtractionStatus.PENDING.value,
                documents.c.extraction_attempts > 0,
            )
            .values(
                extraction_status=ExtractionStatus.PENDING.value,
                extraction_reason=None,
                extraction_message=None,
            )
        ).rowcount
        for organization_key in items
    ]


def _write_outcomes(connection: Connection, items: Sequence[ExtractionOutcome]) -> None:
    now = now_milliseconds()
    again = [(item.document_key, item.pages) for item in items if item.attempts > 1]
    if again:
        replace_pages(connection, again, fresh=False)
    replace_pages(connection, [(item.document_key, item.pages) for item in items if item.attempts <= 1], fresh=True)
    connection.execute(
        _STORE,
        [
            {
                "document_key": item.document_key,
                "status": item.status.value,
                "reason": item.reason,
                "message": item.message,
                "attempts": item.attempts,
                "new_mime_type": item.mime_type,
                "pages": len(item.pages),
                "length": content_length(item.pages),
                "now": now,
            }
            for item in items
        ],
    )
    read = [item.document_key for item in items if item.pages or item.attempts > 1]
    insert_activity(connection, [Entry(key, "updated", None, now, ("content",)) for key in read])
    mark_changed(connection, read)
