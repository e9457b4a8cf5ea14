"""The walk `search`: query -> expression -> matches of the index -> documents of the catalog -> page of results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import cache, partial
from typing import get_args

from papra_index.catalog.documents import fetch_live_documents, find_keys, list_documents
from papra_index.catalog.organizations import read_statistics
from papra_index.catalog.tags import list_tags, resolve_tags
from papra_index.catalog.visibility import CatalogView
from papra_index.conventions.cursors import Position, end_page, start_page
from papra_index.conventions.folding import fold_text
from papra_index.conventions.principals import Reach
from papra_index.conventions.times import find_time_zone, now_milliseconds
from papra_index.conventions.values import dataclass
from papra_index.errors import InvalidInput, InvalidPageRequest, InvalidQuery
from papra_index.index.base import IndexMatches, IndexReader, IndexRequest
from papra_index.query.expression import (
    And,
    Everything,
    Expression,
    Identified,
    Tagged,
    Valued,
    positive_texts,
    walk_expression,
)
from papra_index.query.issues import describe_issue, shorten_value
from papra_index.query.parser import ParsedQuery, parse_query
from papra_index.query.properties import PropertyTable
from papra_index.query.simplification import simplify_expression
from papra_index.query.thesaurus import Rewriting, rewrite_expression
from papra_index.results import (
    MAX_RELEVANCE_DEPTH,
    FacetCount,
    Hit,
    Matching,
    PageRequest,
    QueryIssue,
    Relaxation,
    ResultPage,
    Sort,
    SortField,
)
from papra_index.settings import RankingSettings
from papra_index.values.explanations import Explanation
from papra_index.values.properties import PropertyType
from papra_index.values.reranks import Rerank
from papra_index.walks.searching.evidence import explain_hits, find_matched
from papra_index.walks.searching.faceting import check_facets, label_facets, plan_facets
from papra_index.walks.searching.feedback import add_feedback
from papra_index.walks.searching.passages import find_passages
from papra_index.walks.searching.property_facets import describe_statistics
from papra_index.walks.searching.property_lookup import find_facet_fields, find_order, load_properties, name_sort
from papra_index.walks.searching.relaxing import FEW_DOCUMENTS, relax_search, suggest_spelling
from papra_index.walks.searching.reranking import Holder, check_rerank, extend_request, rerank_matches, tell_unordered
from papra_index.walks.searching.shortfalls import list_shortfalls
from papra_index.walks.searching.thesaurus import Thesauri

_MAX_TAG_HINTS = 5
"""Unknown tags of a query that one like them is sought for among all of the organization's."""


@dataclass(frozen=True, slots=True)
class SearchScope:
    """Where a search looks: one organization of an archive, as whoever asks sees it, and how it ranks there."""

    catalog: CatalogView
    reader: IndexReader
    organization_key: int
    organization_id: str
    thesauri: Thesauri
    ranking: RankingSettings

    @property
    def reach(self) -> tuple[Reach, ...]:
        """What of the index is looked at: the same as of the catalog."""
        return (Reach(self.organization_key, self.catalog.principals),)

    @property
    def holder(self) -> Holder:
        """Where the organization's documents are read."""
        return self.catalog, self.organization_key, self.organization_id

    def load_properties(self) -> PropertyTable:
        """Return the organization's properties as of now."""
        return load_properties(self.catalog, self.organization_key)


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """How a search answers. `sort` None means relevance where the query has words, else newest first.

    `time_zone` is the IANA name of the one that dates in words, such as `today`, are meant in; `tags` are ids or names
    of tags that matches have all of, whatever the query says.
    """

    page: PageRequest
    sort: Sort | None = None
    snippets: int = 0
    facets: Sequence[str] = ()
    strict: bool = False
    time_zone: str = "UTC"
    matching: Matching = "all"
    feedback: bool = False
    matched: bool = False
    explain: bool = False
    cursor: str | None = None
    relax: bool = True
    tags: Sequence[str] = ()
    rerank: Rerank | None = None


def search_documents(scope: SearchScope, search_query: str, options: SearchOptions) -> ResultPage:
    """Return a page of the documents that match.

    Raises InvalidPageRequest for a page by relevance beyond 10,000 hits, InvalidCursor for a cursor of something else,
    InvalidInput for an unknown facet, time zone or way of matching, for feedback when all words have to match and for a
    cursor by relevance, InvalidQuery in strict mode; a query by itself never raises.
    """
    facets = check_facets(options.facets)
    check_options(options)
    parsed, rewriting = read_query(scope, search_query, options)
    chosen = choose_sort(parsed.expression, name_sort(options.sort, scope.load_properties))
    sort, page, after = start_page(options.cursor, options.sort and chosen, options.page, chosen)
    if sort.field is SortField.RELEVANCE and page.first + page.page_size > MAX_RELEVANCE_DEPTH:
        raise InvalidPageRequest(
            f"pages by relevance reach {MAX_RELEVANCE_DEPTH} hits: narrow the query, or sort by another field"
        )
    request = build_request(scope, parsed.expression, sort, page, facets, after)
    if isinstance(parsed.expression, Everything) and request.order is None:
        return _list_everything(scope, search_query, parsed, request, page, options)
    if options.feedback and any(positive_texts(parsed.expression)):
        request = add_feedback(scope.reader, scope.holder, request)
    request = extend_request(request, options.rerank)
    request, matches, relaxation, suggestion = find_matches(scope.reader, request, search_query, relax=options.relax)
    ordered = rerank_matches([scope.holder], request, matches, search_query, options.rerank, page)
    matches = ordered.matches
    shortfalls = list_shortfalls(search_query, matches, strict=options.strict)
    hits, counts = read_hits(scope, request, matches, options)
    # A document trashed after the last commit is in the index still, and not in the answer.
    gone = len(matches.keys) - len(hits)
    return ResultPage(
        tuple(ordered.note_places(hits).values()),
        matches.documents_count - gone,
        page.page_index,
        page.page_size,
        (*parsed.issues, *shortfalls),
        counts,
        rewriting.expanded,
        rewriting.ignored,
        end_page(sort, page, matches.end),
        relaxation,
        suggestion,
        describe_statistics(request, matches),
        ordered.outcome,
    )


def find_matches(
    reader: IndexReader, request: IndexRequest, search_query: str, *, relax: bool
) -> tuple[IndexRequest, IndexMatches, Relaxation | None, str | None]:
    """Return what matches, or with `relax` what does instead where that is nothing: the request that finds it, its
    matches, how it differs from the query, and else a better spelling.
    """
    matches = reader.search(request)
    is_enough = matches.documents_count >= FEW_DOCUMENTS or matches.stand_in is not None
    if is_enough or not any(positive_texts(request.expression)):
        return request, matches, None, None
    if not relax or matches.documents_count:
        return request, matches, None, suggest_spelling(reader, request, search_query, matches.documents_count)
    relaxed = relax_search(reader, request, search_query)
    if relaxed is None:
        return request, matches, None, None
    return relaxed.request, relaxed.matches, relaxed.relaxation, None


def read_query(scope: SearchScope, search_query: str, options: SearchOptions) -> tuple[ParsedQuery, Rewriting]:
    """Return what a query means in its organization, and what synonyms and stop words did to it.

    Raises InvalidInput for an unknown time zone, InvalidQuery in strict mode.
    """
    parsed = parse_query(
        search_query,
        now=now_milliseconds(),
        time_zone=find_time_zone(options.time_zone),
        strict=options.strict,
        matching=options.matching,
        properties=scope.load_properties,
    )
    issues = (*parsed.issues, *_find_unknown_tags(scope, search_query, parsed.expression))
    if options.strict and issues:
        raise InvalidQuery(describe_issue(search_query, issues[0]))
    thesaurus = scope.thesauri.find(scope.organization_key)
    rarity = partial(scope.reader.measure_rarity, scope.reach)
    rewriting = rewrite_expression(parsed.expression, thesaurus, rarity, scope.ranking.synonym_weight)
    expression = rewriting.expression
    if options.tags:
        expression = simplify_expression(And((expression, *map(Tagged, options.tags))))
    return replace(parsed, expression=expression, issues=issues), rewriting


def _find_unknown_tags(scope: SearchScope, search_query: str, expression: Expression) -> Iterator[QueryIssue]:
    """Yield an issue for each tag of a query that the organization does not have, with the one that is meant."""
    references = [node.reference for node in walk_expression(expression) if isinstance(node, Tagged)]
    told = {*references}
    if not told:
        return
    with scope.catalog.read() as connection:
        known = resolve_tags(connection, scope.organization_key, references)
        # `tag:a,b` means a name with a comma, too.
        unknown = [
            name for name in dict.fromkeys(references) if name not in known and not {*name.split(",")[1:]} & told
        ]
        listed = list_tags(connection, scope.organization_key) if unknown else []
    names = {fold_text(tag.name): tag.name for _, tag in listed}
    for place, reference in enumerate(unknown):
        alike = get_close_matches(fold_text(reference), names, n=1) if place < _MAX_TAG_HINTS else ()
        hint = f"; did you mean {shorten_value(names[alike[0]])}?" if alike else ", by its whole name or id"
        start = max(search_query.find(reference), 0)
        end = start + len(reference) if search_query.startswith(reference, start) else len(search_query)
        yield QueryIssue("unknown-tag", f"there is no tag {shorten_value(reference)}{hint}", start, end)


def choose_sort(expression: Expression, sort: Sort | None) -> Sort:
    """Return the order of a search: as asked for, else by relevance; newest first where no words rank."""
    if any(positive_texts(expression)):
        return sort or Sort(SortField.RELEVANCE)
    return Sort(SortField.CREATED_AT) if sort is None or sort.field is SortField.RELEVANCE else sort


def read_hits(
    scope: SearchScope, request: IndexRequest, matches: IndexMatches, options: SearchOptions
) -> tuple[dict[int, Hit], dict[str, tuple[FacetCount, ...]]]:
    """Return the documents of the organization that matched, by key in their order, and the facets."""
    with scope.catalog.read() as connection:
        found = fetch_live_documents(connection, scope.organization_key, scope.organization_id, matches.keys)
        passages = find_passages(connection, matches.keys, found, request.expression, options.snippets)
        counts = label_facets(connection, scope.organization_key, matches.facets, request.facet_fields)
    documents = {key: document for key, (document, _) in found.items()}
    matched = find_matched(scope.reader, request, documents) if options.matched else {}
    explained = explain_hits(scope.reader, request, matches.keys, matches.scores) if options.explain else {}
    hits = {
        key: Hit(documents[key], score, *passages.get(key, ((), ())), matched.get(key, {}), explained.get(key))
        for key, score in zip(matches.keys, matches.scores, strict=True)
        if key in documents
    }
    return hits, counts


def _list_everything(
    scope: SearchScope,
    search_query: str,
    parsed: ParsedQuery,
    request: IndexRequest,
    page: PageRequest,
    options: SearchOptions,
) -> ResultPage:
    """Answer a query that excludes nothing from the catalog, facets apart: a fresh upload is there at once."""
    matches = IndexMatches((), (), 0)
    if request.facets:
        matches = scope.reader.search(replace(request, after=None, first=0, limit=1))
    with scope.catalog.read() as connection:
        listed, last = list_documents(
            connection, scope.organization_key, scope.organization_id, request.sort, page, request.after
        )
        count = read_statistics(connection, scope.organization_key).documents_count
        counts = label_facets(connection, scope.organization_key, matches.facets, request.facet_fields)
    explanation = Explanation(0.0) if options.explain else None
    hits = tuple(Hit(document, 0.0, explanation=explanation) for document in listed)
    cursor = end_page(request.sort, page, last)
    return ResultPage(
        hits,
        count,
        page.page_index,
        page.page_size,
        (*parsed.issues, *list_shortfalls(search_query, matches, strict=options.strict)),
        counts,
        next_cursor=cursor,
        statistics=describe_statistics(request, matches),
        reranked=None if options.rerank is None else tell_unordered(),
    )


def build_request(
    scope: SearchScope,
    expression: Expression,
    sort: Sort,
    page: PageRequest,
    facets: tuple[str, ...] = (),
    after: Position | None = None,
) -> IndexRequest:
    """Return the request for a page of what an expression means, its tags and ids looked up."""
    references = {node.reference for node in walk_expression(expression) if isinstance(node, Tagged)}
    identified = {node for node in walk_expression(expression) if isinstance(node, Identified)}
    tag_keys: dict[str, int] = {}
    document_keys: dict[Identified, list[int]] = {}
    related: set[str] = set()
    if scope.catalog.principals is not None:
        valued = (node for node in walk_expression(expression) if isinstance(node, Valued))
        related = {node.value for node in valued if node.field.type is PropertyType.DOCUMENT_RELATION}
    unseen: set[str] = set()
    if references or identified or related:
        with scope.catalog.read() as connection:
            tag_keys = resolve_tags(connection, scope.organization_key, references) if references else {}
            for node in identified:
                document_keys[node] = find_keys(connection, scope.organization_key, node.field, node.beginning)
            unseen = {id_ for id_ in related if not find_keys(connection, scope.organization_key, "id", id_)}
    properties = cache(scope.load_properties)
    fields = find_facet_fields(facets, properties)
    return IndexRequest(
        reach=scope.reach,
        expression=expression,
        sort=sort,
        first=page.first,
        limit=page.page_size,
        tag_keys=tag_keys,
        document_keys=document_keys,
        facets=plan_facets(expression, facets, fields),
        after=after,
        order=find_order(sort, properties),
        facet_fields=fields,
        unseen_ids=frozenset(unseen),
        ranking=scope.ranking,
    )


def check_options(options: SearchOptions) -> None:
    """Raise InvalidInput for an unknown way of matching, for feedback when all words have to match, and for a rerank of
    another order than that by relevance.
    """
    check_rerank(options.rerank, options.sort)
    if options.matching not in get_args(Matching):
        raise InvalidInput(f"matching is {options.matching!r}: choose {' or '.join(get_args(Matching))}")
    if options.feedback and options.matching != "any":
        raise InvalidInput('feedback adds words of which any suffices: give matching="any" with it')
