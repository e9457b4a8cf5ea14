"""Near-duplicates of an organization: found whatever happened to the documents, and forgotten with them."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Sequence
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.damage import misread
from papra_index import Archive, Organization
from papra_index.archive import CATALOG_NAME
from papra_index.errors import DocumentNotFound, InvalidIdentifier, InvalidInput
from tests.conftest import FIXTURES

BEES = """Beekeeping in the heather: the hives were brought to the moor on 3 August 2023 and fetched home on 12
September. Seventeen jars of honey were spun, two of them went to Mr Linden for the place. Varroa treatment follows in
October."""
ROOF = """The storm of 14 November tore eleven tiles from the roof above the landing. The roofer, Ms Ostrander, comes on
Thursday; her estimate is 640.00 for tiles, battens and scaffolding. The insurance wants photographs of the damage."""


def spoil(text: str, seed: int = 1) -> str:
    return misread(text, 0.04, random.Random(seed))


def put(home: Organization, name: str, text: str) -> str:
    return home.add(f"{name} {text}".encode(), name=name, content=text).id


def list_groups(home: Organization) -> list[set[str]]:
    return [{member.document.name for member in group.members} for group in home.find_duplicates().groups]


@pytest.fixture
def ids(archive: Archive, home: Organization) -> dict[str, str]:
    texts = {"bees": BEES, "bees again": spoil(BEES), "roof": ROOF, "roof again": spoil(ROOF), "plums": "Plum cake"}
    found = {name: put(home, name, text) for name, text in texts.items()}
    archive.wait_until_searchable()
    return found


def test_a_second_scan_is_found(home: Organization, ids: dict[str, str]) -> None:
    (copy,) = home.near_duplicates(ids["bees"])
    assert copy.document.id == ids["bees again"]
    assert 0.8 < copy.similarity < 1
    assert home.near_duplicates(ids["bees"], least_similarity=0.999) == ()
    assert home.near_duplicates(ids["plums"]) == ()


@pytest.mark.slow
def test_a_scan_and_the_printed_original_of_real_files(archive: Archive, home: Organization) -> None:
    scan = home.add(FIXTURES / "sideways-scan.png", ocr_languages=["eng"])
    home.add(FIXTURES / "carpenter-invoice.pdf", ocr_languages=["eng"])
    home.add(FIXTURES / "bank-statement.pdf")
    archive.wait_until_searchable()
    names = [copy.document.name for copy in home.near_duplicates(scan.id, least_similarity=0.5)]
    assert names == ["carpenter-invoice.pdf"], "which has a page more"


def test_groups_come_in_pages_with_the_oldest_document_first(home: Organization, ids: dict[str, str]) -> None:
    page = home.find_duplicates(page_size=1)
    rest = home.find_duplicates(page_size=1, page_index=1)
    assert (page.groups_count, page.pending_count, len(page.groups), len(rest.groups)) == (2, 0, 1, 1)
    groups = [*page.groups, *rest.groups]
    assert groups[0].similarity >= groups[1].similarity
    for group in groups:
        first, second = group.members
        assert second.document.name == f"{first.document.name} again"
        assert group.documents_count == 2
        assert first.similarity == second.similarity == group.similarity
    assert home.find_duplicates(least_similarity=1).groups == ()
    assert home.find_duplicates(page_index=7).groups == ()
    assert len(ids) == 5


def test_what_was_compared_is_not_compared_again(home: Organization, ids: dict[str, str]) -> None:
    calls: list[tuple[int, int]] = []
    home.find_duplicates(progress=lambda done, total: calls.append((done, total)))
    assert calls[-1] == (5, 5)
    calls.clear()
    home.find_duplicates(progress=lambda done, total: calls.append((done, total)))
    assert calls == []
    home.update(ids["roof"], notes="call her")
    home.find_duplicates(progress=lambda done, total: calls.append((done, total)))
    assert len(calls) <= 1


def test_edits_trash_restore_and_purge_are_followed(archive: Archive, home: Organization, ids: dict[str, str]) -> None:
    bees, roof = {"bees", "bees again"}, {"roof", "roof again"}
    assert list_groups(home) in ([bees, roof], [roof, bees])
    home.update(ids["bees again"], content="Something else altogether: a list of plants for the balcony. " * 3)
    assert list_groups(home) == [roof], "before the index has it"
    archive.wait_until_searchable()
    assert list_groups(home) == [roof]
    home.update(ids["plums"], content=spoil(BEES, 2))
    archive.wait_until_searchable()
    assert {"bees", "plums"} in list_groups(home)
    home.trash(ids["plums"])
    assert list_groups(home) == [roof]
    put(home, "more bees", spoil(BEES, 3))
    archive.wait_until_searchable()
    assert {"bees", "more bees"} in list_groups(home)
    home.restore(ids["plums"])
    archive.wait_until_searchable()
    assert {"bees", "more bees", "plums"} in list_groups(home)
    for name in ("plums", "bees"):
        home.trash(ids[name])
        home.purge(ids[name])
    assert list_groups(home) == [roof]


def test_a_family_of_copies_is_one_group(archive: Archive, home: Organization) -> None:
    for number in range(30):
        put(home, str(number), spoil(ROOF, number))
    archive.wait_until_searchable()
    (group,) = home.find_duplicates().groups
    assert group.documents_count == len(group.members) == 30
    assert [int(member.document.name) for member in group.members] == list(range(30))


def test_purged_documents_leave_no_row(archive: Archive, home: Organization, ids: dict[str, str]) -> None:
    home.find_duplicates()
    for name in ids.values():
        home.trash(name)
    home.empty_trash()
    with closing(sqlite3.connect(archive.folder / CATALOG_NAME)) as connection:
        for table in ("duplicate_checks", "duplicate_pairs"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_organizations_are_apart(archive: Archive, home: Organization, ids: dict[str, str]) -> None:
    neighbour = archive.create_organization("Next door")
    theirs = put(neighbour, "their bees", spoil(BEES, 5))
    archive.wait_until_searchable()
    assert neighbour.near_duplicates(theirs) == ()
    assert neighbour.find_duplicates().groups == ()
    assert {copy.document.name for copy in home.near_duplicates(ids["bees"])} == {"bees again"}
    assert all("their bees" not in group for group in list_groups(home))
    with pytest.raises(DocumentNotFound):
        home.near_duplicates(theirs)


def test_a_document_that_awaits_the_index_is_compared_when_asked_for(archive: Archive, home: Organization) -> None:
    put(home, "bees", BEES)
    archive.wait_until_searchable()
    new = put(home, "bees again", spoil(BEES))
    assert [copy.document.name for copy in home.near_duplicates(new)] == ["bees"]


@pytest.mark.parametrize("least", [0.49, 1.01, -1, float("nan"), True, "0.7"])
def test_similarities_out_of_bounds_are_refused(home: Organization, least: float) -> None:
    with pytest.raises(InvalidInput):
        home.find_duplicates(least_similarity=least)
    with pytest.raises(InvalidInput):
        home.near_duplicates("doc_aaaaaaaaaaaaaaaaaaaaaaaa", least_similarity=least)


def test_what_is_no_id_is_refused(home: Organization) -> None:
    with pytest.raises(InvalidIdentifier):
        home.near_duplicates("bees")


@settings(max_examples=8)
@given(st.lists(st.tuples(st.sampled_from(["edit", "trash", "restore", "ask"]), st.integers(0, 3)), max_size=8))
def test_the_order_of_changes_does_not_matter(changes: Sequence[tuple[str, int]]) -> None:
    texts = [BEES, ROOF, spoil(BEES, 7), "A list of plants for the balcony: geraniums, petunias, lobelias and ivy." * 2]
    with Archive.in_memory() as archive:
        home = archive.create_organization("Home")
        ids = [put(home, str(number), texts[number]) for number in range(4)]
        contents, trashed = [0, 1, 2, 3], [False] * 4
        for place, (change, number) in enumerate(changes):
            if change == "edit":
                contents[number] = (contents[number] + place + 1) % 4
                home.update(ids[number], content=texts[contents[number]])
            elif change == "trash":
                home.trash(ids[number])
                trashed[number] = True
            elif change == "restore" and trashed[number]:
                home.restore(ids[number])
                trashed[number] = False
            elif change == "ask":
                home.find_duplicates()
        archive.wait_until_searchable()
        live = [number for number in range(4) if not trashed[number]]
        subjects = {number: "bees" if contents[number] in (0, 2) else str(contents[number]) for number in live}
        expected = {
            frozenset(str(number) for number in live if subjects[number] == subject) for subject in subjects.values()
        }
        assert {frozenset(group) for group in list_groups(home)} == {group for group in expected if len(group) > 1}
