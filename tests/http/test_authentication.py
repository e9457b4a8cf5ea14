"""Who gets in: tokens, permissions on every route both ways, and no organization but one's own."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from papra_index import Permission
from papra_index.http.application import create_app
from papra_index.http.routing import ID_PREFIXES, OPERATIONS, Operation
from tests.http.conftest import PLAIN, UNKNOWN, Home, Server, read_error, wait_for

assert create_app  # importing the application registers all operations

BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "documents"): {"files": {"file": ("a.txt", b"text of the matrix", "text/plain")}},
    ("PATCH", "{documentId}"): {"json": {"name": "renamed"}},
    ("POST", "tags"): {"json": {"name": "made", "color": "#000000"}},
    ("PUT", "{tagId}"): {"json": {"name": "renamed"}},
    ("POST", "{documentId}/tags"): {"json": {"tagId": f"tag_{UNKNOWN}"}},
    ("POST", "/organizations"): {"json": {"name": "Another"}},
    ("PUT", "{organizationId}"): {"json": {"name": "Renamed"}},
    ("POST", "/custom-properties"): {"json": {"name": "made", "type": "text"}},
    ("PUT", "custom-properties/{propertyDefinitionId}"): {"json": {"name": "renamed"}},
    ("PUT", "{documentId}/custom-properties/{propertyDefinitionId}"): {"json": {"value": "x"}},
    ("PUT", "{documentId}/file"): {"files": {"file": ("a.txt", b"another text of the matrix", "text/plain")}},
    ("PUT", "{documentId}/principals"): {"json": {"principals": []}},
    ("PUT", "{externalId}"): {"json": {"content": "a call"}},
    **{(method, "by-external-id"): {"params": {"externalId": "crm:1"}} for method in ("GET", "DELETE")},
    ("PUT", "by-external-id"): {"params": {"externalId": "crm:1"}, "json": {"content": "a call"}},
    ("POST", "documents/bulk"): {"content": b'{"externalId": "crm:2", "content": "a call"}'},
    ("GET", "search"): {"params": {"searchQuery": "text"}},
    ("GET", "suggest"): {"params": {"searchQuery": "text"}},
    ("POST", "batch/trash"): {"json": {"filter": {"query": "nothingatall"}}},
    ("POST", "batch/tags"): {"json": {"filter": {"query": "nothingatall"}, "addTagIds": [f"tag_{UNKNOWN}"]}},
    ("POST", "/tagging-rules"): {"json": {"name": "made", "conditions": [], "tagIds": [f"tag_{UNKNOWN}"]}},
    ("PUT", "{taggingRuleId}"): {"json": {"name": "made", "conditions": [], "tagIds": [f"tag_{UNKNOWN}"]}},
    ("POST", "/webhooks"): {"json": {"name": "made", "url": "http://8.8.8.8/", "events": ["document:created"]}},
    ("PUT", "{webhookId}"): {"json": {"name": "renamed"}},
    ("POST", "/api-keys"): {"json": {"name": "k", "permissions": ["tags:read"]}},
}
OTHERS = {"externalId": "crm:1", "versionNumber": "1"}
"""What stands in paths besides ids of ours."""
GUARDED = [item for item in OPERATIONS if item.permissions is not None and not item.sessions]
SCOPED = [item for item in GUARDED if item.scope is not None]


def find_body(item: Operation) -> dict[str, Any]:
    """Return a valid body for an operation: that of the longest end of its path."""
    ends = [end for method, end in BODIES if method == item.method and item.path.endswith(end)]
    return BODIES[item.method, max(ends, key=len)] if ends else {}


def fill_path(item: Operation, **ids: str) -> str:
    """Return the operation's path with these ids, and well-formed ones that nothing has for the others."""
    values = {name: f"{prefix}_{UNKNOWN}" for name, prefix in ID_PREFIXES.items()} | OTHERS | ids
    return "/api" + re.sub(r"\{(\w+)\}", lambda found: values[found.group(1)], item.path)


def name_operation(item: Operation) -> str:
    return f"{item.method} {item.path}"


@pytest.mark.parametrize("header", ["Basic x", "bearer x", "Bearer", "Bearer  x", "Bearer a b", "Token x", ""])
@pytest.mark.parametrize("path", ["/api/organizations", "/api/ping", "/api/nothing", "/nothing"])
def test_a_malformed_header_is_refused_on_every_route(server: Server, header: str, path: str) -> None:
    response = httpx.get(server.url + path, verify=PLAIN, headers={"Authorization": header})
    assert read_error(response) == (401, "auth.unauthorized", None)
    assert response.json() == {"error": {"message": "Unauthorized", "code": "auth.unauthorized"}}


@pytest.mark.parametrize("token", [None, "x", "ppapi_" + "a" * 64, "ppapi_" + "a" * 63, "ppapi_" + "ä" * 64])
def test_without_a_valid_token_nothing_is_told(server: Server, token: str | None) -> None:
    headers = {} if token is None else {"Authorization": f"Bearer {token}".encode()}
    for path in ("/api/organizations", "/api/api-keys/current", "/api/organizations/xyz/documents/abc"):
        assert read_error(httpx.get(server.url + path, verify=PLAIN, headers=headers))[:2] == (401, "auth.unauthorized")
    assert httpx.get(server.url + "/api/ping", verify=PLAIN, headers=headers).json() == {"status": "ok"}


def test_expired_and_revoked_keys_are_refused_at_once(server: Server, home: Home) -> None:
    past = datetime.now(UTC) - timedelta(seconds=1)
    with home.with_permissions(Permission, expires_at=past) as client:
        assert read_error(client.get("/api/organizations"))[0] == 401
    key, token = server.archive.create_api_key("short", user_id=home.user_id)
    with server.connect(token) as client:
        assert client.get("/api/organizations").status_code == 200
        server.archive.revoke_api_key(key.id)
        assert read_error(client.get("/api/organizations"))[0] == 401


def test_the_current_key_tells_of_itself_and_no_more(server: Server, home: Home) -> None:
    with home.with_permissions([Permission.TAGS_READ]) as client:
        reply = client.get("/api/api-keys/current").json()
    assert list(reply) == ["apiKey"]
    assert list(reply["apiKey"]) == ["id", "name", "permissions"]
    assert reply["apiKey"]["permissions"] == ["tags:read"]
    keys = {key.id: key for key in server.archive.api_keys(user_id=home.user_id)}
    wait_for(lambda: server.archive.api_keys(user_id=home.user_id)[0].last_used_at)
    assert keys[reply["apiKey"]["id"]].prefix.startswith("ppapi_")


@pytest.mark.parametrize("item", GUARDED, ids=name_operation)
def test_each_permission_is_needed_and_they_suffice(home: Home, item: Operation) -> None:
    assert item.permissions is not None
    path = fill_path(item, organizationId=home.organization.id)
    body = find_body(item)
    for missing in item.permissions:
        with home.with_permissions(set(Permission) - {missing}) as client:
            assert read_error(client.request(item.method, path, **body))[:2] == (401, "auth.unauthorized")
            malformed = path.replace(UNKNOWN, "x")
            assert client.request(item.method, malformed, **body).status_code == 401, "ids are not looked at before"
    with home.with_permissions(item.permissions or {Permission.TAGS_DELETE}) as client:
        assert client.request(item.method, path, **body).status_code in {200, 204, 404}


@pytest.mark.parametrize("item", [item for item in OPERATIONS if item.sessions], ids=name_operation)
def test_keys_cannot_manage_keys(home: Home, item: Operation) -> None:
    response = home.client.request(item.method, fill_path(item), **find_body(item))
    assert read_error(response) == (401, "auth.unauthorized", None)


@pytest.mark.parametrize("item", SCOPED, ids=name_operation)
def test_other_organizations_are_as_if_they_were_not(home: Home, neighbour: Home, item: Operation) -> None:
    document, tag = neighbour.upload(f"of the neighbour {item}"), neighbour.create_tag("theirs")
    theirs = neighbour.create_property("theirs")
    ids = {"documentId": document["id"], "tagId": tag["id"], "propertyDefinitionId": theirs["id"]}
    body = find_body(item)
    foreign = home.client.request(item.method, fill_path(item, organizationId=neighbour.organization.id, **ids), **body)
    missing = home.client.request(item.method, fill_path(item, organizationId=f"org_{UNKNOWN}", **ids), **body)
    assert read_error(foreign) == (403, "user.not_in_organization", None)
    assert foreign.json() == missing.json()


FOREIGN = [item for item in SCOPED if item.path.count("{") > 1 and "{externalId}" not in item.path]


@pytest.mark.parametrize("item", FOREIGN, ids=name_operation)
def test_ids_of_others_are_as_if_they_were_not_in_one_s_own_organization(
    home: Home, neighbour: Home, item: Operation
) -> None:
    document, tag = neighbour.upload(f"also of the neighbour {item}"), neighbour.create_tag("theirs")
    body = find_body(item)
    if item.path.endswith("{documentId}/tags") and item.method == "POST":
        body = {"json": {"tagId": tag["id"]}}
    own, secret = home.organization.id, neighbour.create_property("theirs")
    ids = {"documentId": document["id"], "tagId": tag["id"], "propertyDefinitionId": secret["id"]}
    theirs = fill_path(item, organizationId=own, **ids)
    nobodys = fill_path(item, organizationId=own)
    first, second = home.client.request(item.method, theirs, **body), home.client.request(item.method, nobodys, **body)
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert neighbour.get(f"/documents/{document['id']}")["document"]["name"] == "letter.txt"
    assert [each["name"] for each in neighbour.get("/tags")["tags"]] == ["theirs"]
    assert [each["name"] for each in neighbour.get("/custom-properties")["propertyDefinitions"]] == ["theirs"]


def test_a_key_limited_to_organizations_acts_in_these_only(server: Server, home: Home) -> None:
    other = server.archive.create_organization("Other", owner_id=home.user_id)
    with home.with_permissions(Permission, organization_ids=[other.id]) as client:
        assert [item["id"] for item in client.get("/api/organizations").json()["organizations"]] == [other.id]
        assert client.get(f"/api/organizations/{other.id}/tags").status_code == 200
        refused = client.get(f"{home.path}/tags")
    assert read_error(refused) == (403, "user.not_in_organization", None)


def test_a_key_is_no_more_than_its_user(server: Server, home: Home, neighbour: Home) -> None:
    with home.with_permissions(Permission, organization_ids=[neighbour.organization.id]) as client:
        assert client.get("/api/organizations").json() == {"organizations": []}
        assert client.get(f"{neighbour.path}/tags").status_code == 403
        server.archive.add_member(neighbour.organization.id, home.user_id)
        assert client.get(f"{neighbour.path}/tags").status_code == 200
        server.archive.remove_member(neighbour.organization.id, home.user_id)
        assert client.get(f"{neighbour.path}/tags").status_code == 403
