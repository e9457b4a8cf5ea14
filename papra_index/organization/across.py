"""One search of several organizations, each as its handle sees it."""

from __future__ import annotations

from collections.abc import Sequence

from papra_index.errors import InvalidInput
from papra_index.organization import Organization
from papra_index.results import PageRequest, ResultPage, SearchRequest
from papra_index.walks.searching.search import SearchOptions
from papra_index.walks.searching.spanning import search_across

MAX_ORGANIZATIONS = 100
"""Organizations of one search."""


def search_handles(homes: Sequence[Organization], request: SearchRequest) -> ResultPage:
    """Return a page of what a request finds in the organizations of these handles.

    Raises InvalidInput for none or more than 100, for handles of different archives, and for two that see one
    organization differently.
    """
    distinct = {home.id: home for home in homes}
    if not 1 <= len(distinct) <= MAX_ORGANIZATIONS:
        raise InvalidInput(f"{len(distinct)} organizations: search 1 to {MAX_ORGANIZATIONS} together")
    if any(home.principals != distinct[home.id].principals for home in homes):
        raise InvalidInput("an organization is given twice with different principals: search it as one of them sees it")
    parts = [(home._narrow(request.principals, request.ranking), home.name) for home in distinct.values()]  # noqa: SLF001 - in the handle's own package
    if len({id(scope.catalog.catalog) for scope, _ in parts}) > 1:
        raise InvalidInput("these organizations are of different archives: search each archive by itself")
    zone = homes[0]._parts.settings.time_zone if request.time_zone is None else request.time_zone  # noqa: SLF001
    options = SearchOptions(
        PageRequest(request.page_index, request.page_size),
        request.sort,
        request.snippets,
        request.facets,
        request.strict,
        zone,
        request.matching,
        request.feedback,
        request.matched,
        request.explain,
        request.cursor,
        request.relax,
        request.tags,
        request.rerank,
    )
    return search_across(parts, request.search_query, options)
