"""What facets count, by brute force: each without the query's own filter on it, and findable by its filter."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papra_index import Archive, Document, Organization, ResultPage, Summary, Upload
from papra_index.query.expression import And, Boosted, Everything, Keyword, Not, Or, Range, Tagged, Text
from papra_index.query.parser import parse_query
from papra_index.results import FACET_NAMES
from papra_index.walks.searching.faceting import plan_facets

TAGS = ("paid", "to do", 'say "so" \\ here', "a,b", "Été", "tag_abcdefghijklmnopqrstuvwx", "tab\there", "2024")
WORDS = ("invoice", "boiler", "roof", "plum")
ENGLISH = "The invoice for the annual maintenance of your boiler is due at the end of this month, please pay it soon."
GERMAN = "Die Rechnung für die jährliche Wartung der Heizung liegt bei, bitte bezahlen Sie sie bis Ende des Monats."
KINDS = ("text/plain", "text/markdown", "application/x-thing", "odd type/with blanks")
DATES = (None, datetime(1890, 2, 3, tzinfo=UTC), datetime(2024, 3, 31, 23, 59, 59, tzinfo=UTC), datetime(24, 1, 1))
SIZES = (10, 99_999, 100_000, 1_000_000, 1_000_001)

OWN_FILTERS: Mapping[str, tuple[str, ...]] = {
    "tag": ("tag:paid", 'tag:("to do" OR 2024)', "tag:2024,paid", "tag:(paid OR été)", "tag:paid^3"),
    "mime_type": ("mime:text/plain", "mime:text/*", "type:text"),
    "language": ("lang:en", "lang:de,en"),
    "month": ("created:today", "created:2024.."),
    "document_month": ("date:2024", "date:<1900 date:>1800", "date:1890-02"),
    "size": ("size:>=1MB", "size:(<100kB OR >=1MB)", "size:100kB..1MB"),
}
OTHERS = ("", "invoice", "invoice OR boiler", "-roof", "-tag:paid", "-date:2024", "has:tags", "plum -size:>1MB")


@pytest.fixture(scope="module")
def filled() -> Iterator[Organization]:
    """An organization of 60 documents of every kind, beside another one."""
    dice = random.Random(7)
    with Archive.in_memory() as archive:
        home, other = archive.create_organization("Home"), archive.create_organization("Other")
        for owner in (home, other):
            tags = [owner.create_tag(name) for name in TAGS]
            for number in range(60):
                words = " ".join(dice.sample(WORDS, dice.randrange(4)))
                content = f"{words} {dice.choice([ENGLISH, GERMAN, ''])}"
                size = dice.choices(SIZES, [9, 1, 1, 1, 1])[0]
                added = owner.add(
                    f"{number} {owner.name}".encode().ljust(size),
                    name=f"{words or 'scan'} {dice.randrange(12)}",
                    mime_type=dice.choice(KINDS),
                    content=content,
                    document_date=dice.choice(DATES),
                )
                for tag in dice.sample(tags, dice.randrange(4)):
                    owner.tag(added.id, tag.id)
        archive.wait_until_searchable()
        yield home


def find_all(home: Organization, query: str) -> list[Document]:
    """All documents that match, page by page."""
    found: list[Document] = []
    page: ResultPage | None = None
    while page is None or page.hits:
        page = home.search(query, page_index=0 if page is None else page.page_index + 1, page_size=100)
        found += [hit.document for hit in page.hits]
    return found


def list_values(document: Document, facet: str) -> list[str]:
    """The values of a document in words of FacetCount.value."""
    if facet == "tag":
        return [tag.id for tag in document.tags]
    if facet == "size":
        bounds = (0, 100_000, 1_000_000, 10_000_000, 100_000_000)
        return [str(max(bound for bound in bounds if bound <= document.original_size))]
    if facet in ("mime_type", "language"):
        return [value for value in [getattr(document, facet)] if value]
    moment = document.document_date if facet.startswith("document") else document.created_at
    form = "%Y" if facet.endswith("year") else "%Y-%m"
    return [] if moment is None else [moment.strftime(form).rjust(len("2024-01"[: 4 if form == "%Y" else 7]), "0")]


def count_by_hand(documents: list[Document], facet: str) -> dict[str, int]:
    return dict(Counter(value for document in documents for value in list_values(document, facet)))


@settings(max_examples=25)
@given(
    query=st.sampled_from(OTHERS),
    own=st.sampled_from([(name, selecting) for name, filters in OWN_FILTERS.items() for selecting in filters]),
)
def test_facets_count_as_by_hand_and_ignore_their_own_filter(
    filled: Organization, query: str, own: tuple[str, str]
) -> None:
    name, selecting = own
    joined = f"({query}) {selecting}"
    page = filled.search(joined, facets=FACET_NAMES, page_size=1)
    assert {issue.code for issue in page.issues} == ({"unknown-tag"} if "^" in selecting else set())
    matching, without = find_all(filled, joined), find_all(filled, query)
    assert page.documents_count == len(matching)
    sisters = {name, name.replace("month", "year")}
    for facet, counts in page.facets.items():
        counted = {count.value: count.count for count in counts}
        assert counted == count_by_hand(without if facet in sisters else matching, facet), facet


@pytest.mark.parametrize("query", ["", "invoice OR boiler", "-roof tag:paid", 'name:scan "to do"'])
def test_the_filter_of_a_value_finds_what_it_counts(filled: Organization, query: str) -> None:
    for facet in FACET_NAMES:
        page = filled.search(query, facets=[facet])
        reduced = "-roof" if facet == "tag" and "tag:paid" in query else query
        for count in page.facets[facet]:
            if not count.filter:
                assert count.value == "odd type/with blanks"
                continue
            found = filled.search(f"({reduced}) {count.filter}")
            assert (found.documents_count, found.issues) == (count.count, ()), count


def test_facets_stand_in_an_order_of_their_own(filled: Organization) -> None:
    facets = filled.search("", facets=["tag", "document_month", "document_year", "size"]).facets
    assert [count.count for count in facets["tag"]] == sorted((count.count for count in facets["tag"]), reverse=True)
    assert [count.label for count in facets["document_month"]] == ["2024-03", "1890-02", "0024-01"]
    assert [count.filter for count in facets["document_year"]] == ["date:2024", "date:1890", "date:0024"]
    assert [count.label for count in facets["size"]] == ["under 100 kB", "100 kB to 1 MB", "1 to 10 MB"]
    assert {count.label for count in facets["tag"]} == {" ".join(name.split("\t")) for name in TAGS}


@pytest.mark.parametrize(
    ("query", "facet", "expected"),
    [
        ("tag:paid", "tag", Everything()),
        ("-tag:paid", "tag", Not(Tagged("paid"))),
        ("roof tag:paid", "mime_type", And((Text("roof"), Tagged("paid")))),
        ("roof OR tag:paid", "tag", Or((Text("roof"), Tagged("paid")))),
        ("(tag:a OR lang:de) roof", "tag", And((Or((Tagged("a"), Keyword("language", "de"))), Text("roof")))),
        ("mime:a/b roof size:>5", "mime_type", And((Text("roof"), Range("size", 6, None)))),
        ("tag:(a b)^2 roof", "tag", Text("roof")),
    ],
)
def test_only_what_all_matches_fulfil_is_ignored(query: str, facet: str, expected: object) -> None:
    expression = parse_query(query, now=0).expression
    assert plan_facets(expression, [facet])[facet] == expected  # type: ignore[list-item, index]
    assert plan_facets(Boosted(Tagged("a"), 2.0), ["tag"]) == {"tag": Everything()}


@pytest.mark.parametrize(
    "query", ["", "invoice", "invoice OR plum", "tag:paid -roof", "date:<1900", "absent", "size:>1GB"]
)
def test_a_summary_adds_up_as_by_hand(filled: Organization, query: str) -> None:
    found = find_all(filled, query)
    summary = filled.summarize(query)
    assert (summary.documents_count, summary.documents_size, summary.pages_count) == (
        len(found),
        sum(document.original_size for document in found),
        sum(document.extraction.page_count for document in found),
    )
    for facet, shares in (("tag", summary.by_tag), ("month", summary.by_month)):
        sizes = Counter[str]()
        for document in found:
            for value in list_values(document, facet):
                sizes[value] += document.original_size
        assert {share.value: share.documents_size for share in shares} == sizes
        assert {share.value: share.documents_count for share in shares} == count_by_hand(found, facet)
        if "tag:" not in query:
            counts = filled.search(query, facets=[facet]).facets[facet]
            assert [(share.label, share.filter) for share in shares] == [
                (found.label, found.filter) for found in counts
            ]


def test_a_summary_says_what_was_wrong_with_the_query(filled: Organization) -> None:
    summary = filled.summarize("size:huge")
    assert summary == Summary(0, 0, 0, (), (), summary.issues)
    assert [issue.code for issue in summary.issues] == ["invalid-size"]


def test_a_summary_is_relaxed_as_a_search_is(archive: Archive, home: Organization) -> None:
    home.add(b"1", name="1.txt", content="the chimney was swept")
    archive.wait_until_searchable()
    summary = home.summarize("chimmney")
    assert (summary.documents_count, summary.relaxed) == (1, home.search("chimmney").relaxed)
    assert summary.relaxed is not None
    assert summary.relaxed.search_query == "chimney"
    exact = home.summarize("chimmney", relax=False)
    assert (exact.documents_count, exact.relaxed) == (0, None)


def test_an_upload_is_listed_before_it_is_counted(archive: Archive, home: Organization) -> None:
    home.add_many([Upload(b"1", name="one.txt", content="one"), Upload(b"2", name="two.txt", content="two")])
    page = home.search("", facets=["mime_type"])
    assert (page.documents_count, len(page.hits)) == (2, 2)
    archive.wait_until_searchable()
    assert [count.count for count in home.search("", facets=["mime_type"]).facets["mime_type"]] == [2]
