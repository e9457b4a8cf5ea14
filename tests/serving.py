"""`papra-index serve` as a process of its own, for the tests of any module."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROGRAM = str(Path(sys.executable).with_name("papra-index"))


@dataclass(frozen=True)
class RunningServer:
    """The process, where it listens, and the line it said so with."""

    process: subprocess.Popen[str]
    port: int
    announced: str

    @property
    def url(self) -> str:
        """The address to call."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def run_server(folder: Path, *arguments: str, settings: Mapping[str, str] | None = None) -> Iterator[RunningServer]:
    """Serve an archive on a free port; `settings` are variables without their beginning. Who uses it may end it."""
    command = [PROGRAM, "--archive", str(folder), "serve", "--port", "0", *arguments]
    given = {"EXTRACTION_WORKERS": "1", **(settings or {})}
    environment = os.environ | {f"PAPRA_INDEX_{name}": value for name, value in given.items()}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stderr is not None
            announced = process.stderr.readline()
            found = re.search(r"http://127\.0\.0\.1:(\d+)", announced)
            assert found is not None, announced + process.stderr.read()
            yield RunningServer(process, int(found.group(1)), announced)
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(30)
                except subprocess.TimeoutExpired:
                    process.kill()
                    raise


def list_children(process: int) -> list[int]:
    """Return the processes that a server has started, oldest first: one in the background, then one that answers."""
    told = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="utf-8").split()
    return [int(child) for child in told if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text(encoding="utf-8")]
