"""The worked examples, of the contract and of our own filters, answered by a real archive through the real index."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings

from papra_index import Archive, Organization
from tests.query.archiving import archive_corpus
from tests.query.corpus import CORPUS, TAG_IDS
from tests.query.examples import EXAMPLES, Example
from tests.query.strategies import QUERIES, TYPED_EXPRESSIONS


@pytest.fixture(scope="module")
def corpus() -> Iterator[Organization]:
    with Archive.in_memory() as archive:
        home = archive_corpus(archive)
        archive.wait_until_searchable()
        yield home


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
