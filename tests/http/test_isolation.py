"""An organization is answered as if there were no other: the same before another has come and afterwards.

The other has what could be mistaken for one's own: documents with the same words and the same bytes, tags of the same
names, a trash. tests/http/test_clauses.py shows that this fails where a clause of the organization is missing.
"""

from __future__ import annotations

from typing import Any

from tests.http.conftest import UNKNOWN, Home, read_error

OWN = ("annual maintenance of the boiler", "maintenance of the roof and its eleven tiles", "a letter of no consequence")
FOREIGN = (*OWN[:1], "annual maintenance of a zeppelin", "the zeppelin and its boiler", "maintenance of zebras")
READINGS = (
    "/documents",
    "/documents?pageSize=1&sortField=name",
    "/documents?searchQuery=maintenance",
    "/documents?searchQuery=zeppelin",
    "/documents?searchQuery=maintenance&sortField=name&pageSize=2",
    "/documents?searchQuery=-boiler",
    "/documents?searchQuery=main*&sortField=createdAt",
    "/documents?searchQuery=tag:household",
    "/documents/search?searchQuery=maintenance&snippets=3&facets=tag,mimeType,month",
    "/documents/search?searchQuery=zepelin",
    "/documents/search?searchQuery=mantenance",
    "/documents/search?searchQuery=boiler%20zebras",
    "/documents/suggest?searchQuery=ze",
    "/documents/suggest?searchQuery=maint",
    "/documents/suggest?searchQuery=letter",
    "/documents/suggest?searchQuery=tag:h",
    "/documents/statistics",
    "/documents/deleted",
    "/tags",
    "/custom-properties",
    "/documents?searchQuery=amount:>0",
    "/documents?searchQuery=has:amount&sortField=property:amount",
    "/documents/search?searchQuery=-amount:5&facets=property:amount,property:state",
)


def fill(home: Home, contents: tuple[str, ...]) -> dict[str, str]:
    """Archive documents, the second tagged and with values, the last trashed; return their ids by name, and those of
    the tag and of a property.
    """
    ids = {
        f"letter {number}.txt": home.upload(text, f"letter {number}.txt")["id"] for number, text in enumerate(contents)
    }
    tag = home.create_tag("Household")["id"]
    assert home.send("POST", f"/documents/{ids['letter 1.txt']}/tags", json={"tagId": tag}).status_code == 204
    assert home.send("DELETE", f"/documents/{list(ids.values())[-1]}").status_code == 204
    amount = home.create_property("Amount", "number")["id"]
    state = home.create_property("State", "select", options=[{"name": "Open"}])
    for property_id, value in ((amount, len(contents)), (state["id"], state["options"][0]["id"])):
        path = f"/documents/{ids['letter 1.txt']}/custom-properties/{property_id}"
        assert home.send("PUT", path, json={"value": value}).status_code == 204
    home.wait()
    return ids | {"tag": tag, "property": amount}


def read_all(home: Home, ids: dict[str, str]) -> dict[str, Any]:
    """Return all that an organization is told, but for scores: rare words weigh by the whole index."""
    document = ids["letter 1.txt"]
    of_one = [f"/documents/{document}{path}" for path in ("", "/activity", "/custom-properties")]
    return {path: _strip_scores(read(home, path)) for path in (*READINGS, *of_one, f"/documents?tags={ids['tag']}")}


def read(home: Home, path: str) -> Any:
    """Return the JSON of a path with its query."""
    response = home.send("GET", path)
    assert response.status_code == 200, (path, response.text)
    return response.json()


def _strip_scores(value: Any) -> Any:
    if isinstance(value, list):
        return [_strip_scores(item) for item in value]
    if isinstance(value, dict):
        return {key: _strip_scores(item) for key, item in value.items() if key != "score"}
    return value


def test_what_is_read_is_the_same_whether_others_are_there_or_not(home: Home, neighbour: Home) -> None:
    ids = fill(home, OWN)
    before = read_all(home, ids)
    theirs = fill(neighbour, FOREIGN)
    after = read_all(home, ids)
    # Which words tell enough to be alike is judged by the whole index; what is alike is one's own.
    alike = home.get(f"/documents/{ids['letter 1.txt']}/similar")["documents"]
    assert {document["id"] for document in alike} <= set(ids.values())
    for path, told in before.items():
        assert after[path] == told, path
    foreign_property = f"/custom-properties/{theirs.pop('property')}"
    for method, path, body in (
        ("GET", foreign_property, None),
        ("PUT", foreign_property, {"name": "Mine"}),
        ("PUT", f"/documents/{ids['letter 1.txt']}{foreign_property}", {"value": 5}),
    ):
        response = home.send(method, path, json=body)
        assert response.status_code == 404, (method, path)
        assert read_error(response)[1] == "custom_property_definition.not_found"
    for name, foreign in theirs.items():
        path = f"/tags/{foreign}" if name == "tag" else f"/documents/{foreign}"
        if name == "tag":
            assert read_error(home.send("PUT", path, json={"name": "Mine"}))[:2] == (404, "tags.not_found")
            assert read(home, f"/documents?tags={foreign}")["documentsCount"] == 0
            assert read(home, f"/documents?searchQuery=tag:{foreign}")["documentsCount"] == 0
            continue
        for below in ("", "/file", "/similar"):
            assert read_error(home.send("GET", path + below))[:2] == (404, "document.not_found")
        assert home.get(f"{path}/activity") == {"activities": []}
        assert read(home, f"/documents?searchQuery=id:{foreign}")["documentsCount"] == 0


def test_what_is_written_touches_nobody_else(home: Home, neighbour: Home) -> None:
    theirs = fill(neighbour, FOREIGN)
    named = ["/documents/by-external-id/shared", "/documents/by-external-id?externalId=theirs"]
    for path in named:
        assert neighbour.send("PUT", path, json={"content": "a record of theirs"}).status_code == 200
    neighbour.wait()
    before = read_all(neighbour, theirs) | {path: read(neighbour, path) for path in named}
    own = fill(home, FOREIGN)  # the same bytes and names are no conflict
    live, trashed = theirs["letter 1.txt"], theirs["letter 3.txt"]
    foreign = {"filter": {"documentIds": [live]}}
    assert read_error(home.send("POST", "/documents/batch/trash", json=foreign))[0] == 400
    tagging = {"addTagIds": [theirs["tag"]]}
    mine = {"filter": {"documentIds": [own["letter 1.txt"]]}}
    assert read_error(home.send("POST", "/documents/batch/tags", json=mine | tagging))[:2] == (404, "tags.not_found")
    assert read_error(home.send("POST", "/documents/batch/tags", json=foreign | {"addTagIds": [own["tag"]]}))[0] == 400
    for method, path, body in (
        ("PATCH", f"/documents/{live}", {"name": "mine"}),
        ("DELETE", f"/documents/{live}", None),
        ("POST", f"/documents/{live}/extract", None),
        ("POST", f"/documents/{trashed}/restore", None),
        ("DELETE", f"/documents/trash/{trashed}", None),
        ("POST", f"/documents/{live}/tags", {"tagId": own["tag"]}),
        ("DELETE", f"/documents/{live}/tags/{theirs['tag']}", None),
        ("POST", f"/documents/{own['letter 0.txt']}/tags", {"tagId": theirs["tag"]}),
        ("DELETE", f"/documents/{own['letter 0.txt']}/tags/{theirs['tag']}", None),
        ("PUT", f"/tags/{theirs['tag']}", {"color": "#FFFFFF"}),
        ("DELETE", f"/tags/{theirs['tag']}", None),
        ("DELETE", f"/custom-properties/{theirs['property']}", None),
        ("PUT", f"/custom-properties/{theirs['property']}", {"name": "Mine"}),
        ("PUT", f"/documents/{live}/custom-properties/{own['property']}", {"value": 1}),
        ("DELETE", f"/documents/{live}/custom-properties/{theirs['property']}", None),
        ("GET", f"/documents/{live}/versions", None),
        ("GET", f"/documents/{live}/versions/1/file", None),
        ("PUT", f"/documents/{live}/principals", {"principals": ["me"]}),
        ("GET", named[1], None),
        ("DELETE", named[1], None),
    ):
        assert home.send(method, path, json=body).status_code == 404, (method, path)
    lines = (
        '{"externalId": "theirs", "operation": "delete"}\n{"externalId": "theirs", "operation": "update", "name": "x"}'
    )
    told = home.send("POST", "/documents/bulk", content=lines).text.splitlines()
    assert ["document.not_found" in line for line in told] == [True, True]
    for path in named:
        assert home.send("PUT", path, json={"content": "a record of mine"}).json()["status"] == "created"
        assert read(home, path)["document"]["content"] == "a record of mine"
        assert read(neighbour, path) == before[path]
    everything = {"filter": {"query": ""}}
    assert home.send("POST", "/documents/batch/tags", json=everything | {"addTagIds": [own["tag"]]}).status_code == 204
    for query in ("maintenance", ""):
        trash = {"filter": {"query": query}}
        assert home.send("POST", "/documents/batch/trash", json=trash).status_code == 204
    assert home.send("DELETE", "/documents/trash").status_code == 204
    assert home.get("/documents/statistics")["organizationStats"]["totalDocumentsCount"] == 0
    assert home.send("DELETE", f"/tags/{own['tag']}").status_code == 204
    assert home.send("DELETE", f"/custom-properties/{own['property']}").status_code == 204
    home.wait()
    assert read_all(neighbour, theirs) | {path: read(neighbour, path) for path in named} == before
    assert read_error(home.client.get(neighbour.path))[0] == 403
    assert read_error(home.client.get(f"/api/organizations/org_{UNKNOWN}"))[0] == 403
