"""The six routes of tags (papra-api, sections 6.11 and 10)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.http.conftest import UNKNOWN, Home, read_error


def test_a_tag_is_trimmed_and_its_colour_in_capitals(home: Home) -> None:
    reply = home.send("POST", "/tags", json={"name": "  Invoice ", "color": "#ff00aa"})
    tag = reply.json()["tag"]
    keys = ["id", "createdAt", "updatedAt", "organizationId", "name", "normalizedName", "color", "description"]
    assert list(tag) == keys
    assert (tag["name"], tag["normalizedName"], tag["color"]) == ("Invoice", "invoice", "#FF00AA")
    assert (tag["description"], tag["organizationId"]) == (None, home.organization.id)
    conflict = home.send("POST", "/tags", json={"name": "INVOICE", "color": "#000000"})
    assert read_error(conflict) == (409, "tags.already_exists", None)
    assert conflict.json()["error"]["message"] == "Tag already exists"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"color": "#fff"}, "color"),
        ({"color": "red"}, "color"),
        ({"color": "#00000000"}, "color"),
        ({"color": None}, "color"),
        ({"name": " "}, "name"),
        ({"name": "x" * 65}, "name"),
        ({"name": "😀" * 33}, "name"),
        ({"description": "x" * 257}, "description"),
        ({"description": None}, "description"),
        ({"foo": 1}, "foo"),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_values_that_are_refused(home: Home, method: str, change: dict[str, Any], path: str) -> None:
    body = {"name": "x", "color": "#000000"} | change
    where = "/tags" if method == "POST" else f"/tags/tag_{UNKNOWN}"
    assert read_error(home.send(method, where, json=body)) == (400, "server.invalid_request.body", path)


def test_a_tag_needs_name_and_colour(home: Home) -> None:
    assert read_error(home.send("POST", "/tags", json={"name": "x"}))[2] == "color"
    assert read_error(home.send("POST", "/tags", json={"color": "#000000"}))[2] == "name"


def test_a_tag_may_come_as_a_form(home: Home) -> None:
    files = [("name", (None, "By form")), ("color", (None, "#00ff00")), ("description", (None, "ü"))]
    tag = home.send("POST", "/tags", files=files).json()["tag"]
    assert (tag["name"], tag["color"], tag["description"]) == ("By form", "#00FF00", "ü")
    repeated = home.send("POST", "/tags", files=[*files, ("name", (None, "again"))])
    assert read_error(repeated) == (400, "server.invalid_request.form_data", "name")


def test_changing_and_deleting(home: Home) -> None:
    tag, other = home.create_tag("Été"), home.create_tag("other")
    path = f"/tags/{tag['id']}"
    assert home.send("PUT", path, json={}).json() == {"tag": tag}
    renamed = home.send("PUT", path, json={"name": "ÉTÉ", "description": " d "}).json()["tag"]
    assert (renamed["name"], renamed["color"], renamed["description"]) == ("ÉTÉ", tag["color"], "d")
    assert home.send("PUT", path, json={"description": ""}).json()["tag"]["description"] == ""
    assert read_error(home.send("PUT", path, json={"name": "OTHER"}))[1] == "tags.already_exists"
    assert home.send("DELETE", path).status_code == 204
    for method, options in (("DELETE", {}), ("PUT", {"json": {"name": "x"}}), ("PUT", {"json": {}})):
        assert read_error(home.send(method, path, **options)) == (404, "tags.not_found", None)
    assert [item["id"] for item in home.get("/tags")["tags"]] == [other["id"]]


def test_putting_tags_on_documents(home: Home) -> None:
    document, first, second = home.upload("tag me"), home.create_tag("first"), home.create_tag("second")
    path = f"/documents/{document['id']}/tags"
    assert home.send("POST", path, json={"tagId": first["id"]}).status_code == 204
    again = home.send("POST", path, json={"tagId": first["id"]})
    assert read_error(again) == (409, "documents.already_has_tag", None)
    assert again.json()["error"]["message"] == "Document already has tag"
    tags = home.get("/tags")["tags"]
    assert [(tag["name"], tag["documentsCount"]) for tag in tags] == [("second", 0), ("first", 1)]
    assert home.get(f"/documents/{document['id']}")["document"]["tags"] == [first]
    home.send("DELETE", f"/documents/{document['id']}")
    assert home.get("/tags")["tags"][1]["documentsCount"] == 0
    assert home.send("POST", path, json={"tagId": second["id"]}).status_code == 204, "also in the trash"
    for tag in (first, first):
        assert home.send("DELETE", f"{path}/{tag['id']}").status_code == 204
    assert read_error(home.send("DELETE", f"{path}/tag_{UNKNOWN}"))[1] == "tags.not_found"
    assert read_error(home.send("POST", path, json={"tagId": f"tag_{UNKNOWN}"}))[1] == "tags.not_found"
    assert read_error(home.send("POST", path, json={"tagId": "x"})) == (400, "server.invalid_request.body", "tagId")
    assert read_error(home.send("POST", path, json={})) == (400, "server.invalid_request.body", "tagId")


def test_tags_are_limited(home: Home) -> None:
    limit = home.server.archive.settings.max_tags
    for number in range(limit):
        home.organization.create_tag(f"tag {number}")
    refused = home.send("POST", "/tags", json={"name": "tag 1", "color": "#000000"})
    assert read_error(refused) == (403, "tags.organization_limit_reached", None)
