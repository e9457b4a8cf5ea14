"""What is to be written of a document, given as it is and as it is to be; no statement is run here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Row

from papra_index.catalog.pages import content_length, find_language, tell_languages
from papra_index.catalog.tables import documents
from papra_index.catalog.versions import KeptOriginal
from papra_index.catalog.visibility import write_principals
from papra_index.conventions.folding import order_text
from papra_index.conventions.values import dataclass
from papra_index.documents import ExtractionStatus, Page

INDEX_ONLY_TYPE: Final = "text/plain"
"""The mime type of an index-only document of which none is told."""

WRITTEN_COLUMNS: Final = tuple(
    documents.c[name]
    for name in (
        "name", "name_order", "mime_type", "document_date", "notes", "version", "original_id", "original_arrived_at",
        "original_name", "original_size", "original_sha256", "ocr_languages", "extraction_status", "extraction_reason",
        "extraction_message", "extraction_attempts", "page_count", "content_length", "pages_awaiting_ocr",
        "ocr_confidence", "language", "is_trashed", "deleted_at", "deleted_by", "principals", "guessed_date",
    )
)  # fmt: skip
"""The columns of a document that a write may change, besides the time of the change."""

_NAMED_FIELDS: Final = {"name": "name", "document_date": "documentDate", "notes": "notes"}


@dataclass(frozen=True, slots=True)
class Difference:
    """How a document's row is to be: `fields` are those that differ, as its history names them; `pages` its text where
    that is given and differs.
    """

    values: dict[str, Any]
    fields: frozenset[str]
    pages: tuple[Page, ...] | None
    has_other_original: bool


def find_difference(row: Row[Any], values: Mapping[str, Any], stored: Sequence[str]) -> Difference:
    """Return what differs between a document's row, its texts by page given as `stored`, and what it is to be.

    `values` has some of: name, document_date, notes, principals; original (KeptOriginal or None), mime_type (None: what
    the original says), ocr_languages; pages without their languages (None: to be read from the original).
    """
    fresh = {column.name: getattr(row, column.name) for column in WRITTEN_COLUMNS}
    fields = set()
    # A put of a file without a date leaves the one that was guessed from its text.
    by_text = "pages" in values and values["pages"] is None and values.get("document_date") is None
    kept = {"document_date"} if by_text and row.document_date == row.guessed_date else set()
    for name, told in _NAMED_FIELDS.items():
        if name in values and values[name] != fresh[name] and name not in kept:
            fresh[name] = values[name]
            fields.add(told)
    if "name" in fields:
        fresh["name_order"] = order_text(fresh["name"])
    if "principals" in values:
        fresh["principals"] = write_principals(values["principals"])
        fields.update(("principals",) if fresh["principals"] != row.principals else ())
    has_other_original = "original" in values and _sha256(values["original"]) != row.original_sha256
    if has_other_original:
        fresh |= describe_original(values["original"]) | {"version": row.version + 1}
        fields.add("original")
    if "mime_type" in values:
        fresh["mime_type"] = choose_type(values, None if has_other_original else row.mime_type)
        if fresh["mime_type"] != row.mime_type:
            fields.add("mimeType")
    pages = values.get("pages")
    if pages is not None and _is_other_text(row, pages, stored):
        pages = tell_languages(pages)
        fresh |= describe_text(pages)
        fields.add("content")
    elif "pages" in values and pages is None:
        languages = "+".join(values["ocr_languages"])
        if has_other_original or languages != row.ocr_languages or not _is_read(row):
            fresh |= {"ocr_languages": languages, **UNREAD_TEXT}
            fields.add("original" if has_other_original else "content")
        pages = None
    else:
        pages = None
    return Difference(fresh, frozenset(fields), pages, has_other_original)


UNREAD_TEXT: Final[Mapping[str, Any]] = {
    "extraction_status": ExtractionStatus.PENDING.value,
    "extraction_reason": None,
    "extraction_message": None,
    "extraction_attempts": 0,
    "pages_awaiting_ocr": 0,
}
"""The values of a document whose text is still to be read; what it had before stays until then."""


def describe_text(pages: Sequence[Page]) -> dict[str, Any]:
    """Return the values of a document whose text is given."""
    return {
        "extraction_status": ExtractionStatus.DONE.value,
        "extraction_reason": None,
        "extraction_message": None,
        "extraction_attempts": 0,  # so that reading originals again leaves it alone, even when it is empty
        "page_count": len(pages),
        "content_length": content_length(pages),
        "pages_awaiting_ocr": 0,
        "ocr_confidence": None,
        "language": find_language(pages),
    }


def describe_original(original: KeptOriginal | None) -> dict[str, Any]:
    """Return the values of a document that has this original, or none."""
    if original is None:
        return {"original_id": None, "original_arrived_at": None, "original_name": None, "original_size": 0,
                "original_sha256": None}  # fmt: skip
    return {
        "original_id": original.id,
        "original_arrived_at": original.arrived_at,
        "original_name": original.name,
        "original_size": original.size,
        "original_sha256": original.sha256,
    }


def choose_type(values: Mapping[str, Any], known: str | None) -> str:
    """Return the mime type that is told, else that of the same original before, else what the original says."""
    if values["mime_type"] is not None:
        return str(values["mime_type"])
    original: KeptOriginal | None = values.get("original")
    if original is None:
        return INDEX_ONLY_TYPE
    return original.mime_type if known is None else known


def _sha256(original: KeptOriginal | None) -> str | None:
    return None if original is None else original.sha256


def _is_other_text(row: Row[Any], pages: Sequence[Page], stored: Sequence[str]) -> bool:
    is_done = row.extraction_status == ExtractionStatus.DONE.value
    return not is_done or row.page_count != len(pages) or [page.text for page in pages] != list(stored)


def _is_read(row: Row[Any]) -> bool:
    """Whether a document's text is, or is going to be, what its original says: texts by hand are no attempts."""
    return bool(row.extraction_status == ExtractionStatus.PENDING.value or row.extraction_attempts > 0)
