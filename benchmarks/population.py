"""What the search benchmark searches: documents of 100 organizations of skewed size, or short ones of a single one.

Organizations, tags and dates are functions of the seed and a document's number, so that every engine is given the same.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Literal

from benchmarks.corpus import FILE_BYTES, Corpus

Kind = Literal["documents", "short"]
KINDS: tuple[Kind, ...] = ("documents", "short")

TAGS = ("paid", "tax", "car", "house", "health", "school", "bank", "travel", "work", "family")
"""The n-th tag is on one document in 5 n."""

_ORGANIZATIONS = 100
_SHORT_BYTES = 150
_FIRST_DAY = 1_420_070_400  # 2015-01-01
_DAYS = 4_000
_NAME_KINDS = ("Invoice", "Letter", "Receipt", "Contract", "Report", "Minutes", "Note", "Offer")


@dataclass(frozen=True, slots=True)
class Entry:
    """A document as every engine gets it; `date` is in seconds since 1970."""

    number: int
    organization: int
    name: str
    text: str
    tags: tuple[str, ...]
    date: int


class Population:
    """The documents of a seed: `documents` are of 3 KB in organizations of Zipf's sizes, `short` ones of 150 bytes."""

    def __init__(self, kind: Kind, count: int, seed: int = 1) -> None:
        self.kind = kind
        self.count = count
        self.seed = seed
        self.organizations_count = _ORGANIZATIONS if kind == "documents" else 1
        self.corpus = Corpus(seed, FILE_BYTES if kind == "documents" else _SHORT_BYTES, grows=True)

    def iterate_entries(self) -> Iterator[Entry]:
        """Yield all documents in the order of their numbers."""
        for number in range(self.count):
            yield self.make_entry(number)

    def make_entry(self, number: int) -> Entry:
        """Return the document of a number."""
        generator = random.Random(f"{self.seed} entry {number}")
        words = generator.choices(self.corpus.vocabulary[:3_000], k=2)
        kind = _NAME_KINDS[generator.randrange(len(_NAME_KINDS))]
        date = _FIRST_DAY + generator.randrange(_DAYS) * 86_400
        tags = tuple(tag for place, tag in enumerate(TAGS, 1) if generator.random() < 1 / (5 * place))
        name = f"{kind} {words[0]} {words[1]} {number}.txt"
        organization = generator.choices(range(self.organizations_count), cum_weights=self._weights)[0]
        return Entry(number, organization, name, self.corpus.make_text(number), tags, date)

    @cached_property
    def _weights(self) -> list[float]:
        return list(accumulate(1 / rank for rank in range(1, self.organizations_count + 1)))
