"""How long searches took: percentiles over the queries of a run, none of them smoothed.

A percentile is the least time within which that share of the queries was answered (nearest rank), so each of them was
measured, as in HDR histograms.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from papra_index.conventions.values import dataclass
from papra_index.evaluation.comparison import System

HEADINGS = ("Milliseconds for ten hits", "Queries", "p50", "p90", "p99", "Most")
NOTE = (
    "Each query once, one after the other, on the clock. papra-index eval run asks the configurations in turn for each "
    "query, after ten to warm up, so times of one such run compare; those of different runs or machines do not."
)


@dataclass(frozen=True, slots=True)
class Latency:
    """Percentiles of `count` times, in milliseconds."""

    count: int
    p50: float
    p90: float
    p99: float
    most: float


def measure_latency(milliseconds: Iterable[float]) -> Latency | None:
    """Return the percentiles; None where there is no time."""
    times = sorted(milliseconds)
    if not times:
        return None
    p50, p90, p99 = (times[math.ceil(share * len(times)) - 1] for share in (0.5, 0.9, 0.99))
    return Latency(len(times), p50, p90, p99, times[-1])


def measure_systems(systems: Sequence[System]) -> dict[str, Latency]:
    """Return the percentiles of those that tell their times, by name."""
    found = {system.name: measure_latency(one.milliseconds for one in system.details.values()) for system in systems}
    return {name: latency for name, latency in found.items() if latency is not None}


def list_rows(latencies: Mapping[str, Latency]) -> list[list[str]]:
    """Return a row of cells for each system."""
    return [
        [name, f"{one.count:,}", *(f"{time:,.1f}" for time in (one.p50, one.p90, one.p99, one.most))]
        for name, one in latencies.items()
    ]
