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

# What letters begin with. Made-up words would be taken for a dozen languages; an organization's letters are in a few.
_OPENINGS = (
    "Dear Sir or Madam, thank you for your letter of last week, which we have read with great interest.",
    "Please find enclosed the papers that you asked for; would you kindly sign them and send them back to us?",
    "We are writing to you because the amount below has not been paid yet, although it was due last month.",
    "Sehr geehrte Damen und Herren, vielen Dank für Ihr Schreiben von letzter Woche, das wir gern gelesen haben.",
    "Anbei erhalten Sie die gewünschten Unterlagen; bitte schicken Sie uns diese unterschrieben zurück.",
    "Madame, Monsieur, nous vous remercions de votre lettre de la semaine dernière et vous prions de payer la somme.",
)

_ORGANIZATIONS = 100
_SHORT_BYTES = 100
_OPENING_BYTES = 100
FIRST_DAY = 1_420_070_400
"""2015-01-01 in seconds since 1970: the documents' own dates begin here."""

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
    """The documents of a seed: `documents` are of 3 KB in organizations of Zipf's sizes, `short` ones of 200 bytes.

    With `organizations=1` all documents are of one organization: the words of `MARKERS` are counted there.
    """

    def __init__(self, kind: Kind, count: int, seed: int = 1, *, organizations: int = _ORGANIZATIONS) -> None:
        self.kind = kind
        self.count = count
        self.seed = seed
        self.organizations_count = organizations if kind == "documents" else 1
        self.corpus = Corpus(seed, FILE_BYTES - _OPENING_BYTES if kind == "documents" else _SHORT_BYTES, grows=True)

    def iterate_entries(self) -> Iterator[Entry]:
        """Yield all documents in the order of their numbers."""
        for number in range(self.count):
            yield self.make_entry(number)

    def make_entry(self, number: int) -> Entry:
        """Return the document of a number."""
        generator = random.Random(f"{self.seed} entry {number}")
        words = generator.choices(self.corpus.vocabulary[:3_000], k=2)
        kind = _NAME_KINDS[generator.randrange(len(_NAME_KINDS))]
        date = FIRST_DAY + generator.randrange(_DAYS) * 86_400
        tags = tuple(tag for place, tag in enumerate(TAGS, 1) if generator.random() < 1 / (5 * place))
        name = f"{kind} {words[0]} {words[1]} {number}.txt"
        organization = self.draw_organization(generator)
        opening = generator.choice(_OPENINGS)
        return Entry(number, organization, name, f"{opening}\n{self.corpus.make_text(number)}", tags, date)

    def draw_organization(self, generator: random.Random) -> int:
        """Return the place of an organization, each as likely as it is large: the n-th has 1/n of the first."""
        return generator.choices(range(self.organizations_count), cum_weights=self._weights)[0]

    @cached_property
    def _weights(self) -> list[float]:
        return list(accumulate(1 / rank for rank in range(1, self.organizations_count + 1)))
