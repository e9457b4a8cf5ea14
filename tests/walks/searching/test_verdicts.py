"""Why a document is found or not agrees with the search, part by part."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings

from papra_index import Archive, ExtractionSettings, Organization, Settings, Sort, SortField, Upload, Verdict
from papra_index.conventions.durability import FileLock
from papra_index.errors import DocumentNotFound, InvalidIdentifier, InvalidInput
from tests.conftest import FIXTURES
from tests.query.strategies import QUERIES, TYPED_EXPRESSIONS

TEXTS = {
    "foo.txt": "foo bar baz inv",
    "Invoice.pdf": "café invoice 2024, two invoices",
    "scan.txt": "foo and bar apart from baz; bar foo",
    "notes": "foto f1o",
}


@pytest.fixture(scope="module")
def home() -> Iterator[Organization]:
    """Some documents that are searched only."""
    with Archive.in_memory(settings=Settings(extraction=ExtractionSettings(background=False))) as archive:
        home = archive.create_organization("Home")
        tag = home.create_tag("invoice", color="#2ECC71")
        uploads = [Upload(name.encode(), name=name, content=text) for name, text in TEXTS.items()]
        ids = [str(outcome.document_id) for outcome in home.add_stream(uploads)]
        home.tag(ids[1], tag.id)
        home.update(ids[0], document_date=datetime(2024, 5, 1, tzinfo=UTC), notes="paid foo")
        archive.wait_until_searchable(extraction=False)
        yield home


def get_id(home: Organization, name: str) -> str:
    return next(document.id for document in home.list().documents if document.name == name)


def iterate_verdicts(verdict: Verdict) -> Iterator[Verdict]:
    yield verdict
    for part in verdict.parts:
        yield from iterate_verdicts(part)


@settings(max_examples=30)
@given(query=QUERIES | TYPED_EXPRESSIONS.map(lambda typed: typed[0]) | TYPED_EXPRESSIONS.map(lambda typed: typed[0]))
def test_it_agrees_with_the_search(home: Organization, query: str) -> None:
    page = home.search(query, page_size=100)
    ranks = {hit.document.id: rank for rank, hit in enumerate(page.hits, 1)}
    for document in home.list().documents:
        why = home.why(document.id, query)
        assert why.rank == ranks.get(document.id)
        assert why.is_found == (document.id in ranks)
        assert why.documents_count == page.documents_count
        assert why.verdict is not None
        assert why.verdict.is_met == why.is_found
        assert bool(why.blame) != why.is_found
        assert why.described
        for verdict in iterate_verdicts(why.verdict):
            if verdict.kind in ("all", "any") and "further ones" not in verdict.reason:
                met = [part.is_met for part in verdict.parts]
                is_all = (verdict.kind == "all") != verdict.is_negated
                assert verdict.is_met == (all(met) if is_all else any(met))


@pytest.mark.parametrize(
    ("query", "blame"),
    [
        ("foo roof", ("The word *roof* is neither in the name nor in the content.",)),
        ('"bar foo"', ("The words of *bar foo* are in it, but not next to each other in this order (in one field).",)),
        ('"bar roof"', ("Of *bar roof*, *roof* is neither in the name nor in the content.",)),
        ("notes:unpaid", ("The word *unpaid* is not in the notes.",)),
        ("foo -bar", ("-bar excludes it: *bar* is in the content.",)),
        ("tag:invoice", ("tag:invoice does not hold: it has no tags.",)),
        ("tag:nothing", ("tag:nothing does not hold: there is no tag nothing.",)),
        ("date:2023", ("date:2023-01-01..2023-12-31 does not hold: its date is 2024-05-01.",)),
        ("-date:2024", ("-date:2024-01-01..2024-12-31 excludes it: its date is 2024-05-01.",)),
        ("size:>1MB", ("size:>=1000001 does not hold: it has 7 bytes.",)),
        ("has:tags", ("has:tags does not hold: it has no tags.",)),
        ("-has:notes", ("-has:notes excludes it: it has notes.",)),
        ("type:pdf", ("mime:application/pdf does not hold: its type is text/plain.",)),
        ("lang:de", ("lang:de does not hold: its language is not known.",)),
        ("confidence:>5", ("confidence:>=5.01 does not hold: nothing of it went through OCR.",)),
        ("b?rn", ("A word like *b?rn* is neither in the name nor in the content.", )),
        ("foo NEAR/1 baz", ("The words of *foo baz* are in it, but not near enough to each other (in one field).",)),
    ],
)  # fmt: skip
def test_what_keeps_a_document_out_is_named(home: Organization, query: str, blame: tuple[str, ...]) -> None:
    why = home.why(get_id(home, "foo.txt"), query)
    assert not why.is_found
    assert why.blame[: len(blame)] == blame


def test_a_query_of_many_parts_is_judged_in_bounded_time(home: Organization) -> None:
    found = get_id(home, "foo.txt")
    why = home.why(found, " OR ".join(f'"foo b{number}"' for number in range(90)))
    assert why.verdict is not None
    assert (why.is_found, len(why.verdict.parts)) == (False, 60)
    assert "further ones were not judged" in why.described
    assert len(why.blame) == 60


def test_words_are_shown_as_they_are_looked_for(home: Organization) -> None:
    why = home.why(get_id(home, "Invoice.pdf"), "INVOICES café -invoices")
    assert why.verdict is not None
    words = [word for verdict in iterate_verdicts(why.verdict) for word in verdict.words]
    assert [(word.word, word.stem) for word in words] == [("invoices", "invoic"), ("cafe", "cafe"), ("invoices", None)]
    assert why.blame == ("-invoices excludes it: *invoices* is in the content.",)
    assert "invoices (stem invoic)" in why.described


def test_a_found_document_has_its_rank_and_score_explained(home: Organization) -> None:
    hits = home.search("foo").hits
    for rank, hit in enumerate(hits, 1):
        why = home.why(hit.document.id, "foo")
        assert (why.rank, why.documents_count) == (rank, len(hits))
        assert why.explanation is not None
        assert why.explanation.score == pytest.approx(hit.score)
    by_name = home.why(hits[0].document.id, "foo", sort=Sort(SortField.NAME, descending=False))
    assert by_name.rank is not None
    assert "by name" in by_name.described
    any_word = home.why(get_id(home, "notes"), "roof foto", matching="any")
    assert (any_word.is_found, any_word.rank) == (True, 1)


def test_mistakes_are_refused(home: Organization) -> None:
    found = get_id(home, "notes")
    with pytest.raises(DocumentNotFound):
        home.why("doc_" + "a" * 24, "x")
    with pytest.raises(InvalidIdentifier):
        home.why("x", "x")
    with pytest.raises(InvalidInput):
        home.why(found, "x", matching="some")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput):
        home.why(found, "x", time_zone="Mars")
    assert [issue.code for issue in home.why(found, "date:soon").issues] == ["invalid-date"]


def test_what_is_not_read_or_not_there_is_an_obstacle(archive: Archive) -> None:
    home = archive.create_organization("Other")
    locked = home.add(FIXTURES / "salary-locked.pdf")
    note = home.add(b"a note", name="note.txt", content="a note")
    archive.wait_until_searchable()
    why = home.why(locked.id, "payslip")
    assert [obstacle.kind for obstacle in why.obstacles] == ["unread"]
    assert "password" in why.described
    assert home.why(locked.id, "salary").is_found
    home.trash(note.id)
    why = home.why(note.id, "note")
    assert (why.is_found, [obstacle.kind for obstacle in why.obstacles]) == (False, ["trashed"])
    assert not home.why(note.id, "").is_found
    assert home.search("note").documents_count == 0


def test_what_the_index_does_not_have_yet_is_said(tmp_path: Path) -> None:
    unread = Settings(extraction=ExtractionSettings(background=False))
    with Archive.open(tmp_path, settings=unread) as archive:
        home = archive.create_organization("Home")
        old = home.add(FIXTURES / "boiler-contract.pdf")
        archive.wait_until_searchable(extraction=False)
    lock = FileLock(tmp_path / "locks" / "applier.lock")  # as another process that has not come to it
    assert lock.try_acquire()
    with Archive.open(tmp_path, settings=unread) as archive:
        home = archive.organizations()[0]
        home.update(old.id, notes="paid")
        why = home.why(old.id, "boiler notes:paid")
        assert (why.is_found, [obstacle.kind for obstacle in why.obstacles]) == (False, ["unindexed", "unread"])
        assert why.blame == ("The word *paid* is not in the notes.",)
        new = home.add(b"new", name="new.txt")
        why = home.why(new.id, "new")
        assert (why.is_found, why.verdict, why.obstacles[0].kind) == (False, None, "unindexed")
        assert home.why(new.id, "").is_found
    lock.close()


def test_tells_where_a_relaxed_search_has_the_document(home: Organization) -> None:
    why = home.why(get_id(home, "Invoice.pdf"), "invioce")
    assert (why.is_found, why.documents_count, why.relaxed_rank) == (False, 0, 1)
    assert why.relaxed == home.search("invioce").relaxed
    assert "has it at rank 1: invoice" in why.described
    other = home.why(get_id(home, "notes"), "invioce")
    assert (other.relaxed, other.relaxed_rank) == (why.relaxed, None)
    assert "does not find it either: invoice" in other.described
