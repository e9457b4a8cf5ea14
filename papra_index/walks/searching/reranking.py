"""The step `rerank` of the walk `search`: the best hits with their texts -> somebody's callable -> their order.

The engine's order stands wherever the callable does not give a whole answer in time, and its scores stay the hits'
scores, so that explanations add up to them.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from functools import partial
from itertools import chain
from typing import cast

from papra_index.catalog.documents import fetch_live_documents
from papra_index.catalog.pages import read_beginning
from papra_index.catalog.visibility import CatalogView
from papra_index.conventions.deadlines import CallTimedOut
from papra_index.conventions.values import dataclass
from papra_index.errors import InvalidInput
from papra_index.index.base import IndexMatches, IndexRequest
from papra_index.results import Hit, PageRequest, Sort, SortField
from papra_index.values.reranks import Candidate, Rerank, Reranking, RerankReason

logger = logging.getLogger(__name__)

Holder = tuple[CatalogView, int, str]
"""Where documents of an organization are read: its catalog, key and id."""


@dataclass(frozen=True, slots=True)
class Reordered:
    """The matches of a page, what became of the order asked for, and of hits that were in it, by key, the rank they had
    and the score they were given.
    """

    matches: IndexMatches
    outcome: Reranking | None = None
    places: Mapping[int, tuple[int, float | None]] = field(default_factory=dict)

    def note_places(self, hits: Mapping[int, Hit]) -> dict[int, Hit]:
        """Return the hits with the rank that the engine gave them."""
        placed = dict(hits)
        for key in hits.keys() & self.places.keys():
            rank, score = self.places[key]
            placed[key] = replace(hits[key], engine_rank=rank, rerank_score=score)
        return placed


def check_rerank(rerank: Rerank | None, sort: Sort | None) -> None:
    """Raise InvalidInput for what is no Rerank, and for one with an order of its own."""
    if rerank is None:
        return
    if not isinstance(rerank, Rerank):
        raise InvalidInput(f"rerank is {rerank!r}: give a Rerank, as in Rerank(score_hits, depth=50)")
    if sort is not None and sort.field is not SortField.RELEVANCE:
        raise InvalidInput("rerank changes the order by relevance: leave sort out, or rerank")


def extend_request(request: IndexRequest, rerank: Rerank | None) -> IndexRequest:
    """Return the request for all hits that may come to stand on its page."""
    if rerank is None or request.sort.field is not SortField.RELEVANCE or request.first >= rerank.depth:
        return request
    return replace(request, first=0, limit=max(rerank.depth, request.first + request.limit))


def tell_unordered() -> Reranking:
    """Return what is said of a query that no hit ranks by."""
    return _decline("no-words", "no order was asked for, as the query has no words that documents rank by")


def rerank_matches(
    holders: Iterable[Holder],
    request: IndexRequest,
    matches: IndexMatches,
    search_query: str,
    rerank: Rerank | None,
    page: PageRequest,
) -> Reordered:
    """Return the matches of a page in the order that the callable gives the best of all: `matches` are those of a
    request by `extend_request`.
    """
    if rerank is None:
        return Reordered(matches)
    if request.sort.field is not SortField.RELEVANCE:
        return Reordered(matches, tell_unordered())
    if page.first >= rerank.depth:
        message = f"the order is the engine's, as this page is behind the first {rerank.depth} hits"
        return Reordered(matches, _decline("beyond-depth", message))
    candidates = _read_candidates(holders, matches, rerank)
    if not candidates:
        return Reordered(_cut_page(matches, page), _decline("no-hits", "there are no hits to order"))
    places, outcome = _ask(rerank, search_query, candidates)
    keys = iter(places)
    head = [next(keys) if key in candidates else key for key in matches.keys[: rerank.depth]]
    scores = dict(zip(matches.keys, matches.scores, strict=True))
    ordered = (*head, *matches.keys[rerank.depth :])
    moved = replace(matches, keys=ordered, scores=tuple(scores[key] for key in ordered))
    return Reordered(_cut_page(moved, page), outcome, places)


def _read_candidates(holders: Iterable[Holder], matches: IndexMatches, rerank: Rerank) -> dict[int, Candidate]:
    """Return the best hits that are live, by key in the engine's order."""
    keys = matches.keys[: rerank.depth]
    found: dict[int, Candidate] = {}
    for catalog, organization_key, organization_id in holders:
        with catalog.read() as connection:
            live = fetch_live_documents(connection, organization_key, organization_id, keys)
            for key, (document, _) in live.items():
                text = read_beginning(connection, key, rerank.characters) if rerank.characters else ""
                found[key] = Candidate(document, text, 0.0, 0)
    ranked = enumerate(zip(keys, matches.scores, strict=False), start=1)
    return {key: replace(found[key], score=score, rank=rank) for rank, (key, score) in ranked if key in found}


def _ask(
    rerank: Rerank, search_query: str, candidates: Mapping[int, Candidate]
) -> tuple[dict[int, tuple[int, float | None]], Reranking]:
    """Return (rank before, score) by key in the order to have, and what became of the order asked for."""
    started = time.perf_counter()
    reason: RerankReason
    try:
        answer = rerank.calls.run(partial(rerank.call, search_query, tuple(candidates.values())), rerank.seconds)
        places = _read_order(answer, candidates)
    except CallTimedOut as error:
        reason, message = "timed-out", str(error)
    except _InvalidOrderError as error:
        reason, message = "invalid-order", str(error)
    except Exception as error:
        reason, message = "failed", f"failed with {type(error).__name__}: {error}"
        logger.warning("the order of hits stays as it is", exc_info=True)
    else:
        seconds = time.perf_counter() - started
        message = f"the first {len(candidates)} hits are in the order of the callable"
        return places, Reranking(True, message, None, len(candidates), seconds)
    kept: dict[int, tuple[int, float | None]] = {key: (candidate.rank, None) for key, candidate in candidates.items()}
    declined = _decline(reason, f"the order is the engine's, as the callable {message}")
    return kept, replace(declined, candidates_count=len(candidates), seconds=time.perf_counter() - started)


class _InvalidOrderError(Exception):
    """An answer that is no order of the candidates."""


def _read_order(
    answer: Sequence[Candidate | tuple[Candidate, float]], candidates: Mapping[int, Candidate]
) -> dict[int, tuple[int, float | None]]:
    """Return (rank before, score) by key in the order of an answer, then of those it leaves out."""
    keys = {candidate.document.id: key for key, candidate in candidates.items()}
    places: dict[int, tuple[int, float | None]] = {}
    try:
        items = list(answer)
    except TypeError as error:
        raise _InvalidOrderError(f"returned {type(answer).__name__}, which is no sequence of candidates") from error
    for item in items:
        candidate, score = item if isinstance(item, tuple) and len(item) == 2 else (item, None)
        key = keys.get(candidate.document.id) if isinstance(candidate, Candidate) else None
        if key is None or key in places:
            wrong = "something that is no candidate" if key is None else f"{candidate.document.name!r} twice"
            raise _InvalidOrderError(f"returned {wrong}")
        places[key] = candidates[key].rank, _read_score(score)
    left = ((key, (candidate.rank, None)) for key, candidate in candidates.items() if key not in places)
    return dict(chain(places.items(), left))


def _read_score(score: object) -> float | None:
    if score is None:
        return None
    try:
        value = float(cast("float", score))
    except (TypeError, ValueError) as error:
        raise _InvalidOrderError(f"returned the score {score!r}, which is no number") from error
    if not math.isfinite(value):
        raise _InvalidOrderError(f"returned the score {score!r}, which is no number to compare")
    return value


def _cut_page(matches: IndexMatches, page: PageRequest) -> IndexMatches:
    wanted = slice(page.first, page.first + page.page_size)
    return replace(matches, keys=matches.keys[wanted], scores=matches.scores[wanted])


def _decline(reason: RerankReason, message: str) -> Reranking:
    return Reranking(False, message, reason)
