"""What is answered when the archive fails or time runs out, by a server with little patience."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from papra_index import Archive, Settings
from papra_index.http import create_app
from tests.http.conftest import PLAIN, Home, Server, make_home, read_error, serve, wait_for
from tests.http.test_uploads import FILE, connect, count_staged, form, read_status

PATIENCE = 0.5


@pytest.fixture(scope="module")
def hasty_server() -> Iterator[Server]:
    settings = Settings()
    settings = replace(
        settings,
        http=replace(settings.http, request_seconds=PATIENCE, upload_seconds=PATIENCE),
        extraction=replace(settings.extraction, background=False),
    )
    with Archive.in_memory(settings=settings) as archive:
        for port in serve(create_app(archive)):
            yield Server(archive, f"http://127.0.0.1:{port}", port)


@pytest.fixture
def hasty_home(hasty_server: Server) -> Iterator[Home]:
    yield from make_home(hasty_server)


def test_an_upload_that_stalls_is_given_up_and_leaves_nothing(hasty_home: Home) -> None:
    archive = hasty_home.server.archive
    with connect(hasty_home, "Content-Length: 5000000", hasty_home.token) as connection:
        connection.sendall(form((FILE, b"x" * 3_000_000), end=False))
        wait_for(lambda: count_staged(archive) == 1)
        assert read_status(connection) == 504
    wait_for(lambda: count_staged(archive) == 0)
    assert hasty_home.get("/documents")["documentsCount"] == 0


def test_a_body_that_does_not_come_is_not_waited_for(hasty_home: Home) -> None:
    def stall() -> Iterator[bytes]:
        yield b'{"name": '
        time.sleep(PATIENCE * 2)
        yield b'"a", "color": "#000000"}'

    refused = hasty_home.send("POST", "/tags", content=stall(), headers={"content-type": "application/json"})
    assert read_error(refused) == (504, "api.timeout", None)
    assert refused.json()["error"]["message"] == "The request timed out"
    assert hasty_home.get("/tags") == {"tags": []}


def test_an_archive_that_fails_is_an_internal_error_that_tells_nothing() -> None:
    archive = Archive.in_memory()
    _, token = archive.create_api_key("test")
    for port in serve(create_app(archive)):
        url = f"http://127.0.0.1:{port}/api"
        with httpx.Client(headers={"Authorization": f"Bearer {token}"}, verify=PLAIN) as client:
            assert client.get(f"{url}/organizations").status_code == 200
            archive.close()
            failed = client.get(f"{url}/organizations")
            assert failed.json() == {"error": {"message": "An error occurred", "code": "internal.error"}}
            assert failed.status_code == 500
            health = client.get(f"{url}/health")
            assert health.status_code == 500
            assert health.json() == {"isDatabaseHealthy": False, "isEverythingOk": False, "status": "error"}
            assert client.get(f"{url}/ping").status_code == 200
