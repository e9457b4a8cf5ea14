"""Near-duplicates as they were found: which documents were compared in which state, and the pairs among them.

A document counts as compared while the time of its last change is the one it was compared at, and a pair while that
holds for both, so no write has to say that it made a comparison stale. Nothing of a text is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, and_, bindparam, delete, select, tuple_
from sqlalchemy.dialects.sqlite import insert

from papra_index.catalog.tables import changes, documents, duplicate_checks, duplicate_pairs
from papra_index.conventions.values import dataclass

_PORTION = 500


@dataclass(frozen=True, slots=True)
class ComparedDocument:
    """A document to be compared, or that was: `updated_at` is the state, `length` the characters of its content."""

    key: int
    updated_at: int
    length: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """What comparing a document gave: the others that are nearly the same, with similarities in 0..1."""

    document: ComparedDocument
    found: tuple[tuple[ComparedDocument, float], ...] = ()


_STATE = (documents.c.key, documents.c.updated_at, documents.c.content_length)
_UNCOMPARED = (
    select(documents.c.created_at, *_STATE, duplicate_checks.c.updated_at.label("compared_at"))
    .outerjoin(duplicate_checks, duplicate_checks.c.document_key == documents.c.key)
    .where(
        documents.c.organization_key == bindparam("organization_key"),
        documents.c.is_trashed == 0,
        tuple_(documents.c.created_at, documents.c.key) > tuple_(bindparam("created_at"), bindparam("after")),
    )
    .order_by(documents.c.created_at, documents.c.key)
    .limit(_PORTION)
)
_BY_KEYS = select(*_STATE).where(documents.c.key.in_(bindparam("keys", expanding=True)))

_one, _other = documents.alias("one"), documents.alias("other")
# By the documents that were compared, which an index of the organization gives.
_PAIRS = (
    select(duplicate_pairs.c.document_key, duplicate_pairs.c.other_key, duplicate_pairs.c.similarity)
    .select_from(_one)
    .join(duplicate_pairs, duplicate_pairs.c.document_key == _one.c.key)
    .join(
        duplicate_checks,
        and_(duplicate_checks.c.document_key == _one.c.key, duplicate_checks.c.updated_at == _one.c.updated_at),
    )
    .join(
        _other,
        and_(_other.c.key == duplicate_pairs.c.other_key, _other.c.updated_at == duplicate_pairs.c.other_updated_at),
    )
    .where(
        _one.c.organization_key == bindparam("organization_key"),
        _one.c.is_trashed == 0,
        _other.c.is_trashed == 0,
        duplicate_pairs.c.similarity >= bindparam("least"),
    )
)


def list_uncompared(
    connection: Connection, organization_key: int, after: tuple[int, int], *, again: bool = False
) -> tuple[list[ComparedDocument], tuple[int, int] | None]:
    """Return the documents with text of the next portion that were not compared as they are now, and where it ends.

    With `again` those that were are among them.
    A place is (time of creation, key); None says that there is nothing behind.
    """
    values = {"organization_key": organization_key, "created_at": after[0], "after": after[1]}
    rows = connection.execute(_UNCOMPARED, values).all()
    found = [
        ComparedDocument(row.key, row.updated_at, row.content_length)
        for row in rows
        if row.content_length and (again or row.compared_at != row.updated_at)
    ]
    return found, (rows[-1].created_at, rows[-1].key) if len(rows) == _PORTION else None


def fetch_compared(connection: Connection, keys: Sequence[int]) -> dict[int, ComparedDocument]:
    """Return the present state of documents, trashed or not."""
    return {row.key: ComparedDocument(*row) for row in connection.execute(_BY_KEYS, {"keys": keys})}


def find_unindexed(connection: Connection, keys: Sequence[int], sequence: int) -> set[int]:
    """Return those documents that changed after a sequence, so that an index at it has them otherwise or not at all."""
    statement = select(changes.c.document_key).where(
        changes.c.document_key.in_(bindparam("keys", expanding=True)), changes.c.sequence > sequence
    )
    return set(connection.execute(statement, {"keys": keys}).scalars())


def store_comparisons(connection: Connection, items: Sequence[Comparison]) -> list[None]:
    """Keep what comparing documents gave in place of what was kept of them; what was purged meanwhile is left out."""
    touched = {document.key for item in items for document in (item.document, *(other for other, _ in item.found))}
    known = set(fetch_compared(connection, sorted(touched)))
    for item in items:
        key = item.document.key
        if key not in known:
            continue
        connection.execute(delete(duplicate_pairs).where(duplicate_pairs.c.document_key == key))
        check = insert(duplicate_checks).values(document_key=key, updated_at=item.document.updated_at)
        connection.execute(
            check.on_conflict_do_update(index_elements=["document_key"], set_={"updated_at": check.excluded.updated_at})
        )
        rows = [
            {
                "document_key": key,
                "other_key": other.key,
                "other_updated_at": other.updated_at,
                "similarity": similarity,
            }
            for other, similarity in item.found
            if other.key in known
        ]
        if rows:
            connection.execute(insert(duplicate_pairs), rows)
    return [None] * len(items)


def iterate_pairs(connection: Connection, organization_key: int, least: float) -> Iterator[tuple[int, int, float]]:
    """Yield (key, key, similarity) of live documents that are alike at least so much as they are now, once or twice."""
    values = {"organization_key": organization_key, "least": least}
    yield from connection.execute(_PAIRS.execution_options(yield_per=500), values)
