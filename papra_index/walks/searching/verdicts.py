"""The walk `why`: document and query -> what keeps it from being found -> the index's word on each part of the query.

Each part is asked of the index for this document alone, in its place: under NOT it is asked whether it does not hold.
"""

from __future__ import annotations

from dataclasses import replace

from papra_index.catalog.changes import find_change
from papra_index.catalog.documents import find_key, read_document
from papra_index.documents import Document, ExtractionStatus
from papra_index.index.base import IndexRequest
from papra_index.query.expression import Everything, positive_texts
from papra_index.results import MAX_RELEVANCE_DEPTH
from papra_index.values.explanations import Obstacle, Why
from papra_index.walks.searching.evidence import explain_hits, search_among
from papra_index.walks.searching.judgement import Judge
from papra_index.walks.searching.property_lookup import name_sort
from papra_index.walks.searching.relaxing import Relaxed, relax_search
from papra_index.walks.searching.search import (
    SearchOptions,
    SearchScope,
    build_request,
    check_options,
    choose_sort,
    read_query,
)

_UNREAD = {ExtractionStatus.FAILED, ExtractionStatus.UNSUPPORTED, ExtractionStatus.ENCRYPTED}


def explain_document(scope: SearchScope, document_id: str, search_query: str, options: SearchOptions) -> Why:
    """Return whether a search finds a document and at which rank, or what keeps it from being found.

    Of the options those that decide about it count: sort, time zone, matching, relax. Raises DocumentNotFound, and
    InvalidInput for an unknown time zone or way of matching.
    """
    check_options(options)
    parsed, _ = read_query(scope, search_query, options)
    with scope.catalog.read() as connection:
        key = find_key(connection, scope.organization_key, document_id)
        document = read_document(connection, scope.organization_key, scope.organization_id, document_id, content=False)
        changed = find_change(connection, key)
    sort = choose_sort(parsed.expression, name_sort(options.sort, scope.load_properties))
    request = build_request(scope, parsed.expression, sort, options.page)
    is_indexed = bool(search_among(scope.reader, request, Everything(), [key]))
    is_found = not document.is_trashed and _is_found(scope, request, key, is_indexed=is_indexed)
    rank, score, count = _find_rank(scope, request, key, is_found=is_found)
    relaxed = None
    if options.relax and not count and any(positive_texts(parsed.expression)):
        relaxed = relax_search(scope.reader, request, search_query)
    return Why(
        document_id=document.id,
        document_name=document.name,
        language=document.language,
        search_query=search_query,
        is_found=is_found,
        rank=rank,
        documents_count=count,
        sort=sort,
        verdict=Judge(scope.reader, request, key, document).judge(parsed.expression) if is_indexed else None,
        obstacles=_list_obstacles(document, is_current=is_indexed and changed <= scope.reader.sequence),
        issues=parsed.issues,
        explanation=None if rank is None else explain_hits(scope.reader, request, [key], [score])[key],
        relaxed=None if relaxed is None else relaxed.relaxation,
        relaxed_rank=None if relaxed is None else _find_relaxed_rank(scope, relaxed, key, document),
    )


def _find_relaxed_rank(scope: SearchScope, relaxed: Relaxed, key: int, document: Document) -> int | None:
    is_found = not document.is_trashed
    return _find_rank(scope, relaxed.request, key, is_found=is_found)[0]


def _is_found(scope: SearchScope, request: IndexRequest, key: int, *, is_indexed: bool) -> bool:
    if isinstance(request.expression, Everything) and request.order is None:
        return True  # the catalog answers, which has it
    return is_indexed and bool(search_among(scope.reader, request, request.expression, [key]))


def _find_rank(scope: SearchScope, request: IndexRequest, key: int, *, is_found: bool) -> tuple[int | None, float, int]:
    """Return the rank from 1 of a document and its score, and how many documents match."""
    matches = scope.reader.search(replace(request, first=0, limit=MAX_RELEVANCE_DEPTH if is_found else 1))
    if not is_found or key not in matches.keys:
        return None, 0.0, matches.documents_count
    place = matches.keys.index(key)
    return place + 1, matches.scores[place], matches.documents_count


def _list_obstacles(document: Document, *, is_current: bool) -> tuple[Obstacle, ...]:
    state = document.extraction
    obstacles = []
    if document.is_trashed:
        obstacles.append(Obstacle("trashed", "It is in the trash, where no search looks: restore it."))
    elif not is_current:
        obstacles.append(Obstacle("unindexed", "The index does not have its latest state yet: wait a moment."))
    if state.status is ExtractionStatus.PENDING and not state.pages_awaiting_ocr:
        obstacles.append(Obstacle("unread", "Its text is still to be read: until then it is found by its name."))
    elif state.status in _UNREAD:
        reason = state.message or state.reason or state.status.value
        obstacles.append(
            Obstacle("unread", f"Its text could not be read, so it is found by its name: {reason.rstrip('.')}.")
        )
    elif state.pages_awaiting_ocr:
        waiting = "1 page awaits" if state.pages_awaiting_ocr == 1 else f"{state.pages_awaiting_ocr:,} pages await"
        obstacles.append(Obstacle("incomplete", f"Not all of its text is read: {waiting} OCR."))
    elif state.status is ExtractionStatus.PARTIAL:
        reason = (state.message or state.reason or "some pages are missing").rstrip(".")
        obstacles.append(Obstacle("incomplete", f"Not all of its text could be read: {reason}."))
    return tuple(obstacles)
