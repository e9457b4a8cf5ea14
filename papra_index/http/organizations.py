"""Organizations that the caller is in (papra-api, section 6.14)."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator
from typing_extensions import TypedDict

from papra_index.documents import Permission
from papra_index.errors import NotOrganizationOwner, OrganizationLimitReached, OrganizationNotFound
from papra_index.http.authentication import list_organizations, open_organization
from papra_index.http.failures import refuse
from papra_index.http.payloads import OrganizationPayload, write_organization
from papra_index.http.routing import HOME, Call, operation
from papra_index.http.validation import Utf16Length, WireModel


class OrganizationName(WireModel):
    """The name of an organization."""

    name: Annotated[str, AfterValidator(str.strip), Utf16Length(3, 50)]


class OrganizationReply(TypedDict):
    """An organization."""

    organization: OrganizationPayload


class OrganizationsReply(TypedDict):
    """The organizations of the caller, oldest first."""

    organizations: list[OrganizationPayload]


@operation("GET", "/organizations", Permission.ORGANIZATIONS_READ)
def list_own_organizations(call: Call) -> OrganizationsReply:
    """The organizations that the caller may reach."""
    listed = list_organizations(call.archive, call.caller)
    return {"organizations": [write_organization(item.details) for item in listed]}


@operation("GET", "/organizations/deleted", Permission.ORGANIZATIONS_READ)
def list_deleted(call: Call) -> OrganizationsReply:
    """The organizations that the caller deleted and may restore still."""
    scope = call.caller.organization_ids
    listed = call.archive.deleted_organizations(user_id=call.caller.user_id)
    return {"organizations": [write_organization(item) for item in listed if scope is None or item.id in scope]}


@operation("POST", "/organizations", Permission.ORGANIZATIONS_CREATE, errors=(refuse(OrganizationLimitReached),))
def create_organization(call: Call, body: OrganizationName) -> OrganizationReply:
    """Create an organization; the caller becomes its owner."""
    limit = call.archive.settings.max_organizations
    created = call.archive.create_organization(body.name, owner_id=call.caller.user_id, max_owned=limit)
    return {"organization": write_organization(created.details)}


@operation("GET", HOME, Permission.ORGANIZATIONS_READ)
def get_organization(call: Call) -> OrganizationReply:
    """An organization."""
    return {"organization": write_organization(call.home.details)}


@operation("PUT", HOME, Permission.ORGANIZATIONS_UPDATE)
def rename_organization(call: Call, body: OrganizationName) -> OrganizationReply:
    """Give an organization another name."""
    call.home.rename(body.name)
    renamed = open_organization(call.archive, call.caller, call.home.id)
    return {"organization": write_organization(renamed.details)}


@operation("DELETE", HOME, Permission.ORGANIZATIONS_DELETE, errors=(refuse(NotOrganizationOwner),))
def delete_organization(call: Call) -> None:
    """Take an organization out of everybody's reach; who deleted it may restore it for 30 days."""
    call.archive.delete_organization(call.home.id, user_id=call.caller.user_id)


@operation(
    "POST", HOME + "/restore", Permission.ORGANIZATIONS_DELETE, errors=(refuse(OrganizationNotFound),), deleted=True
)
def restore_organization(call: Call) -> None:
    """Bring back an organization that the caller deleted; the caller is its only member then."""
    organization_id, scope = call.ids["organizationId"], call.caller.organization_ids
    if scope is not None and organization_id not in scope:
        raise OrganizationNotFound(f"this caller may not reach {organization_id}")
    call.archive.restore_organization(organization_id, user_id=call.caller.user_id)
