"""The benchmark of adding files: the library's run tells what each stage took of the processors."""

from __future__ import annotations

from pathlib import Path

from benchmarks.corpus import write_corpus
from benchmarks.library import add_folder


def test_each_stage_has_its_share_of_the_processors(tmp_path: Path) -> None:
    write_corpus(tmp_path / "corpus", 12)
    run = add_folder(tmp_path / "corpus", tmp_path / "archive")
    assert run["added"] == 12
    assert run["durable_seconds"] > 0
    stages = run["stages"]
    assert {"staging", "catalog", "feeding workers", "analysis, applying", "workers"} < set(stages)
    assert all(seconds > -0.05 for seconds in stages.values()), stages
    assert min(stages[name] for name in ("staging", "catalog", "analysis, applying", "workers")) > 0, stages
