"""The walk `summarize`: search query -> expression -> what all its matches amount to, added up in the index."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from papra_index.catalog.database import CatalogConnection
from papra_index.query.expression import positive_texts
from papra_index.query.properties import refer_property
from papra_index.results import Share, Sort, SortField, Summary
from papra_index.walks.searching.faceting import label_values
from papra_index.walks.searching.property_facets import describe_amounts
from papra_index.walks.searching.property_lookup import MEASURED
from papra_index.walks.searching.relaxing import relax_search
from papra_index.walks.searching.search import SearchOptions, SearchScope, build_request, check_options, read_query
from papra_index.walks.searching.shortfalls import list_shortfalls


def summarize_matches(scope: SearchScope, search_query: str, options: SearchOptions) -> Summary:
    """Return count, bytes and pages of the documents that match, count and bytes of those by tag and month, and what
    their number and date properties amount to.

    Where none matches, those of the documents that a search would show in their place.

    Raises InvalidInput for an unknown time zone or way of matching, InvalidQuery in strict mode.
    """
    check_options(options)
    parsed, _ = read_query(scope, search_query, options)
    request = build_request(scope, parsed.expression, Sort(SortField.CREATED_AT), options.page)
    properties = scope.load_properties().properties
    fields = tuple(refer_property(item) for item in properties if item.type in MEASURED)
    request = replace(request, measured=fields)
    found = scope.reader.summarize(request)
    relaxed = None
    is_final = found.documents_count > 0 or found.stand_in is not None
    if options.relax and not is_final and any(positive_texts(parsed.expression)):
        relaxed = relax_search(scope.reader, request, search_query)
    if relaxed is not None:
        found = scope.reader.summarize(relaxed.request)
    with scope.catalog.read() as connection:
        by_tag = _share_out(connection, scope, "tag", found.tags)
        by_month = _share_out(connection, scope, "month", found.months)
    by_tag.sort(key=lambda share: -share.documents_count)
    return Summary(
        found.documents_count,
        found.documents_size,
        found.pages_count,
        tuple(by_tag),
        tuple(by_month),
        (*parsed.issues, *list_shortfalls(search_query, found, strict=options.strict)),
        None if relaxed is None else relaxed.relaxation,
        tuple(describe_amounts(field, found.amounts[field.id]) for field in fields if found.amounts[field.id].count),
    )


def _share_out(
    connection: CatalogConnection, scope: SearchScope, name: str, amounts: Mapping[int, tuple[int, int]]
) -> list[Share]:
    values = {str(key): amount for key, amount in amounts.items()}
    labelled = label_values(connection, scope.organization_key, name, values)
    return [Share(value, label, count, size, chosen) for (value, label, chosen), (count, size) in labelled]
