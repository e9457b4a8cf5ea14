"""Any query with any options together: no error but those that are told, and counts, pages and facets that agree."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papra_index import Archive, ExtractionSettings, Organization, ResultPage, Settings, Sort, SortField, Upload
from papra_index.errors import InvalidQuery
from papra_index.results import FACET_NAMES, Matching
from tests.query.strategies import QUERIES

TEXTS = {
    "Rechnung 1 Hundeschule.txt": "Rechnung vom 12.03.2025 über 1.234,56 EUR an die Hundeschule, IBAN DE89 3704 0044",
    "Rechnung 2.txt": "Zweite Rechnung über die jährliche Wartung des Heizkessels",
    "東京都庁.txt": "東京都庁からの請求書です。金額は12,345円です",
    "ใบแจ้งหนี้": "ใบแจ้งหนี้ค่าไฟฟ้า 1,234.56 บาท",
    "annual report.pdf": "the annual maintenance of the boiler, foo bar baz",
    "scan\n\u202e🎉.txt": "annual maintenance of the roof; the bill is paid, foo and bar",
    "empty": "",
    "café": "infor-\nmation about INV_2024-001, john.doe@example.com, foto",
}
_FOREIGN = "zyxword annual maintenance Rechnung foo bar 東京都庁 geheimnis"
_PHRASES = (
    "rechnung", "Rechnugn", "hundeschule", "schule", "anual maintenance", '"annual maintenance"', "annual NEAR/3 roof",
    "1234,56", "12.03.2025", "京都", "12,345円", "ค่าไฟ", "*schule", "r*ng", "boiler OR zyxword", "-foo", "tag:paid",
    "tag:nothing", "foo bar baz qux", "invoice", "bill", "firma", "the", "name:annual", '="foo"', "created:today",
    "size:<1kB", "has:tags", "🎉", "geheimnis", "zyxwrod", "information", "inv2024001", "date:2024",
    "foo^2 (bar OR baz)",
)  # fmt: skip

asked = QUERIES | st.lists(st.sampled_from(_PHRASES), min_size=1, max_size=3).map(" ".join)
sorts = st.none() | st.builds(Sort, st.sampled_from(SortField), st.booleans())


@pytest.fixture(scope="module")
def home() -> Iterator[Organization]:
    """Documents of several languages with tags, dates, synonyms and stop words, beside another organization."""
    with Archive.in_memory(settings=Settings(extraction=ExtractionSettings(background=False))) as archive:
        home, other = archive.create_organization("Home"), archive.create_organization("Other")
        uploads = [Upload(name.encode(), name=name, content=text) for name, text in TEXTS.items()]
        ids = [str(outcome.document_id) for outcome in home.add_stream(uploads)]
        for number, name in enumerate(["paid", "to do"]):
            home.tag(ids[number], home.create_tag(name, color="#2ECC71").id)
        home.update(ids[0], document_date=datetime(2024, 5, 1, tzinfo=UTC), notes="paid foo")
        home.save_synonyms(["rechnung", "invoice", "bill of costs"])
        home.add_stop_words(["firma"])
        other.add(_FOREIGN.encode(), name="zyxword geheimnis.txt", content=_FOREIGN)
        archive.wait_until_searchable(extraction=False)
        yield home


def list_told(page: ResultPage) -> str:
    """Return all words that a page tells beyond the query's own."""
    told = [page.suggestion or "", page.relaxed.search_query if page.relaxed else ""]
    told += [hit.document.name for hit in page.hits]
    told += [snippet.text for hit in page.hits for snippet in hit.snippets]
    told += [value for words in (page.relaxed.replaced.values() if page.relaxed else ()) for value in words]
    return " ".join(told).lower()


@settings(max_examples=150)
@given(
    query=asked,
    sort=sorts,
    matching=st.sampled_from(["all", "any"]),
    feedback=st.booleans(),
    snippets=st.integers(0, 3),
    facets=st.lists(st.sampled_from(FACET_NAMES), unique=True),
    page_size=st.integers(1, 4),
    matched=st.booleans(),
    explain=st.booleans(),
    relax=st.booleans(),
    strict=st.booleans(),
    tags=st.sampled_from([(), ("paid",), ("nothing",)]),
)
def test_options_of_all_kinds_agree(
    home: Organization,
    query: str,
    sort: Sort | None,
    matching: Matching,
    feedback: bool,
    snippets: int,
    facets: list[str],
    page_size: int,
    matched: bool,
    explain: bool,
    relax: bool,
    strict: bool,
    tags: tuple[str, ...],
) -> None:
    def search(page_index: int = 0, cursor: str | None = None) -> ResultPage:
        return home.search(
            query,
            page_index=page_index,
            page_size=page_size,
            sort=sort,
            snippets=snippets,
            facets=facets,
            strict=strict,
            matching=matching,
            feedback=feedback and matching == "any",
            matched=matched,
            explain=explain,
            cursor=cursor,
            relax=relax,
            tags=tags,
        )

    started = time.process_time()
    try:
        first = search()
    except InvalidQuery:
        assert strict
        assert home.search(query, matching=matching).issues
        return
    assert time.process_time() - started < 1
    if "zyx" not in query and "geheim" not in query:
        assert "zyx" not in list_told(first)
        assert "geheim" not in list_told(first)
    pages = [first]
    while sum(len(page.hits) for page in pages) < first.documents_count:
        pages.append(search(cursor=pages[-1].next_cursor) if pages[-1].next_cursor else search(len(pages)))
        assert pages[-1].hits
        assert pages[-1].documents_count == first.documents_count
        assert pages[-1].relaxed == first.relaxed
        assert pages[-1].facets == first.facets
    hits = [hit for page in pages for hit in page.hits]
    assert len({hit.document.id for hit in hits}) == len(hits) == first.documents_count
    assert {hit.document.organization_id for hit in hits} <= {home.id}
    assert set(first.facets) == set(facets)
    scores = [hit.score for hit in hits]
    if sort is None or sort.field is SortField.RELEVANCE:
        assert scores == sorted(scores, reverse=True)
    if not any(":" in part for part in (query, *tags)) and not tags:
        for name in set(facets) & {"year", "month", "size", "mime_type"}:
            assert sum(one.count for one in first.facets[name]) == first.documents_count
    for hit in hits:
        assert (hit.explanation is not None) == explain
        if hit.explanation is not None:
            reasons = [(part.kind, part.field, part.text) for part in hit.explanation.parts]
            assert len(set(reasons)) == len(reasons)
        assert matched or not hit.matched
        assert len(hit.snippets) <= snippets
        for start, end in hit.name_highlights:
            assert 0 <= start < end <= len(hit.document.name)
        for words in hit.matched.values():
            assert len(set(words)) == len(words)


@pytest.mark.slow
@settings(max_examples=60)
@given(query=asked, matching=st.sampled_from(["all", "any"]), sort=sorts)
def test_why_and_summary_agree_with_the_search(
    home: Organization, query: str, matching: Matching, sort: Sort | None
) -> None:
    page = home.search(query, matching=matching, sort=sort, page_size=100)
    strictly = home.search(query, matching=matching, sort=sort, page_size=100, relax=False)
    ranks = {hit.document.id: rank for rank, hit in enumerate(page.hits, 1)}
    for document in home.list().documents:
        why = home.why(document.id, query, matching=matching, sort=sort)
        assert (why.relaxed_rank if page.relaxed else why.rank) == ranks.get(document.id)
        assert why.relaxed == page.relaxed
    summary = home.summarize(query, matching=matching)
    assert (summary.documents_count, summary.relaxed) == (page.documents_count, page.relaxed)
    assert summary.issues == page.issues
    assert home.summarize(query, matching=matching, relax=False).documents_count == strictly.documents_count


@settings(max_examples=60)
@given(text=asked)
def test_nothing_of_others_is_suggested(home: Organization, text: str) -> None:
    for suggestion in home.suggest(text):
        assert home.search(suggestion.search_query, relax=False).documents_count
        if "zyx" not in text and "geheim" not in text:
            assert "zyx" not in suggestion.search_query.lower()


@pytest.mark.parametrize(
    ("query", "hint", "place"),
    [
        ("annual tag:PAYD", 'did you mean "paid"?', "PAYD"),
        ('-tag:"tö do"', 'did you mean "to do"?', "tö do"),
        ("tag:paid,payde", 'did you mean "paid"?', "payde"),
        ("tag:(paid OR zzzzzz)", "whole name or id", "zzzzzz"),
    ],
)
def test_a_tag_that_is_not_there_is_told(home: Organization, query: str, hint: str, place: str) -> None:
    for issues in (home.search(query).issues, home.summarize(query).issues):
        (issue,) = issues
        assert issue.code == "unknown-tag"
        assert hint in issue.message
        assert query[issue.start : issue.end] == place
    with pytest.raises(InvalidQuery, match="there is no tag"):
        home.search(query, strict=True)
    assert home.search("tag:PAID", strict=True).issues == ()


def test_a_name_with_line_ends_is_told_on_one_line(home: Organization) -> None:
    (hit,) = home.search("name:scan").hits
    why = home.why(hit.document.id, "roof")
    assert why.described.split("\n")[0] == "scan \u202e🎉.txt is at rank 1 of the 1 found, by relevance: roof"
