"""Searching while there is no index: the catalog answers, says so, and finds what an index would for words as typed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from papra_index import Archive, Organization, Sort, SortField, Upload
from papra_index.errors import IndexRebuilding, InvalidCursor
from papra_index.settings import ExtractionSettings, IndexSettings, Settings

UNREAD = ExtractionSettings(background=False)
QUERIES = (
    "boiler",
    "boil",
    '"annual maintenance"',
    "boiler OR oil",
    "boiler -oil",
    "-boiler",
    "tag:paid",
    "tag:paid oil",
    "name:letter",
    "mime:text/plain size:<20",
    "notes:seen",
    "has:notes",
    "created:>=2020 oil",
    "b*er",
    '="oil"',
    "ext:txt",
    "straße",
)


def fill(archive: Archive) -> Organization:
    home = archive.create_organization("Home")
    paid = home.create_tag("paid")
    texts = ["boiler and oil", "the annual maintenance of a boiler", "oil", "Die Straße", "boilermaker"]
    uploads = [Upload(f"{number}".encode(), f"letter {number}.txt", content=text) for number, text in enumerate(texts)]
    ids = [outcome.document_id or "" for outcome in home.add_many(uploads)]
    home.tag(ids[0], paid.id)
    home.tag(ids[2], paid.id)
    home.update(ids[1], notes="seen")
    hidden = home.add(b"hidden", name="hidden.txt", content="boiler", principals=["user:anna"])
    home.tag(hidden.id, paid.id)
    gone = home.add(b"gone", name="gone.txt", content="boiler in the trash")
    home.trash(gone.id)
    archive.create_organization("Work").add(b"work", name="work.txt", content="boiler at work")
    return home


@pytest.fixture(scope="module")
def bare() -> Iterator[Archive]:
    """An archive whose index nobody builds."""
    settings = Settings(extraction=UNREAD, index=IndexSettings(background=False))
    with Archive.in_memory(settings=settings) as opened:
        fill(opened)
        yield opened


@pytest.fixture(scope="module")
def indexed() -> Iterator[Archive]:
    with Archive.in_memory(settings=Settings(extraction=UNREAD)) as opened:
        fill(opened)
        opened.wait_until_searchable()
        yield opened


def names(home: Organization, query: str, **options: object) -> list[str]:
    page = home.search(query, page_size=100, relax=False, **options)  # type: ignore[arg-type]
    assert page.documents_count == len(page.hits)
    return [hit.document.name for hit in page.hits]


def test_the_catalog_finds_what_the_index_does_and_says_so(bare: Archive, indexed: Archive) -> None:
    without, with_index = bare.organizations()[0], indexed.organizations()[0]
    for query in QUERIES:
        assert sorted(names(without, query)) == sorted(names(with_index, query)), query
    page = without.search("boiler", snippets=1, matched=True)
    assert page.is_degraded
    assert [issue.code for issue in page.issues] == ["index-rebuilding"]
    assert "all 6 documents" in page.issues[0].message
    assert all(hit.snippets and hit.score > 0 and hit.matched["content"] == ("boiler",) for hit in page.hits)
    assert not with_index.search("boiler").is_degraded


def test_only_what_somebody_sees_is_found(bare: Archive) -> None:
    home = bare.organizations()[0]
    assert "hidden.txt" in names(home, "boiler")
    assert "hidden.txt" not in names(home.visible_to(["user:bert"]), "boiler")
    assert "hidden.txt" in names(home.visible_to(["user:anna"]), "boiler")
    everywhere = bare.search_organizations(bare.organizations(), "boiler")
    assert {hit.document.name for hit in everywhere.hits} >= {"work.txt", "hidden.txt"}
    assert everywhere.is_degraded


@pytest.mark.parametrize("field", [SortField.CREATED_AT, SortField.NAME, SortField.SIZE, SortField.DOCUMENT_DATE])
@pytest.mark.parametrize("descending", [False, True])
def test_pages_follow_one_another_in_every_order(bare: Archive, field: SortField, *, descending: bool) -> None:
    home, sort = bare.organizations()[0], Sort(field, descending)
    whole = names(home, "boiler", sort=sort)
    assert len(whole) == 4
    pages, cursor = [], None
    while True:
        page = home.search("boiler", page_size=3, sort=sort, cursor=cursor)
        pages += [hit.document.name for hit in page.hits]
        cursor = page.next_cursor
        if cursor is None:
            break
    second = home.search("boiler", page_size=3, page_index=1, sort=sort)
    assert pages == whole
    assert [hit.document.name for hit in second.hits] == whole[3:]
    with pytest.raises(InvalidCursor):
        home.search("boiler", cursor="x", sort=sort)


def test_facets_and_summaries_count_what_is_found(bare: Archive, indexed: Archive) -> None:
    without, with_index = bare.organizations()[0], indexed.organizations()[0]
    facets = ["tag", "mime_type", "year", "month", "size", "language", "document_year"]
    for query in ("boiler tag:paid", "boiler", ""):
        found = [
            {
                name: [(value.label, value.count) for value in values]
                for name, values in home.search(query, facets=facets).facets.items()
            }
            for home in (without, with_index)
        ]
        assert found[0] == found[1]
    for query in ("boiler", "tag:paid"):
        sums = [home.summarize(query) for home in (without, with_index)]
        assert sums[0].documents_count == sums[1].documents_count
        assert sums[0].documents_size == sums[1].documents_size
        assert [share.documents_count for share in sums[0].by_tag] == [
            share.documents_count for share in sums[1].by_tag
        ]
        assert [issue.code for issue in sums[0].issues] == ["index-rebuilding"]


def test_what_needs_an_index_says_when_to_try_again(bare: Archive) -> None:
    home = bare.organizations()[0]
    document = home.search("boiler").hits[0].document
    for ask in (
        lambda: home.search("boiler", strict=True),
        lambda: home.similar(document.id),
        lambda: home.suggest("boi"),
    ):
        with pytest.raises(IndexRebuilding, match="try again when it is ready"):
            ask()


def test_a_property_orders_nothing_and_an_issue_says_so(bare: Archive) -> None:
    home = bare.organizations()[0]
    home.create_property("amount", "number")
    page = home.search("boiler", sort=Sort("property:amount"))
    assert page.documents_count == 4
    assert "left out: the order by a property" in page.issues[0].message
