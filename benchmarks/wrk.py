"""Load by `wrk`, which takes hardly any of the processor time that a client in Python takes from the server."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_SCRIPT = """
local paths, turn = {}, 0
for line in io.lines(os.getenv("WRK_PATHS")) do paths[#paths + 1] = line end
request = function()
  turn = turn % #paths + 1
  return wrk.format("GET", paths[turn])
end
"""
_TIMES = re.compile(r"^ +(50|99)% +([\d.]+)(us|ms|s)$", re.MULTILINE)
_MILLISECONDS = {"us": 1e-3, "ms": 1.0, "s": 1e3}


@dataclass(frozen=True, slots=True)
class Load:
    """What a run of wrk tells: requests answered, how many a second, milliseconds that half and 99 % of them took."""

    requests: int
    per_second: float
    ms_p50: float
    ms_p99: float


def has_wrk() -> bool:
    """Whether wrk is installed."""
    return shutil.which("wrk") is not None


def run_wrk(url: str, paths: Sequence[str], token: str, connections: int, seconds: int) -> Load:
    """Ask for paths in turn over so many connections. Raises RuntimeError when an answer was an error."""
    with tempfile.TemporaryDirectory() as folder:
        script, listed = Path(folder, "paths.lua"), Path(folder, "paths")
        script.write_text(_SCRIPT)
        listed.write_text("\n".join(paths))
        command = ["wrk", "--threads", "1", "--connections", str(connections), "--duration", str(seconds), "--latency"]
        command += ["--header", f"Authorization: Bearer {token}", "--script", str(script), url]
        environment = {**os.environ, "WRK_PATHS": str(listed)}
        output = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in output or "Socket errors" in output:
        raise RuntimeError(f"requests failed: {output}")
    times = {share: float(value) * _MILLISECONDS[unit] for share, value, unit in _TIMES.findall(output)}
    requests, rate = re.findall(r"(\d+) requests in|Requests/sec: +([\d.]+)", output)
    return Load(int(requests[0]), float(rate[1]), times["50"], times["99"])
