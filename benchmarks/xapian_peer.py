"""Xapian as other benchmarks ask it: through the Python that Debian's package is for, in lines of JSON."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, Literal


class XapianMissing(RuntimeError):
    """There is no Python with Xapian on this machine."""


class XapianProcess:
    """A running `benchmarks/xapian_process.py` on the database in a folder. Raises XapianMissing where it cannot run.

    It holds `documents` for questions of the search benchmark, or `texts` that are ranked for any words.
    """

    def __init__(self, folder: Path, role: Literal["documents", "texts"]) -> None:
        script = Path(__file__).with_name("xapian_process.py")
        self._process = subprocess.Popen(
            [_find_python(), str(script), str(folder), role], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, message: dict[str, object]) -> Any:
        """Return the answer to a message."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


def _find_python() -> str:
    for python in ("/usr/bin/python3", shutil.which("python3")):
        if python and subprocess.run([python, "-c", "import xapian"], capture_output=True, check=False).returncode == 0:
            return python
    raise XapianMissing("no Python here has Xapian; it needs apt-get install python3-xapian")
