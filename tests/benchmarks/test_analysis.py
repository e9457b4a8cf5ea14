"""The benchmark of analyses runs in small and finds what the analyses are there for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.analysis import VARIANTS, measure_analysis, print_result


def test_analysis_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "letter.txt").write_text("Die Hundeschule beginnt im September, der Kurs dauert acht Wochen.", "utf-8")
    result = measure_analysis([None, tmp_path], count=5, rounds=1)
    print_result(json.loads(json.dumps(result)))
    assert "as an archive has it" in capsys.readouterr().out
    assert len(result["costs"]) == 2
    for costs in result["costs"].values():
        assert set(costs) == set(VARIANTS)
        assert all(cost["index_share"] > 0 for cost in costs.values())
    for kind, found in result["finds"].items():
        assert found["as typed"] <= found["widened"] <= found["count"]
        assert "part" in kind or found["widened"] == found["count"]
