"""The benchmark of starts runs in small and checks what the processes find."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.startup import measure_startup, print_result


@pytest.mark.slow
def test_startup_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = measure_startup(tmp_path, [45], 1, 1)
    ways = result["ways"]
    assert ways["python -c pass"]["modules"] < ways["import papra_index"]["modules"]
    assert ways["papra-index --help"]["modules"] < ways["papra-index search"]["modules"]
    assert set(ways["open, search, close 45"]["steps_ms"]) == {"import", "open", "first search", "close"}
    assert all(way["starts"] == 1 and way["cpu_ms_p50"] > 0 for way in ways.values())
    print_result(result)
    assert "| papra-index search " in capsys.readouterr().out
