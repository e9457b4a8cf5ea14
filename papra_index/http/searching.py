"""Lists of documents, all or those that match a query (papra-api, sections 6.2 and 6.3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Annotated, Any, Literal, NotRequired

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from papra_index.conventions.identifiers import has_id_form
from papra_index.documents import Permission
from papra_index.errors import InvalidInput, InvalidPageRequest, OrganizationNotFound
from papra_index.http.authentication import list_organizations, open_organization
from papra_index.http.failures import refuse, refuse_value
from papra_index.http.findings import (
    FacetPayload,
    FoundDocument,
    IssuePayload,
    RelaxedPayload,
    StatisticsOfProperty,
    write_facet,
    write_hit,
    write_issue,
    write_property_statistics,
    write_relaxed,
)
from papra_index.http.payloads import ListedDocument, write_listed
from papra_index.http.routing import DOCUMENTS, Call, operation
from papra_index.http.validation import PageQuery, Utf16Length, describe_form, read_number
from papra_index.results import FACET_NAMES, PROPERTY_PREFIX, ResultPage, SearchRequest, Sort, SortField
from papra_index.values.properties import Property

MAX_QUERY_LENGTH = 1024
MAX_SNIPPETS = 20

_SORT_FIELDS: dict[str, SortField] = {
    "createdAt": SortField.CREATED_AT,
    "updatedAt": SortField.UPDATED_AT,
    "name": SortField.NAME,
    "documentDate": SortField.DOCUMENT_DATE,
    "relevance": SortField.RELEVANCE,
}
_FACETS = {to_camel(name): name for name in FACET_NAMES}
_BY_PROPERTY = f"{PROPERTY_PREFIX}key"


def _split_ids(value: object, prefix: str) -> object:
    """Return ids that were given by repeating the key, with commas, or both."""
    if not isinstance(value, list):
        return value
    ids = [part for item in value for part in str(item).split(",")]
    for part in ids:
        if not has_id_form(prefix, part):
            raise PydanticCustomError("id", describe_form(prefix))
    return tuple(dict.fromkeys(ids))


def _split_names(value: object) -> object:
    if not isinstance(value, list):
        return value
    names = [part for item in value for part in str(item).split(",")]
    for name in names:
        if name not in _FACETS and not name.startswith(PROPERTY_PREFIX):
            raise PydanticCustomError("facet", f"Invalid value: Expected {' | '.join(_FACETS)} | {_BY_PROPERTY}")
    return tuple(dict.fromkeys(names))


def _check_sort(value: str) -> str:
    if value not in _SORT_FIELDS and not value.startswith(PROPERTY_PREFIX):
        raise PydanticCustomError("sort", f"Invalid value: Expected {' | '.join(_SORT_FIELDS)} | {_BY_PROPERTY}")
    return value


_SORT_SCHEMA = {"anyOf": [{"enum": [*_SORT_FIELDS]}, {"pattern": f"^{PROPERTY_PREFIX}.+"}], "type": "string"}
TagIds = Annotated[tuple[str, ...], BeforeValidator(partial(_split_ids, prefix="tag"))]
OrganizationIds = Annotated[tuple[str, ...], BeforeValidator(partial(_split_ids, prefix="org"))]
FacetNames = Annotated[tuple[str, ...], BeforeValidator(_split_names)]
SnippetCount = Annotated[int, Field(ge=0, le=MAX_SNIPPETS), BeforeValidator(read_number)]


SearchText = Annotated[
    str,
    Utf16Length(0, MAX_QUERY_LENGTH),
    Field(description="What is searched for: words, phrases, filters; empty for everything.", examples=["maintenance"]),
]
SortFieldName = Annotated[
    str,
    AfterValidator(_check_sort),
    WithJsonSchema(_SORT_SCHEMA),
    Field(description="By what documents are ordered; `relevance` is how well they match, `property:` a property."),
]
_TAGS_ARE = "Ids of tags of which a document has all: with commas between them, or the key repeated."
_FACETS_ARE = f"Of which fields values are counted, with commas between them: {', '.join(_FACETS)}, {_BY_PROPERTY}."


class ListQuery(PageQuery):
    """Which documents are wanted, in which order."""

    search_query: SearchText = ""
    sort_field: SortFieldName = "createdAt"
    sort_order: Literal["asc", "desc"] = "desc"
    tags: TagIds = Field(default=(), description=_TAGS_ARE, json_schema_extra={"list": True})


class SearchQuery(ListQuery):
    """What is searched for, and what is wanted of the matches."""

    search_query: SearchText
    sort_field: SortFieldName = "relevance"
    snippets: SnippetCount = Field(default=0, description="Passages of each document, the best ones first.")
    facets: FacetNames = Field(default=(), description=_FACETS_ARE, json_schema_extra={"list": True})


class AcrossQuery(SearchQuery):
    """What is searched for in which organizations."""

    organization_ids: OrganizationIds = Field(
        default=(),
        description="Ids with commas between them, or the key repeated, 100 at most; without any, all of the caller's.",
        json_schema_extra={"list": True},
    )


class ListReply(TypedDict):
    """A page of documents; `documentsCount` counts all of them. `searchIssues` is there where a query has any."""

    documents: list[ListedDocument]
    documentsCount: int
    searchIssues: NotRequired[list[IssuePayload]]


class SearchReply(TypedDict):
    """A page of matches; `totalCount` is `documentsCount` for clients that know it by that name.

    `relaxed` is there where nothing matches the query as it is, `suggestion` where another spelling finds more, and
    `propertyStatistics` for facets by number and date properties.
    """

    documents: list[FoundDocument]
    documentsCount: int
    totalCount: int
    searchIssues: NotRequired[list[IssuePayload]]
    relaxed: NotRequired[RelaxedPayload]
    suggestion: NotRequired[str]
    facets: NotRequired[dict[str, list[FacetPayload]]]
    propertyStatistics: NotRequired[dict[str, StatisticsOfProperty]]


@operation("GET", DOCUMENTS, Permission.DOCUMENTS_READ)
def list_documents(call: Call, query: ListQuery) -> ListReply:
    """The documents, or those that match `searchQuery` and have all `tags`, newest first unless told otherwise."""
    page = _search(call.home.search, query)
    definitions = call.home.list_properties()
    reply: ListReply = {
        "documents": [write_listed(hit.document, definitions) for hit in page.hits],
        "documentsCount": page.documents_count,
    }
    if page.issues:
        reply["searchIssues"] = [write_issue(issue, query.search_query) for issue in page.issues]
    return reply


@operation("GET", DOCUMENTS + "/search", Permission.DOCUMENTS_READ)
def search_documents(call: Call, query: SearchQuery) -> SearchReply:
    """The documents that match `searchQuery`, by relevance unless told otherwise."""
    page = _search(call.home.search, query, snippets=query.snippets, facets=query.facets, relax=True)
    return _write_found(page, query, {call.home.id: call.home.list_properties()})


@operation("GET", "/search", Permission.DOCUMENTS_READ, errors=(refuse(OrganizationNotFound),))
def search_organizations(call: Call, query: AcrossQuery) -> SearchReply:
    """The documents of several organizations that match `searchQuery`, ranked together."""
    ids = query.organization_ids
    if ids:
        homes = [open_organization(call.archive, call.caller, id_) for id_ in ids]
    else:
        found = list_organizations(call.archive, call.caller)
        homes = [open_organization(call.archive, call.caller, home.id) for home in found]

    def search(search_query: str, **options: Any) -> ResultPage:
        return call.archive.search_organizations(homes, SearchRequest(search_query, **options))

    page = _search(search, query, snippets=query.snippets, facets=query.facets, relax=True)
    return _write_found(page, query, {home.id: home.list_properties() for home in homes})


def _write_found(page: ResultPage, query: SearchQuery, definitions: Mapping[str, Sequence[Property]]) -> SearchReply:
    """Return a page of matches; `definitions` are the properties of each organization that was searched, by id."""
    reply: SearchReply = {
        "documents": [
            write_hit(hit, definitions[hit.document.organization_id], snippets=query.snippets > 0) for hit in page.hits
        ],
        "documentsCount": page.documents_count,
        "totalCount": page.documents_count,
    }
    if page.issues:
        reply["searchIssues"] = [write_issue(issue, query.search_query) for issue in page.issues]
    if page.relaxed is not None:
        reply["relaxed"] = write_relaxed(page.relaxed)
    if page.suggestion is not None:
        reply["suggestion"] = page.suggestion
    if query.facets:
        reply["facets"] = {name: write_facet(page.facets.get(_FACETS.get(name, name), ())) for name in query.facets}
    if page.statistics:
        reply["propertyStatistics"] = {name: write_property_statistics(item) for name, item in page.statistics.items()}
    return reply


def _search(
    ask: Callable[..., ResultPage],
    query: ListQuery,
    *,
    snippets: int = 0,
    facets: tuple[str, ...] = (),
    relax: bool = False,
) -> ResultPage:
    sort = Sort(_SORT_FIELDS.get(query.sort_field, query.sort_field), query.sort_order == "desc")
    names = tuple(_FACETS.get(name, name) for name in facets)

    def search(page_index: int, page_size: int) -> ResultPage:
        return ask(
            query.search_query,
            page_index=page_index,
            page_size=page_size,
            sort=sort,
            snippets=snippets,
            facets=names,
            tags=query.tags,
            relax=relax,
        )

    try:
        return search(query.page_index, query.page_size)
    except InvalidPageRequest as error:
        # Deeper than ranks go. Behind the last match that is an empty page, as anywhere else.
        first = search(0, 1)
        if first.documents_count > query.page_index * query.page_size:
            raise refuse_value("query", "pageIndex", error.message) from error
        return replace(first, hits=(), page_index=query.page_index, page_size=query.page_size)
    except InvalidInput as error:
        raise refuse_value("query", None, error.message) from error
