"""The 68 worked examples of the contract, answered by a real archive through the real index."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest

from papra_index import Archive, Organization
from papra_index.catalog.additions import NewDocument, insert_documents
from papra_index.catalog.edits import given_page
from papra_index.documents import PageSource
from papra_index.identifiers import generate_id
from papra_index.times import to_milliseconds
from tests.query.corpus import CORPUS, TAG_IDS
from tests.query.examples import WORKED_EXAMPLES, Example


@pytest.fixture(scope="module")
def corpus() -> Iterator[Organization]:
    with Archive.in_memory() as archive:
        home = archive.create_organization("Corpus")
        # The verbs stamp documents with the present; the examples need their own times of creation.
        items = [
            NewDocument(
                home._key,
                generate_id("doc"),
                document.name,
                document.name,
                len(document.content),
                hashlib.sha256(document.name.encode()).hexdigest(),
                "text/plain",
                to_milliseconds(document.created_at),
                None if document.document_date is None else to_milliseconds(document.document_date),
                pages=given_page(document.content, PageSource.GIVEN),
            )
            for document in CORPUS
        ]
        archive._catalog.write(insert_documents, items)
        tags = {name: home.create_tag(name) for name in TAG_IDS}
        for item, document in zip(items, CORPUS, strict=True):
            for name in document.tags:
                home.tag(item.id, tags[name].id)
        archive.wait_until_searchable()
        yield home


@pytest.mark.parametrize("example", WORKED_EXAMPLES, ids=lambda example: f"{example.row}: {example.query}")
def test_example(corpus: Organization, example: Example) -> None:
    query = example.query
    for tag in corpus.list_tags():
        query = query.replace(TAG_IDS[tag.name], tag.id)
    page = corpus.search(query, page_size=100)
    assert "".join(sorted(hit.document.name[0] for hit in page.hits)) == example.matches
    assert page.documents_count == len(example.matches)
    assert tuple(issue.code for issue in page.issues) == example.issues
