"""Bounds on connections of the server, over a real socket with bounds that are small enough to meet."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from papra_index import Archive
from papra_index.cli.connections import BoundedProtocol
from papra_index.http import create_app
from tests.http.conftest import serve


class Impatient(BoundedProtocol):
    """A connection with little patience."""

    head_seconds = 0.3
    dropping_seconds = 0.3
    max_dropped = 1_000_000


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with Archive.in_memory() as archive:
        yield from serve(create_app(archive), http=Impatient, limit_concurrency=20)


def send(port: int, *pieces: bytes, pause: float = 0) -> bytes:
    """Send pieces and return all that comes until the server closes the connection."""
    answer = bytearray()
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(pause)
            while chunk := connection.recv(65_536):
                answer += chunk
        except ConnectionError:
            pass  # closed while sending
    return bytes(answer)


def read_answer(raw: bytes) -> tuple[int, str]:
    head, _, body = raw.partition(b"\r\n\r\n")
    assert b"content-type: application/json" in head
    return int(head.split(b" ", 2)[1]), json.loads(body)["error"]["code"]


@pytest.mark.parametrize(
    "head",
    [
        b"GET /api/ping HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 200_000 + b"\r\n\r\n",
        b"GET /api/ping HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 200_000,
        b"GET /api/ping HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: 1\r\n" % n for n in range(20_000)) + b"\r\n",
        b"GET /api/" + b"x" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    ],
    ids=["a long value", "a value without end", "many headers", "a long path"],
)
def test_heads_are_bounded(port: int, head: bytes) -> None:
    answer = send(port, *(head[start : start + 10_000] for start in range(0, len(head), 10_000)))
    assert answer == b"" or read_answer(answer) == (431, "server.invalid_request")


def test_a_head_that_is_too_large_is_told_so(port: int) -> None:
    head = b"GET /api/ping HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 64 * 1024 + b"\r\n\r\n"
    assert read_answer(send(port, head)) == (431, "server.invalid_request")


def test_a_long_head_in_pieces_is_taken_also_after_a_long_body(port: int) -> None:
    first = b"POST /api/organizations HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n" + b"x" * 200_000
    second = b"GET /api/ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + b"".join(
        b"X-%d: %s\r\n" % (number, b"x" * 1_000) for number in range(55)
    )
    whole = first + second + b"\r\n"
    answer = send(port, *(whole[start : start + 9_000] for start in range(0, len(whole), 9_000)))
    assert answer.endswith(b'{"status":"ok"}')
    assert send(port, whole).endswith(b'{"status":"ok"}')


@pytest.mark.parametrize(
    ("head", "status", "code"),
    [
        (b"GET /api/ping HTTP/x\r\n\r\n", 400, "server.invalid_request"),
        (b"GET /api/ping HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", 400, "server.invalid_request"),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "server.invalid_request"),
        (b"FOO /api/ping HTTP/1.1\r\nHost: x\r\n\r\n", 404, "api.not-found"),
    ],
)
def test_what_is_no_http_is_answered_in_the_envelope(port: int, head: bytes, status: int, code: str) -> None:
    assert read_answer(send(port, head)) == (status, code)


@pytest.mark.parametrize("head", [b"", b"GET /api/ping HTTP/1.1\r\nHost:"])
def test_a_head_that_does_not_come_is_not_waited_for(port: int, head: bytes) -> None:
    began = time.monotonic()
    assert send(port, head) == b""
    assert time.monotonic() - began < 5


def test_an_answered_body_is_dropped_up_to_a_size_and_a_time(port: int) -> None:
    refused = b"POST /api/organizations HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
    began = time.monotonic()
    assert read_answer(send(port, refused % 10_000, b"x"))[0] == 401  # the rest never comes
    assert time.monotonic() - began < 5
    sent = 0
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection, suppress(ConnectionError):
        connection.sendall(refused % 10**10)
        while sent < 10**8:
            connection.sendall(b"x" * 100_000)
            sent += 100_000
    assert 900_000 < sent < 10**8


def test_a_connection_goes_on_after_a_body_that_was_refused(port: int) -> None:
    refused = b"POST /api/organizations HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n"
    answer = send(port, refused, b"abc", b"GET /api/ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.count(b"HTTP/1.1 ") == 2
    assert answer.endswith(b'{"status":"ok"}')


def test_connections_beyond_the_limit_are_refused(port: int) -> None:
    request = b"GET /api/ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    held = []
    try:
        for _ in range(20):
            held.append(socket.create_connection(("127.0.0.1", port), timeout=10))
            held[-1].sendall(b"GET /api/ping HTTP/1.1\r\nHost: x\r\n\r\n")
            held[-1].recv(1000)
        refused = send(port, request)
        assert read_answer(refused) == (503, "server.unavailable")
        assert b"retry-after: 1" in refused
    finally:
        for connection in held:
            connection.close()
    deadline = time.monotonic() + 5
    while not send(port, request).startswith(b"HTTP/1.1 200 "):
        assert time.monotonic() < deadline
