"""Organizations and their statistics: counters on the row, changed in the transaction of the write that changes
them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, case, func, insert, select, update

from papra_index.catalog.changes import allocate_keys
from papra_index.catalog.statements import Statement
from papra_index.catalog.tables import documents, members, organizations, users
from papra_index.catalog.visibility import is_restricted
from papra_index.conventions.folding import tidy_name
from papra_index.conventions.identifiers import generate_id
from papra_index.conventions.times import now_milliseconds, to_datetime
from papra_index.conventions.values import dataclass
from papra_index.documents import OrganizationDetails
from papra_index.errors import InvalidInput, OrganizationNotFound
from papra_index.results import Statistics

NAME_LENGTH = (1, 50)
"""Characters an organization's name has; the HTTP contract asks for 3 or more, a library user may be briefer."""

COLUMNS = (
    organizations.c.key,
    organizations.c.id,
    organizations.c.name,
    organizations.c.created_at,
    organizations.c.updated_at,
    organizations.c.deleted_at,
    organizations.c.deleted_by,
)
"""What `build_details` reads."""

_LIVE = organizations.c.deleted_at.is_(None)
_SELECT = select(*COLUMNS).where(organizations.c.id == bindparam("organization_id"), _LIVE)
_BY_ID = Statement(_SELECT)
_STATISTICS = Statement(
    select(
        organizations.c.documents_count,
        organizations.c.documents_size,
        organizations.c.deleted_documents_count,
        organizations.c.deleted_documents_size,
    ).where(organizations.c.key == bindparam("organization_key"))
)
_BY_MEMBER = Statement(
    _SELECT.join(members, members.c.organization_key == organizations.c.key)
    .join(users, users.c.key == members.c.user_key)
    .where(users.c.id == bindparam("user_id"))
)


@dataclass(frozen=True, slots=True)
class StatisticsChange:
    """What a write adds to an organization's counters; negative amounts take away."""

    documents_count: int = 0
    documents_size: int = 0
    deleted_documents_count: int = 0
    deleted_documents_size: int = 0


def check_organization_name(name: str) -> str:
    """Return the name on one line; raises InvalidInput when its length is out of bounds."""
    trimmed = tidy_name(name)
    if not NAME_LENGTH[0] <= len(trimmed) <= NAME_LENGTH[1]:
        raise InvalidInput(
            f"an organization name has {NAME_LENGTH[0]} to {NAME_LENGTH[1]} characters, this has {len(trimmed)}"
        )
    return trimmed


def insert_organizations(connection: Connection, names: Sequence[str]) -> list[tuple[int, OrganizationDetails]]:
    """Create organizations; return the key and details of each."""
    now = now_milliseconds()
    keys = allocate_keys(connection, len(names))
    ids = [generate_id("org") for _ in names]
    connection.execute(
        insert(organizations),
        [
            {"key": key, "id": id_, "name": name, "created_at": now, "updated_at": now}
            for key, id_, name in zip(keys, ids, names, strict=True)
        ],
    )
    moment = to_datetime(now)
    return [
        (key, OrganizationDetails(id_, name, moment, moment)) for key, id_, name in zip(keys, ids, names, strict=True)
    ]


def find_organization(
    connection: Connection, organization_id: str, user_id: str | None = None
) -> tuple[int, OrganizationDetails]:
    """Return key and details, with `user_id` only to a member. Raises OrganizationNotFound."""
    statement = _BY_ID if user_id is None else _BY_MEMBER
    rows = statement.fetch(connection, {"organization_id": organization_id, "user_id": user_id})
    if not rows:
        raise OrganizationNotFound(
            f"there is no organization {organization_id} in this archive: list the organizations for their ids"
        )
    return rows[0][0], build_details(rows[0])


def build_details(row: Sequence[Any]) -> OrganizationDetails:
    """Return what a row of COLUMNS tells of an organization."""
    _, id_, name, created_at, updated_at, deleted_at, deleted_by = row[:7]
    deleted = None if deleted_at is None else to_datetime(deleted_at)
    return OrganizationDetails(id_, name, to_datetime(created_at), to_datetime(updated_at), deleted, deleted_by)


def list_organizations(connection: Connection) -> list[tuple[int, OrganizationDetails]]:
    """Return key and details of all organizations that are not deleted, oldest first."""
    rows = connection.execute(select(*COLUMNS).where(_LIVE).order_by(organizations.c.key))
    return [(row.key, build_details(row)) for row in rows]


def rename_organizations(connection: Connection, items: Sequence[tuple[int, str]]) -> list[None]:
    """Give organizations, by key, new names."""
    for key, name in items:
        connection.execute(
            update(organizations).where(organizations.c.key == key).values(name=name, updated_at=now_milliseconds())
        )
    return [None] * len(items)


def read_statistics(connection: Connection, organization_key: int) -> Statistics:
    """Return the counters: one row, whatever the archive's size; where not all is seen, what is seen is counted."""
    if is_restricted(connection):
        return recount_statistics(connection, organization_key)
    [counts] = _STATISTICS.fetch(connection, {"organization_key": organization_key})
    return Statistics(*counts)


def recount_statistics(connection: Connection, organization_key: int) -> Statistics:
    """Count the documents themselves, some 8 ms for 10,000; always equals `read_statistics`."""
    trashed = documents.c.is_trashed == 1
    size = documents.c.original_size
    row = connection.execute(
        select(
            func.coalesce(func.sum(case((trashed, 0), else_=1)), 0),
            func.coalesce(func.sum(case((trashed, 0), else_=size)), 0),
            func.coalesce(func.sum(case((trashed, 1), else_=0)), 0),
            func.coalesce(func.sum(case((trashed, size), else_=0)), 0),
        ).where(documents.c.organization_key == organization_key)
    ).one()
    return Statistics(*row)


_CHANGE_STATISTICS = Statement(
    update(organizations)
    .where(organizations.c.key == bindparam("organization_key"))
    .values({name: organizations.c[name] + bindparam(f"more_{name}") for name in StatisticsChange.__slots__})
)


def change_statistics(connection: Connection, organization_key: int, change: StatisticsChange) -> None:
    """Add to an organization's counters."""
    amounts = {f"more_{name}": getattr(change, name) for name in StatisticsChange.__slots__}
    _CHANGE_STATISTICS.run(connection, [{"organization_key": organization_key, **amounts}])
