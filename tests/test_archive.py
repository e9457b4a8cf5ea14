"""The verbs of an archive and its organizations, on real files."""

from __future__ import annotations

import io
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from papra_index import Archive, ExtractionStatus, Organization, PageSource, Settings, Sort, SortField, Upload
from papra_index.errors import (
    ArchiveClosed,
    DocumentNotFound,
    DuplicateDocument,
    InvalidInput,
    InvalidPageRequest,
    OrganizationNotFound,
    OriginalNotFound,
    TagAlreadyExists,
    TagLimitReached,
    WaitTimedOut,
)

LETTER = "Dear Ms Moreau,\nthe annual maintenance of your boiler is due in March.\n"


def test_a_file_becomes_a_document_that_is_found(archive: Archive, home: Organization, tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text(LETTER)
    added = home.add(path, document_date=datetime(2024, 2, 1, tzinfo=UTC))
    assert (added.name, added.original_name, added.original_size) == ("letter.txt", "letter.txt", len(LETTER))
    assert added.mime_type == "text/plain"
    archive.wait_until_searchable()
    page = home.search("annual maint", snippets=1)
    assert [hit.document.id for hit in page.hits] == [added.id]
    document = home.get(added.id)
    assert document.content == LETTER
    assert document.extraction.status is ExtractionStatus.DONE
    assert home.pages(added.id)[0].provenance.source is PageSource.TEXT
    with home.open_original(added.id) as stream:
        assert stream.read() == LETTER.encode()


def test_bytes_and_streams_are_added_like_paths(archive: Archive, home: Organization) -> None:
    first = home.add(b"from bytes", name="a.txt")
    second = home.add(io.BytesIO(b"from a stream"), name="b.txt")
    archive.wait_until_searchable()
    assert {hit.document.id for hit in home.search("from").hits} == {first.id, second.id}


def test_given_content_is_not_extracted(archive: Archive, home: Organization) -> None:
    added = home.add(b"%PDF-1.7 not really", name="scan.pdf", content="read elsewhere\fpage two")
    assert home.get(added.id).content == "read elsewhere\npage two"
    assert home.get(added.id).extraction.status is ExtractionStatus.DONE
    archive.wait_until_searchable(extraction=False)
    assert home.search('"page two"').documents_count == 1


def test_what_cannot_be_read_is_found_by_name_and_says_why(archive: Archive, home: Organization) -> None:
    added = home.add(b"%PDF-1.7\nthis is no PDF", name="broken contract.pdf")
    archive.wait_until_searchable()
    document = home.get(added.id)
    assert document.extraction.status is ExtractionStatus.FAILED
    assert document.extraction.reason == "extraction.damaged"
    assert document.extraction.message
    assert [hit.document.id for hit in home.search("contract").hits] == [added.id]


def test_bytes_of_a_live_document_are_refused_and_of_a_trashed_one_restore_it(
    archive: Archive, home: Organization
) -> None:
    added = home.add(b"same bytes", name="first.txt")
    archive.wait_until_searchable()
    home.tag(added.id, home.create_tag("old").id)
    with pytest.raises(DuplicateDocument) as caught:
        home.add(b"same bytes", name="second.txt")
    assert caught.value.document_id == added.id
    home.trash(added.id)
    again = home.add(b"same bytes", name="third.txt")
    assert (again.id, again.name, again.original_name, again.tags) == (added.id, "third.txt", "third.txt", ())
    assert home.get(added.id).content == "same bytes"
    assert [entry.event for entry in home.activity(added.id)] == [
        "created", "deleted", "tagged", "updated", "created",
    ]  # fmt: skip
    archive.wait_until_searchable()
    assert home.search("first").documents_count == 0
    assert home.search("third").documents_count == 1


def test_add_many_reports_each_and_goes_on(archive: Archive, home: Organization, tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.txt" for number in range(600)]
    for path in paths:
        path.write_text(f"text of {path.name}")
    home.add(paths[3])
    uploads = [*paths[:300], tmp_path / "missing.txt", Upload(b"text of 7.txt", name="copy.txt"), *paths[300:]]
    outcomes = home.add_many(uploads)
    codes = [outcome.error.code if outcome.error else None for outcome in outcomes]
    assert len(codes) == 602
    assert codes[3] == "document.already_exists"
    assert codes[300] == "source.unreadable"
    assert codes[301] == "document.already_exists"
    assert codes.count(None) == 599
    archive.wait_until_searchable()
    assert home.search('"text of"').documents_count == 600
    assert home.statistics().documents_count == 600
    assert not [path for path in (archive.folder / "staging").rglob("*") if path.is_file() and path.name[0] != "."]


def test_organizations_never_see_each_other(archive: Archive, home: Organization) -> None:
    work = archive.create_organization("Work")
    mine = home.add(b"secret plan", name="plan.txt", content="secret plan")
    theirs = work.add(b"secret plan", name="plan.txt", content="secret plan")
    tag = work.create_tag("work only")
    work.tag(theirs.id, tag.id)
    archive.wait_until_searchable()
    assert [hit.document.id for hit in home.search("secret").hits] == [mine.id]
    assert home.search(f"tag:{tag.id}").documents_count == 0
    assert home.search("secret", facets=["tag", "mime_type"]).facets["tag"] == ()
    assert {hit.document.id for hit in work.search("-tag:nothing").hits} == {theirs.id}
    for verb in (home.get, home.trash, home.pages, home.open_original, home.restore, home.purge):
        with pytest.raises(DocumentNotFound):
            verb(theirs.id)


def test_acting_users_are_noted(home: Organization) -> None:
    user = "usr_" + "a" * 24
    added = home.acting_as(user).add(b"by someone", name="x.txt", content="x")
    home.update(added.id, notes="by nobody")
    assert home.get(added.id).created_by == user
    assert [entry.user_id for entry in home.activity(added.id)] == [None, user]
    assert home.activity(added.id)[0].event_data == {"updatedFields": ["notes"]}


def test_listing_sorts_by_every_field(archive: Archive, home: Organization) -> None:
    dates = [datetime(2024, 5, 1, tzinfo=UTC), None, datetime(2023, 5, 1, tzinfo=UTC)]
    for number, (name, date) in enumerate(zip(["Scan 10", "écrit", "scan 9"], dates, strict=True)):
        home.add(bytes(3 - number), name=name, content="word", document_date=date)
    archive.wait_until_searchable()

    def names(field: SortField, *, descending: bool) -> list[str]:
        sort = Sort(field, descending)
        listed = [document.name for document in home.list(sort=sort).documents]
        assert [hit.document.name for hit in home.search("word", sort=sort).hits] == listed
        return listed

    assert names(SortField.NAME, descending=False) == ["écrit", "scan 9", "Scan 10"]
    assert names(SortField.SIZE, descending=False) == ["scan 9", "écrit", "Scan 10"]
    assert names(SortField.DOCUMENT_DATE, descending=True) == ["Scan 10", "scan 9", "écrit"]
    assert names(SortField.DOCUMENT_DATE, descending=False) == ["écrit", "scan 9", "Scan 10"]
    assert names(SortField.CREATED_AT, descending=True) == ["scan 9", "écrit", "Scan 10"]
    home.update(home.list().documents[-1].id, notes="touched")
    archive.wait_until_searchable()
    assert names(SortField.UPDATED_AT, descending=True)[0] == "Scan 10"


def test_pages_partition_the_hits(archive: Archive, home: Organization) -> None:
    home.add_many(Upload(b"%d" % number, name=f"{number}.txt", content="same word") for number in range(57))
    archive.wait_until_searchable()
    for sort in (None, Sort(SortField.NAME, descending=False), Sort(SortField.CREATED_AT)):
        seen = [
            hit.document.id
            for page_index in range(6)
            for hit in home.search("same", page_index=page_index, page_size=10, sort=sort).hits
        ]
        assert len(seen) == len(set(seen)) == 57
        assert home.search("same", page_index=6, page_size=10, sort=sort).documents_count == 57


def test_snippets_name_their_page(archive: Archive, home: Organization) -> None:
    home.add(b"one\ftwo words\fthree needles here", name="pages.txt")
    archive.wait_until_searchable()
    snippet = home.search("need", snippets=2).hits[0].snippets[0]
    assert snippet.page_number == 3
    assert [snippet.text[start:end] for start, end in snippet.highlights] == ["needles"]


def test_tags_are_unique_apart_from_letter_case(home: Organization) -> None:
    tag = home.create_tag(" Été ", color="#ff00aa", description="warm")
    assert (tag.name, tag.color, tag.normalized_name) == ("Été", "#FF00AA", "été")
    with pytest.raises(TagAlreadyExists):
        home.create_tag("ÉTÉ")
    assert home.update_tag(tag.id, name="ÉTÉ").name == "ÉTÉ"
    assert home.update_tag(tag.id) == home.update_tag(tag.id)
    home.delete_tag(tag.id)
    assert home.list_tags() == ()


def test_tag_limit_is_checked_before_uniqueness() -> None:
    with Archive.in_memory(settings=Settings(max_tags=1)) as archive:
        home = archive.create_organization("Home")
        home.create_tag("only")
        with pytest.raises(TagLimitReached):
            home.create_tag("only")


def test_renaming_a_tag_writes_nothing_to_the_index(archive: Archive, home: Organization) -> None:
    added = home.add(b"x", name="x.txt", content="x")
    tag = home.create_tag("before")
    home.tag(added.id, tag.id)
    archive.wait_until_searchable()
    home.update_tag(tag.id, name="after")
    assert archive.pending_changes() == 0
    assert home.search("tag:after").documents_count == 1
    assert home.search("tag:before").documents_count == 0


def test_extract_again_reads_originals_but_not_edited_contents(archive: Archive, home: Organization) -> None:
    read = home.add(b"from the file", name="read.txt")
    edited = home.add(b"also from the file", name="edited.txt")
    home.add(b"given", name="given.txt", content="given by hand")
    archive.wait_until_searchable()
    home.update(edited.id, content="by hand")
    assert home.extract_again() == 1
    archive.wait_until_searchable()
    assert home.get(read.id).content == "from the file"
    assert home.get(read.id).extraction.attempts == 2
    assert home.get(edited.id).content == "by hand"


def test_purging_removes_the_original(home: Organization, archive: Archive) -> None:
    added = home.add(b"to be gone", name="x.txt", content="x")
    home.trash(added.id)
    assert home.empty_trash() == 1
    assert not list((archive.folder / "originals").rglob("doc_*"))
    assert home.statistics().total_documents_count == 0


def test_a_missing_original_is_reported_by_path(home: Organization, archive: Archive) -> None:
    added = home.add(b"x", name="x.txt", content="x")
    next((archive.folder / "originals").rglob("doc_*")).unlink()
    with pytest.raises(OriginalNotFound, match="originals"):
        home.open_original(added.id)


def test_the_archive_is_the_same_after_reopening(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "archive") as archive:
        home = archive.create_organization("Home")
        added = home.add(b"kept text", name="kept.txt")
        archive.wait_until_searchable()
        before = home.get(added.id)
    with Archive.open(tmp_path / "archive", create=False) as archive:
        (home,) = archive.organizations()
        assert home.get(added.id) == before
        assert home.search("kept").documents_count == 1
        assert archive.organization(home.id).name == "Home"
        with pytest.raises(OrganizationNotFound):
            archive.organization("org_" + "x" * 24)


def test_many_threads_add_at_once(archive: Archive, home: Organization) -> None:
    errors: list[BaseException] = []

    def add_some(thread: int) -> None:
        try:
            for number in range(20):
                home.add(b"%d %d" % (thread, number), name=f"{thread}-{number}.txt", content="shared word")
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=add_some, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    archive.wait_until_searchable()
    assert home.search("shared").documents_count == home.statistics().documents_count == 160


@pytest.mark.parametrize("name", ["with space", "50% ?", "a#b&c=d", "ünï 日本", "-dash", "file:x?mode=ro"])
def test_any_folder_name_will_do(tmp_path: Path, name: str) -> None:
    with Archive.open(tmp_path / name) as archive:
        home = archive.create_organization("Home")
        home.add(b"word", name="x.txt")
        archive.wait_until_searchable()
        assert home.search("word").documents_count == 1
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name / "catalog.sqlite").is_file()


def test_a_deleted_index_is_built_anew(tmp_path: Path) -> None:
    import shutil

    with Archive.open(tmp_path / "archive") as archive:
        home = archive.create_organization("Home")
        home.add(b"word", name="x.txt")
        archive.wait_until_searchable()
    shutil.rmtree(tmp_path / "archive" / "index")
    with Archive.open(tmp_path / "archive") as archive:
        (home,) = archive.organizations()
        archive.wait_until_searchable()
        assert home.search("word").documents_count == 1


def test_waiting_times_out_with_what_is_missing() -> None:
    settings = Settings(extraction=Settings().extraction.__class__(background=False))
    with Archive.in_memory(settings=settings) as archive:
        archive.create_organization("Home").add(b"unread", name="x.txt")
        with pytest.raises(WaitTimedOut, match="1 documents await extraction"):
            archive.wait_until_searchable(0.05)


def test_a_closed_archive_says_so(tmp_path: Path) -> None:
    archive = Archive.open(tmp_path / "archive")
    home = archive.create_organization("Home")
    archive.close()
    archive.close()
    with pytest.raises(ArchiveClosed, match="open it again"):
        home.statistics()
    with pytest.raises(ArchiveClosed, match="open it again"):
        home.create_tag("x")


def test_trash_emptied_by_several_at_once_is_counted_once(archive: Archive, home: Organization) -> None:
    outcomes = home.add_many(Upload(b"%d" % number, name="x.txt", content="x") for number in range(250))
    for outcome in outcomes:
        assert outcome.document_id is not None
        home.trash(outcome.document_id)
    with ThreadPoolExecutor(3) as threads:
        counts = list(threads.map(lambda _: home.empty_trash(), range(3)))
    assert sum(counts) == 250
    assert home.statistics().total_documents_count == 0
    assert not list((archive.folder / "originals").rglob("doc_*"))


def test_content_emptied_by_hand_stays_empty(archive: Archive, home: Organization) -> None:
    added = home.add(b"from the file", name="x.txt")
    archive.wait_until_searchable()
    home.update(added.id, content="")
    assert home.extract_again() == 0
    assert home.get(added.id).content == ""


@pytest.mark.parametrize("date", [datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))), "2024-01-01", 5])
def test_a_date_that_cannot_be_kept_is_refused(home: Organization, date: datetime) -> None:
    with pytest.raises(InvalidInput, match="date"):
        home.add(b"x", name="x.txt", document_date=date)
    assert home.list().documents_count == 0


def test_dates_far_away_can_be_kept_and_listed(home: Organization) -> None:
    for year in (1, 1066, 9999):
        home.add(b"%d" % year, name="x.txt", content="x", document_date=datetime(year, 1, 1, tzinfo=UTC))
    page = home.list(sort=Sort(SortField.DOCUMENT_DATE, descending=False))
    assert [document.document_date.year for document in page.documents if document.document_date] == [1, 1066, 9999]


def test_pages_far_beyond_the_end_are_empty(archive: Archive, home: Organization) -> None:
    home.add(b"x", name="x.txt", content="word")
    archive.wait_until_searchable()
    for page_index in (1, 10**6, 10**9):
        page = home.search("word", sort=Sort(SortField.NAME), page_index=page_index, page_size=100)
        assert (page.hits, page.documents_count) == ((), 1)
        assert home.list(page_index=page_index).documents == ()
        assert home.list_trash(page_index=page_index).documents == ()
    with pytest.raises(InvalidPageRequest):
        home.list(page_index=10**18)
