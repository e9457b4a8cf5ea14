"""Requests beyond the number that are taken at once, in an application that is mounted in another."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from papra_index import Archive
from papra_index.http import create_app
from tests.http.conftest import PLAIN, Home, Server, make_home, read_error, serve, wait_for
from tests.http.test_uploads import FILE, connect, count_staged, form, read_status


@pytest.fixture(scope="module")
def narrow_server() -> Iterator[Server]:
    """A server whose application takes one request at a time, mounted where the tests expect it."""
    with Archive.in_memory() as archive:
        mounted = create_app(archive, prefix="", max_requests=1)
        for port in serve(Starlette(routes=[Mount("/api", app=mounted)])):
            yield Server(archive, f"http://127.0.0.1:{port}", port)


@pytest.fixture
def narrow_home(narrow_server: Server) -> Iterator[Home]:
    yield from make_home(narrow_server)


def test_requests_beyond_the_bound_are_refused_in_the_envelope(narrow_home: Home) -> None:
    home = narrow_home
    body = form((FILE, b"x" * 2_000_000))
    with connect(home, f"Content-Length: {len(body)}", home.token) as connection:
        connection.sendall(body[:1_500_000])
        wait_for(lambda: count_staged(home.server.archive) == 1)
        for path in ("/api/ping", f"{home.path}/documents", "/api/nothing"):
            refused = httpx.get(home.server.url + path, verify=PLAIN)
            assert read_error(refused) == (503, "server.unavailable", None)
            assert refused.headers["retry-after"] == "1"
        connection.sendall(body[1_500_000:])
        assert read_status(connection) == 200, "what was begun is not disturbed"
    assert home.get("/documents")["documentsCount"] == 1


def test_a_request_that_is_given_up_makes_room(narrow_home: Home) -> None:
    home = narrow_home
    for _ in range(3):
        with connect(home, "Content-Length: 5000000", home.token) as connection:
            connection.sendall(form((FILE, b"x" * 3_000_000), end=False))
            wait_for(lambda: count_staged(home.server.archive) == 1)
        wait_for(lambda: count_staged(home.server.archive) == 0)
    wait_for(lambda: home.send("GET", "/documents").status_code == 200)
