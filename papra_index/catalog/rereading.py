"""Originals that are to be read again: on request, when what was missing is there, or some time after a failure that
may pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, Connection, select, update

from papra_index.catalog.changes import mark_changed
from papra_index.catalog.extractions import split_languages
from papra_index.catalog.keys import LISTED_VALUES, list_values
from papra_index.catalog.tables import INCOMPLETE, documents
from papra_index.conventions.values import dataclass
from papra_index.documents import EXTRACTOR_VERSION, ExtractionStatus

_AGAIN = {
    "extraction_status": ExtractionStatus.PENDING.value,
    "extraction_reason": None,
    "extraction_message": None,
    "pages_awaiting_ocr": 0,
}
_HOUR = 3_600_000
_GROWTH = 4
_MAX_DOUBLINGS = 5
_MAX_RETRIES = 1_000


@dataclass(frozen=True, slots=True)
class ReadingRequest:
    """Documents of an organization to be read again: those with these ids (None: all), and of them, with `failed` or
    `outdated`, those that could not be read in full, or were read by earlier extractors.
    """

    organization_key: int
    document_ids: tuple[str, ...] | None = None
    failed: bool = False
    outdated: bool = False


@dataclass(frozen=True, slots=True)
class RetryRequest:
    """Failures for one of these reasons to be tried again at `now`, in milliseconds, if it is their time; not those
    that were tried `max_attempts` times.
    """

    reasons: tuple[str, ...]
    now: int
    max_attempts: int


def request_extraction(connection: Connection, items: Sequence[ReadingRequest]) -> list[int]:
    """Have originals read again; return how many documents that are for each request.

    Documents whose content was given or edited by hand are left as they are: theirs are no attempts.
    """
    return [
        connection.execute(
            update(documents).where(*_list_conditions(item)).values(**_AGAIN),
            list_values(item.document_ids) if item.document_ids is not None else {},
        ).rowcount
        for item in items
    ]


def list_failed(connection: Connection, reasons: Iterable[str]) -> list[tuple[int, tuple[str, ...]]]:
    """Return (key, OCR languages) of the documents whose text could not be read in full for one of these reasons."""
    statement = select(documents.c.key, documents.c.ocr_languages).where(
        INCOMPLETE, documents.c.extraction_reason.in_(list(reasons))
    )
    return [(key, split_languages(languages)) for key, languages in connection.execute(statement)]


def retry_extractions(connection: Connection, items: Sequence[int]) -> list[None]:
    """Have documents tried again, by key, from the beginning: what else was wrong with them is found again."""
    connection.execute(update(documents).where(documents.c.key.in_(items), INCOMPLETE).values(**_AGAIN))
    mark_changed(connection, items)
    return [None] * len(items)


def retry_failures(connection: Connection, items: Sequence[RetryRequest]) -> list[int]:
    """Have failures that may pass tried again: an hour after the first attempt, then after four times as long each,
    up to six weeks; return how many, at most a thousand for each request.
    """
    counts: list[int] = []
    for item in items:
        statement = select(documents.c.key, documents.c.extraction_attempts, documents.c.extracted_at).where(
            INCOMPLETE,
            documents.c.is_trashed == 0,
            documents.c.extraction_reason.in_(item.reasons),
            documents.c.extraction_attempts.between(1, item.max_attempts - 1),
        )
        due = [
            key
            for key, attempts, read_at in connection.execute(statement)
            if item.now - (read_at or 0) >= _HOUR * _GROWTH ** min(attempts - 1, _MAX_DOUBLINGS)
        ][:_MAX_RETRIES]
        if due:
            retry_extractions(connection, due)
        counts.append(len(due))
    return counts


def _list_conditions(item: ReadingRequest) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        documents.c.organization_key == item.organization_key,
        documents.c.extraction_attempts > 0,
    ]
    if item.document_ids is not None:
        found.append(documents.c.id.in_(LISTED_VALUES))
    if item.failed:
        found.append(INCOMPLETE)  # type: ignore[arg-type]
    if item.outdated:
        found.append(documents.c.extractor_version < EXTRACTOR_VERSION)
    return found
