"""The walk `select`: search query -> expression -> matches -> ids of all of them, for what is done to many at once."""

from __future__ import annotations

from dataclasses import replace

from papra_index.catalog.selection import list_live_ids
from papra_index.query.expression import Everything
from papra_index.results import PageRequest, Sort, SortField
from papra_index.walks.searching.search import SearchOptions, SearchScope, build_request, read_query
from papra_index.walks.searching.shortfalls import list_shortfalls


def select_documents(scope: SearchScope, search_query: str, time_zone: str) -> list[str]:
    """Return the ids of all live documents that a search finds, newest first.

    Raises InvalidQuery for a query that would take too long to be looked for as it is.
    """
    page = PageRequest(page_size=1)
    parsed, _ = read_query(scope, search_query, SearchOptions(page, time_zone=time_zone))
    keys = None
    if not isinstance(parsed.expression, Everything):
        request = build_request(scope, parsed.expression, Sort(SortField.CREATED_AT), page)
        matches = scope.reader.search(request)
        list_shortfalls(search_query, matches, strict=True)  # what is done to many is done to no others
        count = matches.documents_count
        keys = scope.reader.search(replace(request, limit=count)).keys if count else ()
    with scope.catalog.read() as connection:
        return list_live_ids(connection, scope.organization_key, keys)
