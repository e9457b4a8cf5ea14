"""Percentiles are times that were measured, and configurations take turns."""

from __future__ import annotations

from papra_index import Organization
from papra_index.evaluation import Configuration, run_configurations
from papra_index.evaluation.latency import Latency, list_rows, measure_latency


def test_a_percentile_is_the_least_time_that_so_many_took() -> None:
    assert measure_latency(range(100, 0, -1)) == Latency(100, 50, 90, 99, 100)
    assert measure_latency([3.0]) == Latency(1, 3.0, 3.0, 3.0, 3.0)
    assert measure_latency([1.0, 2.0]) == Latency(2, 1.0, 2.0, 2.0, 2.0)
    assert measure_latency([]) is None
    assert list_rows({"a": Latency(1200, 1.0, 2.04, 3000.0, 4000.0)}) == [
        ["a", "1,200", "1.0", "2.0", "3,000.0", "4,000.0"]
    ]


def test_configurations_take_turns_in_who_begins(home: Organization, archive: object) -> None:
    home.put("a", content="boiler")
    archive.wait_until_searchable()  # type: ignore[attr-defined]
    ways = [Configuration("one"), Configuration("two", "all")]
    asked = [
        (result.details.query_id, name)
        for name, result in run_configurations(home, {"1": "boiler", "2": "boiler", "3": "roof"}, ways)
    ]
    assert asked == [("1", "one"), ("1", "two"), ("2", "two"), ("2", "one"), ("3", "one"), ("3", "two")]
