"""What the index is told of documents: their present state, in portions of bounded size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, func, select

from papra_index.catalog.keys import LISTED_KEYS, list_keys
from papra_index.catalog.pages import read_texts
from papra_index.catalog.property_values import fetch_stored_properties
from papra_index.catalog.statements import Statement
from papra_index.catalog.tables import documents
from papra_index.catalog.tags import fetch_tag_keys
from papra_index.catalog.visibility import read_principals
from papra_index.conventions.values import dataclass
from papra_index.documents import PAGE_SEPARATOR
from papra_index.values.properties import StoredProperty

# In the order of the fields of IndexableDocument, with the content's length for content and tags.
_COLUMNS = (
    documents.c.key, documents.c.organization_key, documents.c.name, documents.c.mime_type, documents.c.original_size,
    documents.c.created_at, documents.c.updated_at, documents.c.document_date, documents.c.extraction_status,
    documents.c.ocr_confidence, documents.c.content_length, func.coalesce(documents.c.original_name, ""),
    documents.c.notes, documents.c.language, documents.c.page_count, documents.c.principals,
)  # fmt: skip
_LENGTH = _COLUMNS.index(documents.c.content_length)
_LIVE = Statement(
    select(*_COLUMNS).where(documents.c.key.in_(LISTED_KEYS), documents.c.is_trashed == 0).order_by(documents.c.key)
)


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
    properties: tuple[StoredProperty, ...] = ()
    principals: tuple[str, ...] = ()


def iterate_indexable(
    connection: Connection, keys: Sequence[int], max_characters: int
) -> Iterator[list[IndexableDocument]]:
    """Yield those keys that are live documents, in lists whose contents together have at most `max_characters`.

    A document longer than that comes alone.
    """
    rows = _LIVE.fetch(connection, list_keys(keys))
    tag_keys = fetch_tag_keys(connection, keys) if rows else {}
    properties = fetch_stored_properties(connection, keys) if rows else {}
    start = 0
    while start < len(rows):
        end, characters = start, 0
        while end < len(rows) and (end == start or characters + rows[end][_LENGTH] <= max_characters):
            characters += rows[end][_LENGTH]
            end += 1
        portion = rows[start:end]
        texts = read_texts(connection, [row[0] for row in portion if row[_LENGTH]])
        contents = (PAGE_SEPARATOR.join([text for _, text, _ in texts.get(row[0], ())]) for row in portion)
        yield [
            IndexableDocument(
                *(
                    *row[:_LENGTH],
                    content,
                    tuple(tag_keys.get(row[0], ())),
                    *row[_LENGTH + 1 : -1],
                    properties.get(row[0], ()),
                    read_principals(row[-1]),
                )
            )
            for row, content in zip(portion, contents, strict=True)
        ]
        start = end
