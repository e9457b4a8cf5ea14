"""Documents as read from the catalog: single ones, listings in every order, and pages of search hits by key."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, Select, bindparam, func, select

from papra_index.catalog.keys import LISTED_KEYS, list_keys
from papra_index.catalog.pages import read_content
from papra_index.catalog.property_values import fetch_document_properties
from papra_index.catalog.statements import Statement
from papra_index.catalog.tables import EXTERNAL, INCOMPLETE, TRASHED, documents
from papra_index.catalog.tags import fetch_document_tags
from papra_index.catalog.visibility import read_principals
from papra_index.conventions.cursors import Position
from papra_index.conventions.folding import order_text
from papra_index.conventions.identifiers import check_id, has_id_form
from papra_index.conventions.times import to_datetime
from papra_index.documents import Document, ExtractionState, ExtractionStatus, Tag
from papra_index.errors import DocumentNotFound, InvalidInput
from papra_index.results import PageRequest, Sort, SortField
from papra_index.values.properties import DocumentProperty

_ID_BEGINNING = re.compile("doc_[a-z0-9]{4,}")
_MAX_KEYS = 1_000
_LEAST_VALUE = -(1 << 62)  # below every time
_COLUMNS = (
    documents.c.key, documents.c.id, documents.c.name, documents.c.created_at, documents.c.updated_at,
    documents.c.created_by, documents.c.original_name, documents.c.original_size, documents.c.original_sha256,
    documents.c.mime_type, documents.c.document_date, documents.c.notes, documents.c.deleted_at,
    documents.c.deleted_by, documents.c.ocr_languages, documents.c.extraction_status,
    documents.c.extraction_reason, documents.c.extraction_message, documents.c.extraction_attempts,
    documents.c.page_count, documents.c.pages_awaiting_ocr, documents.c.ocr_confidence, documents.c.language,
    documents.c.principals, documents.c.external_id, documents.c.version,
)  # fmt: skip
_PAGE_COUNT = _COLUMNS.index(documents.c.page_count)

# By key alone: given the organization too, SQLite may walk all of it by an index instead.
_BY_KEYS = Statement(
    select(*_COLUMNS, documents.c.content_length, documents.c.organization_key, documents.c.is_trashed).where(
        documents.c.key.in_(LISTED_KEYS)
    )
)
_NAMES_BY_KEYS = select(
    documents.c.key, documents.c.id, documents.c.name, documents.c.organization_key, documents.c.is_trashed
).where(documents.c.key.in_(bindparam("keys", expanding=True)))
_BY_ID = Statement(
    select(*_COLUMNS).where(
        documents.c.organization_key == bindparam("organization_key"), documents.c.id == bindparam("document_id")
    )
)

_ORDERS: dict[SortField, Column[Any]] = {
    SortField.CREATED_AT: documents.c.created_at,
    SortField.UPDATED_AT: documents.c.updated_at,
    SortField.DOCUMENT_DATE: documents.c.document_date,
    SortField.NAME: documents.c.name_order,
    SortField.SIZE: documents.c.original_size,
}


def find_key(connection: Connection, organization_key: int, document_id: str) -> int:
    """Return a document's key, trashed or not. Raises DocumentNotFound."""
    key = connection.execute(
        select(documents.c.key).where(documents.c.organization_key == organization_key, documents.c.id == document_id)
    ).scalar()
    if key is None:
        raise DocumentNotFound(f"there is no document {document_id} in this organization: list or search it")
    return int(key)


def find_id(connection: Connection, organization_key: int, beginning: str) -> str:
    """Return the only document id that begins with `doc_` and the four or more characters given, trashed or not.

    A whole id is returned as it is. Raises InvalidIdentifier, DocumentNotFound, InvalidInput when several begin so.
    """
    if not _ID_BEGINNING.fullmatch(beginning) or has_id_form("doc", beginning):
        return check_id("doc", beginning)
    found = connection.execute(
        select(documents.c.id, documents.c.organization_key).where(
            documents.c.id >= beginning,
            documents.c.id < f"{beginning}{{",  # the character after z
        )
    )
    # The organization is compared here: given it too, SQLite may walk all of its documents instead.
    ids = [document_id for document_id, owner in found if owner == organization_key][:2]
    if not ids:
        raise DocumentNotFound(f"there is no document {beginning}… in this organization: list or search it")
    if len(ids) > 1:
        raise InvalidInput(f"several documents have ids that begin with {beginning}: give more of it")
    return str(ids[0])


def find_keys(connection: Connection, organization_key: int, column: str, beginning: str) -> list[int]:
    """Return the keys of an organization's documents whose `id` or `original_sha256` begins so, a thousand at most, or
    of that whose `external_id` it is.

    `beginning` has at least four characters behind `doc_`, or eight digits, so more than one is rare.
    """
    if column == "external_id":
        whole = documents.c.organization_key == organization_key, documents.c.external_id == beginning
        return list(connection.execute(select(documents.c.key).where(EXTERNAL, *whole)).scalars())
    stored = documents.c.id if column == "id" else documents.c.original_sha256
    statement = select(documents.c.key, documents.c.organization_key).where(
        stored >= beginning, stored < f"{beginning}{{"
    )
    if column == "id":
        # As above: given the organization too, SQLite may walk all of its documents instead.
        return [key for key, owner in connection.execute(statement) if owner == organization_key][:_MAX_KEYS]
    mine = statement.where(documents.c.organization_key == organization_key).limit(_MAX_KEYS)
    return [key for key, _ in connection.execute(mine)]


def read_document(
    connection: Connection,
    organization_key: int,
    organization_id: str,
    document_id: str,
    *,
    content: bool = True,
) -> Document:
    """Return a document, trashed or not, with tags and (unless told otherwise) content. Raises DocumentNotFound."""
    rows = _BY_ID.fetch(connection, {"organization_key": organization_key, "document_id": document_id})
    if not rows:
        raise DocumentNotFound(f"there is no document {document_id} in this organization: list or search it")
    [row] = rows
    key = row[0]
    tags = fetch_document_tags(connection, organization_id, [key]).get(key, [])
    properties = fetch_document_properties(connection, organization_key, [key]).get(key, ())
    text = None if not content else read_content(connection, key) if row[_PAGE_COUNT] else ""
    return _build_document(row, organization_id, tags, properties, text)


def fetch_live_documents(
    connection: Connection, organization_key: int, organization_id: str, keys: Sequence[int]
) -> dict[int, tuple[Document, int]]:
    """Return (document, characters of content) of those keys that are live documents of the organization."""
    found = _BY_KEYS.fetch(connection, list_keys(keys))
    tags = fetch_document_tags(connection, organization_id, keys) if found else {}
    properties = fetch_document_properties(connection, organization_key, keys) if found else {}
    live: dict[int, tuple[Document, int]] = {}
    for row in found:
        length, owner, is_trashed = row[-3:]
        if owner == organization_key and not is_trashed:
            key = row[0]
            live[key] = _build_document(row, organization_id, tags.get(key, ()), properties.get(key, ())), length
    return live


def fetch_names(connection: Connection, organization_key: int, keys: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Return (id, name) of those keys that are live documents of the organization, in the order of the keys."""
    found = {row.key: row for row in connection.execute(_NAMES_BY_KEYS, {"keys": keys})}
    rows = (found[key] for key in keys if key in found)
    return {
        row.key: (row.id, row.name) for row in rows if row.organization_key == organization_key and not row.is_trashed
    }


def list_newest_keys(connection: Connection, organization_key: int, limit: int) -> list[int]:
    """Return the keys of an organization's newest live documents, newest first."""
    statement = select(documents.c.key).where(
        documents.c.organization_key == organization_key, documents.c.is_trashed == 0
    )
    newest = statement.order_by(documents.c.created_at.desc(), documents.c.key.desc()).limit(limit)
    return list(connection.execute(newest).scalars())


def find_names(connection: Connection, organization_key: int, beginning: str, limit: int) -> dict[int, tuple[str, str]]:
    """Return (id, name) by key of live documents whose names begin so, letter case and accents apart, in their order.

    A number at the end of the beginning is left out: names are ordered by the values of whole ones.
    """
    lowest = order_text(beginning.rstrip("0123456789"))
    if not lowest:
        return {}
    rows = connection.execute(
        select(documents.c.key, documents.c.id, documents.c.name)
        .where(
            documents.c.organization_key == organization_key,
            documents.c.is_trashed == 0,
            documents.c.name_order >= lowest,
            documents.c.name_order < f"{lowest}\U0010ffff",
        )
        .order_by(documents.c.name_order, documents.c.key)
        .limit(limit)
    )
    return {row.key: (row.id, row.name) for row in rows}


def list_documents(
    connection: Connection,
    organization_key: int,
    organization_id: str,
    sort: Sort,
    page: PageRequest,
    after: Position | None = None,
) -> tuple[tuple[Document, ...], Position | None]:
    """Return a page of the live documents in order, and the place of its last one where more follow.

    With `after` the page is the one behind that place. Relevance means newest first here.
    """
    column = _find_column(sort.field)
    rows: list[Row[*tuple[Any, ...]]] = []
    for behind in _list_stretches(column, sort.descending, after):
        statement = _select_live(sort.field, sort.descending)
        values = {
            "organization_key": organization_key,
            "count": page.page_size + 1 - len(rows),
            "first": page.first if after is None else 0,
        }
        rows += connection.execute(statement.where(*behind) if behind else statement, values)
        if len(rows) > page.page_size:
            break
    shown = rows[: page.page_size]
    last = Position(shown[-1].order_value, shown[-1].key) if len(rows) > page.page_size else None
    return _build_documents(connection, organization_key, organization_id, shown), last


def _list_stretches(
    column: Column[Any], descending: bool, after: Position | None
) -> list[tuple[ColumnElement[bool], ...]]:
    """Return the conditions of each stretch of the index to read, one after the other.

    They are the rest of the equal values, the values beyond, and undated documents, which are below all others. One
    condition for all of it would have SQLite walk through the equal values, or through all of the index.
    """
    if after is None:
        return [()]
    key = documents.c.key
    rest = key < after.key if descending else key > after.key
    if after.value is None:
        undated = (column.is_(None), rest)
        return [undated] if descending else [undated, (column > _LEAST_VALUE,)]
    equal = (column == after.value, rest)
    beyond = (column < after.value if descending else column > after.value,)
    return [equal, beyond, (column.is_(None),)] if descending and column.nullable else [equal, beyond]


def _find_column(field: SortField | str) -> Column[Any]:
    return _ORDERS.get(SortField(field), documents.c.created_at)


@functools.cache
def _select_live(field: SortField | str, descending: bool) -> Select[*tuple[Any, ...]]:
    """Return the statement of a listing: putting it together costs more than running it."""
    column = _find_column(field)
    order = (column.desc(), documents.c.key.desc()) if descending else (column.asc(), documents.c.key.asc())
    return (
        select(*_COLUMNS, column.label("order_value"))
        .where(documents.c.organization_key == bindparam("organization_key"), documents.c.is_trashed == 0)
        .order_by(*order)
        .limit(bindparam("count"))
        .offset(bindparam("first"))
    )


def list_incomplete(
    connection: Connection, organization_key: int, organization_id: str, page: PageRequest
) -> tuple[tuple[Document, ...], int]:
    """Return a page, newest first, and the count of the live documents whose text could not be read in full."""
    condition = (documents.c.organization_key == organization_key, documents.c.is_trashed == 0, INCOMPLETE)
    count = connection.execute(select(func.count()).select_from(documents).where(*condition)).scalar_one()
    rows = connection.execute(
        select(*_COLUMNS)
        .where(*condition)
        .order_by(documents.c.created_at.desc(), documents.c.key.desc())
        .limit(page.page_size)
        .offset(page.first)
    ).all()
    return _build_documents(connection, organization_key, organization_id, rows), int(count)


def list_trash(
    connection: Connection, organization_key: int, organization_id: str, page: PageRequest, *, content: bool = False
) -> tuple[Document, ...]:
    """Return a page of the trash, last trashed first, with contents if wanted."""
    rows = connection.execute(
        select(*_COLUMNS)
        .where(documents.c.organization_key == organization_key, TRASHED)
        .order_by(documents.c.deleted_at.desc(), documents.c.key.desc())
        .limit(page.page_size)
        .offset(page.first)
    ).all()
    listed = _build_documents(connection, organization_key, organization_id, rows)
    if not content:
        return listed
    return tuple(
        replace(document, content=read_content(connection, row.key)) for row, document in zip(rows, listed, strict=True)
    )


def _build_documents(
    connection: Connection, organization_key: int, organization_id: str, rows: Sequence[Row[*tuple[Any, ...]]]
) -> tuple[Document, ...]:
    keys = [row.key for row in rows]
    tags = fetch_document_tags(connection, organization_id, keys)
    properties = fetch_document_properties(connection, organization_key, keys)
    return tuple(
        _build_document(row, organization_id, tags.get(row.key, ()), properties.get(row.key, ())) for row in rows
    )


def _build_document(
    row: Sequence[Any],
    organization_id: str,
    tags: Sequence[Tag],
    properties: tuple[DocumentProperty, ...],
    content: str | None = None,
) -> Document:
    (
        _, id_, name, created_at, updated_at, created_by, original_name, original_size, original_sha256, mime_type,
        document_date, notes, deleted_at, deleted_by, ocr_languages, status, reason, message, attempts, page_count,
        pages_awaiting_ocr, ocr_confidence, language, principals, external_id, version,
    ) = row[:26]  # fmt: skip
    created = to_datetime(created_at)
    # By position: a page of hits is built from these, and names cost a sixth more.
    return Document(
        id_, organization_id, name, created, created if updated_at == created_at else to_datetime(updated_at),
        created_by, original_name, original_size, original_sha256, mime_type,
        None if document_date is None else to_datetime(document_date), notes,
        None if deleted_at is None else to_datetime(deleted_at), deleted_by,
        tuple(ocr_languages.split("+")) if ocr_languages else (),
        _build_state(status, reason, message, attempts, page_count, pages_awaiting_ocr, ocr_confidence),
        language, tuple(tags), content, properties, read_principals(principals), external_id or None, version,
    )  # fmt: skip


@functools.lru_cache(maxsize=1_000)
def _build_state(
    status: str,
    reason: str | None,
    message: str | None,
    attempts: int,
    page_count: int,
    pages_awaiting_ocr: int,
    confidence: float | None,
) -> ExtractionState:
    """Most documents of an archive share a few states."""
    return ExtractionState(
        ExtractionStatus(status), reason, message, attempts, page_count, pages_awaiting_ocr, confidence
    )
