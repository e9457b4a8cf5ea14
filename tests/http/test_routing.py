"""The conventions all routes share: unknown ones, the order of checks, bodies, numbers, HEAD, headers."""

from __future__ import annotations

import httpx
import pytest

from papra_index import Permission
from papra_index.http import batch, trash, uploads
from tests.http.conftest import UNKNOWN, Home, Server, read_error

NOT_FOUND = {"error": {"message": "API route not found", "code": "api.not-found"}}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/nothing"),
        ("GET", "/"),
        ("PUT", "/api/organizations"),
        ("DELETE", "/api/ping"),
        ("TRACE", "/api/ping"),
        ("OPTIONS", "/api/organizations"),
        ("GET", "/api/organizations/"),
        ("GET", "/API/organizations"),
        ("GET", f"/api/organizations/org_{UNKNOWN}/documents/"),
        ("POST", f"/api/organizations/org_{UNKNOWN}/documents/statistics"),
    ],
)
def test_unknown_routes_and_methods_are_not_found(server: Server, home: Home, method: str, path: str) -> None:
    with server.connect(None) as stranger:
        for client in (home.client, stranger):
            response = client.request(method, path)
            assert (response.status_code, response.json()) == (404, NOT_FOUND)


def test_checks_come_in_the_order_of_the_contract(home: Home, neighbour: Home) -> None:
    foreign = f"{neighbour.path}/documents"
    with home.with_permissions([Permission.TAGS_READ]) as client:
        assert client.get(f"{foreign}/xyz?foo=1").status_code == 401
    assert read_error(home.client.get("/api/organizations/xyz/documents?foo=1"))[1:] == (
        "server.invalid_request.params",
        "organizationId",
    )
    assert read_error(home.client.get(f"{foreign}?foo=1"))[1:] == ("server.invalid_request.query", "foo")
    assert read_error(home.client.patch(f"{foreign}/doc_{UNKNOWN}", json={"foo": 1}))[1:] == (
        "server.invalid_request.body",
        "foo",
    )
    assert read_error(home.client.patch(f"{foreign}/doc_{UNKNOWN}", json={"name": "x"}))[0] == 403
    assert read_error(home.send("PATCH", f"/documents/doc_{UNKNOWN}", json={"name": "x"}))[0] == 404


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "application/vnd.api+json"])
def test_json_goes_by_its_content_type(home: Home, kind: str) -> None:
    headers = {"content-type": kind}
    reply = home.send("POST", "/tags", content=b'{"name": "a", "color": "#000000"}', headers=headers)
    assert reply.status_code == 200
    for malformed in (b"", b"{", b"[1", b'{"name": NaN}', b"\xff", b"[" * 100_000, b"9" * 5_000):
        refused = home.send("POST", "/tags", content=malformed, headers=headers)
        assert read_error(refused) == (400, "server.invalid_request.malformed_json", None)
        assert "details" not in refused.json()["error"]


@pytest.mark.parametrize("kind", [None, "text/plain", "application/xml"])
def test_bodies_of_other_types_count_as_empty(home: Home, kind: str | None) -> None:
    headers = {} if kind is None else {"content-type": kind}
    refused = home.send("POST", "/tags", content=b'{"name": "a", "color": "#000000"}', headers=headers)
    assert read_error(refused)[:2] == (400, "server.invalid_request.body")


@pytest.mark.parametrize("body", [b"[]", b"null", b"1", b'"x"', b'{"name": 1, "color": "#000000"}'])
def test_json_that_is_no_object_of_texts_is_refused(home: Home, body: bytes) -> None:
    refused = home.send("POST", "/tags", content=body, headers={"content-type": "application/json"})
    assert read_error(refused)[:2] == (400, "server.invalid_request.body")


def test_half_a_surrogate_pair_is_replaced(home: Home) -> None:
    body = b'{"name": "a\\ud800", "color": "#000000"}'
    made = home.send("POST", "/tags", content=body, headers={"content-type": "application/json"})
    assert made.json()["tag"]["name"] == "a?"


def test_bodies_are_bounded(home: Home) -> None:
    refused = home.send("POST", "/tags", json={"name": "x" * (2 * 1024 * 1024), "color": "#000000"})
    assert read_error(refused) == (413, "document.size_too_large", None)


@pytest.mark.parametrize("text", ["2", " 2 ", "2.0", "0x2", "0b10", "2e0", "+2", "20e-1"])
def test_numbers_are_read_as_javascript_does(home: Home, text: str) -> None:
    for number in range(3):
        home.upload(f"number {number} {text}")
    assert len(home.get("/documents", pageSize=text)["documents"]) == 2


@pytest.mark.parametrize("query", ["pageIndex=", "pageIndex=%200", "pageIndex=0&searchQuery=%20"])
def test_an_empty_number_is_zero(home: Home, query: str) -> None:
    assert home.send("GET", f"/documents?{query}").status_code == 200


def test_routes_without_a_query_ignore_it(home: Home) -> None:
    for path in ("/tags?foo=1&foo=2", "/documents/statistics?pageSize=x", "?x"):
        assert home.send("GET", path).status_code == 200


def test_head_is_get_without_a_body(home: Home) -> None:
    document = home.upload("for the head")
    home.wait()
    for path in ("/documents", f"/documents/{document['id']}", f"/documents/{document['id']}/file"):
        head, get = home.send("HEAD", path), home.send("GET", path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == get.headers["content-length"] == str(len(get.content))


def test_replies_carry_the_security_headers(home: Home) -> None:
    for response in (home.send("GET", "/tags"), home.send("GET", "/documents/x"), home.client.get("/api/nothing")):
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["x-frame-options"] == "SAMEORIGIN"
        assert response.headers["content-type"] == "application/json"
        assert "server" not in response.headers or response.headers["server"] == "uvicorn"


def test_health(server: Server) -> None:
    reply = httpx.get(server.url + "/api/health")
    assert reply.json() == {"isDatabaseHealthy": True, "isEverythingOk": True, "status": "ok"}


def test_answers_that_are_errors_hold_nothing_of_earlier_requests(home: Home) -> None:
    document = home.upload("still there")
    for _ in range(2):
        home.send("DELETE", f"/documents/trash/{document['id']}")
        home.send("POST", "/documents/batch/trash", json={"filter": {"documentIds": [f"doc_{UNKNOWN}"]}})
        home.send("POST", "/documents")
    for failure in (trash._NOT_DELETED, batch._FOREIGN, uploads.NO_BODY):
        assert failure.__traceback__ is None
