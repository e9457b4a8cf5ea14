"""Similar documents of an organization, by the words they share, and why there are none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from papra_index import Archive, ExtractionSettings, Organization, Settings
from papra_index.errors import DocumentNotFound, InvalidIdentifier, InvalidInput, InvalidPageRequest
from tests.conftest import FIXTURES

FILES = ("allotment-minutes.pdf", "allotment-talk.pptx", "recette-tarte.txt", "fire-drill.odp", "boiler-contract.pdf")


Filled = tuple[Organization, dict[str, str]]


@pytest.fixture(scope="module")
def filled() -> Iterator[Filled]:
    with Archive.in_memory() as archive:
        home = archive.create_organization("Home")
        ids = {name: home.add(FIXTURES / name).id for name in FILES}
        archive.wait_until_searchable()
        yield home, ids


def test_documents_on_the_same_subject_are_found_with_the_words_they_share(filled: Filled) -> None:
    home, ids = filled
    page = home.similar(ids["allotment-talk.pptx"])
    assert [hit.document.name for hit in page.hits] == ["allotment-minutes.pdf"]
    assert page.documents_count == 1
    assert 0.15 <= page.hits[0].score < 0.9
    assert {"allotment", "compost"} <= set(page.hits[0].words)
    assert home.similar(ids["recette-tarte.txt"]).hits == ()


def test_a_query_narrows_and_tells_its_mistakes(filled: Filled) -> None:
    home, ids = filled
    talk = ids["allotment-talk.pptx"]
    assert home.similar(talk, search_query="type:pdf").documents_count == 1
    assert home.similar(talk, search_query="-type:pdf").documents_count == 0
    assert [issue.code for issue in home.similar(talk, search_query="date:soon").issues] == ["invalid-date"]


def test_copies_come_first_and_pages_follow(archive: Archive, home: Organization) -> None:
    text = "Beekeeping: the honey of the heather hives was spun in August, seventeen jars of it."
    ids = [home.add(bytes([number]), name=f"{number}.txt", content=text).id for number in range(4)]
    archive.wait_until_searchable()
    page = home.similar(ids[0], page_size=2)
    assert page.documents_count == 3
    assert [hit.score for hit in page.hits] == [1.0, 1.0]
    rest = home.similar(ids[0], page_size=2, page_index=1)
    assert {hit.document.id for hit in (*page.hits, *rest.hits)} == set(ids[1:])
    assert all(hit.words for hit in rest.hits)
    assert home.similar(ids[0], page_index=9).hits == ()


def test_other_organizations_and_the_trash_stay_out(archive: Archive, home: Organization) -> None:
    text = "Beekeeping: the honey of the heather hives was spun in August, seventeen jars of it."
    mine, trashed = (home.add(name, name="bees.txt", content=text).id for name in (b"1", b"2"))
    neighbour = archive.create_organization("Next door")
    theirs = neighbour.add(b"1", name="bees.txt", content=text).id
    archive.wait_until_searchable()
    home.trash(trashed)
    assert home.similar(mine).hits == ()
    assert home.similar(mine).documents_count == 0
    with pytest.raises(DocumentNotFound):
        home.similar(theirs)
    assert [hit.document.id for hit in home.similar(trashed).hits] == [mine], "one in the trash may be asked for"


def test_a_document_without_text_is_compared_by_its_name(archive: Archive, home: Organization) -> None:
    empty = home.add(b"", name="beekeeping-hives.txt", content="").id
    home.add(b"1", name="bees.txt", content="Beekeeping without hives is no beekeeping")
    archive.wait_until_searchable()
    assert [hit.document.name for hit in home.similar(empty).hits] == ["bees.txt"]
    other = home.add(b"2", name="scan.bin", content="").id
    page = home.similar(other)
    assert (page.hits, page.documents_count) == ((), 0)
    assert page.reason is not None
    assert "no text" in page.reason


def test_a_document_that_is_not_read_yet_says_so() -> None:
    settings = Settings(extraction=ExtractionSettings(background=False))
    with Archive.in_memory(settings=settings) as archive:
        home = archive.create_organization("Home")
        reason = home.similar(home.add(b"words", name="waiting.txt").id).reason
    assert reason is not None
    assert "not read yet" in reason


def test_what_cannot_be_asked_is_refused(filled: Filled) -> None:
    home, ids = filled
    talk = ids["allotment-talk.pptx"]
    with pytest.raises(InvalidIdentifier):
        home.similar("talk")
    with pytest.raises(DocumentNotFound):
        home.similar("doc_aaaaaaaaaaaaaaaaaaaaaaaa")
    with pytest.raises(InvalidPageRequest):
        home.similar(talk, page_size=0)
    with pytest.raises(InvalidInput, match="time zone"):
        home.similar(talk, time_zone="Mars")


def test_documents_without_blanks_between_words_are_similar_copies_and_fed_back(
    archive: Archive, home: Organization
) -> None:
    lease = (
        "賃貸借契約書の更新について。契約期間は二年間とし、家賃は毎月末に支払う。敷金は退去時に返還される。"
        "更新を希望しない場合は満了の一か月前までに書面で通知しなければならない。"
    )
    texts = {
        "lease": lease,
        "copy": lease.replace("毎月末", "每月未").replace("書面", "書而"),
        "letter": "家賃の支払いと敷金の返還は賃貸借契約書による。更新しない場合は契約期間の満了前に通知する。",
        "cake": "りんごと小麦粉でケーキを焼く。砂糖を加えてよく混ぜる。オーブンは高温にしておく。",
        **{f"note {number}": f"Note {number} about a garden of roses" for number in range(40)},
    }
    ids = {name: home.add(text.encode(), name=name, content=text).id for name, text in texts.items()}
    archive.wait_until_searchable()
    similar = home.similar(ids["lease"])
    assert [hit.document.name for hit in similar.hits] == ["copy", "letter"]
    assert {"契約", "更新"} <= set(similar.hits[1].words)
    assert [copy.document.name for copy in home.near_duplicates(ids["lease"])] == ["copy"]
    asked = home.search("毎月末", matching="any", feedback=True, explain=True)
    assert "letter" in [hit.document.name for hit in asked.hits]
    assert "cake" not in [hit.document.name for hit in asked.hits]
    letter = next(hit for hit in asked.hits if hit.document.name == "letter")
    assert letter.explanation is not None
    told = {part.text for part in letter.explanation.parts if part.kind == "feedback"}
    assert told
    assert all(len(text) == 2 for text in told)
