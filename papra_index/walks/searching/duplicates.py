"""The walk `compare`: a document -> those with its rarest words -> their texts compared -> near-duplicates, in groups.

Nothing is computed when a document is added. A document is compared when near-duplicates are asked for, once for each
state of it, and what was found is kept: an archive of an older version needs no more than one that is new.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from papra_index.catalog.database import CatalogConnection
from papra_index.catalog.documents import fetch_live_documents, find_key
from papra_index.catalog.duplicates import (
    ComparedDocument,
    Comparison,
    fetch_compared,
    find_unindexed,
    iterate_pairs,
    list_uncompared,
    store_comparisons,
)
from papra_index.catalog.organizations import read_statistics
from papra_index.catalog.pages import read_beginning, read_texts
from papra_index.index.base import IndexRequest, SimilarityRequest
from papra_index.index.comparison import (
    COMPARED_CHARACTERS,
    ComparedText,
    measure_similarity,
    prepare_comparison,
)
from papra_index.query.expression import Everything
from papra_index.results import PageRequest, Sort, SortField
from papra_index.values.resemblances import (
    LISTED_MEMBERS,
    MIN_SIMILARITY,
    DuplicateGroup,
    DuplicatePage,
    NearDuplicate,
)
from papra_index.walks.searching.search import SearchScope

_READ_CHARACTERS = 2 * COMPARED_CHARACTERS
_FIRST = (-1 << 62, -1)
_STORED = 50
"""Comparisons written in one go."""

Progress = Callable[[int, int], None]
"""Called with documents looked at and documents in all."""


def find_near_duplicates(scope: SearchScope, document_id: str, least: float) -> tuple[NearDuplicate, ...]:
    """Return the live documents that are nearly the same as one, most alike first, ten at most.

    Raises DocumentNotFound.
    """
    with scope.catalog.read() as connection:
        key = find_key(connection, scope.organization_key, document_id)
        compared = fetch_compared(connection, [key])[key]
        found = compare_document(scope, connection, compared, least).found
        documents = fetch_live_documents(
            connection, scope.organization_key, scope.organization_id, [other.key for other, _ in found]
        )
    return tuple(
        NearDuplicate(documents[other.key][0], similarity) for other, similarity in found if other.key in documents
    )


def find_duplicates(
    scope: SearchScope, page: PageRequest, least: float, progress: Progress | None = None
) -> DuplicatePage:
    """Return a page of the groups of near-duplicates, after comparing the documents that were not yet as they are."""
    pairs: list[tuple[int, int, float]] = []
    if scope.catalog.keeps_findings:
        pending = compare_documents(scope, progress)
    else:
        # Compared among themselves each time: what is kept was found among all documents, ten for each at most.
        pending = compare_documents(scope, progress, pairs)
    with scope.catalog.read() as connection:
        if scope.catalog.keeps_findings:
            groups = _group_pairs(iterate_pairs(connection, scope.organization_key, least))
        else:
            groups = _group_pairs(pair for pair in pairs if pair[2] >= least)
        shown = groups[page.first : page.first + page.page_size]
        keys = [key for group in shown for key in sorted(group)[:LISTED_MEMBERS]]
        documents = fetch_live_documents(connection, scope.organization_key, scope.organization_id, keys)
    described = []
    for group in shown:
        members = [NearDuplicate(documents[key][0], group[key]) for key in sorted(group) if key in documents]
        described.append(DuplicateGroup(tuple(members), len(group), min(group.values())))
    return DuplicatePage(tuple(described), len(groups), page.page_index, page.page_size, pending)


def compare_documents(
    scope: SearchScope, progress: Progress | None = None, pairs: list[tuple[int, int, float]] | None = None
) -> int:
    """Compare what was not compared as it is now, and keep what that gives; return how many await the index.

    With `pairs` everything is compared, and what that gives goes there.
    """
    with scope.catalog.read() as connection:
        total = read_statistics(connection, scope.organization_key).documents_count
    pending, looked = 0, 0
    after: tuple[int, int] | None = _FIRST
    while after is not None:
        with scope.catalog.read() as connection:
            portion, after = list_uncompared(connection, scope.organization_key, after, again=pairs is not None)
        for start in range(0, len(portion), _STORED):
            # Read before the documents: what changes from now on is compared again.
            sequence = scope.reader.sequence
            with scope.catalog.read() as connection:
                chunk = portion[start : start + _STORED]
                waiting = find_unindexed(connection, [item.key for item in chunk], sequence)
                ready = [item for item in chunk if item.key not in waiting]
                comparisons = [compare_document(scope, connection, item, MIN_SIMILARITY) for item in ready]
            pending += len(waiting)
            looked += len(chunk)
            if pairs is not None:
                pairs += [(one.document.key, other.key, value) for one in comparisons for other, value in one.found]
            elif comparisons:
                scope.catalog.write(store_comparisons, comparisons)
            if progress is not None:
                progress(looked, max(total, looked))
    return pending


def compare_document(
    scope: SearchScope, connection: CatalogConnection, document: ComparedDocument, least: float
) -> Comparison:
    """Return the documents of the organization that are alike a document at least so much, most alike first."""
    text = read_beginning(connection, document.key, _READ_CHARACTERS)
    mine = prepare_comparison(text, document.length)
    if not mine.is_comparable:
        return Comparison(document)
    anything = IndexRequest(scope.reach, Everything(), Sort(SortField.CREATED_AT))
    keys = scope.reader.find_copies(SimilarityRequest(document.key, text, None, anything))
    found = []
    for other, theirs in _read_others(connection, keys):
        if theirs.is_comparable and (similarity := measure_similarity(mine, theirs, least)) >= least:
            found.append((other, round(similarity, 4)))
    return Comparison(document, tuple(sorted(found, key=lambda pair: (-pair[1], pair[0].key))))


def _read_others(connection: CatalogConnection, keys: Sequence[int]) -> Iterator[tuple[ComparedDocument, ComparedText]]:
    others = list(fetch_compared(connection, keys).values()) if keys else []
    short = [other.key for other in others if other.length <= _READ_CHARACTERS]
    texts = read_texts(connection, short) if short else {}
    for other in others:
        if other.key in texts:
            text = "\n".join(page for _, page, _ in texts[other.key])
        else:
            text = read_beginning(connection, other.key, _READ_CHARACTERS)
        yield other, prepare_comparison(text, other.length)


def _group_pairs(pairs: Iterator[tuple[int, int, float]]) -> Sequence[dict[int, float]]:
    """Return the groups that pairs connect, most alike first: each document with its highest similarity."""
    leaders: dict[int, int] = {}
    best: dict[int, float] = {}

    def lead(key: int) -> int:
        while leaders.setdefault(key, key) != key:
            leaders[key] = key = leaders[leaders[key]]
        return key

    for one, other, similarity in pairs:
        best[one] = max(best.get(one, 0.0), similarity)
        best[other] = max(best.get(other, 0.0), similarity)
        leaders[lead(one)] = lead(other)
    groups: dict[int, dict[int, float]] = {}
    for key, similarity in best.items():
        groups.setdefault(lead(key), {})[key] = similarity
    return sorted(groups.values(), key=lambda group: (-min(group.values()), -len(group), min(group)))
