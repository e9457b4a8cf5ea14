"""Uploads over a real socket: forms of all kinds of clients, defects answered at once, no more read than need be."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from papra_index import Archive, Settings
from papra_index.http import create_app
from tests.http.conftest import Home, Server, make_home, read_error, serve, wait_for

BOUNDARY = "----boundary7MA4YWxk"
MULTIPART = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
LIMIT = 300_000


@pytest.fixture(scope="module")
def small_server() -> Iterator[Server]:
    """A server that takes files up to LIMIT."""
    settings = replace(Settings(), max_original_size=LIMIT)
    settings = replace(settings, extraction=replace(settings.extraction, background=False))
    with Archive.in_memory(settings=settings) as archive:
        for port in serve(create_app(archive)):
            yield Server(archive, f"http://127.0.0.1:{port}", port)


@pytest.fixture
def small_home(small_server: Server) -> Iterator[Home]:
    yield from make_home(small_server)


def form(*parts: tuple[str, bytes], end: bool = True) -> bytes:
    """Return a body of parts, each with its header lines."""
    body = b"".join(f"--{BOUNDARY}\r\n{head}\r\n\r\n".encode() + content + b"\r\n" for head, content in parts)
    return body + (f"--{BOUNDARY}--\r\n".encode() if end else b"")


def part(disposition: str, kind: str | None = "text/plain") -> str:
    return f"Content-Disposition: form-data; {disposition}" + (f"\r\nContent-Type: {kind}" if kind else "")


FILE = part('name="file"; filename="a.txt"')


@contextmanager
def connect(home: Home, head: str, token: str | None) -> Iterator[socket.socket]:
    """Open a socket and send the head of an upload."""
    with socket.create_connection(("127.0.0.1", home.server.port), timeout=10) as connection:
        authorization = "" if token is None else f"Authorization: Bearer {token}\r\n"
        request = f"POST {home.path}/documents HTTP/1.1\r\nHost: localhost\r\n{authorization}"
        kind = f"Content-Type: {MULTIPART['content-type']}\r\n"
        connection.sendall(f"{request}{kind}{head}\r\n\r\n".encode())
        yield connection


def read_status(connection: socket.socket) -> int:
    return int(connection.recv(65536).split(b" ", 2)[1])


def count_staged(archive: Archive) -> int:
    return sum(path.name[0] != "." for path in (archive.folder / "staging").rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (form((part('name="document"; filename="a.txt"'), b"x")), "document.invalid_file_fieldname"),
        (form((part('name="file"; filename=""'), b"x")), "document.no_file"),
        (form((part('name="file"; filename=".."'), b"x")), "document.no_file"),
        (form((part('name="file"', None), b"only a text")), "document.no_file"),
        (form((part('name="title"', None), b"only a text")), "document.no_file"),
        (form(), "document.no_file"),
        (b"", "document.no_body"),
        (b"no form at all", "document.parse_error"),
        (form((FILE, b"truncated"), end=False), "document.parse_error"),
        (form((FILE, b"truncated"))[:-30], "document.parse_error"),
        (form(("X-Nothing: 1", b"x")), "document.parse_error"),
        (form(("Content-Disposition: attachment; name=file; filename=a", b"x")), "document.parse_error"),
        (form((part('filename="a.txt"'), b"x")), "document.parse_error"),
        (form((f"X-Long: {'x' * 20_000}\r\n{FILE}", b"x")), "document.parse_error"),
        (form(("\r\n".join(f"X-{n}: 1" for n in range(50)) + f"\r\n{FILE}", b"x")), "document.parse_error"),
    ],
)
def test_defects_of_forms(small_home: Home, body: bytes, code: str) -> None:
    refused = small_home.send("POST", "/documents", content=body, headers=MULTIPART)
    assert read_error(refused) == (400, code, None)
    assert small_home.get("/documents")["documentsCount"] == 0
    assert count_staged(small_home.server.archive) == 0


@pytest.mark.parametrize(
    "kind",
    [None, "application/json", "multipart/form-data", "multipart/form-data; boundary=", "multipart/mixed; boundary=x"],
)
def test_what_is_no_form(small_home: Home, kind: str | None) -> None:
    headers = {} if kind is None else {"content-type": kind}
    refused = small_home.send("POST", "/documents", content=form((FILE, b"x")), headers=headers)
    assert read_error(refused) == (400, "document.parse_error", None)


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('name="file"; filename="ä ö.txt"', "ä ö.txt"),
        ("name=file; filename=plain.txt", "plain.txt"),
        ('name="file"; filename="a.txt"; filename*=UTF-8\'\'%E2%82%AC.txt', "€.txt"),
        ("name=\"file\"; filename*=ISO-8859-1'en'%E4.txt", "ä.txt"),
        ('name="file"; filename="a.txt"; filename*=nothing\'\'x', "a.txt"),
        ('name="file"; filename="../x/y.txt"', "y.txt"),
        ('name="file"; filename="C:\\\\x\\\\y.txt"', "y.txt"),
        ('name="file"; filename="C:\\x\\z.txt"', "z.txt"),
        ('name="file"; filename="a%22b.txt"', "a%22b.txt"),
        ('name="file"; filename="a\\"b;c.txt"', 'a"b;c.txt'),
        (f'name="file"; filename="{"n" * 300}"', "n" * 300),
    ],
)
def test_file_names(small_home: Home, disposition: str, name: str) -> None:
    body = form((part(disposition), b"named"))
    reply = small_home.send("POST", "/documents", content=body, headers=MULTIPART)
    assert reply.json()["document"]["name"] == name


def test_a_name_that_is_too_long(small_home: Home) -> None:
    body = form((part(f'name="file"; filename="{"n" * 5_000}"'), b"named"))
    refused = small_home.send("POST", "/documents", content=body, headers=MULTIPART)
    assert read_error(refused) == (400, "server.invalid_request.form_data", "file")
    assert count_staged(small_home.server.archive) == 0


@pytest.mark.parametrize(
    ("kind", "content", "detected"),
    [
        ("text/csv;charset=latin1", b"a,b", "text/csv; charset=latin1"),
        ("Application/PDF", b"%PDF-1.4", "application/pdf"),
        (None, b"%PDF-1.4", "application/pdf"),
        ("application/octet-stream", b"%PDF-1.4", "application/pdf"),
        ("x/y", b"%PDF-1.4", "x/y"),
    ],
)
def test_types(small_home: Home, kind: str | None, content: bytes, detected: str) -> None:
    body = form((part('name="file"; filename="a.bin"', kind), content))
    reply = small_home.send("POST", "/documents", content=body, headers=MULTIPART)
    assert reply.json()["document"]["mimeType"] == detected


def test_an_empty_file(small_home: Home) -> None:
    body = form((FILE, b""))
    reply = small_home.send("POST", "/documents", content=body, headers=MULTIPART)
    assert (reply.status_code, reply.json()["document"]["originalSize"]) == (200, 0)


@pytest.mark.parametrize("before", [True, False])
def test_languages_before_or_after_the_file_and_other_fields_anywhere(small_home: Home, before: bool) -> None:
    languages, title = (part('name="ocrLanguages"', None), b" eng , deu"), (part('name="title"', None), b"ignored")
    second = (part('name="other"; filename="b.txt"'), b"a second file is ignored")
    parts = (title, languages, (FILE, b"1")) if before else ((FILE, b"2"), second, languages, title)
    document = small_home.send("POST", "/documents", content=form(*parts), headers=MULTIPART).json()["document"]
    assert small_home.organization.get(document["id"]).ocr_languages == ("eng", "deu")
    assert document["originalSize"] == 1


def test_languages_in_fields_of_their_own(small_home: Home) -> None:
    field = part('name="ocrLanguages"', None)
    body = form((field, b"eng"), (FILE, b"in two languages"), (field, b"deu"))
    document = small_home.send("POST", "/documents", content=body, headers=MULTIPART).json()["document"]
    assert small_home.organization.get(document["id"]).ocr_languages == ("eng", "deu")


@pytest.mark.parametrize("value", [b"eng,xyz", b"english", b"eng,", b"\xff", b"auto"])
def test_unknown_languages(small_home: Home, value: bytes) -> None:
    body = form((FILE, b"x"), (part('name="ocrLanguages"', None), value))
    refused = small_home.send("POST", "/documents", content=body, headers=MULTIPART)
    assert read_error(refused) == (400, "server.invalid_request.form_data", "ocrLanguages")
    assert small_home.get("/documents")["documentsCount"] == 0


@pytest.mark.parametrize("size", [0, 1, 65_535, LIMIT])
def test_files_arrive_byte_by_byte(small_home: Home, size: int) -> None:
    raw = (b"\r\n--" + BOUNDARY.encode()[:-1] + os.urandom(64))[:size] + os.urandom(max(0, size - 90))
    raw = raw[:size] + b"x" * (size - len(raw[:size]))
    document = small_home.upload(raw, "bytes.bin", "application/x-bytes")
    assert small_home.send("GET", f"/documents/{document['id']}/file").content == raw


def test_a_file_in_the_smallest_pieces(small_home: Home) -> None:
    body = form((FILE, b"in pieces \r\n--" + BOUNDARY.encode()[:-3]))

    def pieces() -> Iterator[bytes]:
        for position in range(len(body)):
            yield body[position : position + 1]

    reply = small_home.send("POST", "/documents", content=pieces(), headers=MULTIPART)
    assert reply.json()["document"]["originalSize"] == len(b"in pieces \r\n--") + len(BOUNDARY) - 3


def test_a_file_of_exactly_the_limit_and_one_byte_more(small_home: Home) -> None:
    small_home.upload(os.urandom(LIMIT), "exact.bin")
    refused = small_home.send("POST", "/documents", files={"file": ("a.bin", b"x" * (LIMIT + 1), "x/y")})
    assert read_error(refused) == (413, "document.size_too_large", None)
    assert refused.json()["error"]["message"] == "Document size too large."
    assert count_staged(small_home.server.archive) == 0


def test_too_large_is_said_by_the_length_before_the_body_comes(small_home: Home) -> None:
    with connect(small_home, f"Content-Length: {LIMIT + 100_000}", small_home.token) as connection:
        assert read_status(connection) == 413


def test_too_large_is_said_while_the_body_comes(small_home: Home) -> None:
    with connect(small_home, "Transfer-Encoding: chunked", small_home.token) as connection:
        start = form((FILE, b""), end=False)[:-2]
        piece = b"x" * 65_536
        connection.sendall(b"%x\r\n%s\r\n" % (len(start), start))
        for _ in range(6):
            connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
        assert read_status(connection) == 413, "though the body has not ended"
    assert count_staged(small_home.server.archive) == 0


def test_fields_without_end_are_not_kept(small_home: Home) -> None:
    body = form((part('name="title"', None), b"x" * 200_000), (FILE, b"x"))
    assert read_error(small_home.send("POST", "/documents", content=body, headers=MULTIPART))[0] == 413
    many = form(*[(part(f'name="{n}"', None), b"") for n in range(2_000)], (FILE, b"x"))
    assert read_error(small_home.send("POST", "/documents", content=many, headers=MULTIPART))[0] == 413


@pytest.mark.parametrize("token", [None, "ppapi_" + "a" * 64])
def test_nothing_is_read_of_a_body_before_the_token_is_accepted(small_home: Home, token: str | None) -> None:
    with connect(small_home, "Content-Length: 27262976\r\nExpect: 100-continue", token) as connection:
        assert read_status(connection) == 401, "and not 100 Continue, which the first read of the body would send"
    with connect(small_home, "Content-Length: 27262976", token) as connection:
        assert read_status(connection) == 401


def test_foreign_organizations_are_refused_before_the_body_comes(home: Home, neighbour: Home) -> None:
    with connect(neighbour, "Content-Length: 1000\r\nExpect: 100-continue", home.token) as connection:
        assert read_status(connection) == 403


def test_a_client_that_leaves_leaves_nothing(home: Home) -> None:
    archive = home.server.archive
    with connect(home, "Content-Length: 5000000", home.token) as connection:
        connection.sendall(form((FILE, b"x" * 3_000_000), end=False))
        wait_for(lambda: count_staged(archive) == 1)
    wait_for(lambda: count_staged(archive) == 0)
    assert home.get("/documents")["documentsCount"] == 0


def test_a_large_file_goes_to_disk_as_it_comes(home: Home) -> None:
    raw = os.urandom(1024 * 1024) * 20
    document = home.upload(raw, "large.bin", "application/x-bytes")
    with home.organization.open_original(document["id"]) as stream:
        assert Path(stream.name).stat().st_size == len(raw)
    assert home.send("GET", f"/documents/{document['id']}/file").content == raw
    assert count_staged(home.server.archive) == 0
    again = home.send("POST", "/documents", files={"file": ("again.bin", raw, "x/y")})
    assert read_error(again)[1] == "document.already_exists"
    assert count_staged(home.server.archive) == 0
