"""Hits say which page they are on, by its label too; documents are found by how well they were read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Connection, update

from papra_index import (
    Archive,
    ExtractionSettings,
    ExtractionStatus,
    Organization,
    Page,
    PageSource,
    Provenance,
    Settings,
    Sort,
    SortField,
    Upload,
)
from papra_index.catalog.additions import NewDocument, insert_documents
from papra_index.catalog.tables import documents
from papra_index.conventions.identifiers import generate_id
from papra_index.documents import PAGE_SEPARATOR
from papra_index.errors import InvalidInput, InvalidSettings
from papra_index.results import Matching
from tests.conftest import FIXTURES


def insert(home: Organization, name: str, pages: tuple[Page, ...] | None) -> str:
    document_id = generate_id("doc")
    new = NewDocument(home._key, document_id, name, name, 1, name, "text/plain", 1_700_000_000_000, pages=pages)
    home._catalog.write(insert_documents, [new])
    return document_id


@pytest.mark.parametrize("padding", [0, 200_000], ids=["short", "long"])
def test_a_snippet_has_the_label_of_its_page(archive: Archive, home: Organization, padding: int) -> None:
    given = Provenance(PageSource.GIVEN)
    pages = (
        Page(1, "preface" + " x" * (padding // 2), given, "i"),
        Page(2, "the needle is here", given, "ii"),
        Page(3, "chapter one, another needle", given),
    )
    insert(home, "a.txt", pages)
    archive.wait_until_searchable(extraction=False)
    (hit,) = home.search("needle", snippets=3).hits
    assert {(snippet.page_number, snippet.page_label) for snippet in hit.snippets} == {(2, "ii"), (3, None)}


def test_documents_are_found_by_how_they_were_read(archive: Archive, home: Organization) -> None:
    for name in ("salary-locked.pdf", "backup.bin", "holiday-broken.png", "boiler-contract.pdf", "receipt.png"):
        home.add(FIXTURES / name)
    archive.wait_until_searchable()

    def find(query: str) -> set[str]:
        return {hit.document.name for hit in home.search(query).hits}

    assert find("extraction:done") == {"boiler-contract.pdf", "receipt.png"}
    assert find("extraction:encrypted OR extraction:unsupported") == {"salary-locked.pdf", "backup.bin"}
    assert find("extraction:failed") == {"holiday-broken.png"}
    assert find("extraction:incomplete") == {"salary-locked.pdf", "backup.bin", "holiday-broken.png"}
    assert find("confidence:>50") == {"receipt.png"}
    assert find("-confidence:>50") == set()
    (receipt,) = home.search("name:receipt").hits
    assert find(f"confidence:{receipt.document.extraction.confidence}") == {"receipt.png"}


def test_documents_are_found_by_what_is_kept_of_them(archive: Archive, home: Organization) -> None:
    contract = home.add(FIXTURES / "boiler-contract.pdf")
    home.add(b"text alone", name="note.txt", content="some words")
    home.update(contract.id, name="contract.old", notes="ask for a rebate")
    archive.wait_until_searchable()
    home.trash(home.add(b"trashed", name="old.txt", content="x").id)
    archive.wait_until_searchable()

    def find(query: str) -> set[str]:
        return {hit.document.name for hit in home.search(query).hits}

    for query in (
        "notes:rebate",
        "has:notes",
        "original:boiler",
        "ext:pdf",
        "ext:old",
        "type:pdf",
        "lang:en",
        "size:>1kB",
    ):
        assert find(query) == {"contract.old"}, query
    for query in (f"id:{contract.id}", f"id:{contract.id[4:9]}", f"sha256:{contract.original_sha256[:12]}"):
        assert find(query) == {"contract.old"}, query
    assert find("page_count:1 has:content") == {"contract.old", "note.txt"}
    assert find("updated:>=2024 -has:notes") == {"note.txt"}
    home.update(contract.id, notes="")
    archive.wait_until_searchable()
    assert find("has:notes OR notes:rebate") == set()


def test_dates_in_words_are_those_of_a_time_zone(archive: Archive, home: Organization) -> None:
    home.add(b"x", name="new.txt", content="x")
    archive.wait_until_searchable()
    for zone in (None, "UTC", "Pacific/Kiritimati", "America/Los_Angeles"):
        assert home.search("created:today created:this-week created:>now-1h", time_zone=zone).documents_count == 1
        assert home.search("created:yesterday OR created:last-month", time_zone=zone).documents_count == 0
    for nowhere in ("Europe/Nowhere", "", "../UTC", "Europe"):
        with pytest.raises(InvalidInput, match="not a time zone"):
            home.search("x", time_zone=nowhere)
    with pytest.raises(InvalidSettings, match="time_zone"):
        Settings(time_zone="Mars")


def test_content_by_hand_takes_the_place_of_what_ocr_read(archive: Archive, home: Organization) -> None:
    scan = home.add(FIXTURES / "receipt.png")
    archive.wait_until_searchable()
    read = home.get(scan.id)
    assert (read.extraction.confidence or 0) > 50
    assert PAGE_SEPARATOR.join(page.text for page in home.pages(scan.id)) == read.content
    edited = home.update(scan.id, content="by hand")
    assert (edited.extraction.confidence, edited.extraction.pages_awaiting_ocr, edited.language) == (None, 0, None)
    archive.wait_until_searchable()
    assert home.search("confidence:>=0").documents_count == 0
    assert home.search("extraction:done").documents_count == 1


def test_content_by_hand_ends_the_waiting_for_ocr() -> None:
    with Archive.in_memory(settings=Settings(extraction=ExtractionSettings(background=False))) as archive:
        home = archive.create_organization("Home")
        pending = insert(home, "scan.png", None)
        home._catalog.write(_await_ocr, [pending])
        assert home.get(pending).extraction.pages_awaiting_ocr == 3
        edited = home.update(pending, content="by hand")
    assert edited.extraction.status is ExtractionStatus.DONE
    assert edited.extraction.pages_awaiting_ocr == 0


def _await_ocr(connection: Connection, document_ids: Sequence[str]) -> list[None]:
    connection.execute(update(documents).where(documents.c.id.in_(document_ids)).values(pages_awaiting_ocr=3))
    return [None] * len(document_ids)


def test_of_a_question_any_word_suffices(archive: Archive, home: Organization) -> None:
    texts = {"1": "Who repairs the roof", "2": "A house with a roof", "3": "who and the of", "4": "Plums"}
    home.add_many([Upload(text.encode(), name=name, content=text) for name, text in texts.items()])
    archive.wait_until_searchable()

    def find(query: str, matching: Matching = "any", **options: Any) -> list[str]:
        page = home.search(query, matching=matching, relax=False, **options)
        assert page.documents_count == len(page.hits)
        return [hit.document.name for hit in page.hits]

    assert find("who repairs the roof of a house") == ["1", "2"]
    assert find("who repairs the roof of a house", "all") == []
    assert find("repairs roof house -house") == ["1"]
    assert set(find("roof house", sort=Sort(SortField.NAME))) == {"1", "2"}
    assert set(find("who")) == {"1", "3"}
    (best, _) = home.search("the roof repairs", matching="any", snippets=1).hits
    (snippet,) = best.snippets
    assert [snippet.text[start:end] for start, end in snippet.highlights] == ["repairs", "roof"]
    with pytest.raises(InvalidInput, match="matching is 'some'"):
        find("roof", "some")  # type: ignore[arg-type]


def test_words_are_found_by_their_stem_in_the_language_of_the_document(archive: Archive, home: Organization) -> None:
    german = "Die Rechnung für die jährliche Wartung der Heizung liegt bei, bitte bezahlen Sie bis Ende des Monats."
    home.add(german.encode(), name="brief.txt")
    given = home.add(b"1", name="given.txt", content="The invoice for the annual maintenance of your boiler is due.")
    assert given.language == "en"
    archive.wait_until_searchable()
    (hit,) = home.search("Rechnungen", snippets=1).hits
    assert (hit.document.name, hit.document.language) == ("brief.txt", "de")
    assert [hit.snippets[0].text[start:end] for start, end in hit.snippets[0].highlights] == ["Rechnung"]
    assert [hit.document.id for hit in home.search("boilers").hits] == [given.id]
    assert home.search("maintenance -boilers").documents_count == 1
    assert home.update(given.id, content=german).language == "de"
    assert home.update(given.id, content="12.50").language is None


def test_feedback_finds_what_the_best_documents_speak_of(archive: Archive, home: Organization) -> None:
    texts = {
        "1": "The boiler needs maintenance: burner, pump and thermostat.",
        "2": "A boiler with a new burner and a thermostat.",
        "3": "The thermostat and the burner were replaced.",
        **{str(number): f"Letter {number} about a garden of roses" for number in range(4, 40)},
    }
    home.add_many([Upload(text.encode(), name=name, content=text) for name, text in texts.items()])
    archive.wait_until_searchable()

    def find(query: str, **options: Any) -> list[str]:
        page = home.search(query, matching="any", feedback=True, **options)
        assert page.documents_count == len(page.hits) or page.documents_count > 25
        return [hit.document.name for hit in page.hits]

    assert home.search("boiler", matching="any").documents_count == 2
    assert find("boiler") == ["1", "2", "3"] or find("boiler") == ["2", "1", "3"]
    assert set(find("boiler", sort=Sort(SortField.NAME))) == {"1", "2", "3"}
    assert set(find("boiler -pump")) == {"2", "3"}
    assert find("absent") == []
    assert len(find("")) == 25
    with pytest.raises(InvalidInput, match="matching="):
        home.search("boiler", feedback=True)
