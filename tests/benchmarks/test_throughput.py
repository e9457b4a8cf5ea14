"""The benchmark of throughput: its loops count what they should, wrong counts end it, and it runs in small."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from benchmarks.population import Population
from benchmarks.questions import Question
from benchmarks.searchers import Answer, Contestant, Searcher
from benchmarks.throughput import measure_throughput, print_result

POPULATION = Population("documents", 60, organizations=1)


class Slow(Searcher):
    """Takes 10 ms for an answer; after `right` answers, one document more is found."""

    def __init__(self, folder: Path, *, right: int = 1_000_000) -> None:
        super().__init__(folder, POPULATION)
        self._left = right

    def open_answer(self) -> Answer:
        def answer(question: Question) -> int:
            time.sleep(0.01)
            self._left -= 1
            return len(question.text) + (self._left < 0)

        return answer


def test_an_open_loop_counts_from_when_requests_were_due(tmp_path: Path) -> None:
    contestant = Contestant(Slow(tmp_path))
    contestant.count()
    run = contestant.run_open(time.monotonic(), threads=1, seconds=0.2, offset=0, rate=500.0)
    # One thread answers 100 a second at most: what is due last waits for all others, or until twice the time is over.
    count = len(run["seconds"])
    assert count > 50
    assert max(run["seconds"]) >= min(count * 0.01, 0.4) - 0.2


def test_a_closed_loop_asks_again_once_it_has_its_answer(tmp_path: Path) -> None:
    contestant = Contestant(Slow(tmp_path))
    contestant.count()
    run = contestant.run_closed(time.monotonic(), threads=2, seconds=0.1, offset=0)
    assert 0 < len(run["seconds"]) <= 22
    assert min(run["seconds"]) >= 0.01


def test_another_count_ends_a_run(tmp_path: Path) -> None:
    engine = Slow(tmp_path)
    contestant = Contestant(engine)
    counted = contestant.count()
    assert len(counted["counts"]) == len(counted["seconds"])
    engine._left = 3
    with pytest.raises(RuntimeError, match="at first, now"):
        contestant.run_closed(time.monotonic(), threads=1, seconds=0.2, offset=0)


@pytest.mark.slow
def test_throughput_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = measure_throughput(tmp_path, POPULATION, [50.0], 0.1, 1)
    engines = {"papra-index", "bare tantivy", "fts5"}
    closed = {(run["engine"], run["processes"], run["threads"]) for run in result["runs"] if run["loop"] == "closed"}
    assert closed == {(name, *shape) for name in engines for shape in [(1, 1), (1, 2), (1, 4), (1, 8), (2, 1), (4, 1)]}
    assert sum(run["loop"] == "open" for run in result["runs"]) == 2 * len(engines)
    assert all(run["calls"] > 0 for run in result["runs"] if run["loop"] == "closed")
    assert result["counts"]["bare tantivy"] == result["counts"]["papra-index"] >= result["counts"]["fts5"] > 0
    print_result(result)
    assert "whatever waits" in capsys.readouterr().out
