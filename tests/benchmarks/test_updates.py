"""The benchmark of changes finds what it changed, in both ways to change it, and runs in small."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.changers import OPERATIONS, Fts5
from benchmarks.population import Population
from benchmarks.updates import WAYS, Plan, check_step, measure_updates, print_result


def test_a_change_that_is_not_found_ends_a_run(tmp_path: Path) -> None:
    plan = Plan(4, 1, 0, 1)
    with closing(Fts5(tmp_path, Population("documents", 4, organizations=1))) as changer:
        changer.change("rename", 0, changer.make_value("rename", 0))
        with pytest.raises(RuntimeError, match=r"after rename of 2, found \{'rename': 1\}"):
            check_step(changer, "rename", plan)
        changer.change("rename", 3, changer.make_value("rename", 3))
        check_step(changer, "rename", plan)


@pytest.mark.slow
def test_updates_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = measure_updates(tmp_path, Plan(12, 2, 1, 4), 1, 1)
    assert len(result["steps"]) == len(WAYS) * len(OPERATIONS) * 2
    assert all(step["searchable_ms_each"] >= step["durable_ms_each"] > 0 for step in result["steps"])
    assert {size["fresh_bytes"] > 0 for sizes in result["sizes"].values() for size in sizes.values()} == {True}
    print_result(result)
    assert "| purge, papra-index " in capsys.readouterr().out
    assert not list(tmp_path.iterdir())
