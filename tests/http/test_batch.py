"""Many documents at once (papra-api, section 6.12)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.http.conftest import UNKNOWN, Home, read_error

DOCUMENT, TAG = f"doc_{UNKNOWN}", f"tag_{UNKNOWN}"


@pytest.fixture
def filled(home: Home) -> Home:
    for name in ("alpha", "beta", "gamma"):
        home.upload(f"text of {name}", f"{name}.txt")
    home.wait()
    return home


def list_ids(home: Home) -> dict[str, str]:
    return {document["name"]: document["id"] for document in home.get("/documents")["documents"]}


@pytest.mark.parametrize(
    ("chosen", "path"),
    [
        ({}, "filter"),
        ({"documentIds": [DOCUMENT], "query": ""}, "filter"),
        ({"documentIds": []}, "filter.documentIds"),
        ({"documentIds": ["x"]}, "filter.documentIds.0"),
        ({"documentIds": [DOCUMENT] * 1001}, "filter.documentIds"),
        ({"query": "x" * 1025}, "filter.query"),
        ({"query": None}, "filter.query"),
        ({"query": "", "foo": 1}, "filter.foo"),
        (None, "filter"),
    ],
)
def test_filters_that_are_refused(home: Home, chosen: Any, path: str) -> None:
    for route, rest in (("trash", {}), ("tags", {"addTagIds": [TAG]})):
        refused = home.send("POST", f"/documents/batch/{route}", json={"filter": chosen, **rest})
        assert read_error(refused) == (400, "server.invalid_request.body", path)


@pytest.mark.parametrize(
    ("tags", "path"),
    [
        ({}, None),
        ({"addTagIds": [], "removeTagIds": []}, None),
        ({"addTagIds": [TAG], "removeTagIds": [TAG]}, None),
        ({"addTagIds": ["x"]}, "addTagIds.0"),
        ({"addTagIds": [TAG] * 51}, "addTagIds"),
        ({"addTagIds": [TAG], "foo": 1}, "foo"),
    ],
)
def test_tags_that_are_refused(home: Home, tags: Any, path: str | None) -> None:
    refused = home.send("POST", "/documents/batch/tags", json={"filter": {"query": ""}, **tags})
    assert read_error(refused) == (400, "server.invalid_request.body", path)


def test_trashing_by_id(filled: Home) -> None:
    ids = list_ids(filled)
    chosen = {"filter": {"documentIds": [ids["alpha.txt"], ids["beta.txt"], ids["alpha.txt"]]}}
    unknown = {"filter": {"documentIds": [ids["alpha.txt"], DOCUMENT]}}
    refused = filled.send("POST", "/documents/batch/trash", json=unknown)
    assert read_error(refused)[:2] == (400, "documents.batch.documents_not_from_organization")
    assert len(list_ids(filled)) == 3, "nothing is done"
    for _ in range(2):
        reply = filled.send("POST", "/documents/batch/trash", json=chosen)
        assert (reply.status_code, reply.content) == (204, b"")
    assert list(list_ids(filled)) == ["gamma.txt"]
    events = [entry["event"] for entry in filled.get(f"/documents/{ids['alpha.txt']}/activity")["activities"]]
    assert events.count("deleted") == 1, "one that is there is left as it is"


def test_trashing_by_query(filled: Home) -> None:
    filled.send("POST", "/documents/batch/trash", json={"filter": {"query": "name:beta OR gamma"}})
    assert list(list_ids(filled)) == ["alpha.txt"]
    filled.send("POST", "/documents/batch/trash", json={"filter": {"query": ""}})
    assert filled.get("/documents/deleted")["documentsCount"] == 3


def test_tagging(filled: Home, neighbour: Home) -> None:
    ids, first, second = list_ids(filled), filled.create_tag("first"), filled.create_tag("second")
    filled.send("DELETE", f"/documents/{ids['gamma.txt']}")

    def change(chosen: dict[str, Any], **tags: list[str]) -> Any:
        return filled.send("POST", "/documents/batch/tags", json={"filter": chosen, **tags})

    assert change({"query": ""}, addTagIds=[first["id"], second["id"]]).status_code == 204
    assert [tag["documentsCount"] for tag in filled.get("/tags")["tags"]] == [2, 2]
    chosen = {"documentIds": [ids["alpha.txt"], ids["gamma.txt"]]}
    assert change(chosen, addTagIds=[first["id"]], removeTagIds=[second["id"]]).status_code == 204
    tags = {
        name: [tag["name"] for tag in filled.get(f"/documents/{id_}")["document"]["tags"]] for name, id_ in ids.items()
    }
    assert tags == {"alpha.txt": ["first"], "beta.txt": ["first", "second"], "gamma.txt": ["first"]}
    events = [entry["event"] for entry in filled.get(f"/documents/{ids['gamma.txt']}/activity")["activities"]]
    assert events[:2] == ["tagged", "deleted"], "what was not there is not noted as removed"
    foreign = neighbour.create_tag("foreign")["id"]
    assert read_error(change(chosen, addTagIds=[foreign]))[:2] == (404, "tags.not_found")
    assert change({"query": "nothingatall"}, addTagIds=[foreign]).status_code == 204
    unknown = change({"documentIds": [DOCUMENT]}, addTagIds=[first["id"]])
    assert read_error(unknown)[1] == "documents.batch.documents_not_from_organization"
