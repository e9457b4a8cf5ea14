"""The step of the walk `search` that reads the best documents, so that what they speak of is looked for, too."""

from __future__ import annotations

from dataclasses import replace

from papra_index.catalog.documents import fetch_live_documents
from papra_index.catalog.pages import read_beginning
from papra_index.index.base import FeedbackText, IndexReader, IndexRequest, restart_request
from papra_index.results import Sort, SortField
from papra_index.walks.searching.reranking import Holder

_READ_CHARACTERS = 20_000
"""Of each document: more of a long one costs time and says little."""


def add_feedback(reader: IndexReader, holder: Holder, request: IndexRequest) -> IndexRequest:
    """Return the request with what its best documents speak of added to its words."""
    catalog, organization_key, organization_id = holder
    ranking, by_relevance = request.ranking, Sort(SortField.RELEVANCE)
    best = reader.search(restart_request(request, request.expression, ranking.feedback_documents, by_relevance))
    texts = []
    with catalog.read() as connection:
        found = fetch_live_documents(connection, organization_key, organization_id, best.keys)
        for key, score in zip(best.keys, best.scores, strict=True):
            if key in found and score > 0:
                document = found[key][0]
                text = read_beginning(connection, key, _READ_CHARACTERS)
                texts.append(FeedbackText(f"{document.name}\n{text}", document.language, score))
    return replace(request, feedback=reader.choose_terms(request.reach, texts, ranking.feedback_terms))
