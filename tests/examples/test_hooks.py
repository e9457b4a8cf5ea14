"""The examples of hooks run as they stand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


def run_example(name: str) -> list[str]:
    """Return the lines that an example prints."""
    command = [sys.executable, "-W", "error", str(EXAMPLES / name)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout.splitlines()


@pytest.mark.slow
def test_rerank() -> None:
    lines = run_example("rerank.py")
    assert lines[0].endswith("repairs.txt")
    assert lines[0].startswith("0.75 was ")
    assert lines[-1] == "the first 3 hits are in the order of the callable"


def test_content_hook() -> None:
    assert sorted(run_example("content_hook.py")) == [
        "2023-08-14 519.80 Carpenter's Workshop Elmgrove",
        "2024-03-12 84.20 Stadtwerke Süd GmbH",
    ]


def test_every_example_is_run_and_named_in_the_readme() -> None:
    tests = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    readme = (EXAMPLES.parent / "README.md").read_text("utf-8")
    for path in [*EXAMPLES.glob("*.py"), *EXAMPLES.glob("*.ipynb")]:
        assert path.stem in tests
        assert f"examples/{path.name}" in readme
