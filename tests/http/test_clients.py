"""Item 14 of the acceptance list: what the official clients send (papra-api, section 15), as it stands on the wire.

The requests are written out and sent over a plain socket: the heads that the SDK 1.3.1 was seen to send, and forms as
Node's `fetch` builds them. The answers are read as these clients read them.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPResponse
from typing import Any

import pytest

from tests.http.conftest import Home

BOUNDARY = "----formdata-undici-012345678901"
SCRIPT = b"name,amount\nboiler,148.50\n"


@dataclass(frozen=True)
class Answer:
    """The status, and what a client makes of the body: parsed if there is any, as the SDK does it."""

    status: int
    data: Any

    @property
    def code(self) -> str:
        """The code by which clients tell errors apart."""
        return str(self.data["error"]["code"])


class Sdk:
    """Sends what the SDK sends, one request after the other on a connection that is kept."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._connection = socket.create_connection(("127.0.0.1", home.server.port), timeout=30)

    def send(self, method: str, path: str, body: bytes = b"", kind: str | None = None) -> Answer:
        """Send a request; `O` at the beginning of a path is that of the organization."""
        whole = self._home.path + path[1:] if path.startswith("O") else path
        lines = [
            f"{method} {whole} HTTP/1.1",
            f"host: 127.0.0.1:{self._home.server.port}",
            "connection: keep-alive",
            f"Authorization: Bearer {self._home.token}",
            "X-Papra-Source: papra-api-sdk-javascript/1.3.1",
            *([f"content-type: {kind}"] if kind else []),
            "accept: */*",
            "accept-language: *",
            "sec-fetch-mode: cors",
            "user-agent: node",
            "accept-encoding: gzip, deflate",
            *([f"content-length: {len(body)}"] if body else []),
        ]
        self._connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        response = HTTPResponse(self._connection, method=method)
        response.begin()
        raw = response.read()
        return Answer(response.status, json.loads(raw) if raw else None)

    def send_json(self, method: str, path: str, value: object) -> Answer:
        """Send JSON as `JSON.stringify` writes it."""
        body = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
        return self.send(method, path, body, "application/json")

    def upload(self, name: str, content: bytes, kind: str, **texts: str) -> Answer:
        """Send a form of one file; other clients put texts before it."""
        head = "".join(
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{text}\r\n'
            for key, text in texts.items()
        )
        head += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        head += f"Content-Type: {kind}\r\n\r\n"
        body = head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
        return self.send("POST", "O/documents", body, f"multipart/form-data; boundary={BOUNDARY}")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


@pytest.fixture
def sdk(home: Home) -> Iterator[Sdk]:
    made = Sdk(home)
    yield made
    made.close()


def test_the_sdk_from_its_first_method_to_its_last(home: Home, sdk: Sdk) -> None:
    key = sdk.send("GET", "/api/api-keys/current").data["apiKey"]
    assert (list(key), key["name"]) == (["id", "name", "permissions"], "test")
    organizations = sdk.send("GET", "/api/organizations").data["organizations"]
    assert [(item["id"], item["name"]) for item in organizations] == [(home.organization.id, "Home")]
    first = sdk.upload("amounts.csv", SCRIPT, "text/csv")
    assert (first.status, first.data["document"]["mimeType"]) == (200, "text/csv")
    document = first.data["document"]["id"]
    again = sdk.upload("amounts.csv", SCRIPT, "text/csv")
    assert (again.status, again.code) == (409, "document.already_exists")
    made = sdk.send_json("POST", "O/tags", {"name": "Invoice", "color": "#d8ff75"})
    assert (made.status, made.data["tag"]["color"]) == (200, "#D8FF75")
    tag = made.data["tag"]["id"]
    for status in (204, 409):
        assert sdk.send_json("POST", f"O/documents/{document}/tags", {"tagId": tag}).status == status
    listed = sdk.send("GET", "O/tags").data["tags"]
    assert [(item["id"], item["name"], item["documentsCount"]) for item in listed] == [(tag, "Invoice", 1)]
    trashed = sdk.send_json("POST", "O/documents/batch/trash", {"filter": {"documentIds": [document]}})
    assert (trashed.status, trashed.data) == (204, None)
    assert home.get("/documents")["documentsCount"] == 0


def test_importing_a_file_twice_by_the_command_line(sdk: Sdk) -> None:
    """`papra documents import`: it exits with 0 on any 2xx, with 1 on anything else, whose envelope it prints."""
    for status in (200, 409):
        assert [item["name"] for item in sdk.send("GET", "/api/organizations").data["organizations"]] == ["Home"]
        imported = sdk.upload("letter.bin", b"of no known type", "application/octet-stream")
        assert imported.status == status
    assert imported.data["error"]["message"] == "Document already exists."


def test_importing_an_export_of_paperless_by_the_command_line(home: Home, sdk: Sdk) -> None:
    """`papra import paperless`: names are compared exactly, a refused tag is passed by, a duplicate is skipped."""
    kept = home.create_tag("Kept")
    home.upload("here already", "old.txt")
    sdk.send("GET", "/api/organizations")
    tags = {item["name"]: item["id"] for item in sdk.send("GET", "O/tags").data["tags"]}
    assert tags == {"Kept": kept["id"]}
    for name, status in (("kept", 409), ("x" * 65, 400), ("New", 200)):
        answer = sdk.send_json("POST", "O/tags", {"name": name, "color": "#a6cee3"})
        assert answer.status == status
        tags |= {name: answer.data["tag"]["id"]} if status == 200 else {}
    assert sdk.upload("old.txt", b"here already", "text/plain").status == 409
    uploaded = sdk.upload("brief märz.txt", b"not here yet", "text/plain").data["document"]
    assert uploaded["name"] == "brief märz.txt"
    for name in ("Kept", "New"):
        assert sdk.send_json("POST", f"O/documents/{uploaded['id']}/tags", {"tagId": tags[name]}).status == 204
    shown = sdk.send("GET", f"O/documents/{uploaded['id']}").data["document"]
    assert {tag["name"] for tag in shown["tags"]} == {"Kept", "New"}


def test_a_client_that_sends_a_title_and_deletes_twice(home: Home, neighbour: Home, sdk: Sdk) -> None:
    """MediKeep's: a text beside the file, 200 or 201 with `document.id`, 204 for a deletion, 404 apart from 403."""
    uploaded = sdk.upload("scan.txt", b"blood count", "text/plain", title="Blood count")
    assert uploaded.status in {200, 201}
    path = f"O/documents/{uploaded.data['document']['id']}"
    assert sdk.send("GET", path).data["document"]["name"] == "scan.txt"
    for _ in range(2):
        assert sdk.send("DELETE", path).status == 204
    missing = sdk.send("GET", f"O/documents/doc_{'z' * 24}/file")
    assert (missing.status, missing.code) == (404, "document.not_found")
    assert sdk.send("GET", f"{neighbour.path}/documents/doc_{'z' * 24}/file").status == 403
