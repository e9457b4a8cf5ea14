"""Why a document ranks where it does, or was not found at all: frozen values that can say themselves in words.

Numbers and sentences are one value, so that what is shown to people is what was computed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from papra_index.conventions.values import dataclass

if TYPE_CHECKING:
    from papra_index.results import QueryIssue, Relaxation, Sort

PartKind = Literal[
    "word", "phrase", "prefix", "stem", "spelling", "compound", "inside", "characters", "neighbours", "near", "pattern",
    "feedback", "other",
]  # fmt: skip
ObstacleKind = Literal["trashed", "unread", "incomplete", "unindexed"]
VerdictKind = Literal["text", "filter", "all", "any", "not", "everything", "nothing"]

_FIELDS = {
    "any": "name or content",
    "name": "the name",
    "content": "the content",
    "notes": "the notes",
    "original_name": "the original name",
}

_SENTENCES: dict[PartKind, str] = {
    "word": "the word *{text}* in {field}",
    "phrase": "the phrase *{text}* in {field}",
    "prefix": "*{text}* at the beginning of words in {field}",
    "stem": "*{text}* or another form of it in {field}",
    "spelling": "another spelling of *{text}* in {field}",
    "compound": "compounds with *{text}* in {field}",
    "inside": "*{text}* inside words of {field}",
    "characters": "the characters *{text}* inside others in {field}",
    "neighbours": "the words *{text}* next to each other in {field}",
    "near": "the words *{text}* near each other in {field}",
    "pattern": "words like *{text}* in {field}",
    "feedback": "what the best documents speak of: {text}",
    "other": "all else",
}


@dataclass(frozen=True, slots=True)
class ScorePart:
    """What one reason adds to a score: `text` as it was looked for, in `field` (any means name or content)."""

    kind: PartKind
    field: str
    text: str
    score: float

    @property
    def described(self) -> str:
        """The part as a sentence: `the word *maintenance* in the content: 3.21`."""
        reason = _SENTENCES[self.kind].format(text=self.text, field=name_field(self.field))
        return f"{reason}: {self.score:.2f}"


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a score consists of: the scores of `parts`, highest first, add up to `score` within a ten-thousandth of it.

    Without parts the order is not by relevance.
    """

    score: float
    parts: tuple[ScorePart, ...] = ()

    @property
    def described(self) -> str:
        """The score and its parts, a line each."""
        if not self.parts:
            return "no score: nothing in the query ranks, or the order is by another field"
        return "\n".join((f"score {self.score:.2f}", *(f"  {part.described}" for part in self.parts)))


@dataclass(frozen=True, slots=True)
class AnalyzedWord:
    """A word of a query as it is looked for: folded, and its stem in the language of the document, None without."""

    word: str
    stem: str | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a part of a query does what it has to for a document to be found, and the reason as a sentence.

    `part` is written as in the search language. `parts` are what it consists of, each judged by itself; `is_negated`
    says that it stands under NOT, where it is met when it does not hold. `words` are those of a text as analysed.
    """

    part: str
    kind: VerdictKind
    is_met: bool
    reason: str
    is_negated: bool = False
    parts: tuple[Verdict, ...] = ()
    words: tuple[AnalyzedWord, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """The verdict and those below it as lines, indented."""
        mark = "yes" if self.is_met else "no "
        below = (f"    {line}" for part in self.parts for line in part.lines)
        return (f"{mark} {self.part}: {self.reason}", *below)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What keeps a document from being found, or from being found by all of its text, whatever the query."""

    kind: ObstacleKind
    message: str


@dataclass(frozen=True, slots=True)
class Why:
    """Whether a search finds a document, at which place, or why not.

    `rank` counts from 1 among `documents_count` in the order of `sort`; None when not found, and beyond the first
    10,000. `obstacles` stand in the way whatever is asked; `verdict` is what the index says of each part of the query,
    None where it does not have the document; `issues` are what was wrong with the query. `language` is the document's,
    by whose stemmer words match others. `relaxed` is what is searched for in place of a query that no document matches,
    `relaxed_rank` the document's place in that.
    """

    document_id: str
    document_name: str
    language: str | None
    search_query: str
    is_found: bool
    rank: int | None
    documents_count: int
    sort: Sort
    verdict: Verdict | None
    obstacles: tuple[Obstacle, ...] = ()
    issues: tuple[QueryIssue, ...] = ()
    explanation: Explanation | None = None
    relaxed: Relaxation | None = None
    relaxed_rank: int | None = None

    @property
    def blame(self) -> tuple[str, ...]:
        """The reasons of the smallest parts of the query that keep the document from being found."""
        return () if self.is_found or self.verdict is None else tuple(dict.fromkeys(_blame(self.verdict)))

    @property
    def described(self) -> str:
        """The answer in lines: found or not, what stands in the way, each part of the query, and the score."""
        lines = [self._conclude(), *self._tell_relaxed(), *(one.message for one in self.obstacles), *self.blame]
        if self.verdict is not None and self.verdict.kind not in ("everything", "nothing"):
            lines += ["", "Part by part:", *(f"  {line}" for line in self.verdict.lines)]
            if words := tuple(dict.fromkeys(_list_words(self.verdict))):
                language = f"language {self.language}" if self.language else "language not known"
                lines += ["", f"Words as they are looked for ({language}):", *(f"  {line}" for line in words)]
        if self.explanation is not None and self.explanation.parts:
            lines += ["", *self.explanation.described.split("\n")]
        return "\n".join(lines)

    def _conclude(self) -> str:
        name = " ".join(self.document_name.split())  # which may hold line ends
        asked = self.search_query or "the empty query"
        if not self.is_found:
            return f"{name} is not among the {self.documents_count:,} found by: {asked}"
        place = "beyond the first 10,000" if self.rank is None else f"at rank {self.rank:,}"
        order = str(self.sort.field).replace("_", " ")
        return f"{name} is {place} of the {self.documents_count:,} found, by {order}: {asked}"

    def _tell_relaxed(self) -> list[str]:
        if self.relaxed is None:
            return []
        outcome = "does not find it either" if self.relaxed_rank is None else f"has it at rank {self.relaxed_rank:,}"
        return [f"What is shown instead, as nothing matches as typed, {outcome}: {self.relaxed.search_query}"]


def name_field(field: str) -> str:
    """Return how a sentence names a field of the search language."""
    return _FIELDS.get(field, field)


def _blame(verdict: Verdict) -> list[str]:
    if verdict.is_met:
        return []
    if below := [reason for part in verdict.parts for reason in _blame(part)]:
        return below
    if verdict.is_negated:
        return [f"{verdict.part} excludes it: {verdict.reason}."]
    if verdict.kind == "filter":
        return [f"{verdict.part} does not hold: {verdict.reason}."]
    return [verdict.reason[:1].upper() + verdict.reason[1:] + "."]


def _list_words(verdict: Verdict) -> list[str]:
    lines = [
        f"{word.word}" + (f" (stem {word.stem})" if word.stem is not None and word.stem != word.word else "")
        for word in verdict.words
    ]
    return lines + [line for part in verdict.parts for line in _list_words(part)]
