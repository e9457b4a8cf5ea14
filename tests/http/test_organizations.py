"""Organizations over HTTP (papra-api, section 6.14)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from papra_index import Permission
from tests.http.conftest import UNKNOWN, Home, Server, read_error


def test_organizations_are_listed_created_and_renamed(home: Home, neighbour: Home) -> None:
    created = home.client.post("/api/organizations", json={"name": "  Work  "}).json()["organization"]
    keys = ["id", "createdAt", "updatedAt", "name", "customerId", "deletedAt", "deletedBy", "scheduledPurgeAt"]
    assert list(created) == keys
    assert created["name"] == "Work"
    path = f"/api/organizations/{created['id']}"
    assert home.client.get(path).json() == {"organization": created}
    listed = home.client.get("/api/organizations").json()["organizations"]
    assert [item["name"] for item in listed] == ["Home", "Work"]
    renamed = home.client.put(path, json={"name": "Office"}).json()["organization"]
    assert (renamed["name"], renamed["id"]) == ("Office", created["id"])
    assert read_error(neighbour.client.get(path)) == (403, "user.not_in_organization", None)
    assert read_error(neighbour.client.put(path, json={"name": "Mine"}))[0] == 403


@pytest.mark.parametrize("name", ["", "ab", "  ab  ", "x" * 51, None, 5])
def test_names_that_are_refused(home: Home, name: object) -> None:
    for method, path in (("POST", "/api/organizations"), ("PUT", f"/api/organizations/org_{UNKNOWN}")):
        refused = home.client.request(method, path, json={"name": name})
        assert read_error(refused) == (400, "server.invalid_request.body", "name")


def test_a_user_owns_ten_at_most(home: Home) -> None:
    for number in range(9):
        assert home.client.post("/api/organizations", json={"name": f"Number {number}"}).status_code == 200
    refused = home.client.post("/api/organizations", json={"name": "One more"})
    assert read_error(refused) == (403, "user.max_organization_count_reached", None)


def test_a_deleted_organization_is_out_of_reach_until_it_is_restored(
    server: Server, home: Home, neighbour: Home
) -> None:
    document, tag = home.upload("kept for thirty days"), home.create_tag("kept")
    server.archive.add_member(home.organization.id, neighbour.user_id)
    refused = neighbour.client.delete(home.path)
    assert read_error(refused) == (403, "user.not_organization_owner", None)
    with home.with_permissions(Permission, organization_ids=[home.organization.id]) as limited:
        assert home.client.delete(home.path).status_code == 204
        for client in (home.client, neighbour.client, limited):
            for method, path in (("GET", ""), ("GET", f"/documents/{document['id']}"), ("DELETE", "")):
                gone = client.request(method, home.path + path)
                assert read_error(gone) == (403, "user.not_in_organization", None)
        assert home.client.get("/api/organizations").json() == {"organizations": []}
        assert neighbour.client.get("/api/organizations/deleted").json() == {"organizations": []}
        listed = home.client.get("/api/organizations/deleted").json()["organizations"]
        assert limited.get("/api/organizations/deleted").json()["organizations"] == listed
    assert [item["id"] for item in listed] == [home.organization.id]
    assert listed[0]["deletedBy"] == home.user_id
    deleted_at, purged_at = (datetime.fromisoformat(listed[0][key]) for key in ("deletedAt", "scheduledPurgeAt"))
    assert purged_at - deleted_at == timedelta(days=30)
    foreign = neighbour.client.post(f"{home.path}/restore")
    nobodys = neighbour.client.post(f"/api/organizations/org_{UNKNOWN}/restore")
    assert read_error(foreign) == (403, "user.not_in_organization", None)
    assert foreign.content == nobodys.content
    other = server.archive.create_organization("Other", owner_id=home.user_id)
    with home.with_permissions(Permission, organization_ids=[other.id]) as client:
        assert client.post(f"{home.path}/restore").content == foreign.content
    assert home.client.post(f"{home.path}/restore").status_code == 204
    assert home.client.post(f"{home.path}/restore").status_code == 204
    assert home.get("")["organization"]["deletedAt"] is None
    assert home.get(f"/documents/{document['id']}")["document"]["id"] == document["id"]
    assert [item["id"] for item in home.get("/tags")["tags"]] == [tag["id"]]
    assert read_error(neighbour.client.get(home.path))[0] == 403
