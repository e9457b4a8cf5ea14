"""API keys: what each may do, where and until when; of its token only the SHA-256 is kept (papra-api, section 3)."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
import string
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from papra_index.catalog.changes import allocate_keys
from papra_index.catalog.keys import LISTED_KEYS, list_keys
from papra_index.catalog.organizations import find_organization
from papra_index.catalog.statements import Statement
from papra_index.catalog.tables import api_key_organizations, api_keys, organizations, users
from papra_index.catalog.users import find_user
from papra_index.conventions.folding import replace_surrogates
from papra_index.conventions.identifiers import generate_id
from papra_index.conventions.times import now_milliseconds, to_datetime
from papra_index.conventions.values import dataclass
from papra_index.documents import ApiKey, Permission
from papra_index.errors import ApiKeyNotFound, InvalidInput

TOKEN_PREFIX = "ppapi_"  # noqa: S105 - how tokens begin, and none
MAX_NAME_LENGTH = 255
_SECRET_LENGTH = 64
_SHOWN_LENGTH = len(TOKEN_PREFIX) + 5
_CHARACTERS = string.ascii_letters + string.digits
_TOKEN = re.compile(f"{TOKEN_PREFIX}[A-Za-z0-9]{{{_SECRET_LENGTH}}}")

_COLUMNS = (
    api_keys.c.key, api_keys.c.id, api_keys.c.name, api_keys.c.prefix, users.c.id, api_keys.c.permissions,
    api_keys.c.all_organizations, api_keys.c.created_at, api_keys.c.updated_at, api_keys.c.expires_at,
    api_keys.c.last_used_at, api_keys.c.principals,
)  # fmt: skip
_SELECT = select(*_COLUMNS).join(users, users.c.key == api_keys.c.user_key)
_BY_HASH = Statement(_SELECT.where(api_keys.c.token_hash == bindparam("token_hash")))
_ALL_ORGANIZATIONS = _COLUMNS.index(api_keys.c.all_organizations)
_SCOPES = Statement(
    select(api_key_organizations.c.api_key_key, organizations.c.id)
    .join(organizations, organizations.c.key == api_key_organizations.c.organization_key)
    .where(api_key_organizations.c.api_key_key.in_(LISTED_KEYS))
    .order_by(organizations.c.key)
)


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """A key to make, its values checked. `user_id` None means the archive's own user."""

    name: str
    token: str
    permissions: tuple[Permission, ...]
    user_id: str | None = None
    organization_ids: tuple[str, ...] | None = None
    expires_at: int | None = None
    principals: tuple[str, ...] | None = None


def generate_token() -> str:
    """Return a new token: the prefix and 64 letters and digits, 381 bits of chance."""
    return TOKEN_PREFIX + "".join(secrets.choice(_CHARACTERS) for _ in range(_SECRET_LENGTH))


def has_token_form(token: str) -> bool:
    """Whether a text has the form of a token."""
    return _TOKEN.fullmatch(token) is not None


def hash_token(token: str) -> str:
    """Return what is kept of a token: the SHA-256 of all of it in base64url without padding."""
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()


def check_key_name(name: str) -> str:
    """Return the name; raises InvalidInput when it is empty or longer than 255 characters."""
    if not 1 <= len(name) <= MAX_NAME_LENGTH:
        raise InvalidInput(f"the name of an API key has 1 to {MAX_NAME_LENGTH} characters, this has {len(name)}")
    return replace_surrogates(name)


def check_permissions(permissions: Iterable[str]) -> tuple[Permission, ...]:
    """Return the permissions, each once. Raises InvalidInput for an unknown one, and for none."""
    known = {item.value: item for item in Permission}
    for name in (given := list(dict.fromkeys(permissions))):
        if name not in known:
            raise InvalidInput(f"unknown permission {name!r}: choose among {', '.join(known)}")
    if not given:
        raise InvalidInput("an API key without a permission opens nothing: give it at least one")
    return tuple(known[name] for name in given)


def insert_api_keys(connection: Connection, items: Sequence[NewApiKey]) -> list[ApiKey]:
    """Make keys. Raises UserNotFound, OrganizationNotFound."""
    created: list[ApiKey] = []
    for item in items:
        user_key, _ = find_user(connection, item.user_id)
        key, now, id_ = allocate_keys(connection, 1)[0], now_milliseconds(), generate_id("ak")
        connection.execute(
            insert(api_keys).values(
                key=key,
                id=id_,
                user_key=user_key,
                name=item.name,
                token_hash=hash_token(item.token),
                prefix=item.token[:_SHOWN_LENGTH],
                permissions=" ".join(item.permissions),
                all_organizations=int(item.organization_ids is None),
                expires_at=item.expires_at,
                principals=None if item.principals is None else json.dumps(item.principals),
                created_at=now,
                updated_at=now,
            )
        )
        for organization_id in dict.fromkeys(item.organization_ids or ()):
            organization_key, _ = find_organization(connection, organization_id)
            row = {"api_key_key": key, "organization_key": organization_key}
            connection.execute(insert(api_key_organizations).values(row))
        created.append(_build_keys(connection, connection.execute(_SELECT.where(api_keys.c.key == key)).all())[0])
    return created


def find_by_token(connection: Connection, token: str, now: int) -> tuple[int, ApiKey] | None:
    """Return key and API key of a token, None when it is unknown or expired at `now` in milliseconds.

    What is looked for is the hash: how long that takes tells nothing of the token.
    """
    rows = _BY_HASH.fetch(connection, {"token_hash": hash_token(token)})
    if not rows:
        return None
    [found] = _build_keys(connection, rows)
    if found.expires_at is not None and found.expires_at <= to_datetime(now):
        return None
    return rows[0][0], found


def list_api_keys(connection: Connection, user_id: str | None) -> list[ApiKey]:
    """Return the keys of a user (None: of all users), newest first."""
    statement = _SELECT.order_by(api_keys.c.key.desc())
    rows = connection.execute(statement if user_id is None else statement.where(users.c.id == user_id)).all()
    return _build_keys(connection, rows)


def delete_api_keys(connection: Connection, items: Sequence[str]) -> list[None]:
    """Revoke keys by id: the next request with their tokens is refused. Raises ApiKeyNotFound."""
    for api_key_id in items:
        if not connection.execute(delete(api_keys).where(api_keys.c.id == api_key_id)).rowcount:
            raise ApiKeyNotFound(f"there is no API key {api_key_id} in this archive: list the keys for their ids")
    return [None] * len(items)


def note_uses(connection: Connection, items: Sequence[tuple[int, int]]) -> list[None]:
    """Note, by key, when API keys were used last, in milliseconds."""
    for key, moment in items:
        connection.execute(update(api_keys).where(api_keys.c.key == key).values(last_used_at=moment))
    return [None] * len(items)


def _build_keys(connection: Connection, rows: Sequence[Sequence[Any]]) -> list[ApiKey]:
    scoped: dict[int, list[str]] = {row[0]: [] for row in rows if not row[_ALL_ORGANIZATIONS]}
    if scoped:
        for key, organization_id in _SCOPES.fetch(connection, list_keys([*scoped])):
            scoped[key].append(organization_id)
    return [
        ApiKey(
            id=id_,
            name=name,
            prefix=prefix,
            user_id=user_id,
            permissions=_split_permissions(permissions),
            organization_ids=tuple(scoped[key]) if key in scoped else None,
            created_at=to_datetime(created_at),
            updated_at=to_datetime(updated_at),
            expires_at=None if expires_at is None else to_datetime(expires_at),
            last_used_at=None if used_at is None else to_datetime(used_at),
            principals=None if holds is None else tuple(json.loads(holds)),
        )
        for key, id_, name, prefix, user_id, permissions, _, created_at, updated_at, expires_at, used_at, holds in rows
    ]


@lru_cache(1_000)
def _split_permissions(permissions: str) -> tuple[Permission, ...]:
    return tuple(map(Permission, permissions.split()))
