"""API keys: the caller's own, and those of the caller's user (papra-api, section 3.1)."""

from __future__ import annotations

import contextlib
from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from papra_index.documents import ApiKey, Permission
from papra_index.errors import ApiKeyNotFound
from papra_index.http.authentication import require_api_key
from papra_index.http.payloads import ApiKeyPayload, write_api_key
from papra_index.http.routing import Call, operation
from papra_index.http.validation import Utf16Length, WireModel


def _check_permission(value: str) -> str:
    if value not in {item.value for item in Permission}:
        raise PydanticCustomError("permission", "Invalid value: Expected a permission such as documents:read")
    return value


_PERMISSION_SCHEMA = {"type": "string", "enum": [item.value for item in Permission]}
PermissionName = Annotated[str, AfterValidator(_check_permission), WithJsonSchema(_PERMISSION_SCHEMA)]


class ApiKeyCreation(WireModel):
    """A key to make for the caller's user."""

    name: Annotated[str, Utf16Length(1, 255)]
    permissions: Annotated[list[PermissionName], Field(min_length=1)]


class CurrentKey(TypedDict):
    """What a key may know of itself."""

    id: str
    name: str
    permissions: list[str]


class ListedKey(ApiKeyPayload):
    """A key of the list; `organizations` are the ids of those it is limited to."""

    organizations: list[str]


class CreatedKeyReply(TypedDict):
    """A new key and its token, shown this once."""

    apiKey: ApiKeyPayload
    token: str


class KeysReply(TypedDict):
    """The keys of the caller's user, newest first."""

    apiKeys: list[ListedKey]


class CurrentKeyReply(TypedDict):
    """The key of this request."""

    apiKey: CurrentKey


@operation("GET", "/api-keys/current")
def get_current_key(call: Call) -> CurrentKeyReply:
    """The API key that this request was made with."""
    key = require_api_key(call.caller)
    return {
        "apiKey": {"id": key.id, "name": key.name, "permissions": [permission.value for permission in key.permissions]}
    }


@operation("POST", "/api-keys", sessions=True)
def create_key(call: Call, body: ApiKeyCreation) -> CreatedKeyReply:
    """Make an API key for the caller's user."""
    caller = call.caller
    key, token = call.archive.create_api_key(
        body.name, permissions=body.permissions, user_id=caller.user_id, principals=caller.principals
    )
    return {"apiKey": write_api_key(key), "token": token}


@operation("GET", "/api-keys", sessions=True)
def list_keys(call: Call) -> KeysReply:
    """The API keys of the caller's user."""
    keys = _list_own(call)
    return {"apiKeys": [{**write_api_key(key), "organizations": list(key.organization_ids or ())} for key in keys]}


@operation("DELETE", "/api-keys/{apiKeyId}", sessions=True)
def delete_key(call: Call) -> None:
    """Revoke an API key of the caller's user; one that is not there is no error."""
    wanted = call.ids["apiKeyId"]
    if any(key.id == wanted for key in _list_own(call)):
        with contextlib.suppress(ApiKeyNotFound):
            call.archive.revoke_api_key(wanted)


def _list_own(call: Call) -> list[ApiKey]:
    return call.archive.api_keys(user_id=call.caller.user_id)
