"""What documents have in common with one another, as frozen values: similar ones, and copies of one text."""

from __future__ import annotations

from papra_index.conventions.values import dataclass
from papra_index.documents import Document
from papra_index.errors import InvalidInput
from papra_index.results import QueryIssue

MIN_SIMILARITY = 0.5
"""Lowest similarity at which two documents can be called near-duplicates: pairs below it are not kept."""

DEFAULT_SIMILARITY = 0.7
"""Scans with faults in a tenth of their characters reach it, bills of one sender do not (benchmarks/README.md)."""

LISTED_MEMBERS = 100
"""Documents of one group that are given; its count is exact."""


@dataclass(frozen=True, slots=True)
class SimilarHit:
    """A document like another: `score` is above 0 and up to 1 for the same words as often, `words` are up to five of
    those that both have and few others do, the most telling first.
    """

    document: Document
    score: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SimilarPage:
    """A page of the documents like one, best first: `documents_count` of them, which is at most 100.

    `reason` says why there is none where the document itself is the cause; `issues` are those of the search query.
    """

    hits: tuple[SimilarHit, ...]
    documents_count: int
    page_index: int
    page_size: int
    reason: str | None = None
    issues: tuple[QueryIssue, ...] = ()


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """A document with nearly the text of another; `similarity` is 0..1, 1 for the same words in the same order."""

    document: Document
    similarity: float


@dataclass(frozen=True, slots=True)
class DuplicateGroup:
    """Documents each of which is nearly the same as another of the group, oldest first, a hundred at most.

    The similarity of each is the highest to another of the group, that of the group the lowest of these.
    """

    members: tuple[NearDuplicate, ...]
    documents_count: int
    similarity: float


@dataclass(frozen=True, slots=True)
class DuplicatePage:
    """A page of the groups, those most alike first; `pending_count` documents await the index and are in none yet."""

    groups: tuple[DuplicateGroup, ...]
    groups_count: int
    page_index: int
    page_size: int
    pending_count: int = 0


def check_similarity(similarity: float) -> float:
    """Return it; raises InvalidInput unless it is MIN_SIMILARITY to 1."""
    if isinstance(similarity, bool) or not isinstance(similarity, int | float):
        raise InvalidInput(f"a similarity is a number, not {similarity!r}: give {MIN_SIMILARITY} to 1")
    if not MIN_SIMILARITY <= similarity <= 1:
        raise InvalidInput(f"a similarity of {similarity:g} is out of bounds: give {MIN_SIMILARITY} to 1")
    return float(similarity)
