"""`papra-index serve` as a process: it answers, reads what it is given, and ends in good order."""

from __future__ import annotations

import os
import re
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from benchmarks.measure import read_tree_rss
from papra_index import Archive
from tests.cli.conftest import CommandLine
from tests.http.conftest import PLAIN
from tests.serving import RunningServer, list_children, run_server


@contextmanager
def serve(folder: Path, *arguments: str) -> Iterator[tuple[RunningServer, httpx.Client]]:
    """Run the server and a client of it; the caller ends the server."""
    with (
        run_server(folder, *arguments) as server,
        httpx.Client(base_url=server.url, timeout=30, verify=PLAIN) as client,
    ):
        yield server, client


def create_archive(folder: Path) -> tuple[str, str]:
    """Create an archive with an organization and a token by the commands; return id and token."""
    line = CommandLine(folder)
    line.do("init")
    token = line.do("token", "create", "phone").strip()
    with Archive.open(folder) as archive:
        return archive.organizations()[0].id, token


@pytest.mark.parametrize("end", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)])
def test_it_serves_and_ends_in_good_order(tmp_path: Path, end: signal.Signals) -> None:
    folder = tmp_path / "papers"
    organization, token = create_archive(folder)
    headers = {"Authorization": f"Bearer {token}"}
    path = f"/api/organizations/{organization}/documents"
    with serve(folder) as (server, client):
        reply = client.post(path, headers=headers, files={"file": ("a.txt", b"kept for ever", "text/plain")})
        document = reply.json()["document"]["id"]
        deadline = time.monotonic() + 60
        while client.get(f"{path}/search?searchQuery=ever", headers=headers).json()["documentsCount"] == 0:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert re.fullmatch(r"Serving .* at http://127\.0\.0\.1:\d+/api.*\n", server.announced)
        server.process.send_signal(end)
        assert server.process.wait(30) == 0
        assert server.process.stderr is not None
        assert server.process.stderr.read() == ""
    with Archive.open(folder) as archive:
        assert archive.organization(organization).get(document).content == "kept for ever"


@pytest.mark.slow
def test_several_workers_share_the_archive(tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    organization, token = create_archive(folder)
    path = f"/api/organizations/{organization}/documents"
    with serve(folder, "--workers", "2") as (server, client):
        headers = {"Authorization": f"Bearer {token}", "Connection": "close"}
        for number in range(20):
            file = ("a.txt", f"document number {number}".encode(), "text/plain")
            assert client.post(path, headers=headers, files={"file": file}).status_code == 200
        deadline = time.monotonic() + 60
        while client.get(f"{path}/search?searchQuery=document", headers=headers).json()["documentsCount"] < 20:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        counted = client.get("/metrics", headers=headers).text
        route = 'method="POST",route="/organizations/{organizationId}/documents",status="200"'
        assert f"papra_index_http_requests_total{{{route}}} 20.0" in counted
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(60) == 0
    with Archive.open(folder) as archive:
        assert archive.pending_extractions() == 0


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="memory is read as Linux tells it")
def test_a_large_file_takes_no_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAPRA_INDEX_MAX_ORIGINAL_SIZE", "0")
    folder = tmp_path / "papers"
    organization, token = create_archive(folder)
    path, headers = f"/api/organizations/{organization}/documents", {"Authorization": f"Bearer {token}"}
    large = tmp_path / "large.bin"
    piece = os.urandom(1024 * 1024)
    with large.open("wb") as stream:
        for number in range(100):
            stream.write(number.to_bytes(8) + piece)
    with serve(folder) as (server, client):
        client.headers.update(headers)
        for number in range(20):
            file = ("a.bin", number.to_bytes(8) + piece, "application/x-bytes")
            assert client.post(path, files={"file": file}).status_code == 200
        time.sleep(1)  # what was uploaded is indexed
        answering = list_children(server.process.pid)[1]
        Path(f"/proc/{answering}/clear_refs").write_text("5")  # the peak begins anew
        before, all_before = read_memory(answering, "VmRSS"), read_tree_rss(server.process.pid)
        with large.open("rb") as stream:
            reply = client.post(path, files={"file": ("large.bin", stream, "application/x-bytes")})
        document = reply.json()["document"]
        assert document["originalSize"] == large.stat().st_size
        assert read_memory(answering, "VmHWM") - before < 10_000_000
        assert read_tree_rss(server.process.pid) - all_before < 20_000_000
        with client.stream("GET", f"{path}/{document['id']}/file") as download:
            size = sum(map(len, download.iter_bytes()))
        assert size == large.stat().st_size
        assert read_memory(answering, "VmHWM") - before < 10_000_000


def read_memory(process: int, name: str) -> int:
    """Return bytes of resident memory, as they are (VmRSS) or were at most (VmHWM)."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return int(re.findall(rf"{name}:\s+(\d+) kB", status)[0]) * 1024


@pytest.mark.slow
def test_settings_come_from_the_file_the_environment_and_the_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "papers"
    create_archive(folder)
    (folder / "settings.toml").write_text(
        '[http]\nport = 1\nworkers = 2\nhost = "no-such-host"\nroot_path = "/file"\nallowed_origins = "http://a.example"\n'
    )
    monkeypatch.setenv("PAPRA_INDEX_HTTP_HOST", "127.0.0.1")
    monkeypatch.setenv("PAPRA_INDEX_HTTP_ROOT_PATH", "/environment")
    with serve(folder, "--workers", "1") as (server, client):
        assert f"http://127.0.0.1:{server.port}/environment/api" in server.announced
        assert client.get("/api/openapi.json").json()["servers"] == [{"url": "/environment"}]
        reply = client.get("/api/ping", headers={"origin": "http://a.example"})
        assert reply.headers["access-control-allow-origin"] == "http://a.example"
        assert len(list_children(server.process.pid)) == 2


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    line = CommandLine(tmp_path / "papers")
    line.do("init")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        refused = line.run("serve", "--port", port)
    assert refused.exit_code == 2
    assert f"cannot listen at 127.0.0.1:{port} (Address already in use)" in refused.stderr


def test_tokens_are_listed_and_revoked(tmp_path: Path) -> None:
    line = CommandLine(tmp_path / "papers")
    line.do("init", "--name", "Home")
    assert line.lines("token") == []
    arguments = ("--permission", "documents:read", "--only", "Home", "--expires", "2030-01-01")
    made = line.json("token", "create", "reader", *arguments, "--principal", "user:anna", "--principal", "group:x")
    assert made["principals"] == ["group:x", "user:anna"]
    assert made["token"].startswith(made["prefix"])
    listed = line.do("token")
    assert made["token"] not in listed
    shown = rf"reader +{made['prefix']}… +documents:read +Home +group:x, user:anna +never +2030-01-01 .*{made['id']}"
    assert re.search(shown, listed)
    assert line.lines("token", "list")[0]["permissions"] == ["documents:read"]
    assert line.run("token", "create", "x", "--permission", "documents:eat").exit_code == 2
    assert line.do("token", "revoke", made["id"]) == f"Revoked {made['id']}.\n"
    assert line.run("token", "revoke", made["id"]).exit_code == 1
    assert line.lines("token") == []


@pytest.mark.slow
def test_a_content_hook_is_called_in_the_process_that_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "papers"
    organization, token = create_archive(folder)
    (tmp_path / "bills.py").write_text(
        "from papra_index import DocumentFields\n"
        "def read(read):\n"
        "    return DocumentFields(tags=['bill']) if 'Total' in read.text else None\n"
    )
    monkeypatch.chdir(tmp_path)
    path = f"/api/organizations/{organization}/documents"
    with serve(folder, "--content-hook", "bills:read") as (_, client):
        client.headers["Authorization"] = f"Bearer {token}"
        for name, content in (("a.txt", b"Total 12.50"), ("b.txt", b"a note")):
            client.post(path, files={"file": (name, content, "text/plain")})
        deadline = time.monotonic() + 60
        while client.get(f"{path}/search?searchQuery=tag:bill").json()["documentsCount"] == 0:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        found = client.get(f"{path}/search?searchQuery=tag:bill").json()["documents"]
        assert [item["name"] for item in found] == ["a.txt"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("no_such_module:read", "No module named"),
        ("os.path:no_such_name", "no attribute"),
        ("os.path", "cannot be called"),
    ],
)
def test_a_content_hook_that_is_none_is_refused_before_anything_is_served(
    tmp_path: Path, name: str, message: str
) -> None:
    line = CommandLine(tmp_path / "papers")
    line.do("init")
    refused = line.run("serve", "--content-hook", name)
    assert (refused.exit_code, message in refused.output) == (2, True), refused.output
