"""The verbs for who may reach an archive: users, their membership of organizations, and their API keys."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from papra_index.catalog.api_keys import (
    NewApiKey,
    check_key_name,
    check_permissions,
    delete_api_keys,
    find_by_token,
    generate_token,
    has_token_form,
    insert_api_keys,
    list_api_keys,
    note_uses,
)
from papra_index.catalog.database import Catalog
from papra_index.catalog.deletions import (
    Deletion,
    delete_organizations,
    list_deleted_organizations,
    restore_organizations,
)
from papra_index.catalog.organizations import find_organization
from papra_index.catalog.users import (
    ROLES,
    Membership,
    check_user_name,
    find_user,
    insert_members,
    insert_users,
    list_users,
    remove_members,
)
from papra_index.conventions.identifiers import check_id
from papra_index.conventions.principals import MAX_HELD_PRINCIPALS, check_principals
from papra_index.conventions.times import now_milliseconds, to_milliseconds
from papra_index.documents import ApiKey, OrganizationDetails, Permission, User
from papra_index.errors import InvalidInput, InvalidToken

_USE_PRECISION = 60_000


class AccessVerbs:
    """Users and API keys of an archive."""

    _catalog: Catalog

    def create_user(self, name: str) -> User:
        """Create a user, who is a member of no organization yet. Raises InvalidInput."""
        return self._catalog.write(insert_users, [check_user_name(name)])[0]

    def users(self) -> list[User]:
        """Return all users; the first is the archive's own, who owns what is created for no other."""
        with self._catalog.read() as connection:
            return list_users(connection)

    def add_member(self, organization_id: str, user_id: str, *, role: str = "member") -> None:
        """Make a user a member of an organization as owner, admin or member; one who is gets the new role.

        Raises InvalidInput, OrganizationNotFound, UserNotFound.
        """
        if role not in ROLES:
            raise InvalidInput(f"{role!r} is not a role: choose among {', '.join(ROLES)}")
        self._catalog.write(insert_members, [self._find_membership(organization_id, user_id, role)])

    def remove_member(self, organization_id: str, user_id: str) -> None:
        """End a membership; one that is not there is no error. Raises OrganizationNotFound, UserNotFound."""
        self._catalog.write(remove_members, [self._find_membership(organization_id, user_id)])

    def delete_organization(self, organization_id: str, *, user_id: str | None = None) -> None:
        """Take an organization out of everybody's reach at once; for 30 days who deleted it may restore it.

        With `user_id` only if this user owns it, otherwise for its first owner. Raises InvalidIdentifier,
        OrganizationNotFound, NotOrganizationOwner.
        """
        self._catalog.write(delete_organizations, [Deletion(check_id("org", organization_id), user_id)])

    def restore_organization(self, organization_id: str, *, user_id: str | None = None) -> None:
        """Bring a deleted organization back; its only member is who deleted it. With `user_id` only to this user.

        One that is not deleted is left as it is. Raises InvalidIdentifier, OrganizationNotFound.
        """
        self._catalog.write(restore_organizations, [Deletion(check_id("org", organization_id), user_id)])

    def deleted_organizations(self, *, user_id: str | None = None) -> list[OrganizationDetails]:
        """Return the organizations that a user, or anyone, deleted and that are not purged yet, oldest first."""
        with self._catalog.read() as connection:
            return list_deleted_organizations(connection, user_id)

    def create_api_key(
        self,
        name: str,
        *,
        permissions: Iterable[str] = tuple(Permission),
        user_id: str | None = None,
        organization_ids: Iterable[str] | None = None,
        expires_at: datetime | None = None,
        principals: Iterable[str] | None = None,
    ) -> tuple[ApiKey, str]:
        """Make a key that acts for a user (default: the archive's own); return it and its token, shown this once.

        Without `organization_ids` it acts in all organizations its user is a member of, otherwise in these only. With
        `principals` it sees what `Organization.visible_to` them does, in all of these. Raises InvalidInput,
        UserNotFound, OrganizationNotFound.
        """
        scope = None if organization_ids is None else tuple(check_id("org", item) for item in organization_ids)
        if scope == ():
            raise InvalidInput("an API key without an organization opens nothing: give at least one, or None for all")
        new = NewApiKey(
            name=check_key_name(name),
            token=generate_token(),
            permissions=check_permissions(permissions),
            user_id=None if user_id is None else check_id("usr", user_id),
            organization_ids=scope,
            expires_at=None if expires_at is None else to_milliseconds(expires_at),
            principals=None if principals is None else check_principals(principals, MAX_HELD_PRINCIPALS),
        )
        return self._catalog.write(insert_api_keys, [new])[0], new.token

    def api_keys(self, *, user_id: str | None = None) -> list[ApiKey]:
        """Return the API keys of a user, or of all, newest first."""
        with self._catalog.read() as connection:
            return list_api_keys(connection, user_id)

    def revoke_api_key(self, api_key_id: str) -> None:
        """Delete an API key: the next request with its token is refused. Raises InvalidIdentifier, ApiKeyNotFound."""
        self._catalog.write(delete_api_keys, [check_id("ak", api_key_id)])

    def authenticate(self, token: str) -> ApiKey:
        """Return the API key of a token and note its use. Raises InvalidToken for one unknown, expired or revoked."""
        now = now_milliseconds()
        if has_token_form(token):
            with self._catalog.read() as connection:
                found = find_by_token(connection, token, now)
            if found is not None:
                key, api_key = found
                used = api_key.last_used_at
                is_due = used is None or to_milliseconds(used) <= now - _USE_PRECISION
                if is_due and not self._catalog.is_read_only:
                    self._catalog.submit(note_uses, [(key, now)])  # not waited for: nobody's answer depends on it
                return api_key
        raise InvalidToken("no API key has this token: create one with `papra-index token create`")

    def _find_membership(self, organization_id: str, user_id: str, role: str = "member") -> Membership:
        check_id("org", organization_id)
        check_id("usr", user_id)
        with self._catalog.read() as connection:
            find_user(connection, user_id)
            return Membership(find_organization(connection, organization_id)[0], user_id, role)
