"""A sweep: many configurations over the same queries, the best chosen on one part of them and judged on the other.

What is best of many on the queries it was chosen by is partly so by chance; only the other queries tell by how much.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from papra_index.errors import InvalidInput
from papra_index.evaluation.collections import Judgements
from papra_index.evaluation.comparison import Comparison, System, compare_systems
from papra_index.evaluation.measures import score_run
from papra_index.evaluation.runs import Run


@dataclass(frozen=True, slots=True)
class SweepRow:
    """A configuration with the mean of the first measure on both parts of the queries."""

    name: str
    train_mean: float
    test_mean: float


@dataclass(frozen=True, slots=True)
class Sweep:
    """Rows by falling mean of the training part; `comparison` is of the best with the first one, on the test part.

    It is None where the first configuration is the best.
    """

    rows: tuple[SweepRow, ...]
    train_count: int
    test_count: int
    comparison: Comparison | None


def split_judgements(judgements: Judgements, train: float = 0.5, seed: int = 1) -> tuple[Judgements, Judgements]:
    """Return the judgements of a random share of the queries, and of the others.

    Raises InvalidInput where a part would have no query.
    """
    queries = sorted(judgements)
    chosen = set(random.Random(f"{seed} split").sample(queries, round(len(queries) * train)))
    parts: tuple[dict[str, Mapping[str, int]], dict[str, Mapping[str, int]]] = ({}, {})
    for query, grades in judgements.items():
        parts[query not in chosen][query] = grades
    if not all(parts):
        raise InvalidInput(
            f"{len(queries)} queries cannot be split so that both parts have some: judge more, or choose another share"
        )
    return parts


def choose_configuration(
    runs: Mapping[str, Run], judgements: Judgements, measures: Sequence[str], *, train: float = 0.5, seed: int = 1
) -> Sweep:
    """Choose the run that is best by the first measure on a share of the queries and compare it on the others.

    `runs` are by configuration, the first being what the best is compared with. Raises InvalidInput.
    """
    trained, tested = split_judgements(judgements, train, seed)
    measure = measures[0]
    rows = []
    for name, run in runs.items():
        means = [next(iter(score_run(part, run, [measure]).means.values())) for part in (trained, tested)]
        rows.append(SweepRow(name, *means))
    rows.sort(key=lambda row: -row.train_mean)
    first, best = next(iter(runs)), rows[0].name
    comparison = None
    if best != first:
        systems = [System(name, runs[name], score_run(tested, runs[name], measures), {}) for name in (first, best)]
        comparison = compare_systems(systems, tested, changed=0)
    return Sweep(tuple(rows), len(trained), len(tested), comparison)
