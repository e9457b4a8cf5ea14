"""Changes to documents that exist: name, content, date, notes and external id (papra-api, section 6.9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, update

from papra_index.catalog.activity import UPDATED_FIELDS, Entry, insert_activity
from papra_index.catalog.changes import mark_changed
from papra_index.catalog.documents import find_key
from papra_index.catalog.external_ids import check_unused
from papra_index.catalog.pages import content_length, find_language, replace_pages, tell_languages
from papra_index.catalog.tables import documents
from papra_index.conventions.folding import order_text, replace_surrogates
from papra_index.conventions.times import now_milliseconds, to_milliseconds
from papra_index.conventions.values import dataclass
from papra_index.documents import UNCHANGED, ExtractionStatus, Page, PageSource, Provenance, Unchanged
from papra_index.errors import InvalidInput
from papra_index.values.bulk import check_external_id

_TOLD = {"document_date": "documentDate", "external_id": "externalId"}

MAX_NAME_LENGTH = 255
MAX_NOTES_LENGTH = 2048


@dataclass(frozen=True, slots=True)
class DocumentEdit:
    """New values of one document: keys of `values` are among name, content, document_date (ms or None), notes, and
    external_id ("" for none).
    """

    organization_key: int
    document_id: str
    values: Mapping[str, Any]
    user_id: str | None = None


def collect_values(
    name: str | Unchanged,
    content: str | Unchanged,
    document_date: datetime | Unchanged | None,
    notes: str | Unchanged,
    external_id: str | Unchanged | None = UNCHANGED,
) -> dict[str, Any]:
    """Return the values of an edit, checked. Raises InvalidInput when nothing is given or a value is too long."""
    values: dict[str, Any] = {}
    if not isinstance(name, Unchanged):
        values["name"] = replace_surrogates(check_document_name(name))
    if not isinstance(content, Unchanged):
        values["content"] = content
    if not isinstance(document_date, Unchanged):
        values["document_date"] = None if document_date is None else to_milliseconds(document_date)
    if not isinstance(notes, Unchanged):
        values["notes"] = replace_surrogates(check_notes(notes))
    if not isinstance(external_id, Unchanged):
        values["external_id"] = "" if external_id is None else check_external_id(external_id)
    if not values:
        raise InvalidInput("nothing to change: give a name, content, document_date, notes or external_id")
    return values


def check_document_name(name: str) -> str:
    """Return the name; raises InvalidInput unless it has 1 to 255 UTF-16 units. Not trimmed, as in the contract."""
    if not 1 <= _utf16_length(name) <= MAX_NAME_LENGTH:
        raise InvalidInput(
            f"a document name has 1 to {MAX_NAME_LENGTH} characters, this has {len(name)}: choose another"
        )
    return name


def check_notes(notes: str) -> str:
    """Return the notes; raises InvalidInput when they are longer than 2048 UTF-16 units."""
    if _utf16_length(notes) > MAX_NOTES_LENGTH:
        raise InvalidInput(f"notes have at most {MAX_NOTES_LENGTH} characters, these have {len(notes)}: shorten them")
    return notes


def edit_documents(connection: Connection, items: Sequence[DocumentEdit]) -> list[None]:
    """Apply edits in order, on live and trashed documents. Raises DocumentNotFound, ExternalIdTaken."""
    for item in items:
        key = find_key(connection, item.organization_key, item.document_id)
        now = now_milliseconds()
        row: dict[str, Any] = {"updated_at": now}
        if item.values.get("external_id"):
            check_unused(connection, item.organization_key, item.values["external_id"], key)
        for name in ("name", "document_date", "notes", "external_id"):
            if name in item.values:
                row[name] = item.values[name]
        if "name" in row:
            row["name_order"] = order_text(row["name"])
        if "content" in item.values:
            row |= _replace_content(connection, key, item.values["content"])
        connection.execute(update(documents).where(documents.c.key == key).values(row))
        fields = {_TOLD.get(name, name) for name in item.values}
        entry = Entry(key, "updated", item.user_id, now, tuple(name for name in UPDATED_FIELDS if name in fields))
        insert_activity(connection, [entry])
        mark_changed(connection, [key])
    return [None] * len(items)


def given_page(content: str, source: PageSource) -> tuple[Page, ...]:
    """Return content that came from outside as the one page it becomes; a form feed in it is a line end."""
    return tell_languages(blank_page(content, source))


def blank_page(content: str, source: PageSource) -> tuple[Page, ...]:
    """Return the page of `given_page` without its language, which is told when the page is known to be written."""
    if not isinstance(content, str):
        raise InvalidInput(f"content is text, not {type(content).__name__}: decode it first")
    text = content.replace("\f", "\n").replace("\x00", " ").encode("utf-8", "replace").decode("utf-8")
    return (Page(1, text, Provenance(source)),) if text else ()


def _replace_content(connection: Connection, key: int, content: str) -> dict[str, Any]:
    edited = given_page(content, PageSource.EDITED)
    replace_pages(connection, [(key, edited)], fresh=False)
    return {
        "page_count": len(edited),
        "content_length": content_length(edited),
        "extraction_status": ExtractionStatus.DONE.value,
        "extraction_attempts": 0,  # so that reading originals again leaves it alone, even when it is empty
        "extraction_reason": None,
        "extraction_message": None,
        "pages_awaiting_ocr": 0,
        "ocr_confidence": None,
        "language": find_language(edited),
    }


def _utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
