"""Users and their membership of organizations: every organization has an owner, by default the archive's own user."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from papra_index.catalog.changes import allocate_keys
from papra_index.catalog.organizations import insert_organizations
from papra_index.catalog.tables import members, users
from papra_index.conventions.folding import replace_surrogates
from papra_index.conventions.identifiers import generate_id
from papra_index.conventions.times import now_milliseconds, to_datetime
from papra_index.conventions.values import dataclass
from papra_index.documents import OrganizationDetails, User
from papra_index.errors import InvalidInput, OrganizationLimitReached, UserNotFound

OWNER = "owner"
ROLES = (OWNER, "admin", "member")
MAX_NAME_LENGTH = 255


@dataclass(frozen=True, slots=True)
class NewOrganization:
    """An organization to create for a user (None: the archive's own), who may own `max_owned` of them, 0 any number."""

    name: str
    owner_id: str | None = None
    max_owned: int = 0


@dataclass(frozen=True, slots=True)
class Membership:
    """Who is, or is no longer, a member of which organization, and in which role."""

    organization_key: int
    user_id: str
    role: str = "member"


def check_user_name(name: str) -> str:
    """Return the trimmed name; raises InvalidInput when it is empty or longer than 255 characters."""
    trimmed = replace_surrogates(name.strip())
    if not 1 <= len(trimmed) <= MAX_NAME_LENGTH:
        raise InvalidInput(f"a user name has 1 to {MAX_NAME_LENGTH} characters, this has {len(trimmed)}")
    return trimmed


def insert_users(connection: Connection, names: Sequence[str]) -> list[User]:
    """Create users who are members of nothing yet."""
    now = now_milliseconds()
    created = [User(generate_id("usr"), name, to_datetime(now), to_datetime(now)) for name in names]
    connection.execute(
        insert(users),
        [
            {"key": key, "id": user.id, "name": user.name, "created_at": now, "updated_at": now}
            for key, user in zip(allocate_keys(connection, len(created)), created, strict=True)
        ],
    )
    return created


def list_users(connection: Connection) -> list[User]:
    """Return all users, the archive's own first."""
    return [_build_user(row) for row in connection.execute(select(users).order_by(users.c.key))]


def find_user(connection: Connection, user_id: str | None) -> tuple[int, User]:
    """Return key and user by id, the archive's own for None. Raises UserNotFound."""
    statement = select(users).order_by(users.c.key).limit(1)
    row = connection.execute(statement if user_id is None else statement.where(users.c.id == user_id)).first()
    if row is None:
        raise UserNotFound(f"there is no user {user_id} in this archive: list the users for their ids")
    return row.key, _build_user(row)


def create_organizations(
    connection: Connection, items: Sequence[NewOrganization]
) -> list[tuple[int, OrganizationDetails]]:
    """Create organizations with their owners; return key and details of each.

    Raises UserNotFound, OrganizationLimitReached.
    """
    created: list[tuple[int, OrganizationDetails]] = []
    for item in items:
        user_key, user = find_user(connection, item.owner_id)
        if item.max_owned and _count_owned(connection, user_key) >= item.max_owned:
            raise OrganizationLimitReached(
                f"{user.name} owns {item.max_owned} organizations, the limit: raise the setting max_organizations"
            )
        created += insert_organizations(connection, [item.name])
        insert_members(connection, [Membership(created[-1][0], user.id, OWNER)])
    return created


def insert_members(connection: Connection, items: Sequence[Membership]) -> list[None]:
    """Make users members of organizations, or give members another role. Raises UserNotFound."""
    remove_members(connection, items)
    for item in items:
        user_key, _ = find_user(connection, item.user_id)
        row = {"organization_key": item.organization_key, "user_key": user_key, "role": item.role}
        connection.execute(insert(members).values(created_at=now_milliseconds(), **row))
    return [None] * len(items)


def remove_members(connection: Connection, items: Sequence[Membership]) -> list[None]:
    """End memberships; one that is not there is no error. Raises UserNotFound."""
    for item in items:
        user_key, _ = find_user(connection, item.user_id)
        condition = (members.c.organization_key == item.organization_key) & (members.c.user_key == user_key)
        connection.execute(delete(members).where(condition))
    return [None] * len(items)


def list_memberships(connection: Connection, user_id: str) -> list[int]:
    """Return the keys of the organizations a user is a member of, oldest first."""
    statement = (
        select(members.c.organization_key)
        .join(users, users.c.key == members.c.user_key)
        .where(users.c.id == user_id)
        .order_by(members.c.organization_key)
    )
    return list(connection.execute(statement).scalars())


def list_members(connection: Connection, organization_key: int) -> list[tuple[str, str]]:
    """Return (id, name) of an organization's members."""
    statement = select(users.c.id, users.c.name).join(members, members.c.user_key == users.c.key)
    rows = connection.execute(statement.where(members.c.organization_key == organization_key).order_by(users.c.key))
    return [(id_, name) for id_, name in rows]


def _count_owned(connection: Connection, user_key: int) -> int:
    condition = (members.c.user_key == user_key) & (members.c.role == OWNER)
    return int(connection.execute(select(func.count()).select_from(members).where(condition)).scalar_one())


def _build_user(row: Row[*tuple[Any, ...]]) -> User:
    return User(row.id, row.name, to_datetime(row.created_at), to_datetime(row.updated_at))
