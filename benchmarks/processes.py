"""Engines as warm child processes: asked for one file at a time, with a deadline, replaced when they hang or die.

What a file took is read from outside: processor time of the process and all below it, and their memory.
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.measure import TreeSampler, count_tree_cpu, list_tree, read_tree_rss

_REPOSITORY = Path(__file__).parent.parent
_START_SECONDS = 120.0
_MAX_MEMORY = 4 << 30


class EngineMissing(Exception):
    """An engine that does not start here; the message is what it said."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How an engine fared with a file; `failure` is None, `error`, `timeout` or `died`, and `texts` its pages."""

    texts: list[str] = field(default_factory=list)
    failure: str | None = None
    message: str | None = None
    cpu: float = 0.0
    wall: float = 0.0
    facts: dict[str, Any] = field(default_factory=dict)


class EngineProcess:
    """One engine, started when made; raises EngineMissing when it is not installed."""

    def __init__(self, name: str, python: str, settings: dict[str, Any]) -> None:
        self.name = name
        self.peak_rss = 0
        self._command = [python, "-m", "benchmarks.readers", name, json.dumps(settings)]
        self._start()

    def read(self, path: Path, seconds: float) -> Reading:
        """Read one file; what takes longer than `seconds` is ended, with all it started."""
        before, started = count_tree_cpu(self._process.pid), time.perf_counter()
        with TreeSampler(self._process.pid) as sampler:
            answer = self._ask({"path": str(path)}, seconds)
        wall = time.perf_counter() - started
        cpu = count_tree_cpu(self._process.pid) - before
        self.peak_rss = max(self.peak_rss, sampler.peak_rss, read_tree_rss(self._process.pid))
        if answer is None:
            failed = "died" if self._process.poll() is not None else "timeout"
            self._restart()
            return Reading(failure=failed, cpu=max(cpu, 0.0), wall=wall)
        texts = (self._ask({}, _START_SECONDS) or {"texts": []})["texts"] if answer["characters"] else []
        texts += [""] * (answer["pages"] - len(texts))
        failure = "error" if answer["error"] is not None else None
        return Reading(texts, failure, answer["error"], cpu, wall, answer["facts"])

    def read_block(self, paths: list[Path], seconds: float) -> tuple[int, float]:
        """Read many files; return how many pages they gave and the processor seconds.

        Raises RuntimeError when the engine hangs or dies.
        """
        before = count_tree_cpu(self._process.pid)
        answer = self._ask({"block": list(map(str, paths))}, seconds)
        if answer is None:
            raise RuntimeError(f"{self.name} did not come back from a block of {len(paths)} files")
        return answer["pages"], count_tree_cpu(self._process.pid) - before

    def close(self) -> None:
        """End the process and what it started."""
        for process in reversed(list_tree(self._process.pid)):
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self._process.kill()
        self._process.communicate()

    def _start(self) -> None:
        environment = {**os.environ, "OMP_THREAD_LIMIT": "1", "PYTHONPATH": str(_REPOSITORY)}
        with tempfile.TemporaryFile() as errors:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, env=environment,
                cwd=_REPOSITORY, preexec_fn=_limit_memory,
            )  # fmt: skip
            ready = self._ask(None, _START_SECONDS)
            if ready is None:
                self.close()
                errors.seek(0)
                raise EngineMissing(errors.read().decode(errors="replace").strip().rpartition("\n")[2][:200])
        self.version: str = ready["version"]

    def _restart(self) -> None:
        self.close()
        self._start()

    def _ask(self, request: dict[str, Any] | None, seconds: float) -> dict[str, Any] | None:
        """Return the answer, or None when there is none in time."""
        requests, answers = self._process.stdin, self._process.stdout
        assert requests is not None
        assert answers is not None
        try:
            if request is not None:
                requests.write(json.dumps(request).encode() + b"\n")
                requests.flush()
        except BrokenPipeError:
            return None
        deadline = time.monotonic() + seconds
        parts: list[bytes] = []
        while select.select([answers], [], [], max(0.0, deadline - time.monotonic()))[0]:
            parts.append(os.read(answers.fileno(), 1 << 20))
            if parts[-1].endswith(b"\n"):
                return dict(json.loads(b"".join(parts)))
            if not parts[-1]:
                self._process.wait()
                return None
        return None


def _limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MAX_MEMORY, _MAX_MEMORY))


def find_python(name: str, pythons: dict[str, str]) -> str:
    """Return the interpreter for an engine: the one named for it, or this one."""
    return pythons.get(name, sys.executable)
