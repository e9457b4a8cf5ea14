"""The principals that documents name, in a column of theirs: None where a document is for everyone."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select, update

from papra_index.catalog.activity import Entry, insert_activity
from papra_index.catalog.changes import mark_changed
from papra_index.catalog.documents import find_key
from papra_index.catalog.tables import documents
from papra_index.catalog.visibility import write_principals
from papra_index.conventions.times import now_milliseconds
from papra_index.conventions.values import dataclass


@dataclass(frozen=True, slots=True)
class PrincipalsChange:
    """Documents, the principals that they are to name, and who says so."""

    organization_key: int
    document_ids: tuple[str, ...]
    principals: tuple[str, ...]
    user_id: str | None = None


def change_principals(connection: Connection, items: Sequence[PrincipalsChange]) -> list[int]:
    """Have documents name other principals; return for each item how many named others before.

    What names them already is left alone. Raises DocumentNotFound.
    """
    return [sum([_change(connection, item, id_) for id_ in item.document_ids]) for item in items]


def _change(connection: Connection, item: PrincipalsChange, document_id: str) -> bool:
    key = find_key(connection, item.organization_key, document_id)
    wanted = write_principals(item.principals)
    if connection.execute(select(documents.c.principals).where(documents.c.key == key)).scalar() == wanted:
        return False
    now = now_milliseconds()
    connection.execute(update(documents).where(documents.c.key == key).values(principals=wanted, updated_at=now))
    insert_activity(connection, [Entry(key, "updated", item.user_id, now, ("principals",))])
    mark_changed(connection, [key])
    return True
