"""The HTTP API on a socket: lists, searches, statistics and uploads, from one client and from several.

    python -m benchmarks.http --count 10000 --connections 1 8 --workers 1 2

The server is `papra-index serve` in a process of its own, whose processor time (and that of its workers) is counted.
Clients are threads of this process, each with a connection that it keeps; beyond a few of them they measure
themselves rather than the server. Every answer is checked for its status, and searches for the count.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from benchmarks.corpus import MARKERS, Corpus, count_marked
from benchmarks.measure import (
    count_tree_cpu,
    describe_environment,
    find_percentile,
    print_environment,
    print_table,
    read_tree_anonymous,
    read_tree_rss,
    write_result,
)
from benchmarks.wrk import has_wrk, run_wrk
from papra_index import Archive, Upload

PAGE_SIZE = 25
_PATIENCE_SECONDS = 60.0
_FILLING_SECONDS = 3_600.0
_WRK_SECONDS = 3
_UPLOAD_BYTES = 3_000
_LARGE_BYTES = 20 * 1024 * 1024
_LARGE_UPLOADS = 3
_FIRST_UPLOADS = 10
_QUIET_SECONDS, _QUIET_SHARE = 0.5, 0.1
"""A server that takes less of a processor for so long does nothing."""

Result = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """A request to time; `expected` is the count its answer must have, None where it is not known."""

    method: str
    path: str
    body: bytes | None = None
    content_type: str = ""
    expected: int | None = None


@dataclass(frozen=True, slots=True)
class Served:
    """A server that runs, and how to speak to it."""

    process: int
    port: int
    token: str
    organization_id: str

    def send(self, connection: http.client.HTTPConnection, request: Request) -> None:
        """Send a request and read its answer. Raises RuntimeError for a wrong one."""
        headers = {"Authorization": f"Bearer {self.token}"}
        if request.content_type:
            headers["Content-Type"] = request.content_type
        path = f"/api/organizations/{self.organization_id}{request.path}"
        connection.request(request.method, path, request.body, headers)
        response = connection.getresponse()
        content = response.read()
        if response.status != 200:
            raise RuntimeError(f"{request.method} {request.path} gave {response.status}: {content[:200]!r}")
        if request.expected is not None and json.loads(content)["documentsCount"] != request.expected:
            raise RuntimeError(f"{request.path} found another number of documents than {request.expected}")


@contextmanager
def serve(folder: Path, workers: int) -> Iterator[Served]:
    """Serve an archive for as long as the block runs."""
    with Archive.open(folder, create=False) as archive:
        organization_id = archive.organizations()[0].id
        _, token = archive.create_api_key("benchmark")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = int(listener.getsockname()[1])
    program = str(Path(sys.executable).with_name("papra-index"))
    command = [program, "--archive", str(folder), "serve", "--port", str(port), "--workers", str(workers)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            served = Served(process.pid, port, token, organization_id)
            _wait_until_up(served)
            yield served
        finally:
            process.terminate()


def _wait_until_up(served: Served) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", served.port)) as connection:
                served.send(connection, Request("GET", "/tags"))
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def _wait_until_idle(served: Served) -> None:
    """Wait until everything is read and indexed."""
    deadline = time.monotonic() + _FILLING_SECONDS
    headers = {"Authorization": f"Bearer {served.token}"}
    with closing(http.client.HTTPConnection("127.0.0.1", served.port)) as connection:
        while time.monotonic() < deadline:
            connection.request("GET", "/metrics", headers=headers)
            told = connection.getresponse().read().decode()
            if all(float(count) == 0 for count in re.findall(r"^papra_index_\w+_pending (\S+)$", told, re.MULTILINE)):
                return
            time.sleep(0.05)


def _wait_until_quiet(served: Served) -> None:
    """Wait until everything is read, indexed and merged."""
    _wait_until_idle(served)
    deadline, cpu = time.monotonic() + _FILLING_SECONDS, count_tree_cpu(served.process)
    while time.monotonic() < deadline:
        time.sleep(_QUIET_SECONDS)
        before, cpu = cpu, count_tree_cpu(served.process)
        if cpu - before < _QUIET_SHARE * _QUIET_SECONDS:
            return


def measure_http(
    folder: Path, count: int, requests: int, connections: Sequence[int], workers: Sequence[int], seed: int
) -> Result:
    """Return the times of each kind of request, with each number of workers and of connections."""
    if not folder.exists():
        with Archive.open(folder) as archive:
            _fill_archive(archive, count, seed)
    if not has_wrk():
        print("SKIPPED wrk: not on PATH; it needs apt-get install wrk", file=sys.stderr)
    result: Result = {"environment": describe_environment(folder), "count": count, "servers": []}
    for number in workers:
        with serve(folder, number) as served:
            measured = _measure_server(served, _make_kinds(count, requests, seed), connections)
        result["servers"].append({"workers": number, **measured})
    return result


def _measure_server(served: Served, kinds: dict[str, list[Request]], connections: Sequence[int]) -> Result:
    runs: list[Result] = []
    for number in connections:
        for kind, made in kinds.items():
            runs.append(_measure(served, kind, made, number))
            if has_wrk():
                runs.append(_measure_by_wrk(served, kind, made, number))
    count = max(len(made) for made in kinds.values())
    _measure(served, "upload", _make_small_uploads(_FIRST_UPLOADS), 1)
    _wait_until_quiet(served)  # merges that filling the archive left, which the first commit begins
    runs.append(_measure(served, "upload", _make_small_uploads(count), 4))
    _wait_until_quiet(served)  # what the index has taken is no part of what an upload takes
    rss, anonymous = read_tree_rss(served.process), read_tree_anonymous(served.process)
    large = [_make_upload(os.urandom(_LARGE_BYTES)) for _ in range(_LARGE_UPLOADS)]
    runs.append(_measure(served, "upload of 20 MB", large, 1))
    return {
        "runs": runs,
        "rss_growth_bytes": read_tree_rss(served.process) - rss,
        "anonymous_growth_bytes": read_tree_anonymous(served.process) - anonymous,
    }


def _make_small_uploads(count: int) -> list[Request]:
    return [_make_upload(os.urandom(_UPLOAD_BYTES // 2).hex().encode()) for _ in range(count)]


def _fill_archive(archive: Archive, count: int, seed: int) -> None:
    home = archive.create_organization("Home")
    files = Corpus(seed).iterate_files(count)
    uploads = (Upload(file.text.encode(), name=Path(file.name).name, mime_type="text/plain") for file in files)
    for outcome in home.add_stream(uploads):
        if outcome.document_id is None:
            raise RuntimeError(f"a file was not added: {outcome.error}")
    archive.wait_until_searchable(_FILLING_SECONDS)


def _make_kinds(count: int, requests: int, seed: int) -> dict[str, list[Request]]:
    generator, vocabulary = random.Random(seed), Corpus(seed).vocabulary
    # Each order of magnitude of ranks is as likely as another.
    words = [vocabulary[int(30 * (6_000 / 30) ** generator.random())] for _ in range(requests)]
    marked = [(word, count_marked(word, count)) for word in MARKERS]
    paths: dict[str, Callable[[int], Request]] = {
        "statistics": lambda _: Request("GET", "/documents/statistics"),
        "list": lambda _: Request("GET", f"/documents?pageSize={PAGE_SIZE}"),
        "search": lambda turn: _search(words[turn % len(words)]),
        "search, checked": lambda turn: _search(*marked[turn % len(marked)]),
        "search, snippets": lambda turn: _search(words[turn % len(words)], snippets=1),
    }
    return {kind: [make(turn) for turn in range(requests)] for kind, make in paths.items()}


def _search(query: str, expected: int | None = None, *, snippets: int = 0) -> Request:
    asked = f"searchQuery={quote(query)}&pageSize={PAGE_SIZE}" + (f"&snippets={snippets}" if snippets else "")
    return Request("GET", f"/documents/search?{asked}", expected=expected)


def _make_upload(content: bytes) -> Request:
    boundary = uuid.uuid4().hex
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{boundary}.bin"\r\n'
    body = f"{head}Content-Type: application/x-bytes\r\n\r\n".encode() + content + f"\r\n--{boundary}--\r\n".encode()
    return Request("POST", "/documents", body, f"multipart/form-data; boundary={boundary}")


def _measure(served: Served, kind: str, requests: Sequence[Request], connections: int) -> Result:
    times: list[float] = []
    failures: list[BaseException] = []

    def send_share(share: Sequence[Request]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", served.port)
        try:
            served.send(connection, Request("GET", "/tags"))
            for request in share:
                began = time.perf_counter()
                served.send(connection, request)
                times.append(time.perf_counter() - began)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=send_share, args=(requests[first::connections],)) for first in range(connections)
    ]
    cpu, began = count_tree_cpu(served.process), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    wall = time.perf_counter() - began
    return {
        "kind": kind,
        "connections": connections,
        "requests": len(times),
        "per_second": len(times) / wall,
        "ms_p50": find_percentile(times, 0.5) * 1e3,
        "ms_p99": find_percentile(times, 0.99) * 1e3,
        "server_cpu_ms": (count_tree_cpu(served.process) - cpu) / len(times) * 1e3,
    }


def _measure_by_wrk(served: Served, kind: str, requests: Sequence[Request], connections: int) -> Result:
    base = f"/api/organizations/{served.organization_id}"
    cpu = count_tree_cpu(served.process)
    paths = [base + request.path for request in requests]
    load = run_wrk(f"http://127.0.0.1:{served.port}", paths, served.token, connections, _WRK_SECONDS)
    return {
        "kind": f"{kind} (wrk)",
        "connections": connections,
        "requests": load.requests,
        "per_second": load.per_second,
        "ms_p50": load.ms_p50,
        "ms_p99": load.ms_p99,
        "server_cpu_ms": (count_tree_cpu(served.process) - cpu) / load.requests * 1e3,
    }


def print_result(result: Result) -> None:
    """Print the tables of a result, one for each number of workers."""
    print_environment(result["environment"])
    for server in result["servers"]:
        print(f"{result['count']:,} documents, workers: {server['workers']}\n")
        rows = [
            [
                run["kind"],
                str(run["connections"]),
                f"{run['ms_p50']:.2f} / {run['ms_p99']:.2f}",
                f"{run['per_second']:.0f}",
                f"{run['server_cpu_ms']:.2f}",
            ]
            for run in server["runs"]
        ]
        print_table(["request", "connections", "ms p50 / p99", "per second", "server CPU ms"], rows)
        growth, anonymous = (server[f"{kind}_growth_bytes"] / 1e6 for kind in ("rss", "anonymous"))
        print(f"\n{_LARGE_UPLOADS} uploads of 20 MB made the server grow by {growth:.0f} MB", end="")
        print(f", of which {anonymous:.0f} MB are no mapped files.\n")


def main() -> None:
    """Measure the HTTP API of an archive of text files."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="documents")
    parser.add_argument("--requests", type=int, default=400, help="requests of each kind")
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 8, 64], help="clients at once")
    parser.add_argument("--workers", type=int, nargs="+", default=[1], help="processes of the server that answer")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--quick", action="store_true", help="2,000 documents, 100 requests, 1 and 8 connections, one worker"
    )
    parser.add_argument("--output", type=Path, help="file for the result as JSON")
    given = parser.parse_args()
    if given.quick:
        given.count, given.requests = min(given.count, 2_000), min(given.requests, 100)
        given.connections, given.workers = [1, 8], [1]
    scratch = Path(tempfile.mkdtemp(prefix="papra-index-benchmark-"))
    try:
        folder = scratch / "archive"
        result = measure_http(folder, given.count, given.requests, given.connections, given.workers, given.seed)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    print_result(result)
    write_result(given.output, result)


if __name__ == "__main__":
    main()
