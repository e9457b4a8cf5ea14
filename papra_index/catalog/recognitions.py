"""What OCR found on pages that awaited it, written a few pages at a time: a long scan goes on where it was ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from papra_index.catalog.activity import Entry, insert_activity
from papra_index.catalog.changes import mark_changed
from papra_index.catalog.content_fields import mark_due
from papra_index.catalog.guesses import store_guess
from papra_index.catalog.pages import describe_page
from papra_index.catalog.tables import documents, pages
from papra_index.catalog.tagging_rules import run_rules
from papra_index.conventions.times import now_milliseconds
from papra_index.conventions.values import dataclass
from papra_index.documents import PAGE_SEPARATOR, ExtractionStatus, Page

_INDEX_MILLISECONDS = 30_000
"""A document of which pages are still coming in is indexed again no more often than this."""


@dataclass(frozen=True, slots=True)
class RecognitionOutcome:
    """What OCR of some pages of a document gave.

    `pages` are done, `given_up` are the numbers of pages that stay as they are, `blamed` of one on which a worker ended
    and that is tried again. `reason` and `message` say what was wrong, if anything; `blocked` means that none of the
    document's pages can be read for now, as a language is missing. `version` is that of the original that was read,
    `guessed_date` and `asks_hook` as in ExtractionOutcome.
    """

    document_key: int
    pages: tuple[Page, ...] = ()
    given_up: tuple[int, ...] = ()
    blamed: int | None = None
    reason: str | None = None
    message: str | None = None
    blocked: bool = False
    version: int = 1
    guessed_date: int | None = None
    asks_hook: bool = False


_RECOGNIZED_COLUMNS = ("text", "source", "engine", "confidence", "seconds", "quality", "language")
_PAGE = (pages.c.document_key == bindparam("key"), pages.c.page_number == bindparam("number"))
_AWAITING = (
    select(pages.c.page_number, func.length(pages.c.text))
    .join(documents, documents.c.key == pages.c.document_key)
    .where(
        pages.c.document_key == bindparam("key"), pages.c.awaits_ocr == 1, documents.c.version == bindparam("version")
    )
)
_RECOGNIZED = (
    update(pages)
    .where(*_PAGE)
    .values({name: bindparam(f"new_{name}") for name in _RECOGNIZED_COLUMNS} | {"awaits_ocr": 0})
)
_GIVEN_UP = update(pages).where(*_PAGE).values(awaits_ocr=0)
_BLAMED = update(pages).where(*_PAGE).values(ocr_attempts=pages.c.ocr_attempts + 1)
_DOCUMENT = select(
    documents.c.extraction_status, documents.c.extraction_reason, documents.c.content_length, documents.c.page_count,
    documents.c.updated_at,
).where(documents.c.key == bindparam("key"))  # fmt: skip


def store_recognitions(connection: Connection, items: Sequence[RecognitionOutcome]) -> list[None]:
    """Write outcomes; what belongs to pages that do not await OCR any more, as the content was edited, or to an earlier
    original is dropped.
    """
    for item in items:
        asked = {"key": item.document_key, "version": item.version}
        awaiting = {row[0]: row[1] for row in connection.execute(_AWAITING, asked)}
        if awaiting:
            _store_recognition(connection, item, awaiting)
    return [None] * len(items)


def _store_recognition(connection: Connection, item: RecognitionOutcome, awaiting: dict[int, int]) -> None:
    """Write the outcome of a document with pages that await OCR, given with the lengths of their texts."""
    done = [page for page in item.pages if page.number in awaiting]
    given_up = [number for number in item.given_up if number in awaiting]
    key = item.document_key
    if done:
        connection.execute(_RECOGNIZED, [_describe_recognition(key, page) for page in done])
    if given_up:
        connection.execute(_GIVEN_UP, [{"key": key, "number": number} for number in given_up])
    if item.blamed in awaiting:
        connection.execute(_BLAMED, {"key": key, "number": item.blamed})
    status, reason, length, page_count, updated_at = connection.execute(_DOCUMENT, {"key": key}).one()
    now = now_milliseconds()
    left = len(awaiting) - len(done) - len(given_up)
    values: dict[str, Any] = {
        "pages_awaiting_ocr": left,
        "content_length": length + sum(len(page.text) - awaiting[page.number] for page in done),
    }
    # Of what is blocked the reason is told before others, as by it the document is found again.
    if item.reason is not None and (reason is None or item.blocked):
        values |= {"extraction_reason": item.reason, "extraction_message": item.message}
    ended = status == ExtractionStatus.PENDING.value and (not left or item.blocked)
    if ended:
        failed = (reason or item.reason) is not None
        has_text = values["content_length"] > page_count * len(PAGE_SEPARATOR)
        values |= _summarize_pages(connection, key) | {"extraction_status": _settle_status(failed, has_text).value}
        if has_text:
            insert_activity(connection, [Entry(key, "updated", None, now, ("content",))])
            mark_due(connection, [key] if item.asks_hook else [])
    if ended or now - updated_at >= _INDEX_MILLISECONDS:
        values["updated_at"] = now
        mark_changed(connection, [key])
    connection.execute(update(documents).where(documents.c.key == key).values(values))
    if item.guessed_date is not None:
        store_guess(connection, key, item.guessed_date)
    if ended:
        run_rules(connection, [key])


def _settle_status(failed: bool, has_text: bool) -> ExtractionStatus:
    if not failed:
        return ExtractionStatus.DONE
    return ExtractionStatus.PARTIAL if has_text else ExtractionStatus.FAILED


def _summarize_pages(connection: Connection, key: int) -> dict[str, Any]:
    """Return the confidence and language of a document by its pages."""
    mine = pages.c.document_key == key
    confidence = connection.execute(select(func.round(func.avg(pages.c.confidence), 1)).where(mine)).scalar()
    length = func.sum(func.length(pages.c.text))
    language = connection.execute(
        select(pages.c.language).where(mine, pages.c.language.is_not(None)).group_by(pages.c.language)
        .order_by(length.desc(), pages.c.language).limit(1)
    ).scalar()  # fmt: skip
    return {"ocr_confidence": confidence, "language": language}


def _describe_recognition(document_key: int, page: Page) -> dict[str, object]:
    row = describe_page(document_key, page)
    return {"key": document_key, "number": page.number, **{f"new_{name}": row[name] for name in _RECOGNIZED_COLUMNS}}
