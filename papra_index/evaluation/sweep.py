"""A sweep: many configurations over the same queries, the best chosen on one part of them and judged on the other.

What is best of many on the queries it was chosen by is partly so by chance; only the other queries tell by how much.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence

from papra_index.conventions.values import dataclass
from papra_index.errors import InvalidInput
from papra_index.evaluation.collections import Judgements
from papra_index.evaluation.comparison import Comparison, System, compare_systems
from papra_index.evaluation.measures import Scores, score_run
from papra_index.evaluation.runs import Run
from papra_index.evaluation.tables import is_significant


@dataclass(frozen=True, slots=True)
class SweepRow:
    """A configuration with the mean of the first measure on both parts of the queries."""

    name: str
    train_mean: float
    test_mean: float


@dataclass(frozen=True, slots=True)
class Sweep:
    """Rows by falling mean of the training part; the best compared with the first one, on both parts of the queries.

    `trained` and `tested` are None where the first configuration is the best.
    """

    rows: tuple[SweepRow, ...]
    train_count: int
    test_count: int
    trained: Comparison | None
    tested: Comparison | None

    @property
    def holds(self) -> bool:
        """Whether the best is better also on the queries that did not choose it, and not by chance."""
        if self.tested is None:
            return False
        first = self.tested.differences[0]
        return first.delta > 0 and is_significant(first)


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
    runs: Iterable[tuple[str, Run]],
    judgements: Judgements,
    measures: Sequence[str],
    *,
    train: float = 0.5,
    seed: int = 1,
) -> Sweep:
    """Choose the run that is best by the first measure on a share of the queries and compare it on the others.

    `runs` are by configuration, the first being what the best is compared with; none is kept longer than it takes to
    measure it. Raises InvalidInput.
    """
    parts = split_judgements(judgements, train, seed)
    scores = {name: [_restrict(whole, part) for part in parts] for name, whole in _measure(runs, judgements, measures)}
    rows = [SweepRow(name, *(next(iter(part.means.values())) for part in found)) for name, found in scores.items()]
    rows.sort(key=lambda row: -row.train_mean)
    first, best = next(iter(scores)), rows[0].name
    trained, tested = (
        None
        if best == first
        else compare_systems([System(name, {}, scores[name][place], {}) for name in (first, best)], part, changed=0)
        for place, part in enumerate(parts)
    )
    return Sweep(tuple(rows), len(parts[0]), len(parts[1]), trained, tested)


def _measure(
    runs: Iterable[tuple[str, Run]], judgements: Judgements, measures: Sequence[str]
) -> Iterator[tuple[str, Scores]]:
    for name, run in runs:
        yield name, score_run(judgements, run, measures)


def _restrict(scores: Scores, judgements: Judgements) -> Scores:
    """Return the values of the queries that have judgements there."""
    queries = {name: {id_: values[id_] for id_ in judgements} for name, values in scores.queries.items()}
    return Scores(queries, {name: sum(values.values()) / len(values) for name, values in queries.items()})
