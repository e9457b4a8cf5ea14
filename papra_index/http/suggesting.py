"""What helps to ask, beyond the contract: suggestions while somebody types, and documents like one."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field
from typing_extensions import TypedDict

from papra_index.documents import Permission
from papra_index.http.payloads import ListedDocument, write_listed
from papra_index.http.routing import DOCUMENT, DOCUMENTS, Call, operation
from papra_index.http.searching import MAX_QUERY_LENGTH
from papra_index.http.validation import PageQuery, Utf16Length, WireModel, read_number


class SuggestionQuery(WireModel):
    """What was typed so far, and how many ways to go on are wanted."""

    search_query: Annotated[str, Utf16Length(0, MAX_QUERY_LENGTH)]
    limit: Annotated[int, Field(ge=1, le=25), BeforeValidator(read_number)] = 10


class SuggestionPayload(TypedDict):
    """A way to go on: what is offered, the whole query it makes, and how many documents there are.

    `kind` is word, name, tag or value; `documentId` is there with a name.
    """

    kind: str
    text: str
    searchQuery: str
    documentsCount: int
    documentId: str | None


class SuggestionsReply(TypedDict):
    """Suggestions, best first."""

    suggestions: list[SuggestionPayload]


class SimilarDocument(ListedDocument):
    """A document like another; `score` is above 0 and at most 1, `words` are the most telling that both have."""

    score: float
    words: list[str]


class SimilarReply(TypedDict):
    """A page of the documents like one; `documentsCount` counts all of them, 100 at most."""

    documents: list[SimilarDocument]
    documentsCount: int


@operation("GET", DOCUMENTS + "/suggest", Permission.DOCUMENTS_READ)
def suggest_queries(call: Call, query: SuggestionQuery) -> SuggestionsReply:
    """Ways to go on from the beginning of a query, each of which finds something."""
    offered = call.home.suggest(query.search_query, limit=query.limit)
    return {
        "suggestions": [
            {
                "kind": item.kind.value,
                "text": item.text,
                "searchQuery": item.search_query,
                "documentsCount": item.documents_count,
                "documentId": item.document_id,
            }
            for item in offered
        ]
    }


@operation("GET", DOCUMENT + "/similar", Permission.DOCUMENTS_READ)
def list_similar(call: Call, query: PageQuery) -> SimilarReply:
    """The documents that speak of the same things as one, best first."""
    page = call.home.similar(call.document_id, page_index=query.page_index, page_size=query.page_size)
    definitions = call.home.list_properties()
    return {
        "documents": [
            {**write_listed(hit.document, definitions), "score": hit.score, "words": list(hit.words)}
            for hit in page.hits
        ],
        "documentsCount": page.documents_count,
    }
