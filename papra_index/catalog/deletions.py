"""Deleted organizations: out of everybody's reach at once, kept for a while for who deleted them, then purged
(papra-api, section 6.14).
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select, update

from papra_index.catalog.changes import mark_changed, mark_thesaurus_changed
from papra_index.catalog.organizations import COLUMNS, build_details, find_organization
from papra_index.catalog.tables import (
    api_key_organizations,
    documents,
    folders,
    members,
    organizations,
    property_definitions,
    saved_searches,
    stop_words,
    synonyms,
    tagging_rules,
    tags,
    users,
    webhooks,
)
from papra_index.catalog.users import OWNER, Membership, insert_members
from papra_index.catalog.versions import Leftover, leave_originals
from papra_index.conventions.times import now_milliseconds
from papra_index.conventions.values import dataclass
from papra_index.documents import OrganizationDetails
from papra_index.errors import NotOrganizationOwner

_OWNED = (
    folders,
    tags,
    property_definitions,
    synonyms,
    stop_words,
    saved_searches,
    tagging_rules,
    webhooks,
    api_key_organizations,
    members,
)
"""What an organization has besides documents, of which all the rest hangs."""


@dataclass(frozen=True, slots=True)
class Deletion:
    """An organization to delete or restore, and who asks for it; None is not asked whether they may."""

    organization_id: str
    user_id: str | None = None


Purged = tuple[int, list[Leftover]]
"""How many documents were purged, and their originals, which the caller is to remove."""


@dataclass(frozen=True, slots=True)
class OrganizationPurge:
    """To purge `limit` documents at most of what was deleted by `before`, in milliseconds."""

    before: int
    limit: int


def delete_organizations(connection: Connection, items: Sequence[Deletion]) -> list[None]:
    """End all memberships of organizations and note who may restore them.

    Raises OrganizationNotFound also to who is no member, NotOrganizationOwner.
    """
    for item in items:
        key, details = find_organization(connection, item.organization_id, item.user_id)
        owners = list(
            connection.execute(
                select(users.c.id)
                .join(members, members.c.user_key == users.c.key)
                .where(members.c.organization_key == key, members.c.role == OWNER)
                .order_by(members.c.created_at, users.c.key)
            ).scalars()
        )
        if item.user_id is not None and item.user_id not in owners:
            raise NotOrganizationOwner(f"only an owner of {details.name} may delete it: ask one, or become one")
        by = item.user_id if item.user_id is not None else next(iter(owners), None)
        changed = update(organizations).where(organizations.c.key == key)
        connection.execute(changed.values(deleted_at=now_milliseconds(), deleted_by=by))
        connection.execute(delete(members).where(members.c.organization_key == key))
    return [None] * len(items)


def restore_organizations(connection: Connection, items: Sequence[Deletion]) -> list[None]:
    """Bring organizations back for who deleted them; one that is not deleted is left to its members as it is.

    Raises OrganizationNotFound.
    """
    for item in items:
        deleted = (organizations.c.id == item.organization_id) & organizations.c.deleted_at.is_not(None)
        if item.user_id is not None:
            deleted &= organizations.c.deleted_by == item.user_id
        row = connection.execute(select(organizations.c.key, organizations.c.deleted_by).where(deleted)).first()
        if row is None:
            find_organization(connection, item.organization_id, item.user_id)
            continue
        back = update(organizations).where(organizations.c.key == row.key)
        connection.execute(back.values(deleted_at=None, deleted_by=None))
        if row.deleted_by is not None:
            insert_members(connection, [Membership(row.key, row.deleted_by, OWNER)])
    return [None] * len(items)


def list_deleted_organizations(connection: Connection, user_id: str | None) -> list[OrganizationDetails]:
    """Return what a user (None: anyone) deleted and what is not purged yet, oldest first."""
    statement = select(*COLUMNS).where(organizations.c.deleted_at.is_not(None)).order_by(organizations.c.key)
    if user_id is not None:
        statement = statement.where(organizations.c.deleted_by == user_id)
    return [build_details(row) for row in connection.execute(statement)]


def purge_organizations(connection: Connection, items: Sequence[OrganizationPurge]) -> list[Purged | None]:
    """Purge a piece of the organization that was deleted first; return what that was.

    Without documents left it goes itself. None for an item tells that nothing was left to do.
    """
    return [_purge_piece(connection, item) for item in items]


def _purge_piece(connection: Connection, item: OrganizationPurge) -> Purged | None:
    key = connection.execute(
        select(organizations.c.key)
        .where(organizations.c.deleted_at <= item.before)
        .order_by(organizations.c.deleted_at, organizations.c.key)
        .limit(1)
    ).scalar_one_or_none()
    if key is None:
        return None
    keys = list(
        connection.execute(
            select(documents.c.key).where(documents.c.organization_key == key).limit(item.limit)
        ).scalars()
    )
    if keys:
        purged = leave_originals(connection, documents.c.key.in_(keys))
        connection.execute(delete(documents).where(documents.c.key.in_(keys)))
        mark_changed(connection, keys)
        return len(keys), purged
    for table in _OWNED:
        connection.execute(delete(table).where(table.c.organization_key == key))
    connection.execute(delete(organizations).where(organizations.c.key == key))
    mark_thesaurus_changed(connection)
    return 0, []
