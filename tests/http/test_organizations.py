"""Organizations over HTTP (papra-api, section 6.14)."""

from __future__ import annotations

import pytest

from tests.http.conftest import UNKNOWN, Home, read_error


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
