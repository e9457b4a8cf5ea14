"""A real server on a real socket for all tests of the HTTP API; each test has an organization and a key of its own."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import uvicorn

from papra_index import Archive, Organization, Permission
from papra_index.http import create_app

PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Nothing here is encrypted, and loading certificates for each client takes longer than most tests."""

UNKNOWN = "0" * 24
"""What follows the prefix in an id that nothing has."""


@dataclass(frozen=True)
class Server:
    """Where it listens, and the archive behind it."""

    archive: Archive
    url: str
    port: int

    def connect(self, token: str | None) -> httpx.Client:
        """Return a client; without a token it sends none."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, verify=PLAIN)


@dataclass(frozen=True)
class Home:
    """An organization with a client that may do everything in it."""

    server: Server
    organization: Organization
    user_id: str
    token: str
    client: httpx.Client

    @property
    def path(self) -> str:
        """Where its routes begin."""
        return f"/api/organizations/{self.organization.id}"

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send a request to a route of the organization."""
        return self.client.request(method, self.path + path, **options)

    def get(self, path: str, **params: Any) -> Any:
        """Return the JSON of a route that is answered."""
        response = self.send("GET", path, params=params)
        assert response.status_code == 200, response.text
        return response.json()

    def upload(self, content: bytes | str, name: str = "letter.txt", kind: str = "text/plain") -> dict[str, Any]:
        """Archive a file and return the document."""
        raw = content.encode() if isinstance(content, str) else content
        response = self.send("POST", "/documents", files={"file": (name, raw, kind)})
        assert response.status_code == 200, response.text
        document: dict[str, Any] = response.json()["document"]
        return document

    def create_tag(self, name: str, color: str = "#00FF00") -> dict[str, Any]:
        """Create a tag and return it."""
        response = self.send("POST", "/tags", json={"name": name, "color": color})
        assert response.status_code == 200, response.text
        tag: dict[str, Any] = response.json()["tag"]
        return tag

    def create_property(self, name: str, kind: str = "text", **fields: Any) -> dict[str, Any]:
        """Create a custom property and return it with its options."""
        response = self.send("POST", "/custom-properties", json={"name": name, "type": kind, **fields})
        assert response.status_code == 200, response.text
        created: dict[str, Any] = response.json()["propertyDefinition"]
        definition: dict[str, Any] = self.get(f"/custom-properties/{created['id']}")["definition"]
        return definition

    def wait(self) -> None:
        """Wait until everything is read and searchable."""
        self.server.archive.wait_until_searchable(30)

    def with_permissions(self, permissions: Iterable[Permission], **options: Any) -> httpx.Client:
        """Return a client with a key of the same user that may do less."""
        _, token = self.server.archive.create_api_key("less", permissions=permissions, user_id=self.user_id, **options)
        return self.server.connect(token)


def serve(app: Any, **options: Any) -> Iterator[int]:
    """Serve an application as long as the generator is held, with options of uvicorn; yields the port."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="critical", ws="none", timeout_graceful_shutdown=2, **options)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.005)
    yield listener.getsockname()[1]
    server.should_exit = True
    thread.join(10)
    listener.close()


# An application takes longer to make than most tests. Not for the session: other tests look at what is open.
@pytest.fixture(scope="package")
def server() -> Iterator[Server]:
    with Archive.in_memory() as archive:
        for port in serve(create_app(archive)):
            yield Server(archive, f"http://127.0.0.1:{port}", port)


@pytest.fixture
def home(server: Server) -> Iterator[Home]:
    yield from make_home(server)


@pytest.fixture
def neighbour(server: Server) -> Iterator[Home]:
    """Another user's organization on the same server."""
    yield from make_home(server)


def make_home(server: Server) -> Iterator[Home]:
    """Make a user with an organization and a key that may do everything in it."""
    archive = server.archive
    user = archive.create_user("Ann")
    organization = archive.create_organization("Home", owner_id=user.id)
    _, token = archive.create_api_key("test", user_id=user.id)
    with server.connect(token) as client:
        yield Home(server, organization, user.id, token, client)


def read_error(response: httpx.Response) -> tuple[int, str, str | None]:
    """Return status, code, and the path of the first detail."""
    assert response.status_code >= 400, response.text[:200]
    error = response.json()["error"]
    assert response.headers["content-type"] == "application/json"
    assert isinstance(error["message"], str)
    details = error.get("details")
    return response.status_code, error["code"], details[0]["path"] if details else None


def wait_for(condition: Callable[[], object]) -> None:
    """Wait until something is so, half a minute at most."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
