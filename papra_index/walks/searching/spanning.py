"""The walk `search` across organizations: the query as each of them means it -> one request -> documents of each.

Its tags, properties, synonyms and stop words are an organization's own, so they count for its documents alone, and
what is found is what searches of each would find, ranked together by one query of the engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from papra_index.conventions.cursors import end_page, start_page
from papra_index.conventions.values import dataclass
from papra_index.errors import InvalidInput, InvalidPageRequest, InvalidQuery
from papra_index.index.base import IndexMatches, IndexRequest
from papra_index.query.expression import And, Expression, Identified, Or, Owned
from papra_index.query.issues import describe_issue
from papra_index.query.parser import ParsedQuery
from papra_index.query.thesaurus import Rewriting
from papra_index.results import (
    MAX_RELEVANCE_DEPTH,
    PROPERTY_PREFIX,
    FacetCount,
    Hit,
    QueryIssue,
    ResultPage,
    SortField,
)
from papra_index.walks.searching.faceting import check_facets
from papra_index.walks.searching.reranking import extend_request, rerank_matches
from papra_index.walks.searching.search import (
    SearchOptions,
    SearchScope,
    build_request,
    check_options,
    choose_sort,
    find_matches,
    read_hits,
    read_query,
)
from papra_index.walks.searching.shortfalls import list_shortfalls

ORGANIZATION_FACET = "organization"


@dataclass(frozen=True, slots=True)
class _Part:
    """One organization of a search, and what the query means there."""

    scope: SearchScope
    name: str
    parsed: ParsedQuery
    rewriting: Rewriting


def search_across(
    organizations: Sequence[tuple[SearchScope, str]], search_query: str, options: SearchOptions
) -> ResultPage:
    """Return a page of the documents that match in any of the organizations, which are given with their names.

    Raises as `search_documents`, and InvalidInput for an order or facet by a custom property and for feedback.
    """
    _check_scope(options)
    facets = check_facets([name for name in options.facets if name != ORGANIZATION_FACET])
    loose = replace(options, strict=False)
    parts = [_Part(scope, name, *read_query(scope, search_query, loose)) for scope, name in organizations]
    issues = _find_common([part.parsed.issues for part in parts])
    if options.strict and issues:
        raise InvalidQuery(describe_issue(search_query, issues[0]))
    meant = _join(parts, [part.parsed.expression for part in parts])
    chosen = choose_sort(meant, options.sort)
    sort, page, after = start_page(options.cursor, options.sort and chosen, options.page, chosen)
    if sort.field is SortField.RELEVANCE and page.first + page.page_size > MAX_RELEVANCE_DEPTH:
        raise InvalidPageRequest(
            f"pages by relevance reach {MAX_RELEVANCE_DEPTH} hits: narrow the query, or sort by another field"
        )
    requests = [build_request(part.scope, part.parsed.expression, sort, page, facets, after) for part in parts]
    request = _merge_requests(parts, requests, meant)
    if ORGANIZATION_FACET in options.facets:
        request = replace(request, facets={**request.facets, ORGANIZATION_FACET: meant})
    reader = parts[0].scope.reader
    request = extend_request(request, options.rerank)
    request, matches, relaxation, suggestion = find_matches(reader, request, search_query, relax=options.relax)
    holders = [part.scope.holder for part in parts]
    ordered = rerank_matches(holders, request, matches, search_query, options.rerank, page)
    matches = ordered.matches
    shortfalls = list_shortfalls(search_query, matches, strict=options.strict)
    hits, counts = _read_parts(parts, request, matches, options)
    gone = len(matches.keys) - len(hits)
    return ResultPage(
        tuple(ordered.note_places(hits).values()),
        matches.documents_count - gone,
        page.page_index,
        page.page_size,
        (*issues, *shortfalls),
        counts,
        tuple(dict.fromkeys(expansion for part in parts for expansion in part.rewriting.expanded)),
        tuple(dict.fromkeys(word for part in parts for word in part.rewriting.ignored)),
        end_page(sort, page, matches.end),
        relaxation,
        suggestion,
        reranked=ordered.outcome,
    )


def _check_scope(options: SearchOptions) -> None:
    check_options(options)
    if options.feedback:
        raise InvalidInput("feedback is found in one organization at a time: search it alone, or leave feedback out")
    asked = [*options.facets, *([] if options.sort is None else [str(options.sort.field)])]
    if any(name.startswith(PROPERTY_PREFIX) for name in asked):
        raise InvalidInput("custom properties are an organization's own: order and count by them in one at a time")


def _find_common(issues: Sequence[Sequence[QueryIssue]]) -> tuple[QueryIssue, ...]:
    """Return what is wrong with the query wherever it is asked: what only some do not know, others are asked for."""
    told = [{(issue.code, issue.start, issue.end) for issue in found} for found in issues]
    return tuple(issue for issue in issues[0] if all((issue.code, issue.start, issue.end) in found for found in told))


def _join(parts: Sequence[_Part], expressions: Sequence[Expression]) -> Expression:
    """Return what matches in each organization as it means the query; the same everywhere stays as it is."""
    if len(set(expressions)) == 1:
        return expressions[0]
    owned = (Owned(part.scope.organization_key) for part in parts)
    return Or(tuple(And((own, expression)) for own, expression in zip(owned, expressions, strict=True)))


def _merge_requests(parts: Sequence[_Part], requests: Sequence[IndexRequest], meant: Expression) -> IndexRequest:
    tag_keys: dict[str, tuple[int, ...]] = {}
    document_keys: dict[Identified, tuple[int, ...]] = {}
    for request in requests:
        for reference, key in request.tag_keys.items():
            tag_keys[reference] = (*tag_keys.get(reference, ()), *((key,) if isinstance(key, int) else key))
        for node, keys in request.document_keys.items():
            document_keys[node] = (*document_keys.get(node, ()), *keys)
    return replace(
        requests[0],
        reach=tuple(reach for request in requests for reach in request.reach),
        expression=meant,
        tag_keys=tag_keys,
        document_keys=document_keys,
        facets={name: _join(parts, [request.facets[name] for request in requests]) for name in requests[0].facets},
        unseen_ids=frozenset().union(*(request.unseen_ids for request in requests)),
    )


def _read_parts(
    parts: Sequence[_Part], request: IndexRequest, matches: IndexMatches, options: SearchOptions
) -> tuple[dict[int, Hit], dict[str, tuple[FacetCount, ...]]]:
    """Return the documents of all organizations by key in the order of the matches, and the facets."""
    found: dict[int, Hit] = {}
    counts: dict[str, tuple[FacetCount, ...]] = {}
    owners = dict(matches.facets.get(ORGANIZATION_FACET, ()))
    within = replace(
        matches, facets={name: values for name, values in matches.facets.items() if name != ORGANIZATION_FACET}
    )
    for part in parts:
        hits, counted = read_hits(part.scope, request, within, options)
        found |= hits
        for name, values in counted.items():
            counts[name] = tuple({value.value: value for value in (*counts.get(name, ()), *values)}.values())
    if "tag" in counts:
        counts["tag"] = tuple(sorted(counts["tag"], key=lambda value: -value.count))
    if ORGANIZATION_FACET in matches.facets:
        listed = [(part, owners.get(str(part.scope.organization_key), 0)) for part in parts]
        held = [FacetCount(part.scope.organization_id, part.name, count, "") for part, count in listed if count]
        counts[ORGANIZATION_FACET] = tuple(sorted(held, key=lambda value: -value.count))
    return {key: found[key] for key in matches.keys if key in found}, counts
