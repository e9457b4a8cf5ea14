"""Ids and keys of many documents at once, without the documents: for what is done to all of them, or all matches."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, func, select, tuple_

from papra_index.catalog.tables import documents, organizations

_MAX_KEYS = 1_000

_ALL = (
    select(documents.c.id)
    .where(documents.c.organization_key == bindparam("organization_key"), documents.c.is_trashed == 0)
    .order_by(documents.c.key.desc())
)

_WITH_TRASH = select(documents.c.id).where(documents.c.organization_key == bindparam("organization_key"))

# By key alone: given the organization too, SQLite may walk all of it by an index instead.
_BY_KEYS = select(documents.c.key, documents.c.id, documents.c.organization_key, documents.c.is_trashed).where(
    documents.c.key.in_(bindparam("keys", expanding=True))
)


def list_all_ids(connection: Connection, organization_key: int) -> list[str]:
    """Return the ids of an organization's documents, those in the trash among them."""
    return list(connection.execute(_WITH_TRASH, {"organization_key": organization_key}).scalars())


def list_live_ids(connection: Connection, organization_key: int, keys: Sequence[int] | None = None) -> list[str]:
    """Return the ids of an organization's live documents, of all or of those among these keys, newest first."""
    if keys is None:
        return list(connection.execute(_ALL, {"organization_key": organization_key}).scalars())
    found: list[tuple[int, str]] = []
    for start in range(0, len(keys), _MAX_KEYS):
        rows = connection.execute(_BY_KEYS, {"keys": keys[start : start + _MAX_KEYS]})
        found += [(row.key, row.id) for row in rows if row.organization_key == organization_key and not row.is_trashed]
    return [id_ for _, id_ in sorted(found, reverse=True)]


def iterate_live_keys(connection: Connection, after: int, limit: int) -> list[int]:
    """Return keys of live documents of all organizations above a key, in order: for rebuilding the index."""
    return list(
        connection.execute(
            select(documents.c.key)
            .where(documents.c.key > after, documents.c.is_trashed == 0)
            .order_by(documents.c.key)
            .limit(limit)
        ).scalars()
    )


def list_newest(
    connection: Connection, organization_key: int, behind: tuple[int, int] | None, limit: int
) -> list[tuple[int, int]]:
    """Return (time of creation, key) of an organization's live documents, newest first, behind one of them."""
    newest = select(documents.c.created_at, documents.c.key).where(
        documents.c.organization_key == organization_key, documents.c.is_trashed == 0
    )
    if behind is not None:
        newest = newest.where(tuple_(documents.c.created_at, documents.c.key) < tuple_(*behind))
    ordered = newest.order_by(documents.c.created_at.desc(), documents.c.key.desc()).limit(limit)
    return [(created_at, key) for created_at, key in connection.execute(ordered)]


def count_live_documents(connection: Connection) -> int:
    """Return the number of live documents of all organizations."""
    return int(connection.execute(select(func.coalesce(func.sum(organizations.c.documents_count), 0))).scalar_one())
