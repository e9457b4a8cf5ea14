"""What the index is told of documents: their present state, in portions of bounded size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from papra_index.catalog.keys import LISTED_KEYS, list_keys
from papra_index.catalog.pages import read_texts
from papra_index.catalog.tables import documents
from papra_index.catalog.tags import fetch_tag_keys
from papra_index.documents import PAGE_SEPARATOR

_LIVE = (
    select(
        documents.c.key, documents.c.organization_key, documents.c.name, documents.c.mime_type,
        documents.c.original_size, documents.c.created_at, documents.c.updated_at, documents.c.document_date,
        documents.c.extraction_status, documents.c.ocr_confidence, documents.c.content_length,
        documents.c.original_name, documents.c.notes, documents.c.language, documents.c.page_count,
    )
    .where(documents.c.key.in_(LISTED_KEYS), documents.c.is_trashed == 0)
    .order_by(documents.c.key)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class IndexableDocument:
    """A live document as the index wants it; times in milliseconds."""

    key: int
    organization_key: int
    name: str
    mime_type: str
    size: int
    created_at: int
    updated_at: int
    document_date: int | None
    extraction: str
    ocr_confidence: float | None
    content: str
    tag_keys: tuple[int, ...]
    original_name: str
    notes: str | None
    language: str | None
    page_count: int


def iterate_indexable(
    connection: Connection, keys: Sequence[int], max_characters: int
) -> Iterator[list[IndexableDocument]]:
    """Yield those keys that are live documents, in lists whose contents together have at most `max_characters`.

    A document longer than that comes alone.
    """
    rows = connection.execute(_LIVE, list_keys(keys)).all()
    tag_keys = fetch_tag_keys(connection, keys) if rows else {}
    start = 0
    while start < len(rows):
        end, characters = start, 0
        while end < len(rows) and (end == start or characters + rows[end].content_length <= max_characters):
            characters += rows[end].content_length
            end += 1
        portion = rows[start:end]
        texts = read_texts(connection, [row.key for row in portion if row.content_length])
        yield [
            IndexableDocument(
                row.key,
                row.organization_key,
                row.name,
                row.mime_type,
                row.original_size,
                row.created_at,
                row.updated_at,
                row.document_date,
                row.extraction_status,
                row.ocr_confidence,
                PAGE_SEPARATOR.join(text for _, text, _ in texts.get(row.key, ())),
                tuple(tag_keys.get(row.key, ())),
                row.original_name,
                row.notes,
                row.language,
                row.page_count,
            )
            for row in portion
        ]
        start = end
