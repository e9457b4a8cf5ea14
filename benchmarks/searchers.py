"""What the processes of `benchmarks.throughput` do: one engine each, asked the same questions by several threads.

    python -m benchmarks.searchers ENGINE FOLDER COUNT SEED

Closed loop: each thread asks again as soon as it has its answer. Open loop: requests are due at random moments at a
stated rate (a Poisson process, of a seed), whether or not earlier ones are answered, and each one's time counts from
when it was due: what waits for a free thread is slow, and not forgotten ("coordinated omission": G. Tene, How Not to
Measure Latency, 2013).
"""

from __future__ import annotations

import itertools
import json
import random
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.corpus import MARKERS
from benchmarks.engine import EngineRoom
from benchmarks.fts5 import HandMade
from benchmarks.peers import PAGE_SIZE
from benchmarks.population import Population
from benchmarks.questions import Question, make_questions
from papra_index import Archive, Settings

ARCHIVE, PEER = "archive", "fts5.sqlite"
"""What is in the folder."""

KINDS = ("one word, frequent", "one word, rare", "two words", "three words", "phrase", "prefix of 3")
"""Kinds of questions that every engine here answers; as many of each, and a word of known frequency in every tenth."""

_OF_EACH = 40
_MARKED_SHARE = 10
_BACKLOG = 2.0  # times the seconds of a run, after which nothing is begun

Answer = Callable[[Question], int]


def make_mixture(population: Population) -> list[Question]:
    """Return the questions in the order in which they are asked, the same for every engine."""
    asked = [question for kind in KINDS for question in make_questions(population, kind, _OF_EACH)]
    marked = itertools.cycle(MARKERS)
    asked += [Question(0, (next(marked),)) for _ in range(len(asked) // _MARKED_SHARE)]
    random.Random(population.seed).shuffle(asked)
    return asked


class Searcher(ABC):
    """An engine on a folder; every thread asks through a function of its own."""

    def __init__(self, folder: Path, population: Population) -> None:
        self.folder = folder
        self.population = population

    @abstractmethod
    def open_answer(self) -> Answer:
        """Return what answers a question with a page of documents, and returns how many there are in all."""

    def close(self) -> None:  # noqa: B027  # not all hold anything
        """Let go of everything."""


class Library(Searcher):
    """`Organization.search`: 25 hydrated hits."""

    def __init__(self, folder: Path, population: Population) -> None:
        super().__init__(folder, population)
        self._archive = Archive.open(folder / ARCHIVE, settings=Settings().without_background())
        (self._home,) = self._archive.organizations()

    def open_answer(self) -> Answer:
        """All threads share the archive."""
        return lambda question: self._home.search(question.text, page_size=PAGE_SIZE, relax=False).documents_count

    def close(self) -> None:
        """Close the archive."""
        self._archive.close()


class Bare(Searcher):
    """Tantivy's own call on the library's index, with the query that the library's compiler made beforehand."""

    def __init__(self, folder: Path, population: Population) -> None:
        super().__init__(folder, population)
        with Archive.open(folder / ARCHIVE, settings=Settings().without_background()) as archive:
            names = [home.id for home in archive.organizations()]
        self._room = EngineRoom(folder / ARCHIVE, names)
        self._prepared = {question: self._room.prepare(question) for question in make_mixture(population)}

    def open_answer(self) -> Answer:
        """All threads share the searcher."""
        return lambda question: self._room.search_bare(self._prepared[question])[1]


class Fts5(Searcher):
    """FTS5 as one would make it well (`benchmarks.fts5.HandMade`)."""

    def open_answer(self) -> Answer:
        """Each thread has a connection, as SQLite's are not to be shared."""
        peer = HandMade(self.folder / PEER, (), self.population.count)
        return lambda question: peer.answer(question).count


ENGINES: dict[str, type[Searcher]] = {"papra-index": Library, "bare tantivy": Bare, "fts5": Fts5}


class Contestant:
    """Asks one engine in runs; what another count comes back for than the first time ends it with RuntimeError."""

    def __init__(self, searcher: Searcher) -> None:
        self._searcher = searcher
        self._questions = make_mixture(searcher.population)
        self._counts: dict[Question, int] = {}
        self.runs: dict[str, Callable[..., dict[str, Any]]] = {
            "count": self.count,
            "closed": self.run_closed,
            "open": self.run_open,
        }

    def count(self) -> dict[str, Any]:
        """Ask every question once, in one thread: a warm-up, whose times and counts are told."""
        answer, seconds = self._searcher.open_answer(), []
        for question in self._questions:
            began = time.monotonic()
            self._counts[question] = answer(question)
            seconds.append(time.monotonic() - began)
        return {"counts": [self._counts[question] for question in self._questions], "seconds": seconds}

    def run_closed(self, begins: float, threads: int, seconds: float, offset: int) -> dict[str, Any]:
        """Ask with so many threads, from a moment on, for so long."""
        places = itertools.count(offset)

        def ask(answer: Answer) -> Iterator[float]:
            _sleep_until(begins)
            while (began := time.monotonic()) < begins + seconds:
                self._check(answer, next(places))
                yield time.monotonic() - began

        return self._run(begins, threads, ask)

    def run_open(self, begins: float, threads: int, seconds: float, offset: int, rate: float) -> dict[str, Any]:
        """Ask at so many requests a second in the mean; what is not begun in twice the time counts as it waited."""
        due = list(_draw_moments(random.Random(f"{offset} {rate}"), rate, seconds))
        places = itertools.count()

        def ask(answer: Answer) -> Iterator[float]:
            while (place := next(places)) < len(due):
                moment = begins + due[place]
                _sleep_until(moment)
                if time.monotonic() < begins + seconds * _BACKLOG:
                    self._check(answer, offset + place)
                yield time.monotonic() - moment

        return self._run(begins, threads, ask)

    def _check(self, answer: Answer, place: int) -> None:
        question = self._questions[place % len(self._questions)]
        if (found := answer(question)) != self._counts[question]:
            raise RuntimeError(f"{question.text!r} found {self._counts[question]} documents at first, now {found}")

    def _run(self, begins: float, threads: int, ask: Callable[[Answer], Iterator[float]]) -> dict[str, Any]:
        times: list[float] = []
        failures: list[BaseException] = []

        def work() -> None:
            try:
                times.extend(list(ask(self._searcher.open_answer())))
            except BaseException as error:
                failures.append(error)

        workers = [threading.Thread(target=work) for _ in range(threads)]
        cpu = time.process_time()
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        if failures:
            raise failures[0]
        return {"seconds": times, "wall": time.monotonic() - begins, "cpu": time.process_time() - cpu}


def _draw_moments(generator: random.Random, rate: float, seconds: float) -> Iterator[float]:
    moment = generator.expovariate(rate)
    while moment < seconds:
        yield moment
        moment += generator.expovariate(rate)


def _sleep_until(moment: float) -> None:
    left = moment - time.monotonic()
    if left > 0:
        time.sleep(left)


def main(arguments: Sequence[str] = tuple(sys.argv[1:])) -> None:
    """Open one engine, count, and run what is asked for until standard input ends."""
    name, folder, count, seed = arguments[0], Path(arguments[1]), *map(int, arguments[2:4])
    searcher = ENGINES[name](folder, Population("documents", count, seed, organizations=1))
    contestant = Contestant(searcher)
    print("ready", flush=True)
    for line in sys.stdin:
        task = json.loads(line)
        kind = task.pop("kind")
        print(json.dumps(contestant.runs[kind](**task)), flush=True)
    searcher.close()
    print(json.dumps({}), flush=True)


if __name__ == "__main__":
    main()
