"""Documents by the ids of their source: put, changed, deleted one by one and in bulk; every refusal says why."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from papra_index import (
    Archive,
    BulkStatus,
    DeleteRequest,
    ExtractionStatus,
    Organization,
    PapraIndexError,
    PutRequest,
    Settings,
    UpdateRequest,
)
from papra_index.errors import (
    ArchiveError,
    DocumentNotFound,
    DocumentTooLarge,
    DuplicateDocument,
    ExternalIdTaken,
    InvalidInput,
    NoOriginal,
    PrincipalsRestricted,
    SourceUnreadable,
    TagLimitReached,
    TagNotFound,
)
from papra_index.walks.writing.putting import PutRules, put_document

DATE = datetime(2024, 3, 1, tzinfo=UTC)
EVERYTHING: dict[str, Any] = {
    "name": "Invoice 7", "content": "annual maintenance", "mime_type": "text/markdown", "document_date": DATE,
    "notes": "paid", "tags": ["bills", "home"],
}  # fmt: skip


def list_statuses(outcomes: tuple[Any, ...]) -> list[str]:
    return [outcome.status.value for outcome in outcomes]


def list_files(archive: Archive) -> list[Path]:
    return [path for path in (archive.folder / "originals").rglob("*") if path.is_file()]


def find(home: Organization, search_query: str) -> set[str | None]:
    return {hit.document.external_id for hit in home.search(search_query, page_size=100, relax=False).hits}


def test_an_index_only_document_is_found_by_all_it_has(archive: Archive, home: Organization) -> None:
    outcome = home.put("crm:7", **EVERYTHING)
    archive.wait_until_searchable()
    assert (outcome.status, outcome.restored, outcome.error) == (BulkStatus.CREATED, False, None)
    document = home.get(external_id="crm:7")
    assert home.get(outcome.document_id) == document
    assert (document.name, document.content, document.mime_type) == ("Invoice 7", "annual maintenance", "text/markdown")
    assert (document.document_date, document.notes) == (DATE, "paid")
    assert {tag.name for tag in document.tags} == {"bills", "home"}
    assert document.extraction.status is ExtractionStatus.DONE
    assert document.is_index_only
    assert (document.original_name, document.original_size, document.original_sha256) == (None, 0, None)
    for query in ("maintenance", "name:invoice", "tag:bills", "date:2024-03", "notes:paid", "mime:text/markdown"):
        assert find(home, query) == {"crm:7"}, query
    for query in ("external_id:crm:7", 'external_id:"crm:7"', "external_id:other,crm:7"):
        assert find(home, query) == {"crm:7"}, query
    assert find(home, "external_id:crm") == find(home, "external_id:CRM:7") == find(home, "-external_id:crm:7") == set()
    assert home.find_id("external_id:crm:7") == document.id
    with pytest.raises(DocumentNotFound):
        home.get(external_id="crm")


def test_what_an_index_only_document_lacks_is_a_typed_error(archive: Archive, home: Organization) -> None:
    document_id = home.put("a", content="words").document_id or ""
    for verb in (home.open_original, home.extract_again):
        with pytest.raises(NoOriginal, match="index-only"):
            verb(document_id)
    assert home.versions(document_id) == ()
    assert home.find_original(document_id) is None
    assert home.extract_again() == 0
    archive.wait_until_searchable()
    for query, fact in (("sha256:9f86d081", "it has no original"), ("external_id:b", "its external id is a")):
        assert fact in home.why(document_id, query).described


def test_putting_the_same_again_writes_nothing(archive: Archive, home: Organization) -> None:
    first = home.put("a", **EVERYTHING)
    filed = home.put("b", b"some bytes", name="b.txt", tags=["home"])
    archive.wait_until_searchable()
    before = archive._catalog.read_counter("sequence"), home.get(external_id="a"), home.get(external_id="b")
    for _ in range(2):
        again = home.put_many([PutRequest("a", **EVERYTHING), PutRequest("b", b"some bytes", "b.txt", tags=["home"])])
        assert list_statuses(again) == ["unchanged", "unchanged"]
        assert [outcome.document_id for outcome in again] == [first.document_id, filed.document_id]
    after = archive._catalog.read_counter("sequence"), home.get(external_id="a"), home.get(external_id="b")
    assert after == before
    assert len(list_files(archive)) == 1
    assert archive.pending_changes() == 0


def test_what_is_left_out_is_emptied_but_for_notes_and_tags(home: Organization) -> None:
    home.put("a", **EVERYTHING)
    assert home.put("a").status is BulkStatus.UPDATED
    document = home.get(external_id="a")
    assert (document.name, document.content, document.document_date) == ("a", "", None)
    assert (document.mime_type, document.notes, len(document.tags)) == ("text/plain", "paid", 2)
    home.put("a", tags=[], notes="")
    document = home.get(external_id="a")
    assert (document.notes, document.tags) == ("", ())
    told = [entry.event_data["updatedFields"] for entry in home.activity(document.id) if entry.event_data is not None]
    assert told == [["notes"], ["content", "documentDate", "mimeType", "name"]]
    assert [entry.event for entry in home.activity(document.id)] == [
        "untagged", "untagged", "updated", "updated", "tagged", "tagged", "created",
    ]  # fmt: skip


def test_a_document_in_the_trash_keeps_its_id_and_comes_back(home: Organization) -> None:
    document_id = home.put("a", **EVERYTHING).document_id or ""
    home.trash(document_id)
    assert home.get(external_id="a").is_trashed
    changed = home.update_many([UpdateRequest("a", name="renamed")])
    assert list_statuses(changed) == ["updated"]
    assert home.get(document_id).is_trashed
    outcome = home.put("a", **EVERYTHING)
    assert (outcome.status, outcome.restored, outcome.document_id) == (BulkStatus.UPDATED, True, document_id)
    assert not home.get(document_id).is_trashed
    assert home.activity(document_id)[1].event == "restored"
    assert home.statistics().documents_count == 1
    assert all(tag.documents_count == 1 for tag in home.list_tags())
    home.trash(document_id)
    home.purge(document_id)
    assert home.put("a").document_id != document_id


def test_equal_bytes_are_two_documents_under_two_ids_and_a_duplicate_without(home: Organization) -> None:
    added = home.add(b"same", name="added.txt")
    ids = {home.put(external_id, b"same").document_id for external_id in ("a", "b")}
    assert len(ids | {added.id}) == 3
    for document_id in sorted(filter(None, ids)):
        home.trash(document_id)
    home.trash(added.id)
    assert home.add(b"same", name="again.txt").id == added.id, "those with external ids are left in the trash"
    home.trash(added.id)
    home.purge(added.id)
    fresh = home.add(b"same", name="fresh.txt")
    assert fresh.id not in ids
    home.trash(fresh.id)
    home.put("a", b"same")
    with pytest.raises(DuplicateDocument) as caught:
        home.add(b"same", name="once more.txt")
    assert caught.value.document_id == home.get(external_id="a").id


def test_organizations_have_ids_of_their_own(archive: Archive, home: Organization) -> None:
    other = archive.create_organization("Other")
    assert home.put("a", content="mine").document_id != other.put("a", content="theirs").document_id
    assert (home.get(external_id="a").content, other.get(external_id="a").content) == ("mine", "theirs")
    assert list_statuses(other.delete_many(["a"])) == ["deleted"]
    assert not home.get(external_id="a").is_trashed


BAD_PUTS: list[tuple[PutRequest, type[PapraIndexError], str]] = [
    (PutRequest(""), InvalidInput, "1 to 512"),
    (PutRequest("x" * 513), InvalidInput, "this has 513"),
    (PutRequest("a\nb"), InvalidInput, "control characters"),
    (PutRequest("a\x00"), InvalidInput, "control characters"),
    (PutRequest("a\ud800"), InvalidInput, "control characters"),
    (PutRequest(7), InvalidInput, "as a string"),  # type: ignore[arg-type]
    (PutRequest("x", name=""), InvalidInput, "1 to 4096"),
    (PutRequest("x", name="n" * 4097), InvalidInput, "1 to 4096"),
    (PutRequest("x", content=b"bytes"), InvalidInput, "decode it"),  # type: ignore[arg-type]
    (PutRequest("x", notes="n" * 2049), InvalidInput, "shorten"),
    (PutRequest("x", document_date="2024"), InvalidInput, "datetime"),  # type: ignore[arg-type]
    (PutRequest("x", tags="bills"), InvalidInput, "list of strings"),
    (PutRequest("x", tags=[" "]), InvalidInput, "1 to 64"),
    (PutRequest("x", tags=["tag_" + "a" * 24]), TagNotFound, "no tag"),
    (PutRequest("x", "nowhere.pdf"), SourceUnreadable, "check the path"),
    (PutRequest("x", b"y" * 2000), DocumentTooLarge, "max_original_size"),
    (PutRequest("x", b"y", ocr_languages=["English"]), InvalidInput, "Tesseract language code"),
]


def test_a_bad_request_fails_alone_with_its_reason() -> None:
    with Archive.in_memory(settings=Settings(max_original_size=1_000)) as archive:
        home = archive.create_organization("Home")
        requests: list[PutRequest] = []
        for number, (bad, _, _) in enumerate(BAD_PUTS):
            requests += [PutRequest(f"good {number}", content="good"), bad]
        outcomes = home.put_many(requests)
        assert list_statuses(outcomes) == ["created", "failed"] * len(BAD_PUTS)
        for (bad, kind, message), outcome in zip(BAD_PUTS, outcomes[1::2], strict=True):
            assert type(outcome.error) is kind, bad
            assert message in str(outcome.error), bad
            assert outcome.document_id is None
            with pytest.raises(kind):
                put_document(home._target(), bad, PutRules(max_tags=0))
        assert home.statistics().documents_count == len(BAD_PUTS)
        assert list_files(archive) == []
        assert not [path for path in (archive.folder / "staging").rglob("*") if path.is_file() and path.name[0] != "."]


def test_new_tags_are_made_until_the_limit_or_refused() -> None:
    with Archive.in_memory(settings=Settings(max_tags=2)) as archive:
        home = archive.create_organization("Home")
        one = home.create_tag("one").id
        requests = [PutRequest("a", tags=["One", "two"]), PutRequest("b", tags=["three"]), PutRequest("c", tags=[one])]
        outcomes = home.put_many(requests)
        assert list_statuses(outcomes) == ["created", "failed", "created"]
        assert isinstance(outcomes[1].error, TagLimitReached)
        assert {tag.name: tag.documents_count for tag in home.list_tags()} == {"one": 2, "two": 1}
        with pytest.raises(TagNotFound, match="create it"):
            home.put("d", tags=["three"], new_tags=False)


def test_of_two_requests_with_one_id_the_last_wins(archive: Archive, home: Organization) -> None:
    requests = [
        PutRequest("a", content="first"),
        PutRequest("b", content="beside"),
        PutRequest("a", content="second"),
        UpdateRequest("a", name="named"),
        DeleteRequest("a"),
        DeleteRequest("a"),
        PutRequest("a", b"third", "a.txt"),
        UpdateRequest("c", name="nothing"),
        DeleteRequest("c"),
        UpdateRequest("a"),
        "a",  # type: ignore[list-item]
    ]
    outcomes = tuple(home.bulk(requests))
    assert list_statuses(outcomes) == [
        "created", "created", "updated", "updated", "deleted", "unchanged", "updated", "failed", "failed", "failed",
        "failed",
    ]  # fmt: skip
    assert [outcome.restored for outcome in outcomes] == [False] * 6 + [True] + [False] * 4
    assert [type(outcome.error) for outcome in outcomes[7:]] == [DocumentNotFound] * 2 + [InvalidInput] * 2
    assert [outcome.external_id for outcome in outcomes][:10] == [request.external_id for request in requests[:10]]
    archive.wait_until_searchable()
    assert find(home, "third") == {"a"}
    assert find(home, "second OR first") == set()
    assert [version.number for version in home.versions(home.get(external_id="a").id)] == [2]


def test_bulk_takes_requests_as_outcomes_are_taken(home: Organization) -> None:
    taken = 0

    def iterate() -> Iterator[PutRequest]:
        nonlocal taken
        for number in range(5_000):
            taken += 1
            yield PutRequest(str(number))

    outcomes = home.bulk(iterate())
    for _ in range(10):
        next(outcomes)
    assert taken <= 1_500, "more than the group that is told of, one being written and one made ready"
    outcomes.close()  # type: ignore[attr-defined]
    count = home.statistics().documents_count
    assert 10 <= count <= taken


def test_an_update_changes_what_it_says_alone(archive: Archive, home: Organization) -> None:
    home.put("a", **EVERYTHING)
    home.put("b", b"bytes", name="b.txt")
    archive.wait_until_searchable()
    outcomes = home.update_many(
        [UpdateRequest("a", tags=["home"]), UpdateRequest("b", content="by hand"), UpdateRequest("a", notes="paid")]
    )
    assert list_statuses(outcomes) == ["updated", "updated", "unchanged"]
    document = home.get(external_id="a")
    assert (document.name, document.content, [tag.name for tag in document.tags]) == (
        "Invoice 7", "annual maintenance", ["home"],
    )  # fmt: skip
    document = home.get(external_id="b")
    with home.open_original(document.id) as stream:
        assert (document.content, stream.read(), document.extraction.attempts) == ("by hand", b"bytes", 0)
    # A put of the very file says that the text is the file's: it is read again.
    assert home.put("b", b"bytes", name="b.txt").status is BulkStatus.UPDATED
    archive.wait_until_searchable()
    assert home.get(document.id).content == "bytes"


def test_a_document_that_is_there_gets_an_external_id(archive: Archive, home: Organization) -> None:
    added, put = home.add(b"a letter", name="letter.txt", content="words"), home.put("crm:1", content="a call")
    home.trash(put.document_id or "")
    with pytest.raises(ExternalIdTaken) as taken:
        home.update(added.id, external_id="crm:1")
    assert taken.value.document_id == put.document_id
    assert home.get(added.id).external_id is None
    assert home.update(added.id, external_id="a/b", wait_for="searchable").external_id == "a/b"
    assert home.search("external_id:a/b").hits[0].document.id == added.id
    assert home.update(added.id, external_id="a/b").external_id == "a/b"
    assert home.put("a/b", b"a letter", name="letter.txt", content="other words").document_id == added.id
    work = archive.create_organization("Work")
    assert work.update(work.put("x", content="x").document_id or "", external_id="a/b").external_id == "a/b"
    with pytest.raises(PrincipalsRestricted):
        home.visible_to(["anna"]).update(added.id, external_id="crm:2")
    with pytest.raises(InvalidInput):
        home.update(added.id, external_id="")
    assert home.update(added.id, external_id=None).external_id is None
    with pytest.raises(DocumentNotFound):
        home.get(external_id="a/b")
    assert archive.verify().findings == ()


def test_who_put_it_is_in_its_history(home: Organization) -> None:
    someone = home.acting_as("usr_" + "a" * 24)
    document_id = someone.put("a", tags=["x"]).document_id or ""
    someone.delete_many(["a"])
    assert {(entry.event, entry.user_id) for entry in home.activity(document_id)} == {
        (event, "usr_" + "a" * 24) for event in ("created", "tagged", "deleted")
    }


PUTTER = """
import sys
from papra_index import Archive, PutRequest
with Archive.open(sys.argv[1]) as archive:
    home = archive.organization(sys.argv[2])
    numbers = range(10**6)
    items = (PutRequest(f"id {number}", name=f"n{number}", content="shared words", tags=["t"]) for number in numbers)
    for outcome in home.bulk(items):
        print(outcome.external_id, flush=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 700])
def test_a_kill_in_the_middle_leaves_whole_groups(tmp_path: Path, count: int) -> None:
    with Archive.open(tmp_path / "archive") as archive:
        organization_id = archive.create_organization("Home").id
    command = [sys.executable, "-c", PUTTER, str(tmp_path / "archive"), organization_id]
    putter = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert putter.stdout is not None
    told = [putter.stdout.readline() for _ in range(count)]
    time.sleep(0.02)
    os.kill(putter.pid, signal.SIGKILL)
    told += putter.communicate()[0].splitlines()
    with Archive.open(tmp_path / "archive") as archive:
        home = archive.organization(organization_id)
        kept = home.statistics().documents_count
        assert kept >= len(told) - 1, "the last line may be half of one"
        present = {
            external_id for external_id in map("id {}".format, range(kept + 1_000)) if _exists(home, external_id)
        }
        assert present == set(map("id {}".format, range(kept))), "all before the last group, nothing after"
        archive.wait_until_searchable()
        assert home.search("shared").documents_count == kept
        assert [tag.documents_count for tag in home.list_tags()] == [kept]
        assert home.put("id 0", name="n0", content="shared words", tags=["t"]).status is BulkStatus.UNCHANGED


def _exists(home: Organization, external_id: str) -> bool:
    try:
        home.get(external_id=external_id, content=False)
    except DocumentNotFound:
        return False
    return True


def test_files_that_cannot_be_kept_leave_nothing_and_come_when_they_can(archive: Archive, home: Organization) -> None:
    home.put("a:0", b"kept before")
    place = archive.folder / "originals" / home.id
    place.rename(archive.folder / "aside")
    place.write_bytes(b"where a folder is to be")
    requests = [PutRequest(f"a:{number}", f"kept {number or 'before'}".encode()) for number in range(3)]
    with pytest.raises(ArchiveError, match="could not be written"):
        home.put_many(requests)
    assert [path.name for path in (archive.folder / "staging").glob("*/*")] == [".lock"]
    place.unlink()
    (archive.folder / "aside").rename(place)
    assert list_statuses(home.put_many(requests)) == ["unchanged", "created", "created"]


FEW_DESCRIPTORS = """
import resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (160, 160))
from papra_index import Archive, PutRequest
from papra_index.settings import ExtractionSettings, Settings
with Archive.open(sys.argv[1], settings=Settings(extraction=ExtractionSettings(background=False))) as archive:
    requests = [PutRequest(f"a:{number}", f"text {number}".encode()) for number in range(250)]
    outcomes = archive.create_organization("Home").put_many(requests)
    print({(outcome.status.value, str(outcome.error)) for outcome in outcomes})
"""


def test_files_are_put_with_few_descriptors(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FEW_DESCRIPTORS, str(tmp_path / "archive")]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.stdout == "{('created', 'None')}\n", ended.stderr
