"""The worked examples, of the contract and of our own filters, answered by a real archive through the real index."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, settings
from sqlalchemy import Connection, update

from papra_index import Archive, Organization
from papra_index.catalog.additions import NewDocument, insert_documents
from papra_index.catalog.changes import mark_changed
from papra_index.catalog.documents import find_key
from papra_index.catalog.edits import given_page
from papra_index.catalog.tables import documents
from papra_index.documents import PageSource
from papra_index.times import to_milliseconds
from tests.query.corpus import CORPUS, TAG_IDS, CorpusDocument
from tests.query.examples import EXAMPLES, Example
from tests.query.strategies import QUERIES, TYPED_EXPRESSIONS


@pytest.fixture(scope="module")
def corpus() -> Iterator[Organization]:
    with Archive.in_memory() as archive:
        home = archive.create_organization("Corpus")
        others = archive.create_organization("Others")
        for document in CORPUS:
            others.add(document.name.encode(), name=document.name, content=document.content)
        # The verbs stamp documents with the present; the examples need their own times of creation.
        items = [
            NewDocument(
                home._key,
                document.id,
                document.name,
                document.original_name,
                document.size,
                document.original_sha256,
                document.mime_type,
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
        archive._catalog.write(_set_columns, list(zip(items, CORPUS, strict=True)))
        archive.wait_until_searchable()
        yield home


def _set_columns(connection: Connection, items: Sequence[tuple[NewDocument, CorpusDocument]]) -> list[None]:
    for item, document in items:
        connection.execute(
            update(documents)
            .where(documents.c.id == item.id)
            .values(
                extraction_status=document.extraction.value,
                ocr_confidence=document.ocr_confidence,
                page_count=document.page_count,
                language=document.language,
                notes=document.notes,
                updated_at=to_milliseconds(document.updated_at),
            )
        )
        mark_changed(connection, [find_key(connection, item.organization_key, item.id)])
    return [None] * len(items)


def _search_any(corpus: Organization, query: str) -> None:
    began = time.thread_time()
    page = corpus.search(query, snippets=1, page_size=100)
    assert time.thread_time() - began < 1
    assert page.documents_count == len(page.hits) <= len(CORPUS)
    assert all(hit.document.organization_id == corpus.id for hit in page.hits)


@given(QUERIES)
def test_no_string_fails_takes_long_or_finds_what_is_another_organizations(corpus: Organization, query: str) -> None:
    _search_any(corpus, query)


@pytest.mark.slow
@settings(max_examples=5_000)
@given(QUERIES | TYPED_EXPRESSIONS.map(lambda typed: typed[0]))
def test_no_string_does_so_in_a_longer_run(corpus: Organization, query: str) -> None:
    _search_any(corpus, query)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.row}: {example.query}")
def test_example(corpus: Organization, example: Example) -> None:
    query = example.query
    for tag in corpus.list_tags():
        query = query.replace(TAG_IDS[tag.name], tag.id)
    page = corpus.search(query, page_size=100, relax=False)
    assert "".join(sorted(hit.document.name[0] for hit in page.hits)) == "".join(
        sorted(example.matches + example.widened)
    )
    assert page.documents_count == len(example.matches + example.widened)
    # The language knows no tags: those that are not there are told by the search alone.
    assert tuple(issue.code for issue in page.issues if issue.code != "unknown-tag") == example.issues
