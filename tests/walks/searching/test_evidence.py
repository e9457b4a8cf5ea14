"""What is said of hits is what searches for each part say: words by field, scores, highlights that lead to the text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from html import unescape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from papra_index import Archive, ExtractionSettings, Hit, Organization, Settings, Sort, SortField, Upload
from papra_index.conventions.principals import Reach
from papra_index.documents import Document, ExtractionState, ExtractionStatus
from papra_index.index.base import IndexDocument, IndexRequest
from papra_index.query.expression import Expression, Text, positive_leaves
from papra_index.walks.searching.evidence import find_matched, write_leaf
from tests.index.corpus import BY_RELEVANCE, TAG_KEYS, Shelf, documents, expressions
from tests.query.strategies import QUERIES

TEXTS = {
    "foo.txt": "foo  bar\n\nbaz",
    "Invoice bazaar.pdf": "café invoice 2024, two invoices & <b>more</b>",
    "scan.txt": "foo and bar apart from baz;\tbar  foo",
    "notes": "日本語 f1o",
    "Rechnung <foo>.txt": "die Rechnungen der Hundeschule für Schule und Café",
}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    opened = Shelf.open(tmp_path_factory.mktemp("evidence") / "gen")
    yield opened
    opened.writer.close()


@pytest.fixture(scope="module")
def home() -> Iterator[Organization]:
    """Some documents that are searched only."""
    with Archive.in_memory(settings=Settings(extraction=ExtractionSettings(background=False))) as archive:
        home = archive.create_organization("Home")
        uploads = [Upload(name.encode(), name=name, content=text) for name, text in TEXTS.items()]
        ids = [str(outcome.document_id) for outcome in home.add_stream(uploads)]
        home.update(ids[0], notes="paid foo")
        archive.wait_until_searchable(extraction=False)
        yield home


def find(home: Organization, query: str, *, sort: Sort | None = None) -> dict[str, Hit]:
    page = home.search(query, snippets=3, sort=sort, matched=True, explain=True)
    return {hit.document.name: hit for hit in page.hits}


def make_listed(document: IndexDocument) -> Document:
    """Return a document of the index as the catalog lists it."""
    now = datetime(2024, 1, 1, tzinfo=UTC)
    return Document(
        "doc_a", "org_a", document.name, now, now, None, "", 0, "", "text/plain", None, None, None, None, (),
        ExtractionState(ExtractionStatus.DONE), document.language,
    )  # fmt: skip


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    corpus=st.lists(documents, min_size=4, max_size=12, unique_by=lambda document: document.key),
    asked=st.lists(expressions, min_size=4, max_size=4),
)
def test_words_found_are_those_that_searches_for_each_find(
    shelf: Shelf, corpus: Sequence[IndexDocument], asked: Sequence[Expression]
) -> None:
    shelf.put(*corpus, removed=range(1, 13))
    mine = {document.key: make_listed(document) for document in corpus if document.organization_key == 1}
    for expression in asked:
        matched = find_matched(
            shelf.reader, IndexRequest((Reach(1),), expression, BY_RELEVANCE, tag_keys=TAG_KEYS), mine
        )
        leaves = list(positive_leaves(expression))
        for key, fields in matched.items():
            told = {word for words in fields.values() for word in words}
            assert told == {write_leaf(leaf) for leaf in leaves if key in shelf.keys(leaf)}
        for leaf in leaves:
            if isinstance(leaf, Text) and not leaf.value.isspace():
                for field in ("name", "content") if leaf.field == "any" else (leaf.field,):
                    found = set(shelf.keys(Text(leaf.value, field, leaf.is_exact)))  # type: ignore[arg-type]
                    assert found <= {key for key, fields in matched.items() if leaf.value in fields.get(field, ())}


def test_words_are_told_by_field(home: Organization) -> None:
    hits = find(home, "foo OR notes:paid OR invoice OR rechnung OR -absent OR f?o")
    assert {name: dict(hit.matched) for name, hit in hits.items()} == {
        "foo.txt": {"name": ("foo", "f?o"), "content": ("foo", "f?o"), "notes": ("paid",)},
        "Invoice bazaar.pdf": {"name": ("invoice",), "content": ("invoice",)},
        "scan.txt": {"content": ("foo", "f?o")},
        "notes": {"content": ("f?o",)},
        "Rechnung <foo>.txt": {"name": ("foo", "rechnung", "f?o"), "content": ("rechnung",)},
    }
    assert find(home, "foo -invoice", sort=Sort(SortField.NAME))["scan.txt"].matched == {"content": ("foo",)}
    assert home.search("foo").hits[0].matched == {}


@settings(max_examples=60)
@given(query=QUERIES | st.sampled_from(["foo", "bar baz", "cafe", "invoices", '"bar foo" OR inv*e', "rechnung schule"]))
def test_highlights_lead_to_the_text_and_scores_add_up(home: Organization, query: str) -> None:
    for name, hit in find(home, query).items():
        assert unescape(re.sub("</?mark>", "", hit.name_html)) == name
        assert all(0 <= start < end <= len(name) for start, end in hit.name_highlights)
        for snippet in hit.snippets:
            text = TEXTS[name]
            assert " ".join(text[snippet.start : snippet.end].split()) == snippet.text
            assert unescape(re.sub("</?mark>", "", snippet.html)) == snippet.plain == snippet.text
            for (start, end), (first, last) in zip(snippet.highlights, snippet.page_highlights, strict=True):
                assert text[first:last].split() == snippet.text[start:end].split()
        assert hit.explanation is not None
        assert hit.explanation.score == hit.score
        assert sum(part.score for part in hit.explanation.parts) == pytest.approx(hit.score, rel=1e-4, abs=1e-5)
        assert all(part.kind != "other" for part in hit.explanation.parts)


def test_names_are_highlighted(home: Organization) -> None:
    hit = find(home, "foo rechnung")["Rechnung <foo>.txt"]
    assert hit.name_highlights == ((0, 8), (10, 13))
    assert hit.name_html == "<mark>Rechnung</mark> &lt;<mark>foo</mark>&gt;.txt"
    assert home.search("foo rechnung").hits[0].name_highlights == ()


def test_an_explanation_says_itself(home: Organization) -> None:
    hits = find(home, "invoice")
    explanation = hits["Invoice bazaar.pdf"].explanation
    assert explanation is not None
    assert "the word *invoice* in the content: " in explanation.described
    assert explanation.parts == tuple(sorted(explanation.parts, key=lambda part: -part.score))
    sorted_by_name = find(home, "invoice", sort=Sort(SortField.NAME))["Invoice bazaar.pdf"].explanation
    assert sorted_by_name is not None
    assert sorted_by_name.parts == ()
    assert "no score" in sorted_by_name.described
    assert home.search("", explain=True).hits[0].explanation is not None
