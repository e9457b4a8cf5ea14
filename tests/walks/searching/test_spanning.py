"""Searches of several organizations: what each would find alone, ranked together, and never more than each allows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papra_index import Archive, Organization, Sort, SortField
from papra_index.errors import InvalidInput, InvalidQuery, OrganizationNotFound
from papra_index.results import SearchRequest
from papra_index.settings import ExtractionSettings, Settings

WORDS = ("invoice", "boiler", "lease", "travel", "paper")
ATOMS = (
    *WORDS, "inv", "tag:paid", "tag:mine", "-tag:paid", "has:tags", "heating", "furnace", "amount:>3", "color:red",
    "the", '"boiler lease"', "type:txt", "nosuchword",
)  # fmt: skip


@dataclass(frozen=True)
class Shelves:
    """Organizations and the archive they are in."""

    archive: Archive
    homes: list[Organization]


@pytest.fixture(scope="module")
def shelves() -> Iterator[Shelves]:
    """Three organizations with tags of the same name, properties, synonyms and stop words of their own."""
    with Archive.in_memory(settings=Settings(extraction=ExtractionSettings(background=False))) as archive:
        homes = [archive.create_organization(name) for name in ("Home", "Work", "Club")]
        for place, home in enumerate(homes):
            paid = home.create_tag("paid")
            for number in range(24):
                content = " ".join(WORDS[(number + place) % 5 :]) + " the"
                principals = ["user:anna"] if number % 3 == 0 else []
                document = home.add(f"{number}".encode(), name=f"{number}.txt", content=content, principals=principals)
                if number % (place + 2) == 0:
                    home.tag(document.id, paid.id)
        homes[0].create_tag("mine")
        homes[0].save_synonyms(["boiler", "furnace"])
        homes[1].save_synonyms(["lease", "heating"])
        homes[1].add_stop_words(["the"])
        homes[0].create_property("Amount", "number")
        homes[2].create_property("Amount", "text")
        for number, hit in enumerate(homes[0].list().documents):
            homes[0].set_property(hit.id, "Amount", number)
        archive.wait_until_searchable(extraction=False)
        yield Shelves(archive, homes)


def find_ids(home: Organization, query: str) -> set[str]:
    """Return what a search of one organization finds."""
    return {hit.document.id for hit in home.search(query, page_size=100, relax=False).hits}


@settings(max_examples=25)
@given(
    atoms=st.lists(st.sampled_from(ATOMS), max_size=3), glue=st.sampled_from([" ", " OR "]), restricted=st.booleans()
)
def test_what_is_found_is_what_each_would_find(shelves: Shelves, atoms: list[str], glue: str, restricted: bool) -> None:
    query = glue.join(atoms)
    homes = [shelves.homes[0].visible_to(["user:carl"]) if restricted else shelves.homes[0], *shelves.homes[1:]]
    request = SearchRequest(query, page_size=100, relax=False, facets=["organization", "tag", "mime_type"])
    page = shelves.archive.search_organizations(homes, request)
    alone = {home.id: find_ids(home, query) for home in homes}
    assert {hit.document.id for hit in page.hits} == set().union(*alone.values())
    assert page.documents_count == sum(map(len, alone.values())) == len(page.hits)
    counted = {count.value: count.count for count in page.facets["organization"]}
    assert counted == {id_: len(found) for id_, found in alone.items() if found}
    tags = {
        count.value: count.count
        for home in homes
        for count in home.search(query, facets=["tag"], relax=False).facets["tag"]
    }
    assert {count.value: count.count for count in page.facets["tag"]} == tags
    assert [hit.score for hit in page.hits] == sorted((hit.score for hit in page.hits), reverse=True)


def test_pages_and_cursors_go_on_across_organizations(shelves: Shelves) -> None:
    archive = shelves.archive
    order = Sort(SortField.NAME, descending=False)
    request = SearchRequest("paper", page_size=7, sort=order)
    pages = [archive.search_organizations(shelves.homes, request)]
    while (cursor := pages[-1].next_cursor) is not None:
        pages.append(archive.search_organizations(shelves.homes, SearchRequest("paper", page_size=7, cursor=cursor)))
    names = [hit.document.name for page in pages for hit in page.hits]
    assert len(names) == pages[0].documents_count
    whole = archive.search_organizations(shelves.homes, SearchRequest("paper", page_size=100, sort=order))
    assert names == [hit.document.name for hit in whole.hits]
    second = archive.search_organizations(shelves.homes, SearchRequest("paper", page_size=7, page_index=1, sort=order))
    assert [hit.document.id for hit in second.hits] == [hit.document.id for hit in pages[1].hits]


def test_mistakes_are_corrected_and_passages_shown(shelves: Shelves) -> None:
    request = SearchRequest("invoicd", snippets=1, matched=True, explain=True)
    page = shelves.archive.search_organizations(shelves.homes, request)
    assert page.relaxed is not None
    assert page.relaxed.search_query == "invoice"
    assert {hit.document.organization_id for hit in page.hits} == {home.id for home in shelves.homes}
    assert all(hit.snippets and hit.matched and hit.explanation is not None for hit in page.hits)


def test_what_one_organization_knows_is_no_mistake(shelves: Shelves) -> None:
    archive = shelves.archive
    assert archive.search_organizations(shelves.homes, SearchRequest("tag:mine paper", strict=True)).issues == ()
    with pytest.raises(InvalidQuery):
        archive.search_organizations(shelves.homes, SearchRequest("tag:nowhere paper", strict=True))


def test_nobody_reaches_more_by_asking_for_several(archive: Archive) -> None:
    ann, home = archive.create_user("Ann"), archive.create_organization("Home")
    own = archive.create_organization("Own", owner_id=ann.id)
    for place in (home, own):
        place.add(b"open", name="open.txt", content="paper")
        place.add(b"shut", name="shut.txt", content="paper", principals=["user:bob"])
    archive.wait_until_searchable(extraction=False)
    with pytest.raises(OrganizationNotFound):
        archive.search_organizations([own.id, home.id], "paper", user_id=ann.id)
    page = archive.search_organizations([own.id], SearchRequest("paper", principals=[]), user_id=ann.id)
    assert [hit.document.name for hit in page.hits] == ["open.txt"]
    both = archive.search_organizations([own.visible_to([]), home], SearchRequest("paper", principals=["user:bob"]))
    assert [hit.document.name for hit in both.hits if hit.document.organization_id == own.id] == ["open.txt"]
    assert both.documents_count == 3


def test_what_cannot_be_asked_together_is_refused(archive: Archive, home: Organization) -> None:
    ask = archive.search_organizations
    for request, homes in (
        ("paper", []),
        ("paper", [home, home.visible_to([])]),
        (SearchRequest("paper", feedback=True, matching="any"), [home]),
        (SearchRequest("paper", facets=["property:Amount"]), [home]),
        (SearchRequest("paper", sort=Sort("property:Amount")), [home]),
        (SearchRequest("paper", facets=["nothing"]), [home]),
    ):
        with pytest.raises(InvalidInput):
            ask(homes, request)
    with Archive.in_memory() as other, pytest.raises(InvalidInput, match="different archives"):
        ask([home, other.create_organization("Other")], "paper")
    assert ask([home, home.id], "paper").documents_count == 0
