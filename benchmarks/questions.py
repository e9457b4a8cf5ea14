"""What is asked in the search benchmark: distinct questions of each kind, in words for the query of any engine.

Organizations are asked as often as they are large; words are drawn from ranks, each order of magnitude as likely.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from benchmarks.population import FIRST_DAY, TAGS, Population

Verb = Literal["search", "suggest", "similar"]
Order = Literal["relevance", "created", "name"]

DEEP_PAGE = 99
"""Index of the page that is reached by a cursor, which costs no more than the first, if all is well."""

_MAX_ATTEMPTS = 100  # for each question wanted
_FREQUENT, _COMMON, _RARE = (30, 300), (30, 6_000), (3_000, 29_000)
_LETTERS = "aeioulnrst"


@dataclass(frozen=True, slots=True)
class Question:
    """A question to one organization, by its place.

    All `words` are to be found, each as the beginning of one; with `is_phrase` next to each other, the last as a
    beginning. `pattern` has one `*`. `dates` are the first second and the one behind the last. `text` is all of it in
    the search language. One that `is_mistyped` is to be relaxed, which none of the peers does.
    """

    organization: int
    words: tuple[str, ...] = ()
    is_phrase: bool = False
    pattern: str | None = None
    tag: str | None = None
    dates: tuple[int, int] | None = None
    order: Order = "relevance"
    page_index: int = 0
    facets: bool = False
    is_mistyped: bool = False
    verb: Verb = "search"

    @property
    def text(self) -> str:
        """The query of the search language."""
        parts = [f'"{" ".join(self.words)}"'] if self.is_phrase else [*self.words]
        if self.pattern is not None:
            parts.append(self.pattern)
        if self.tag is not None:
            parts.append(f"tag:{self.tag}")
        if self.dates is not None:
            first, last = (datetime.fromtimestamp(second, UTC) for second in self.dates)
            parts.append(f"date:{first:%Y-%m-%d}..{last - timedelta(days=1):%Y-%m-%d}")
        return " ".join(parts)


class Asking:
    """Draws what questions are made of."""

    def __init__(self, population: Population, generator: random.Random) -> None:
        self._population = population
        self._vocabulary = population.corpus.vocabulary
        self.generator = generator

    def draw_organization(self) -> int:
        """Return an organization's place, large ones more often."""
        return self._population.draw_organization(self.generator)

    def draw_word(self, ranks: tuple[int, int]) -> str:
        """Return a word of a rank between two."""
        most, least = ranks
        return self._vocabulary[int(most * (least / most) ** self.generator.random())]

    def ask_words(self, *ranks: tuple[int, int]) -> Question:
        """Ask for so many words."""
        return Question(self.draw_organization(), tuple(map(self.draw_word, ranks)))

    def ask_phrase(self) -> Question:
        """Ask for two words that often follow each other."""
        word = self.draw_word((10, 1_500))
        return Question(self.draw_organization(), (word, self._population.corpus.neighbours[word]), is_phrase=True)

    def ask_prefix(self, length: int) -> Question:
        """Ask for so many letters of a word."""
        return Question(self.draw_organization(), (self.draw_word(_COMMON)[:length],))

    def ask_pattern(self, *, is_leading: bool) -> Question:
        """Ask for the end of a word, or for its beginning and its end."""
        word = self.draw_word(_COMMON)
        return Question(self.draw_organization(), pattern=f"*{word[-4:]}" if is_leading else f"{word[:3]}*{word[-1]}")

    def ask_typo(self) -> Question:
        """Ask for a word with one letter that is another."""
        word = self.draw_word(_COMMON)
        while len(word) < 6:
            word = self.draw_word(_COMMON)
        place = self.generator.randrange(1, len(word))
        typed = word[:place] + self.generator.choice(_LETTERS) + word[place + 1 :]
        return Question(self.draw_organization(), (typed,), is_mistyped=True)

    def ask_tagged(self) -> Question:
        """Ask for a word and a tag."""
        return Question(self.draw_organization(), (self.draw_word((10, 1_000)),), tag=self.generator.choice(TAGS))

    def ask_dated(self) -> Question:
        """Ask for a word and some months."""
        first = FIRST_DAY + self.generator.randrange(3_500) * 86_400
        days = self.generator.randrange(30, 500)
        return Question(self.draw_organization(), (self.draw_word((10, 1_000)),), dates=(first, first + days * 86_400))

    def ask_ordered(self, order: Order) -> Question:
        """Ask for a word in another order."""
        return Question(self.draw_organization(), (self.draw_word(_COMMON),), order=order)

    def ask_deep(self) -> Question:
        """Ask the largest organization for a page far behind of what nearly all of its documents have."""
        word = self._vocabulary[self.generator.randrange(40)]
        return Question(0, (word,), order="created", page_index=DEEP_PAGE)

    def ask_facets(self) -> Question:
        """Ask for a word, and for counts."""
        return Question(self.draw_organization(), (self.draw_word(_FREQUENT),), facets=True)

    def ask_completions(self) -> Question:
        """Ask what letters of a word could become."""
        word = self.draw_word(_COMMON)
        return Question(
            self.draw_organization(), (word[: self.generator.randrange(2, max(3, len(word)))],), verb="suggest"
        )

    def ask_similar(self) -> Question:
        """Ask for what is like a document that has a word."""
        return Question(self.draw_organization(), (self.draw_word(_FREQUENT),), verb="similar")


KINDS: dict[str, Callable[[Asking], Question]] = {
    "one word, frequent": lambda asking: asking.ask_words(_FREQUENT),
    "one word, rare": lambda asking: asking.ask_words(_RARE),
    "two words": lambda asking: asking.ask_words((10, 600), (10, 600)),
    "three words": lambda asking: asking.ask_words((10, 300), (10, 300), (10, 300)),
    "phrase": Asking.ask_phrase,
    "prefix of 1": lambda asking: asking.ask_prefix(1),
    "prefix of 2": lambda asking: asking.ask_prefix(2),
    "prefix of 3": lambda asking: asking.ask_prefix(3),
    "prefix of 4": lambda asking: asking.ask_prefix(4),
    "wildcard inside": lambda asking: asking.ask_pattern(is_leading=False),
    "wildcard first": lambda asking: asking.ask_pattern(is_leading=True),
    "typo": Asking.ask_typo,
    "tag and word": Asking.ask_tagged,
    "dates and word": Asking.ask_dated,
    "word by date": lambda asking: asking.ask_ordered("created"),
    "word by name": lambda asking: asking.ask_ordered("name"),
    "page 100": Asking.ask_deep,
    "facets": Asking.ask_facets,
    "suggest": Asking.ask_completions,
    "similar": Asking.ask_similar,
}


def make_questions(population: Population, kind: str, count: int) -> list[Question]:
    """Return at most so many distinct questions of a kind, the same for the same population."""
    asking = Asking(population, random.Random(f"{population.seed} {kind}"))
    found: dict[Question, None] = {}
    for _ in range(count * _MAX_ATTEMPTS):
        if len(found) == count:
            break
        found[KINDS[kind](asking)] = None
    return list(found)
