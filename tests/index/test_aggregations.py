"""What is counted and added up in the engine, against counting by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from papra_index.conventions.principals import Reach
from papra_index.index.base import SIZE_BOUNDS, IndexDocument, IndexRequest
from papra_index.query.expression import Expression
from papra_index.results import FACET_NAMES
from tests.index.corpus import BY_RELEVANCE, IDENTITIES, TAG_KEYS, Shelf, documents, expressions, judge
from tests.index.test_compiler import SHARED, fill_shelf

FEW = settings(SHARED, max_examples=10)
DAYS = st.sampled_from([-60_589_296_000_000, -1, 0, 1_704_067_199_999, 1_704_067_200_000, 1_709_251_199_000])
SIZES = st.sampled_from([0, 1, *SIZE_BOUNDS, *(bound - 1 for bound in SIZE_BOUNDS if bound), 1 << 40])


@st.composite
def spread_documents(draw: st.DrawFn) -> IndexDocument:
    """A document whose times and size are near the bounds of what is counted."""
    plain = draw(documents)
    values = {name: getattr(plain, name) for name in plain.__slots__}
    values |= {"created_at": draw(DAYS), "document_date": draw(st.none() | DAYS), "size": draw(SIZES)}
    return IndexDocument(**values)


def _month(milliseconds: int | None) -> list[str]:
    return (
        [] if milliseconds is None else [datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y%m").lstrip("0")]
    )


def _year(milliseconds: int | None) -> list[str]:
    return [month[:-2] for month in _month(milliseconds)]


VALUES: dict[str, Callable[[IndexDocument], list[str]]] = {
    "tag": lambda document: [str(key) for key in set(document.tag_keys)],
    "mime_type": lambda document: [document.mime_type],
    "language": lambda document: [document.language] if document.language else [],
    "year": lambda document: _year(document.created_at),
    "month": lambda document: _month(document.created_at),
    "document_year": lambda document: _year(document.document_date),
    "document_month": lambda document: _month(document.document_date),
    "size": lambda document: [str(max(bound for bound in SIZE_BOUNDS if bound <= document.size))],
}


@FEW
@given(corpus=st.lists(spread_documents(), max_size=12), expression=expressions, other=expressions)
def test_facets_and_summaries_are_those_by_hand(
    shared_shelf: Shelf, corpus: list[IndexDocument], expression: Expression, other: Expression
) -> None:
    held = fill_shelf(shared_shelf, corpus)
    for organization in (1, 2):
        mine = [document for document in held.values() if document.organization_key == organization]
        facets = {name: other if number % 2 else expression for number, name in enumerate(FACET_NAMES)}
        request = IndexRequest(
            (Reach(organization),), expression, BY_RELEVANCE, 0, 1, TAG_KEYS, IDENTITIES, facets, widening=False
        )
        counted = shared_shelf.reader.search(request).facets
        for name, asked in facets.items():
            expected = Counter(
                value for document in mine if judge(asked, document) is True for value in VALUES[name](document)
            )
            assert dict(counted[name]) == expected, name
            assert [count for _, count in counted[name]] == sorted(expected.values(), reverse=True)
        matching = [document for document in mine if judge(expression, document) is True]
        summary = shared_shelf.reader.summarize(request)
        assert summary.documents_count == len(matching)
        assert summary.documents_size == sum(document.size for document in matching)
        assert summary.pages_count == sum(document.page_count for document in matching)
        for amounts, name in ((summary.tags, "tag"), (summary.months, "month")):
            sizes = Counter[str]()
            for document in matching:
                for value in VALUES[name](document):
                    sizes[value] += document.size
            assert {str(key): size for key, (_, size) in amounts.items()} == sizes
