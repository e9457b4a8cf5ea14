"""Systems compared with the first of them: differences of measures, whether they are real, and the queries that moved.

The tests of all systems and measures are one family, which Holm's correction goes over together.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from papra_index.conventions.values import dataclass
from papra_index.errors import InvalidInput
from papra_index.evaluation.collections import Judgements
from papra_index.evaluation.measures import Scores, parse_measure, score_run
from papra_index.evaluation.overlap import read_judged_run
from papra_index.evaluation.runs import SHOWN, QueryDetails, Run, ShownHit, read_details
from papra_index.evaluation.significance import (
    compare_by_randomisation,
    compare_by_t,
    correct_by_holm,
    find_interval,
)

_CONDITION = re.compile(r"\s*(?P<measure>.+?)\s*(?P<sign><=|>=|<|>)\s*(?P<bound>[+-]?\d*\.?\d+)\s*")
_SIGNS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_TIE = 1e-9
_SHOWN_RELEVANT = 8


@dataclass(frozen=True, slots=True)
class System:
    """One of those compared: its run, its values, and what is known of its queries, nothing for other systems' runs."""

    name: str
    run: Run
    scores: Scores
    details: Mapping[str, QueryDetails]


@dataclass(frozen=True, slots=True)
class Difference:
    """How a system differs from the first in one measure.

    `delta` is the mean's, `low` and `high` its 95 % interval by the bootstrap; of the queries `wins` are better. The
    p-values are two-sided, those of Holm corrected for all tests of the comparison.
    """

    system: str
    measure: str
    baseline_mean: float
    mean: float
    wins: int
    ties: int
    losses: int
    low: float
    high: float
    t_p: float
    randomisation_p: float
    t_holm_p: float = 1.0
    randomisation_holm_p: float = 1.0

    @property
    def delta(self) -> float:
        """The difference of the means."""
        return self.mean - self.baseline_mean


@dataclass(frozen=True, slots=True)
class RankedDocument:
    """A document of a ranking: its grade, None where nobody judged it; what else the run tells of it."""

    rank: int
    document_id: str
    name: str
    grade: int | None
    reasons: tuple[str, ...] = ()
    passage: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """What one system made of a query: as it was asked, what was wrong with it, and the first documents."""

    value: float
    asked: str
    documents_count: int
    issues: tuple[str, ...]
    documents: tuple[RankedDocument, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A query that a system answers better or worse than the first, both side by side.

    `moved` has relevant documents with their ranks before and after, None where not found, the furthest moved first.
    """

    query_id: str
    text: str
    before: Side
    after: Side
    moved: tuple[tuple[RankedDocument, int | None, int | None], ...]

    @property
    def delta(self) -> float:
        """By how much the measure changed."""
        return self.after.value - self.before.value


@dataclass(frozen=True, slots=True)
class Comparison:
    """Systems, the first being what others are compared with; `changes` go by the first measure, largest first."""

    measures: tuple[str, ...]
    judgements: Judgements
    systems: tuple[System, ...]
    differences: tuple[Difference, ...]
    changes: Mapping[str, tuple[Change, ...]]


def read_systems(
    files: Mapping[str, Path], judgements: Judgements, measures: Sequence[str], *, judged_only: bool = False
) -> tuple[System, ...]:
    """Read runs by name and measure them. Raises InvalidEvaluationFile and InvalidInput."""
    found = []
    for name, file in files.items():
        run = read_judged_run(file, judgements)
        scores = score_run(judgements, run, measures, judged_only=judged_only)
        found.append(System(name, run, scores, read_details(file)))
    return tuple(found)


def compare_systems(systems: Sequence[System], judgements: Judgements, *, changed: int = 10) -> Comparison:
    """Compare each with the first; `changed` queries of each are told. Raises InvalidInput for fewer than two."""
    if len(systems) < 2:
        raise InvalidInput("there is nothing to compare: give two runs or more, the first being the one to beat")
    baseline, *others = systems
    measures = tuple(baseline.scores.means)
    differences = [_measure_difference(baseline, other, measure) for other in others for measure in measures]
    by_t = correct_by_holm([one.t_p for one in differences])
    by_chance = correct_by_holm([one.randomisation_p for one in differences])
    corrected = tuple(
        replace(one, t_holm_p=t_p, randomisation_holm_p=p)
        for one, t_p, p in zip(differences, by_t, by_chance, strict=True)
    )
    changes = {other.name: _find_changes(baseline, other, measures[0], judgements, changed) for other in others}
    return Comparison(measures, judgements, tuple(systems), corrected, changes)


def _measure_difference(baseline: System, other: System, measure: str) -> Difference:
    before, after = (list(system.scores.queries[measure].values()) for system in (baseline, other))
    deltas = [new - old for new, old in zip(after, before, strict=True)]
    wins, losses = sum(delta > _TIE for delta in deltas), sum(delta < -_TIE for delta in deltas)
    low, high = find_interval(after, before)
    return Difference(
        other.name,
        measure,
        baseline.scores.means[measure],
        other.scores.means[measure],
        wins,
        len(deltas) - wins - losses,
        losses,
        low,
        high,
        compare_by_t(after, before),
        compare_by_randomisation(after, before),
    )


def _find_changes(
    baseline: System, other: System, measure: str, judgements: Judgements, count: int
) -> tuple[Change, ...]:
    before, after = baseline.scores.queries[measure], other.scores.queries[measure]
    deltas = {query: after[query] - before[query] for query in after if abs(after[query] - before[query]) > _TIE}
    largest = sorted(deltas, key=lambda query: abs(deltas[query]), reverse=True)[:count]
    return tuple(_describe_change(baseline, other, measure, query, judgements[query]) for query in largest)


def _describe_change(baseline: System, other: System, measure: str, query: str, grades: Mapping[str, int]) -> Change:
    sides = [_describe_side(system, measure, query, grades) for system in (baseline, other)]
    details = baseline.details.get(query) or other.details.get(query)
    ranks = [{id_: rank for rank, id_ in enumerate(system.run.get(query, {}), 1)} for system in (baseline, other)]
    names = {one.document_id: one.name for side in sides for one in side.documents}
    moved = [
        (RankedDocument(0, id_, names.get(id_, id_), grade), ranks[0].get(id_), ranks[1].get(id_))
        for id_, grade in grades.items()
        if grade > 0 and ranks[0].get(id_) != ranks[1].get(id_)
    ]
    # A rank near the top matters more than one far below: steps are counted by their reciprocals.
    moved.sort(key=lambda item: abs(_weigh(item[1]) - _weigh(item[2])), reverse=True)
    return Change(query, details.text if details else "", sides[0], sides[1], tuple(moved[:_SHOWN_RELEVANT]))


def _weigh(rank: int | None) -> float:
    return 0.0 if rank is None else 1 / rank


def _describe_side(system: System, measure: str, query: str, grades: Mapping[str, int]) -> Side:
    details = system.details.get(query)
    known = {hit.document_id: hit for hit in details.hits} if details else {}
    documents = []
    for rank, id_ in enumerate(list(system.run.get(query, {}))[:SHOWN], 1):
        hit = known.get(id_, ShownHit(id_, id_, 0.0))
        documents.append(RankedDocument(rank, id_, hit.name, grades.get(id_), hit.reasons, hit.passage))
    return Side(
        system.scores.queries[measure][query],
        details.asked if details else "",
        details.documents_count if details else len(system.run.get(query, {})),
        details.issues if details else (),
        tuple(documents),
    )


@dataclass(frozen=True, slots=True)
class Condition:
    """A bound on the difference of a measure, as in `nDCG@10 < -0.01`."""

    measure: str
    sign: str
    bound: float

    def find_met(self, comparison: Comparison) -> list[Difference]:
        """Return the differences that the condition holds for."""
        meets = _SIGNS[self.sign]
        return [one for one in comparison.differences if one.measure == self.measure and meets(one.delta, self.bound)]


def read_condition(text: str) -> Condition:
    """Read a condition. Raises InvalidInput."""
    match = _CONDITION.fullmatch(text)
    if match is None:
        raise InvalidInput(f"{text!r} is no condition: write a measure, a sign and a difference, as in nDCG@10 < -0.01")
    return Condition(str(parse_measure(match["measure"])), match["sign"], float(match["bound"]))
