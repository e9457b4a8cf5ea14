"""A run of another collection is refused, and what only one side has is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from papra_index.errors import InvalidEvaluationFile
from papra_index.evaluation.overlap import describe_gaps, read_judged_run


def test_a_run_of_another_collection_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.run"
    file.write_text("q1 Q0 d1 1 2.0 x\nq2 Q0 d1 1 2.0 x\n")
    assert read_judged_run(file, {"q1": {"d1": 0}}) == {"q1": {"d1": 2.0}, "q2": {"d1": 2.0}}
    with pytest.raises(
        InvalidEvaluationFile, match=r"no query of .*x\.run has a judgement .*asks q1, q2; judged are z9"
    ):
        read_judged_run(file, {"z9": {"d1": 1}})


def test_queries_of_one_side_are_told() -> None:
    assert describe_gaps({"q1": {"d": 1.0}}, {"q1": {"d": 1}}) is None
    told = describe_gaps({"q1": {"d": 1.0}, "u": {"d": 1.0}}, {"q1": {"d": 1}, "q2": {"d": 1}, "q3": {"d": 1}})
    assert told == (
        "2 of 3 judged queries found nothing and count as 0; 1 of its queries without judgements are left out"
    )
    other = describe_gaps({"q1": {"d": 1.0}}, {"q1": {"k": 1}})
    assert other == "none of its documents is judged: is it a run of another collection?"
