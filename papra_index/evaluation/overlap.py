"""Whether a run and judgements belong together: what one of them has alone counts as 0 or not at all, and is told."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from papra_index.errors import InvalidEvaluationFile
from papra_index.evaluation.collections import Judgements
from papra_index.evaluation.runs import Run, read_run


def read_judged_run(file: Path, judgements: Judgements) -> Run:
    """Read a run of queries that are judged. Raises InvalidEvaluationFile, also for one that shares none."""
    run = read_run(file)
    if run and run.keys().isdisjoint(judgements):
        raise InvalidEvaluationFile(
            f"no query of {file} has a judgement (it asks {_list_ids(run)}; judged are {_list_ids(judgements)}): "
            "name the judgements of its own collection with --qrels FILE"
        )
    return run


def describe_gaps(run: Run, judgements: Judgements) -> str | None:
    """Return a sentence on queries that only one of them has, and on one of documents nobody judged; or None."""
    missing, unjudged = judgements.keys() - run.keys(), run.keys() - judgements.keys()
    parts = []
    if missing:
        parts.append(f"{len(missing):,} of {len(judgements):,} judged queries found nothing and count as 0")
    if unjudged:
        parts.append(f"{len(unjudged):,} of its queries without judgements are left out")
    if run and all(scores.keys().isdisjoint(judgements.get(query, {})) for query, scores in run.items()):
        parts.append("none of its documents is judged: is it a run of another collection?")
    return "; ".join(parts) or None


def _list_ids(ids: Iterable[str]) -> str:
    return ", ".join(islice(ids, 3))
