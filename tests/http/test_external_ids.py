"""Documents by the ids of their source over HTTP: one, many as lines, their files and versions, who may see them, and
searches of several organizations.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

import pytest

from papra_index import Permission
from tests.http.conftest import UNKNOWN, Home, read_error

ONE = "/documents/by-external-id/crm:1"
WRITES = [Permission.DOCUMENTS_READ, Permission.DOCUMENTS_CREATE, Permission.DOCUMENTS_UPDATE]


def put(home: Home, path: str = ONE, **body: Any) -> dict[str, Any]:
    response = home.send("PUT", path, json=body)
    assert response.status_code == 200, response.text
    reply: dict[str, Any] = response.json()
    return reply


def send_lines(home: Home, lines: Iterable[object], **options: Any) -> list[dict[str, Any]]:
    content = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines).encode()
    response = home.send("POST", "/documents/bulk", content=content, **options)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("application/x-ndjson")
    return [json.loads(line) for line in response.text.splitlines()]


def test_an_index_only_document_is_put_read_trashed_and_put_back(home: Home) -> None:
    home.create_property("Amount", "number")
    body = {"name": "Note", "content": "asked for a boiler", "tags": ["crm"], "properties": {"Amount": 7.5}}
    body |= {"documentDate": "2024-05-06", "notes": "by phone", "principals": ["team"]}
    first = put(home, **body)
    assert (first["status"], first["restored"]) == ("created", False)
    assert first["document"]["externalId"] == "crm:1"
    assert put(home, **body)["status"] == "unchanged"
    told = home.get(ONE)["document"]
    assert (told["content"], told["notes"], told["originalName"]) == ("asked for a boiler", "by phone", "")
    assert [tag["name"] for tag in told["tags"]] == ["crm"]
    assert [item["value"] for item in told["customProperties"]] == [7.5]
    assert home.organization.get(told["id"]).principals == ("team",)
    assert home.send("DELETE", ONE).status_code == 204
    assert home.send("DELETE", ONE).status_code == 204
    assert home.get(ONE)["document"]["isDeleted"]
    again = put(home, content="asked for two boilers")
    assert (again["status"], again["restored"], again["document"]["id"]) == ("updated", True, told["id"])
    response = home.send("PUT", f"{ONE}?wait=searchable", json={"content": "three boilers"})
    assert response.headers["x-papra-searchable"] == "true"
    assert home.get("/documents/search", searchQuery="three")["documents"][0]["externalId"] == "crm:1"


def test_documents_without_an_external_id_have_no_key_for_it(home: Home) -> None:
    document = home.upload("of the contract alone")
    assert "externalId" not in document
    assert "externalId" not in home.get(f"/documents/{document['id']}")["document"]


def test_what_is_wrong_with_a_put_is_told_and_nothing_is_made(home: Home) -> None:
    home.create_property("Amount", "number")
    for body, code in (
        ({"colour": "red"}, "server.invalid_request.body"),
        ({"name": ""}, "server.invalid_request.body"),
        ({"properties": {"Amount": "much"}}, "custom_property_value.invalid"),
        ({"properties": {"Nothing": 1}}, "custom_property_definition.not_found"),
    ):
        assert read_error(home.send("PUT", ONE, json=body))[1] == code
    malformed = home.send("PUT", ONE, content=b"{", headers={"content-type": "application/json"})
    assert read_error(malformed)[:2] == (400, "server.invalid_request.malformed_json")
    assert read_error(home.send("PUT", f"{ONE}%07", json={})) == (400, "server.invalid_request.params", "externalId")
    assert read_error(home.send("GET", ONE))[:2] == (404, "document.not_found")
    with home.with_permissions(WRITES) as client:
        assert read_error(client.put(home.path + ONE, json={"tags": ["new"]}))[:2] == (404, "tags.not_found")
    with home.with_permissions(Permission, principals=["anna"]) as client:
        assert read_error(client.put(home.path + ONE, json={"content": "x"}))[0] == 400
    assert home.get("/documents")["documentsCount"] == 0


def test_ids_of_a_source_are_each_organization_s_own(home: Home, neighbour: Home) -> None:
    theirs, mine = put(neighbour, content="theirs"), put(home, content="mine")
    assert theirs["document"]["id"] != mine["document"]["id"]
    assert home.get(ONE)["document"]["content"] == "mine"
    assert home.send("DELETE", ONE).status_code == 204
    assert (
        send_lines(home, [{"externalId": "crm:1", "operation": "update", "content": "changed"}])[0]["status"]
        == "updated"
    )
    assert neighbour.get(ONE)["document"]["content"] == "theirs"
    put(neighbour, "/documents/by-external-id/crm:2", content="only theirs")
    assert home.send("GET", "/documents/by-external-id/crm:2").status_code == 404


def test_a_file_is_put_replaced_and_its_versions_are_listed_and_downloaded(home: Home) -> None:
    told = json.dumps({"name": "Contract", "tags": ["crm"]})

    def send(text: str, name: str) -> dict[str, Any]:
        files = {"file": (name, text.encode(), "text/plain")}
        response = home.send("PUT", ONE, files=files, data={"document": told, "ocrLanguages": "eng"})
        assert response.status_code == 200, response.text
        reply: dict[str, Any] = response.json()
        return reply

    first = send("the first draft", "a.txt")
    assert (first["status"], send("the first draft", "a.txt")["status"]) == ("created", "unchanged")
    assert (first["document"]["name"], first["document"]["originalName"]) == ("Contract", "a.txt")
    assert send("the second draft" * 200_000, "b.txt")["status"] == "updated"
    path = f"/documents/{first['document']['id']}"
    replaced = home.send("PUT", f"{path}/file", files={"file": ("c.txt", b"the third draft", "text/plain")})
    assert replaced.status_code == 200, replaced.text
    assert replaced.json()["document"]["originalName"] == "c.txt"
    versions = home.get(f"{path}/versions")["versions"]
    assert [(item["number"], item["originalName"]) for item in versions] == [(3, "c.txt"), (2, "b.txt"), (1, "a.txt")]
    assert versions[0]["replacedAt"] is None
    assert versions[1]["replacedBy"] == home.user_id
    for number, text in ((1, b"the first draft"), (3, b"the third draft")):
        assert home.send("GET", f"{path}/versions/{number}/file").content == text
    part = home.send("GET", f"{path}/versions/1/file", headers={"range": "bytes=4-8"})
    assert (part.status_code, part.content) == (206, b"first")
    assert read_error(home.send("GET", f"{path}/versions/x/file"))[1:] == (
        "server.invalid_request.params",
        "versionNumber",
    )
    wrong = home.send("PUT", ONE, files={"file": ("a.txt", b"x", "text/plain")}, data={"document": "{"})
    assert read_error(wrong)[:2] == (400, "server.invalid_request.malformed_json")
    missing = home.send("PUT", f"/documents/doc_{UNKNOWN}/file", files={"file": ("c.txt", b"x", "text/plain")})
    assert read_error(missing)[:2] == (404, "document.not_found")


def test_lines_are_carried_out_in_order_and_fail_alone(home: Home) -> None:
    home.create_property("Amount", "number")
    lines: list[object] = [
        {"externalId": "1", "content": "one", "tags": ["bulk"], "properties": {"Amount": 1}},
        {"externalId": "2", "content": "two", "properties": {"Amount": "two"}},
        "no json",
        {"externalId": "3", "colour": "red"},
        "",
        {"externalId": "1", "operation": "update", "name": "First"},
        {"externalId": "4", "operation": "update", "name": "Fourth"},
        {"externalId": "1", "operation": "delete"},
        {"content": "nobody's"},
        [],
        {"externalId": "1", "content": "one", "principals": ["team"]},
    ]
    told = send_lines(home, lines)
    assert [item["status"] for item in told] == [
        "created", "failed", "failed", "failed", "updated", "failed", "deleted", "failed", "failed", "updated"
    ]  # fmt: skip
    assert [item["externalId"] for item in told] == ["1", "2", "", "3", "1", "4", "1", "", "", "1"]
    assert told[-1]["restored"]
    assert [item["error"]["code"] for item in told if item["error"]] == [
        "custom_property_value.invalid",
        "server.invalid_request.malformed_json",
        "server.invalid_request.body",
        "document.not_found",
        "server.invalid_request.body",
        "server.invalid_request.body",
    ]
    assert told[3]["error"]["details"][0]["path"] == "colour"
    assert home.organization.get(external_id="1").principals == ("team",)
    with home.with_permissions(WRITES) as client:
        refused = client.post(home.path + "/documents/bulk", content=b'{"externalId": "1", "operation": "delete"}')
    assert json.loads(refused.text)["error"]["code"] == "auth.unauthorized"
    assert not home.organization.get(external_id="1").is_trashed


def test_more_lines_than_a_group_come_back_in_order_and_are_searchable(home: Home) -> None:
    lines = [{"externalId": f"row:{number}", "content": f"text of row {number}"} for number in range(1_201)]
    told = send_lines(home, lines, params={"wait": "searchable"})
    assert [item["externalId"] for item in told] == [line["externalId"] for line in lines]
    assert {item["status"] for item in told} == {"created"}
    assert home.get("/documents/search", searchQuery="row")["documentsCount"] == 1_201
    assert send_lines(home, []) == []


def test_a_line_longer_than_any_text_is_refused(home: Home) -> None:
    response = home.send("POST", "/documents/bulk", content=b'{"externalId": "1", "content": "' + b"x" * 17_000_000)
    assert read_error(response)[:2] == (413, "document.size_too_large")


def test_uploads_name_who_may_see_them_and_that_is_changed(home: Home) -> None:
    files = {"file": ("a.txt", b"for anna", "text/plain")}
    response = home.send("POST", "/documents", files=files, data={"principals": ["user:anna", "group:a,b"]})
    document = response.json()["document"]
    assert home.organization.get(document["id"]).principals == ("group:a,b", "user:anna")
    path = f"/documents/{document['id']}/principals"
    with home.with_permissions(Permission, principals=["user:bob"]) as bob:
        assert bob.get(f"{home.path}/documents/{document['id']}").status_code == 404
        assert home.send("PUT", path, json={"principals": ["user:bob"]}).status_code == 204
        assert bob.get(f"{home.path}/documents/{document['id']}").status_code == 200
        assert bob.put(home.path + path, json={"principals": ["user:anna"]}).status_code == 400
    wrong = {"file": ("b.txt", b"for nobody", "text/plain")}
    refused = home.send("POST", "/documents", files=wrong, data={"principals": " "})
    assert read_error(refused) == (400, "server.invalid_request.form_data", "principals")


@pytest.mark.parametrize("named", [True, False])
def test_several_organizations_are_searched_as_far_as_the_caller_may(home: Home, neighbour: Home, named: bool) -> None:
    archive = home.server.archive
    other = archive.create_organization("Other", owner_id=home.user_id)
    home.upload("zeppelins of home")
    other.put("1", content="zeppelins of the other", principals=["user:anna"])
    neighbour.upload("zeppelins of the neighbour")
    home.wait()
    params = {"searchQuery": "zeppelins", "facets": "mimeType"}
    if named:
        params["organizationIds"] = f"{home.organization.id},{other.id}"
    reply = home.client.get("/api/search", params=params).json()
    assert {item["organizationId"] for item in reply["documents"]} == {home.organization.id, other.id}
    assert reply["documentsCount"] == reply["facets"]["mimeType"][0]["count"] == 2
    with home.with_permissions(Permission, principals=["user:bob"]) as bob:
        assert bob.get("/api/search", params=params).json()["documentsCount"] == 1
    with home.with_permissions(Permission, organization_ids=[other.id]) as limited:
        answer = limited.get("/api/search", params=params)
        assert answer.status_code == (403 if named else 200)
    foreign = params | {"organizationIds": f"{home.organization.id},{neighbour.organization.id}"}
    assert read_error(home.client.get("/api/search", params=foreign))[:2] == (403, "user.not_in_organization")
    malformed = home.client.get("/api/search", params=params | {"organizationIds": "xyz"})
    assert read_error(malformed) == (400, "server.invalid_request.query", "organizationIds")


STRANGE = [
    "a/b", "/etc/passwd", "a//b", "a/", "/", "//", ".", "..", "../../x", "a/../b", "a b", " ", "a?b", "a#b", "a%2Fb",
    "%2F", "a+b", "a&b=c", "ä/日本/🙂", "e\u0301", "file", "deleted", "x" * 512, "\\", "a;b", "'\"<>", "{externalId}",
]  # fmt: skip
"""Ids as sources have them: paths, addresses, and what means something in a path or query."""


@pytest.mark.parametrize("is_asked", [False, True], ids=["path", "query"])
def test_an_id_may_hold_any_text(home: Home, is_asked: bool) -> None:
    server = http.client.HTTPConnection("127.0.0.1", home.server.port, timeout=30)

    def send(method: str, external_id: str, body: object = None) -> tuple[int, Any]:
        # Not by a client that makes another path of it.
        encoded = quote(external_id, safe="")
        place = f"?externalId={encoded}" if is_asked else f"/{encoded}"
        headers = {"Authorization": f"Bearer {home.token}", "Content-Type": "application/json"}
        raw = None if body is None else json.dumps(body)
        server.request(method, f"{home.path}/documents/by-external-id{place}", raw, headers)
        response = server.getresponse()
        return response.status, json.loads(response.read() or "null")

    for number, external_id in enumerate(STRANGE):
        status, reply = send("PUT", external_id, {"content": f"text {number}"})
        assert (status, reply["document"]["externalId"]) == (200, external_id), reply
    assert home.organization.statistics().documents_count == len(STRANGE)
    for number, external_id in enumerate(STRANGE):
        status, reply = send("GET", external_id)
        assert (status, reply["document"]["content"]) == (200, f"text {number}"), external_id
        assert send("DELETE", external_id)[0] == 204
    assert home.organization.statistics().deleted_documents_count == len(STRANGE)
    for external_id in ("", "x" * 513, "a\nb", "a/b\n", "\n", "a\0"):
        status, reply = send("GET", external_id)
        assert (status, reply["error"]["code"]) == (
            400, f"server.invalid_request.{'query' if is_asked else 'params'}",
        ), external_id  # fmt: skip
    server.close()


def test_slashes_may_stand_in_a_path_as_they_are(home: Home) -> None:
    put(home, "/documents/by-external-id/letters/2024/may.txt", content="a letter")
    assert home.organization.get(external_id="letters/2024/may.txt").content == "a letter"
    assert home.get("/documents/by-external-id", externalId="letters/2024/may.txt")["document"]["content"] == "a letter"
    form = {"file": ("may.txt", b"another", "text/plain"), "document": (None, '{"content": "given"}')}
    asked = home.send("PUT", "/documents/by-external-id?externalId=a/b&wait=searchable", files=form)
    assert asked.json()["document"]["externalId"] == "a/b"
    assert asked.headers["x-papra-searchable"] == "true"
    assert read_error(home.send("GET", "/documents/by-external-id")) == (
        400, "server.invalid_request.query", "externalId",
    )  # fmt: skip


def test_a_document_gets_another_external_id_or_none(home: Home) -> None:
    uploaded, other = home.upload("a letter"), put(home)["document"]
    path = f"/documents/{uploaded['id']}"
    assert home.send("PATCH", path, json={"externalId": "a/b"}).json()["document"]["externalId"] == "a/b"
    assert home.get("/documents/by-external-id", externalId="a/b")["document"]["id"] == uploaded["id"]
    assert home.get(f"{path}/activity")["activities"][0]["eventData"] == {"updatedFields": ["externalId"]}
    taken = home.send("PATCH", path, json={"externalId": other["externalId"]})
    assert read_error(taken)[:2] == (409, "document.external_id_taken")
    assert read_error(home.send("PATCH", path, json={"externalId": ""}))[:2] == (400, "server.invalid_request.body")
    with home.with_permissions(Permission, principals=["anna"]) as client:
        assert read_error(client.patch(home.path + path, json={"externalId": "c"}))[0] == 403
    cleared = home.send("PATCH", path, json={"externalId": None})
    assert "externalId" not in cleared.json()["document"]
    assert home.send("GET", "/documents/by-external-id/a/b").status_code == 404
