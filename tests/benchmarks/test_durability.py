"""The benchmark of durability in its smallest form: it loses nothing and tells all that it promises."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.durability import measure_durability, print_result


@pytest.mark.slow
def test_durability_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = measure_durability(tmp_path, {"writes": 16, "waits": 3, "mixed": 20, "documents": 60}, 1, 1)
    assert result["is_right"], result
    assert [(run["processes"], run["threads"]) for run in result["rates"]] == [(1, 1), (1, 8), (4, 1), (4, 8)]
    assert result["turmoil"]["calls"] == 80
    assert result["turmoil"]["killed"] >= 3
    assert result["turmoil"]["fresh_bytes"] > 0
    assert result["reindex"]["reindex"]["documents"] == result["reindex"]["bare engine"]["documents"] == 60
    print_result(result)
    assert "0 lost, 0 doubled" in capsys.readouterr().out
