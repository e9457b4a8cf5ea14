"""A second order of the best hits: what a callable is given, what it is asked under, and what became of its answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field
from typing import Literal

from papra_index.conventions.deadlines import BoundedCalls
from papra_index.conventions.values import dataclass
from papra_index.documents import Document
from papra_index.errors import InvalidInput

MAX_RERANK_DEPTH = 1_000
_MAX_SECONDS = 600
_MAX_CHARACTERS = 100_000


@dataclass(frozen=True, slots=True)
class Candidate:
    """A hit that may be moved: its document without content, the first characters of its text, its score, and its rank
    among the hits, from 1, as the engine has it.
    """

    document: Document
    text: str
    score: float
    rank: int


Reranker = Callable[[str, Sequence[Candidate]], Sequence[Candidate | tuple[Candidate, float]]]
"""Takes a query and the best hits and returns them in the order they are to have, each alone or with a score of its
own; those it leaves out follow in the order they had.
"""


@dataclass(frozen=True, slots=True)
class Rerank:
    """A callable for the first `depth` hits by relevance (1 to 1,000), which get `characters` of text each (0 to
    100,000) and have to be in order within `seconds` (to 600).

    It is called in a thread of its own, from as many threads as search. Make one and use it for all searches: it counts
    the calls that go on after their time, and calls no more while there are eight of them.
    """

    call: Reranker
    depth: int = 50
    seconds: float = 1.0
    characters: int = 2_000
    calls: BoundedCalls = field(default_factory=BoundedCalls, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not callable(self.call):
            raise InvalidInput(f"{self.call!r} cannot be called: give a function of a query and candidates")
        for name, least, most in (("depth", 1, MAX_RERANK_DEPTH), ("characters", 0, _MAX_CHARACTERS)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
                raise InvalidInput(f"{name} is {value!r}: give a whole number from {least} to {most:,}")
        if not isinstance(self.seconds, int | float) or not 0 < self.seconds <= _MAX_SECONDS:
            raise InvalidInput(f"seconds is {self.seconds!r}: give a number above 0, up to {_MAX_SECONDS}")


RerankReason = Literal["timed-out", "failed", "invalid-order", "no-words", "beyond-depth", "no-hits"]


@dataclass(frozen=True, slots=True)
class Reranking:
    """What became of an order that was asked for: `applied`, or the engine's order, for a `reason` that `message` says
    in words.

    `candidates_count` hits were given to the callable, which took `seconds`.
    """

    applied: bool
    message: str
    reason: RerankReason | None = None
    candidates_count: int = 0
    seconds: float = 0.0
