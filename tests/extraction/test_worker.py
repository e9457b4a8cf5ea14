"""What a worker may not do: speak to others, and hold many files."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest

CONNECT = """
import socket, sys
from papra_index.extraction.worker import leave_network
left = leave_network()
try:
    socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=5).close()
    print(left, "connected")
except OSError:
    print(left, "refused")
"""


def test_a_worker_reaches_nobody() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = subprocess.run(
            [sys.executable, "-c", CONNECT, str(server.getsockname()[1])], capture_output=True, text=True, check=True
        )
    left, outcome = done.stdout.split()
    if left == "False":
        pytest.skip("namespaces are not open to this user")
    assert outcome == "refused"
