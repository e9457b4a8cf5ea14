"""A real server for webhooks to be posted to, which answers as it is told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Receiver:
    """What was posted: (path, headers, body). `answer` gives the status of each, by how many came before."""

    url: str = ""
    answer: Callable[[int], int] = lambda _: 204
    seconds: float = 0.0
    received: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def payloads(self) -> list[Any]:
        """Return the bodies."""
        return [json.loads(body) for _, _, body in self.received]


@contextmanager
def receive() -> Iterator[Receiver]:
    """Give a server that listens as long as this is held."""
    receiver = Receiver()
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            with lock:
                status = receiver.answer(len(receiver.received))
                receiver.received.append((self.path, headers, body))
            time.sleep(receiver.seconds)
            self.send_response(status)
            if status in {301, 302, 307, 308}:
                self.send_header("location", f"{receiver.url}/elsewhere")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
