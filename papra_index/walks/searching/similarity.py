"""The walk `similar`: a document -> words that few others have -> documents that share them -> page of results."""

from __future__ import annotations

from papra_index.catalog.documents import fetch_live_documents, find_key, read_document
from papra_index.catalog.pages import read_beginning
from papra_index.conventions.times import find_time_zone, now_milliseconds
from papra_index.documents import ExtractionStatus
from papra_index.index.base import SimilarityRequest
from papra_index.query.parser import parse_query
from papra_index.query.stopwords import STOP_WORDS
from papra_index.results import PageRequest, Sort, SortField
from papra_index.values.resemblances import SimilarHit, SimilarPage
from papra_index.walks.searching.search import SearchScope, build_request

_COMPARED_CHARACTERS = 20_000
"""Of a document, what its words are taken from: more of a long one costs time and says little."""


def find_similar(
    scope: SearchScope, document_id: str, page: PageRequest, search_query: str | None, time_zone: str
) -> SimilarPage:
    """Return a page of the documents like one, among those that match a query if one is given.

    Raises DocumentNotFound, InvalidInput for an unknown time zone.
    """
    zone = find_time_zone(time_zone)
    parsed = parse_query(search_query or "", now=now_milliseconds(), time_zone=zone, properties=scope.load_properties)
    allowed = build_request(scope, parsed.expression, Sort(SortField.CREATED_AT), page)
    with scope.catalog.read() as connection:
        key = find_key(connection, scope.organization_key, document_id)
        document = read_document(connection, scope.organization_key, scope.organization_id, document_id, content=False)
        text = read_beginning(connection, key, _COMPARED_CHARACTERS)
    name = document.name.rpartition(".")[0] or document.name
    request = SimilarityRequest(key, f"{name}\n{text}", document.language, allowed, _choose_ignored(document.language))
    matches = scope.reader.find_similar(request)
    with scope.catalog.read() as connection:
        found = fetch_live_documents(
            connection, scope.organization_key, scope.organization_id, [match.key for match in matches]
        )
    live = [match for match in matches if match.key in found]
    wanted = matches[page.first : page.first + page.page_size]
    hits = tuple(SimilarHit(found[match.key][0], match.score, match.words) for match in wanted if match.key in found)
    reason = None
    if not live and not text.strip():
        waits = document.extraction.status is ExtractionStatus.PENDING
        state = "the text of the document is not read yet" if waits else "the document has no text"
        reason = f"{state}, and no other has the words of its name"
    return SimilarPage(hits, len(live), page.page_index, page.page_size, reason, parsed.issues)


def _choose_ignored(language: str | None) -> frozenset[str]:
    """Return the stop words of a language, those of all where it is not known."""
    return STOP_WORDS.get(language, frozenset()) if language else frozenset().union(*STOP_WORDS.values())
