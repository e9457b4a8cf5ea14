"""Documents over HTTP: shapes, changes, history, statistics, the trash (papra-api, sections 5, 6 and 20)."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest

from tests.http.conftest import UNKNOWN, Home, read_error

WRITTEN = [
    "id", "createdAt", "updatedAt", "organizationId", "createdBy", "originalName", "originalSize",
    "originalSha256Hash", "name", "mimeType", "content", "documentDate", "notes", "deletedAt", "deletedBy", "isDeleted",
]  # fmt: skip
LISTED = [*(name for name in WRITTEN if name != "content"), "tags", "customProperties"]
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def test_an_upload_is_told_in_full_and_its_content_follows(home: Home) -> None:
    raw = "Rechnung über 1.234,56 EUR".encode()
    document = home.upload(raw, "rechnung märz.txt")
    assert list(document) == WRITTEN
    assert document["originalSha256Hash"] == hashlib.sha256(raw).hexdigest()
    assert document["originalSize"] == len(raw)
    assert document["name"] == document["originalName"] == "rechnung märz.txt"
    assert (document["content"], document["mimeType"], document["isDeleted"]) == ("", "text/plain", False)
    assert (document["documentDate"], document["notes"], document["deletedAt"]) == (None, None, None)
    assert document["createdBy"] == home.user_id
    assert document["organizationId"] == home.organization.id
    assert INSTANT.fullmatch(document["createdAt"])
    home.wait()
    found = home.get(f"/documents/{document['id']}")["document"]
    assert list(found) == [*WRITTEN, "tags", "customProperties", "extraction"]
    assert (found["content"], found["tags"], found["customProperties"]) == (raw.decode(), [], [])
    assert found["extraction"]["status"] == "done"
    listed = home.get("/documents")
    assert listed["documentsCount"] == 1
    assert list(listed["documents"][0]) == LISTED


def test_the_same_bytes_conflict_until_they_are_trashed(home: Home) -> None:
    document, tag = home.upload("the same bytes", "first.txt"), home.create_tag("kept?")
    home.wait()
    home.send("POST", f"/documents/{document['id']}/tags", json={"tagId": tag["id"]})
    again = home.send("POST", "/documents", files={"file": ("second.txt", b"the same bytes", "text/plain")})
    assert read_error(again) == (409, "document.already_exists", None)
    assert again.json()["error"]["message"] == "Document already exists."
    home.send("DELETE", f"/documents/{document['id']}")
    restored = home.upload("the same bytes", "third.txt")
    assert list(restored) == WRITTEN
    assert restored["id"] == document["id"]
    assert (restored["name"], restored["originalName"], restored["isDeleted"]) == ("third.txt", "third.txt", False)
    assert restored["content"] == "the same bytes"
    assert home.get(f"/documents/{document['id']}")["document"]["tags"] == []
    events = [entry["event"] for entry in home.get(f"/documents/{document['id']}/activity")["activities"]]
    assert events == ["created", "deleted", "tagged", "updated", "created"]


def test_the_way_through_the_trash(home: Home) -> None:
    document, other = home.upload("trash me"), home.upload("keep me")
    path = f"/documents/{document['id']}"
    for _ in range(2):
        reply = home.send("DELETE", path)
        assert (reply.status_code, reply.content) == (204, b"")
    found = home.get(path)["document"]
    assert (found["isDeleted"], found["deletedBy"]) == (True, home.user_id)
    assert INSTANT.fullmatch(found["deletedAt"])
    trash = home.get("/documents/deleted")
    assert (trash["documentsCount"], [list(item) for item in trash["documents"]]) == (1, [WRITTEN])
    assert [item["id"] for item in home.get("/documents")["documents"]] == [other["id"]]
    assert home.get("/documents/statistics") == {
        "organizationStats": {
            "documentsCount": 1, "documentsSize": 7, "deletedDocumentsCount": 1, "deletedDocumentsSize": 8,
            "totalDocumentsCount": 2, "totalDocumentsSize": 15,
        }
    }  # fmt: skip
    assert home.send("POST", f"{path}/restore").status_code == 204
    again = home.send("POST", f"{path}/restore")
    assert read_error(again) == (400, "document.not_deleted", None)
    assert again.json()["error"]["message"] == "Document is not deleted, cannot restore."
    live = home.send("DELETE", f"/documents/trash/{document['id']}")
    assert read_error(live) == (400, "document.not_deleted", None)
    assert live.json()["error"]["message"] == "Document is not deleted, cannot delete."
    home.send("DELETE", path)
    purged = home.send("DELETE", f"/documents/trash/{document['id']}")
    assert (purged.status_code, purged.json()) == (200, {"success": True})
    assert read_error(home.send("GET", path)) == (404, "document.not_found", None)
    assert read_error(home.send("DELETE", f"/documents/trash/{document['id']}"))[0] == 404


def test_emptying_the_trash(home: Home) -> None:
    for number in range(3):
        home.send("DELETE", f"/documents/{home.upload(f'number {number}')['id']}")
    for _ in range(2):
        assert home.send("DELETE", "/documents/trash").status_code == 204
        assert home.get("/documents/deleted") == {"documents": [], "documentsCount": 0}


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, None),
        ({"title": "x"}, "title"),
        ({"name": ""}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"name": "😀" * 128}, "name"),
        ({"name": None}, "name"),
        ({"name": 5}, "name"),
        ({"content": None}, "content"),
        ({"notes": None}, "notes"),
        ({"notes": "x" * 2049}, "notes"),
        ({"documentDate": "nope"}, "documentDate"),
        ({"documentDate": "2024-02-30"}, "documentDate"),
        ({"documentDate": 5}, "documentDate"),
        ({"document_date": "2024"}, "document_date"),
    ],
)
def test_changes_that_are_refused(home: Home, body: dict[str, Any], path: str | None) -> None:
    refused = home.send("PATCH", f"/documents/doc_{UNKNOWN}", json=body)
    assert read_error(refused) == (400, "server.invalid_request.body", path)


@pytest.mark.parametrize("name", ["  ", "../../x", "x" * 255, "😀" * 127, "a\nb"])
def test_names_are_taken_as_they_are(home: Home, name: str) -> None:
    document = home.upload("to be renamed")
    reply = home.send("PATCH", f"/documents/{document['id']}", json={"name": name})
    assert (reply.status_code, reply.json()["document"]["name"]) == (200, name)
    assert reply.json()["document"]["updatedAt"] > document["updatedAt"]


def test_dates_notes_and_content(home: Home) -> None:
    path = f"/documents/{home.upload('to be changed')['id']}"
    reply = home.send("PATCH", path, json={"documentDate": "2024-05-06", "notes": "", "content": ""})
    assert list(reply.json()["document"]) == WRITTEN
    assert reply.json()["document"]["documentDate"] == "2024-05-06T00:00:00.000Z"
    assert (reply.json()["document"]["notes"], reply.json()["document"]["content"]) == ("", "")
    reply = home.send("PATCH", path, json={"documentDate": "2024-05-06T12:00:00.1239+02:00"})
    assert reply.json()["document"]["documentDate"] == "2024-05-06T10:00:00.123Z"
    assert home.send("PATCH", path, json={"documentDate": None}).json()["document"]["documentDate"] is None
    assert home.send("DELETE", path).status_code == 204
    assert home.send("PATCH", path, json={"notes": "in the trash"}).json()["document"]["notes"] == "in the trash"


@pytest.mark.parametrize("form", ["multipart", "urlencoded"])
def test_a_change_may_come_as_a_form(home: Home, form: str) -> None:
    path = f"/documents/{home.upload('by form')['id']}"
    fields = {"name": "n=&ü", "documentDate": "2024"}
    options: dict[str, Any] = {"files": [(key, (None, value)) for key, value in fields.items()]}
    reply = home.send("PATCH", path, **(options if form == "multipart" else {"data": fields}))
    assert (reply.status_code, reply.json()["document"]["name"]) == (200, "n=&ü")
    assert reply.json()["document"]["documentDate"] == "2024-01-01T00:00:00.000Z"
    empty = {"files": [("x", (None, ""))]} if form == "multipart" else {"data": {"x": ""}}
    assert read_error(home.send("PATCH", path, **empty)) == (400, "server.invalid_request.body", "x")


def test_the_activity_of_a_document(home: Home) -> None:
    document = home.upload("with a history")
    home.wait()
    path, tag = f"/documents/{document['id']}", home.create_tag("a tag")
    home.send("PATCH", path, json={"notes": "n", "name": "b", "content": "c", "documentDate": None})
    home.send("POST", f"{path}/tags", json={"tagId": tag["id"]})
    home.send("DELETE", f"{path}/tags/{tag['id']}")
    home.send("DELETE", path)
    home.send("POST", f"{path}/restore")
    entries = home.get(f"{path}/activity")["activities"]
    events = [entry["event"] for entry in entries]
    assert events == ["restored", "deleted", "untagged", "tagged", "updated", "updated", "created"]
    keys = ["id", "createdAt", "documentId", "event", "eventData", "userId", "tagId", "user", "tag"]
    assert all(list(entry) == keys for entry in entries)
    assert entries[3]["tag"] == {key: tag[key] for key in ("id", "name", "color", "description")}
    assert entries[3]["tagId"] == tag["id"]
    assert entries[4]["eventData"] == {"updatedFields": ["content", "documentDate", "name", "notes"]}
    assert entries[4]["user"] == {"id": home.user_id, "name": "Ann"}
    assert (entries[5]["eventData"], entries[5]["user"]) == ({"updatedFields": ["content"]}, None)
    assert re.fullmatch("doc_act_[a-z0-9]{24}", entries[0]["id"])
    home.send("DELETE", f"/tags/{tag['id']}")
    entries = home.get(f"{path}/activity", pageIndex=1, pageSize=3)["activities"]
    assert [entry["event"] for entry in entries] == ["tagged", "updated", "updated"]
    assert (entries[0]["tagId"], entries[0]["tag"]) == (None, None)
    assert home.get(f"/documents/doc_{UNKNOWN}/activity") == {"activities": []}
    assert read_error(home.send("GET", f"{path}/activity?foo=1"))[1:] == ("server.invalid_request.query", "foo")


def test_an_original_is_read_again_when_asked(home: Home) -> None:
    document, edited = home.upload("read again"), home.upload("edited later")
    home.wait()
    home.send("PATCH", f"/documents/{edited['id']}", json={"content": "by hand"})
    for each in (document, edited):
        assert home.send("POST", f"/documents/{each['id']}/extract").status_code == 204
    home.wait()
    found = home.get(f"/documents/{document['id']}")["document"]
    assert (found["content"], found["extraction"]["status"]) == ("read again", "done")
    entries = home.get(f"/documents/{document['id']}/activity")["activities"]
    assert [entry["event"] for entry in entries] == ["updated", "updated", "created"]
    assert home.get(f"/documents/{edited['id']}")["document"]["content"] == "by hand"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""), ("DELETE", ""), ("PATCH", ""), ("GET", "/file"), ("POST", "/restore"), ("POST", "/tags"),
        ("POST", "/extract"),
    ],
)  # fmt: skip
def test_unknown_documents(home: Home, method: str, path: str) -> None:
    body = {"tagId": f"tag_{UNKNOWN}"} if path == "/tags" else {"name": "x"}
    options = {"json": body} if method in {"PATCH", "POST"} else {}
    assert read_error(home.send(method, f"/documents/doc_{UNKNOWN}{path}", **options))[1] == "document.not_found"
    malformed = home.send(method, f"/documents/xyz{path}", **options)
    assert read_error(malformed) == (400, "server.invalid_request.params", "documentId")


def test_a_file_that_is_gone(home: Home) -> None:
    document = home.upload("soon gone")
    with home.organization.open_original(document["id"]) as stream:
        path = stream.name
    Path(path).unlink()
    gone = home.send("GET", f"/documents/{document['id']}/file")
    assert read_error(gone) == (404, "documents.storage.file_not_found", None)
