"""Measures of runs, by ir-measures, which asks trec_eval itself where it has the measure.

MacAvaney, Macdonald, Ounis, "Streamlining Evaluation with ir-measures", ECIR 2022.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from papra_index.conventions.values import dataclass
from papra_index.errors import InvalidInput
from papra_index.evaluation.collections import Judgements
from papra_index.evaluation.extras import need_extra
from papra_index.evaluation.runs import DEPTH, Run

MEASURES = ("nDCG@10", "AP", "R@100", "RR", "P@10", "Judged@10")
"""What is measured when nothing else is asked for."""

RECALL_LEVELS = tuple(level / 10 for level in range(11))
"""Where precision is interpolated for a curve over recall (TREC's eleven points)."""


@dataclass(frozen=True, slots=True)
class Scores:
    """The values of each measure by query id, for every query with judgements, and their means."""

    queries: Mapping[str, Mapping[str, float]]
    means: Mapping[str, float]

    def average_groups(self) -> dict[str, dict[str, float]]:
        """Return means by group: what query ids begin with, up to the first dot, as those that are mined do."""
        groups: dict[str, list[str]] = {}
        for query in next(iter(self.queries.values()), {}):
            groups.setdefault(query.partition(".")[0], []).append(query)
        return {
            group: {measure: sum(values[id_] for id_ in ids) / len(ids) for measure, values in self.queries.items()}
            for group, ids in groups.items()
        }


def score_run(
    judgements: Judgements, run: Run, measures: Sequence[str] = MEASURES, *, judged_only: bool = False
) -> Scores:
    """Measure a run. A query that found nothing counts as 0 (trec_eval's -c); one without judgements is left out.

    With `judged_only`, documents that nobody judged are taken out of the rankings first (trec_eval's -J), except for
    `Judged`, which counts them. Raises InvalidInput for a name that ir-measures does not know.
    """
    parsed = [parse_measure(name) for name in measures]
    values: dict[str, dict[str, float]] = {str(measure): dict.fromkeys(judgements, 0.0) for measure in parsed}
    groups: list[tuple[list[Any], Run]] = [(parsed, run)]
    if judged_only:
        judged = {
            query: {id_: score for id_, score in scores.items() if id_ in judgements.get(query, {})}
            for query, scores in run.items()
        }
        groups = [([one for one in parsed if one.NAME != "Judged"], judged)]
        groups.append(([one for one in parsed if one.NAME == "Judged"], run))
    for group, ranking in groups:
        for metric in _calculate(group, judgements, ranking):
            if metric.query_id in judgements:
                values[str(metric.measure)][metric.query_id] = float(metric.value)
    return Scores(values, {name: sum(found.values()) / max(len(found), 1) for name, found in values.items()})


def _calculate(measures: Sequence[Any], judgements: Judgements, run: Run) -> Iterable[Any]:
    import ir_measures

    # The library takes dictionaries for what they are, and mappings of other kinds for rows.
    graded = {query: dict(grades) for query, grades in judgements.items()}
    ranked = {query: dict(scores) for query, scores in run.items() if scores}
    return ir_measures.iter_calc(measures, graded, ranked) if measures and graded and ranked else ()


def parse_measure(name: str) -> Any:
    """Return the measure of this name, as in `nDCG@10` or `AP(rel=2)`. Raises InvalidInput."""
    with need_extra():
        import ir_measures
    try:
        measure: Any = ir_measures.parse_measure(name)
        measure.validate_params()
    except (NameError, ValueError, AssertionError, SyntaxError, AttributeError, KeyError, TypeError) as error:
        raise InvalidInput(
            f"{name!r} is no measure that ir-measures knows: give one such as {', '.join(MEASURES)}"
        ) from error
    return measure


def find_depth(measures: Sequence[str]) -> int:
    """Return how many documents of a ranking the measures look at, DEPTH where one looks at all.

    Raises InvalidInput.
    """
    cutoffs = [parse_measure(name).params.get("cutoff") for name in measures]
    return max((cutoff or DEPTH for cutoff in cutoffs), default=DEPTH)


def measure_precision(judgements: Judgements, run: Run) -> list[float]:
    """Return the interpolated precision at each of RECALL_LEVELS, the mean of all queries."""
    means = score_run(judgements, run, [f"IPrec@{level}" for level in RECALL_LEVELS]).means
    return list(means.values())
