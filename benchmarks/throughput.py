"""Searches per second with threads and with processes, as fast as answers come and at stated rates, beside peers.

    python -m benchmarks.throughput --keep FOLDER --output throughput.json

Engines take turns in every shape (so many processes with so many threads each), round after round; before that each
process asks every question once, which is told apart as warm-up, and the counts of all engines are compared.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.building import build_archive
from benchmarks.corpus import MARKERS, count_marked
from benchmarks.fts5 import HandMade
from benchmarks.measure import (
    TIMES_HEADINGS,
    describe_environment,
    describe_times,
    format_times,
    print_environment,
    print_table,
    rotate,
    write_result,
)
from benchmarks.players import Player
from benchmarks.population import Population
from benchmarks.searchers import ARCHIVE, ENGINES, PEER, make_mixture

Result = dict[str, Any]

_CLOSED = ((1, 1), (1, 2), (1, 4), (1, 8), (2, 1), (4, 1))
_OPEN = ((1, 8), (4, 2))
_PROCESSES = 4
_LEAD_SECONDS = 0.05  # until a task has reached all processes
_STRIDE = 37  # questions between the beginnings of processes and rounds


@dataclass(frozen=True, slots=True)
class Shape:
    """So many processes of so many threads; `rate` is that of requests due a second in all, None in a closed loop."""

    processes: int
    threads: int
    rate: float | None = None


class Team:
    """The processes of one engine on one archive."""

    def __init__(self, players: Sequence[Player]) -> None:
        self._players = players

    def count(self) -> list[Result]:
        """Have each ask all questions once, one process after another."""
        told = []
        for player in self._players:
            player.begin({"kind": "count"})
            told.append(player.hear())
        return told

    def run(self, shape: Shape, seconds: float, turn: int) -> Result:
        """Have as many as the shape says ask together; return all times, the time on the clock and of processors."""
        begins = time.monotonic() + _LEAD_SECONDS  # one clock for all processes of a machine
        players = self._players[: shape.processes]
        for number, player in enumerate(players):
            offset = (turn * _PROCESSES + number) * _STRIDE
            task = {"begins": begins, "threads": shape.threads, "seconds": seconds, "offset": offset}
            if shape.rate is None:
                player.begin(task | {"kind": "closed"})
            else:
                player.begin(task | {"kind": "open", "rate": shape.rate / shape.processes})
        told = [player.hear() for player in players]
        return {
            "seconds": [each for player in told for each in player["seconds"]],
            "wall": max(player["wall"] for player in told),
            "cpu": sum(player["cpu"] for player in told),
        }


@contextmanager
def _assemble(engine: str, folder: Path, population: Population) -> Iterator[Team]:
    players: list[Player] = []
    try:
        for _ in range(_PROCESSES):
            players.append(Player("searchers", engine, folder, population.count, population.seed))
        yield Team(players)
        for player in players:
            player.finish()
    finally:
        for player in players:
            if player.process.poll() is None:
                player.kill()


def measure_throughput(
    folder: Path, population: Population, rates: Sequence[float], seconds: float, rounds: int
) -> Result:
    """Build what is missing in `folder`, count, and run all shapes with all engines in turn.

    Raises RuntimeError where an engine counts other documents than it should.
    """
    result: Result = {"benchmark": "throughput", "environment": describe_environment(folder)}
    build_archive(folder / ARCHIVE, population)
    with closing(HandMade(folder / PEER, population.iterate_entries(), population.count)):
        pass
    shapes = [Shape(*shape) for shape in _CLOSED]
    shapes += [Shape(*shape, rate=rate) for rate in rates for shape in _OPEN]
    with ExitStack() as opened:
        teams = {name: opened.enter_context(_assemble(name, folder, population)) for name in ENGINES}
        counted = {name: team.count() for name, team in teams.items()}
        compared = _compare_counts(population, counted)
        runs: dict[tuple[Shape, str], list[Result]] = defaultdict(list)
        for turn in range(rounds):
            for shape in shapes:
                for name in rotate(tuple(teams), turn):
                    runs[shape, name].append(teams[name].run(shape, seconds, turn))
    result |= {"documents": population.count, "seconds": seconds, "rounds": rounds, "counts": compared}
    result["warm_up"] = {name: describe_times(told[0]["seconds"]) for name, told in counted.items()}
    result["runs"] = [_summarize(shape, name, found) for (shape, name), found in runs.items()]
    result["headlines"] = [_name_headline(result["runs"], *shape) for shape in ((1, 1), (1, 8), (4, 1))]
    return result


def _name_headline(runs: Sequence[Result], processes: int, threads: int) -> Result:
    """Return a rate of the library beside FTS5's, as `benchmarks.headlines` shows it."""
    rates = {
        run["engine"]: run["per_second"]
        for run in runs
        if run["loop"] == "closed" and (run["processes"], run["threads"]) == (processes, threads)
    }
    what = f"{processes} x {threads}"
    return {"what": what, "value": rates["papra-index"], "unit": "/s", "beside": "fts5", "reference": rates["fts5"]}


def _compare_counts(population: Population, counted: dict[str, list[Result]]) -> Result:
    """Return the documents found in all by each engine; raises RuntimeError where words of known frequency are not
    found as often as they are there, or others find more than the library, whose stems may find more than they do.
    """
    questions = make_mixture(population)
    ours = counted["papra-index"][0]["counts"]
    for name, told in counted.items():
        for place, question in enumerate(questions):
            counts = {each["counts"][place] for each in told}
            word = question.text
            expected = {count_marked(word, population.count)} if word in MARKERS else {ours[place]}
            is_fewer = name == "fts5" and word not in MARKERS and max(counts) <= ours[place]
            if len(counts) != 1 or (counts != expected and not is_fewer):
                raise RuntimeError(f"{name} found {counts} documents for {word!r}, not {expected}")
    return {name: sum(told[0]["counts"]) for name, told in counted.items()}


def _summarize(shape: Shape, name: str, runs: Sequence[Result]) -> Result:
    times = describe_times([seconds for run in runs for seconds in run["seconds"]])
    return times | {
        "engine": name,
        "loop": "closed" if shape.rate is None else "open",
        "processes": shape.processes,
        "threads": shape.threads,
        "rate": shape.rate,
        "per_second": times["calls"] / sum(run["wall"] for run in runs),
        "cpu_ms": 1e3 * sum(run["cpu"] for run in runs) / max(times["calls"], 1),
    }


def print_result(result: Result) -> None:
    """Print the tables of both loops and of the warm-up."""
    print_environment(result["environment"])
    print(f"{result['documents']:,} documents of 3 KB in one organization\n")
    print("Closed loop: every thread asks again once it has its answer.\n")
    _print_runs(result, "closed")
    print("\nOpen loop: requests come at a rate, whatever waits; times count from when each was due.\n")
    _print_runs(result, "open")
    print("\nWarm-up, in no number above: the first time that a process asks every question, one thread.\n")
    rows = [[name, f"{times['calls']:,}", *format_times(times)] for name, times in result["warm_up"].items()]
    print_table(["engine", "searches", *TIMES_HEADINGS], rows)


def _print_runs(result: Result, loop: str) -> None:
    rows = [
        [
            run["engine"],
            f"{run['processes']} x {run['threads']}",
            *([f"{run['rate']:,.0f}"] if loop == "open" else []),
            f"{run['per_second']:,.0f}",
            f"{run['cpu_ms']:.2f}",
            *format_times(run),
        ]
        for run in result["runs"]
        if run["loop"] == loop
    ]
    due = ["due a second"] if loop == "open" else []
    print_table(["engine", "processes x threads", *due, "searches/s", "CPU ms each", *TIMES_HEADINGS], rows)


def main() -> None:
    """Measure searches per second with threads and processes, in closed and open loops."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--rates", type=float, nargs="+", default=[100.0, 400.0], help="requests due a second")
    parser.add_argument("--seconds", type=float, default=2.5, help="of each run")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="1,000 documents, one round of .3 s each")
    parser.add_argument("--keep", type=Path, help="folder of an earlier run to use, or to build in and keep")
    parser.add_argument("--output", type=Path, help="file for the result as JSON")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.documents, arguments.seconds, arguments.rounds = 1_000, 0.3, 1
    with tempfile.TemporaryDirectory(prefix="papra-index-benchmark-") as made:
        scratch = Path(made)
        folder = (arguments.keep or scratch).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        population = Population("documents", arguments.documents, arguments.seed, organizations=1)
        result = measure_throughput(folder, population, arguments.rates, arguments.seconds, arguments.rounds)
    print_result(result)
    write_result(arguments.output, result)


if __name__ == "__main__":
    main()
