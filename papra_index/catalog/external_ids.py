"""Documents found by the ids that their source gave them, in the trash too, as a partial index has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from papra_index.catalog.differences import WRITTEN_COLUMNS
from papra_index.catalog.keys import LISTED_VALUES, list_values
from papra_index.catalog.tables import EXTERNAL, documents
from papra_index.errors import DocumentNotFound, ExternalIdTaken

_FOUND = select(
    documents.c.key, documents.c.id, documents.c.external_id, *WRITTEN_COLUMNS
)  # fmt: skip
_BY_EXTERNAL_ID = _FOUND.where(
    EXTERNAL,
    documents.c.organization_key == bindparam("organization_key"),
    documents.c.external_id.in_(LISTED_VALUES),
)
_BY_ID = _FOUND.where(documents.c.organization_key == bindparam("organization_key"), documents.c.id.in_(LISTED_VALUES))


def find_written(
    connection: Connection, organization_key: int, ids: Sequence[str], *, by_external_id: bool
) -> dict[str, Row[Any]]:
    """Return what a write compares of those documents that there are, by the external id or id that is asked for."""
    statement = _BY_EXTERNAL_ID if by_external_id else _BY_ID
    rows = connection.execute(statement, {"organization_key": organization_key, **list_values(ids)})
    return {row.external_id if by_external_id else row.id: row for row in rows}


def find_known_originals(
    connection: Connection, organization_key: int, external_ids: Sequence[str]
) -> dict[str, str | None]:
    """Return the SHA-256 of the original of each document that there is of these, by external id."""
    rows = connection.execute(_BY_EXTERNAL_ID, {"organization_key": organization_key, **list_values(external_ids)})
    return {row.external_id: row.original_sha256 for row in rows}


def check_unused(connection: Connection, organization_key: int, external_id: str, key: int) -> None:
    """Raise ExternalIdTaken when another document than that of a key has an external id."""
    whole = documents.c.organization_key == organization_key, documents.c.external_id == external_id
    found = connection.execute(select(documents.c.id).where(EXTERNAL, *whole, documents.c.key != key)).scalar()
    if found is not None:
        raise ExternalIdTaken(found, external_id)


def find_external(connection: Connection, organization_key: int, external_id: str) -> str:
    """Return the id of the document with an external id, trashed or not. Raises DocumentNotFound."""
    whole = documents.c.organization_key == organization_key, documents.c.external_id == external_id
    found = connection.execute(select(documents.c.id).where(EXTERNAL, *whole)).scalar()
    if found is None:
        raise DocumentNotFound(f"there is no document with the external id {external_id[:100]!r} here: put it first")
    return str(found)
