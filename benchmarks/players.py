"""Processes of a benchmark that begin together and tell what they measured, each in an interpreter of its own.

A module that is played says `ready` on a line, then answers each line of JSON on its standard input with one.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_REPOSITORY = Path(__file__).parent.parent
_PATIENCE_SECONDS = 600.0


class Player:
    """A process of a module of benchmarks that is ready to begin. Raises RuntimeError when it ends before that."""

    def __init__(self, module: str, *arguments: object) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)],
            cwd=_REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._name = " ".join(map(str, (module, *arguments)))
        self._await_ready()

    def _await_ready(self) -> None:
        assert self.process.stdout is not None
        if self.process.stdout.readline() != "ready\n":
            self.kill()
            raise RuntimeError(f"{self._name} did not begin")

    def begin(self, task: dict[str, Any] | None = None) -> None:
        """Have it begin, with a task where it is asked several times."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(task or {}) + "\n")
        self.process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        """Return its next answer. Raises RuntimeError when it ended without one."""
        assert self.process.stdout is not None
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self._name} ended without an answer; what it said stands above")
        return dict(json.loads(answer))

    def finish(self) -> dict[str, Any]:
        """Return what it tells at its end; readers end now, others when they are done."""
        answer, _ = self.process.communicate(timeout=_PATIENCE_SECONDS)
        return dict(json.loads(answer))

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.communicate()


def play(players: Sequence[Player]) -> tuple[list[dict[str, Any]], float]:
    """Have all begin together; return what they tell at their ends and the seconds until the last ended."""
    began = time.perf_counter()
    for player in players:
        player.begin()
    told = [player.finish() for player in players]
    return told, time.perf_counter() - began
