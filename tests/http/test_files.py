"""Downloads: the bytes as they came, whole or in part, never shown in place (RFC 9110, sections 13 and 14)."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from tests.http.conftest import Home

RAW = bytes(range(256)) * 4


@pytest.fixture
def path(home: Home) -> str:
    return f"/documents/{home.upload(RAW, 'page.html', 'text/html')['id']}/file"


def test_a_file_comes_as_an_attachment_without_its_type(home: Home, path: str) -> None:
    home.send("PATCH", path.removesuffix("/file"), json={"name": 'r\u00e9sum\u00e9 (1)\'\r\n"x".html'})
    reply = home.send("GET", path)
    assert (reply.status_code, reply.content) == (200, RAW)
    assert reply.headers["content-type"] == "application/octet-stream"
    named = "attachment; filename*=UTF-8''r%C3%A9sum%C3%A9%20(1)'%0D%0A%22x%22.html"
    assert reply.headers["content-disposition"] == named
    assert reply.headers["content-length"] == "1024"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["etag"] == f'"{hashlib.sha256(RAW).hexdigest()}"'


@pytest.mark.parametrize(
    ("header", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=10-19", 10, 19),
        ("bytes=1000-", 1000, 1023),
        ("bytes=-24", 1000, 1023),
        ("bytes=-5000", 0, 1023),
        ("bytes=1000-99999999999999999", 1000, 1023),
    ],
)
def test_ranges(home: Home, path: str, header: str, first: int, last: int) -> None:
    reply = home.send("GET", path, headers={"range": header})
    assert (reply.status_code, reply.content) == (206, RAW[first : last + 1])
    assert reply.headers["content-range"] == f"bytes {first}-{last}/1024"


@pytest.mark.parametrize(
    "header", ["bytes=5-4", "bytes=a-b", "bytes=-", "bytes=0-1,5-6", "lines=1-2", "bytes=" + "9" * 30]
)
def test_ranges_that_are_ignored(home: Home, path: str, header: str) -> None:
    reply = home.send("GET", path, headers={"range": header})
    assert (reply.status_code, reply.content) == (200, RAW)


@pytest.mark.parametrize("header", ["bytes=1024-", "bytes=2000-3000", "bytes=-0"])
def test_ranges_that_are_not_there(home: Home, path: str, header: str) -> None:
    reply = home.send("GET", path, headers={"range": header})
    assert (reply.status_code, reply.headers["content-range"]) == (416, "bytes */1024")


def test_what_the_client_has_is_not_sent_again(home: Home, path: str) -> None:
    etag = home.send("HEAD", path).headers["etag"]
    for known in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        reply = home.send("GET", path, headers={"if-none-match": known})
        assert (reply.status_code, reply.content, reply.headers["etag"]) == (304, b"", etag)
    assert home.send("GET", path, headers={"if-none-match": '"x"'}).status_code == 200
    for known, status in ((etag, 206), ('"x"', 200)):
        assert home.send("GET", path, headers={"range": "bytes=0-1", "if-range": known}).status_code == status


def test_large_and_empty_files(home: Home) -> None:
    raw = os.urandom(700_000)
    large = f"/documents/{home.upload(raw, 'large', 'x/y')['id']}/file"
    assert home.send("GET", large).content == raw
    assert home.send("GET", large, headers={"range": "bytes=100000-650000"}).content == raw[100_000:650_001]
    empty = f"/documents/{home.upload(b'', 'empty', 'x/y')['id']}/file"
    assert home.send("GET", empty).content == b""
    assert home.send("GET", empty, headers={"range": "bytes=0-"}).status_code == 416


def test_files_in_the_trash_are_there(home: Home, path: str) -> None:
    home.send("DELETE", path.removesuffix("/file"))
    assert home.send("GET", path).content == RAW


def test_a_file_in_place_is_sent_while_it_is_what_it_was(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "large.bin"
    raw = os.urandom(700_000)
    path.write_bytes(raw)
    document = home.organization.add(path, in_place=True)
    reply = home.send("GET", f"/documents/{document.id}/file")
    assert (reply.status_code, reply.content) == (200, raw)
    path.write_bytes(os.urandom(700_000))
    for _ in range(2):
        reply = home.send("GET", f"/documents/{document.id}/file")
        assert (reply.status_code, reply.json()["error"]["code"]) == (404, "documents.storage.file_not_found")
        path.unlink(missing_ok=True)
