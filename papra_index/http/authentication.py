"""Who calls, told from the request's head before anything of its body is read (papra-api, section 3)."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from starlette.requests import Request

from papra_index.archive import Archive
from papra_index.conventions.values import dataclass
from papra_index.documents import ApiKey, Permission
from papra_index.errors import InvalidToken, OrganizationNotFound
from papra_index.http.failures import Failure, refuse
from papra_index.organization import Organization

_AUTHORIZATION = re.compile("Bearer ([^ ]+)")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls and what they may do; made from an API key, or by the `authenticate` of whoever mounts the API.

    `user_id` (`usr_` and 24 of `[a-z0-9]`) is noted in the activity. `organization_ids` are those the caller may reach;
    None means those that the user is a member of in the archive, and without a user all of them. With `principals` they
    reach in any of them only documents that are for everyone or for one of these.
    """

    user_id: str | None = None
    permissions: frozenset[str] = frozenset(Permission)
    organization_ids: frozenset[str] | None = None
    api_key: ApiKey | None = None
    principals: frozenset[str] | None = None


Authenticate = Callable[[Request], Caller | Awaitable[Caller | None] | None]
"""Says who sends a request, by its head alone; None refuses it. Runs in a thread unless it is a coroutine function."""


def read_token(request: Request) -> str | None:
    """Return the token of the Authorization header, None without one. Raises Failure (401) for any other header."""
    header = request.headers.get("authorization")
    if header is None:
        return None
    found = _AUTHORIZATION.fullmatch(header)
    if found is None:
        raise refuse(InvalidToken)
    return found.group(1)


def authenticate_token(archive: Archive, request: Request) -> Caller | None:
    """Return the caller of the request's token, None without a valid one."""
    token = read_token(request)
    if token is None:
        return None
    try:
        key = archive.authenticate(token)
    except InvalidToken:
        return None
    scope = None if key.organization_ids is None else frozenset(key.organization_ids)
    principals = None if key.principals is None else frozenset(key.principals)
    return Caller(key.user_id, frozenset(key.permissions), scope, key, principals)


def check_permissions(caller: Caller | None, needed: frozenset[Permission], *, sessions: bool = False) -> Caller:
    """Return the caller. Raises Failure: nobody, a permission that is missing, and with `sessions` any API key, is a
    401 here, not a 403.
    """
    if caller is None or not needed <= caller.permissions or (sessions and caller.api_key is not None):
        raise refuse(InvalidToken)
    return caller


def open_organization(archive: Archive, caller: Caller, organization_id: str) -> Organization:
    """Return an organization that the caller may reach.

    Raises OrganizationNotFound alike for one that does not exist and for one the caller is not in.
    """
    if caller.organization_ids is not None and organization_id not in caller.organization_ids:
        raise OrganizationNotFound(f"this caller may not reach {organization_id}")
    organization = archive.organization(organization_id, user_id=_find_member(caller))
    if caller.principals is not None:
        organization = organization.visible_to(caller.principals)
    return organization if caller.user_id is None else organization.acting_as(caller.user_id)


def list_organizations(archive: Archive, caller: Caller) -> list[Organization]:
    """Return the organizations that the caller may reach."""
    scope = caller.organization_ids
    listed = archive.organizations(user_id=_find_member(caller))
    return [item for item in listed if scope is None or item.id in scope]


def require_api_key(caller: Caller) -> ApiKey:
    """Return the API key of a caller. Raises Failure for one who was let in by other means."""
    if caller.api_key is None:
        message = "Authentication must be done using an API key to access this resource"
        raise Failure(401, "api_keys.authentication_not_api_key", message)
    return caller.api_key


def _find_member(caller: Caller) -> str | None:
    """Return the user whose membership in the archive decides, None where the mounting application has decided."""
    return caller.user_id if caller.api_key is not None or caller.organization_ids is None else None
