"""The benchmark of memory runs in small, and the sampler tells a process's own memory from mapped files."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.memory import measure_memory, print_result
from benchmarks.residents import TASKS


@pytest.mark.slow
def test_memory_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    result = measure_memory(tmp_path, scratch, [20, 40], 1, 1)
    assert set(result["tasks"]) == set(TASKS)
    for name, task in result["tasks"].items():
        for size in task["sizes"].values():
            assert 0 < size["anonymous"] < size["rss"], name
    assert not list(scratch.iterdir())
    print_result(result)
    assert "| rebuild " in capsys.readouterr().out
