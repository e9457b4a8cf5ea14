"""Going through an archive by cursors while it changes: what is there throughout comes exactly once, and in order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from papra_index import Archive, Document, DocumentPage, Organization, ResultPage, Settings, Sort, SortField
from papra_index.conventions.folding import order_text
from papra_index.errors import InvalidCursor, InvalidInput
from papra_index.settings import ExtractionSettings

SORTS = [Sort(field, descending) for field in SortField for descending in (True, False)][2:]
NAMES = ("scan 9", "scan 10", "Écrit", "écrit", "scan 09", "z", "日本", "~", "invoice 2024-01", "invoice 2024-1")
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
DATES = (None, NOON, NOON + timedelta(seconds=1), datetime(1890, 1, 1, tzinfo=UTC), datetime(6000, 1, 1, tzinfo=UTC))


def list_shown(page: ResultPage | DocumentPage) -> list[Document]:
    return [hit.document for hit in page.hits] if isinstance(page, ResultPage) else list(page.documents)


def find_value(document: Document, sort: Sort) -> tuple[bool, object]:
    """What the order goes by; undated documents are below all others."""
    value = document.original_size if sort.field is SortField.SIZE else getattr(document, sort.field.value)
    return value is not None, order_text(value) if sort.field is SortField.NAME else value or 0


class PagingMachine(RuleBasedStateMachine):
    """One walk at a time through the pages, and changes between them."""

    @initialize(count=st.integers(3, 12), data=st.data())
    def open_archive(self, count: int, data: st.DataObject) -> None:
        self.archive = Archive.in_memory(settings=Settings(extraction=ExtractionSettings(background=False)))
        self.home = self.archive.create_organization("Home")
        self.archive.create_organization("Other").add(b"other", name="scan 9", content="word")
        self.number, self.is_walking = 0, False
        self.touched: set[str] = set()
        self.live: list[str] = []
        self.walk: tuple[str | None, Sort] | None = None
        for _ in range(count):
            self.add(data.draw(st.sampled_from(NAMES)), data.draw(st.integers(0, 3)), data.draw(st.sampled_from(DATES)))

    def teardown(self) -> None:
        if hasattr(self, "archive"):
            self.archive.close()

    @rule(name=st.sampled_from(NAMES), size=st.integers(0, 3), date=st.sampled_from(DATES))
    def add(self, name: str, size: int, date: datetime | None) -> None:
        self.number += 1
        data = f"{self.number:4}".encode().ljust(4 + size)
        self.live.append(self.home.add(data, name=name, content="word", document_date=date).id)

    @rule(data=st.data(), name=st.sampled_from(NAMES), date=st.sampled_from(DATES))
    @precondition(lambda self: self.live)
    def change(self, data: st.DataObject, name: str, date: datetime | None) -> None:
        chosen = data.draw(st.sampled_from(self.live))
        self.home.update(chosen, name=name, document_date=date)
        self.touched.add(chosen)

    @rule(data=st.data())
    @precondition(lambda self: self.live)
    def trash(self, data: st.DataObject) -> None:
        chosen = data.draw(st.sampled_from(self.live))
        self.home.trash(chosen)
        self.live.remove(chosen)

    @rule()
    def commit(self) -> None:
        self.archive.wait_until_searchable(extraction=False)

    @rule(query=st.sampled_from([None, "", "word"]), sort=st.sampled_from(SORTS), page_size=st.integers(1, 3))
    def begin(self, query: str | None, sort: Sort, page_size: int) -> None:
        self.commit()
        self.query, self.sort, self.page_size = query, sort, page_size
        self.there, self.touched, self.seen = set(self.live), set[str](), list[Document]()
        self.is_walking = True
        self._go_on(None)

    @rule()
    @precondition(lambda self: self.is_walking)
    def turn_page(self) -> None:
        self._go_on(self.cursor)

    def _go_on(self, cursor: str | None) -> None:
        page: ResultPage | DocumentPage
        if self.query is None:
            page = self.home.list(sort=self.sort, page_size=self.page_size, cursor=cursor)
            assert page.documents_count == len(self.live)
        else:
            page = self.home.search(self.query, sort=self.sort, page_size=self.page_size, cursor=cursor)
        self.seen += list_shown(page)
        self.cursor = page.next_cursor
        if self.cursor is None:
            self.is_walking = False
            self._compare()

    def _compare(self) -> None:
        shown = [document for document in self.seen if document.id not in self.touched]
        ids = [document.id for document in shown]
        assert len(ids) == len(set(ids))
        assert (self.there & set(self.live)) - self.touched <= set(ids)
        values = [find_value(document, self.sort) for document in shown]
        assert values == sorted(values, reverse=self.sort.descending)


TestPaging = PagingMachine.TestCase
TestPaging.settings = settings(max_examples=8, stateful_step_count=30)


@pytest.mark.slow
class TestLongPaging(PagingMachine.TestCase):
    settings = settings(max_examples=60, stateful_step_count=50)


@pytest.fixture(scope="module")
def filled() -> Iterator[Organization]:
    with Archive.in_memory() as archive:
        home = archive.create_organization("Home")
        for number in range(57):
            data = f"{number}".encode().ljust(number % 4)
            home.add(data, name=NAMES[number % 10], content="word " * (1 + number % 3), document_date=DATES[number % 5])
        archive.wait_until_searchable()
        yield home


@pytest.mark.parametrize("sort", SORTS, ids=lambda sort: f"{sort.field}-{sort.descending}")
@pytest.mark.parametrize("query", ["", "word", "has:content"])
def test_cursors_give_the_pages_that_numbers_do(filled: Organization, sort: Sort, query: str) -> None:
    cursor, numbered, walked = None, [], []
    for page_index in range(10):
        by_number = filled.search(query, sort=sort, page_size=7, page_index=page_index)
        by_cursor = filled.search(query, sort=sort, page_size=7, cursor=cursor)
        assert (by_cursor.page_index, by_cursor.documents_count) == (page_index, 57)
        assert by_number.next_cursor == by_cursor.next_cursor
        numbered += list_shown(by_number)
        walked += list_shown(by_cursor)
        cursor = by_cursor.next_cursor
        if cursor is None:
            break
    assert walked == numbered
    assert len({document.id for document in walked}) == 57
    values = [find_value(document, sort) for document in walked]
    assert values == sorted(values, reverse=sort.descending)


def test_the_catalog_and_the_index_have_one_order(filled: Organization) -> None:
    for sort in SORTS:
        listed = filled.list(sort=sort, page_size=100).documents
        assert [hit.document for hit in filled.search("word", sort=sort, page_size=100).hits] == list(listed)
        # A cursor of the one goes on in the other.
        cursor = filled.search("word", sort=sort, page_size=10).next_cursor
        assert filled.list(cursor=cursor, page_size=50).documents == listed[10:]
        cursor = filled.list(sort=sort, page_size=10).next_cursor
        assert list_shown(filled.search("word", cursor=cursor, page_size=50)) == list(listed[10:])


def test_pages_by_relevance_have_no_cursor(filled: Organization) -> None:
    assert filled.search("word", page_size=5).next_cursor is None
    cursor = filled.list(page_size=5).next_cursor
    with pytest.raises(InvalidInput, match="use page_index, or sort by another field"):
        filled.search("word", sort=Sort(SortField.RELEVANCE), cursor=cursor)
    newest = filled.search("has:content", sort=Sort(SortField.RELEVANCE), page_size=5)
    assert newest.next_cursor == cursor
    assert filled.search("has:content", sort=Sort(SortField.RELEVANCE), cursor=cursor).documents_count == 57
    with pytest.raises(InvalidCursor):
        filled.search("word", sort=Sort(SortField.NAME), cursor=cursor)
    with pytest.raises(InvalidInput, match="leave page_index out"):
        filled.list(page_index=1, cursor=cursor)


def test_pages_by_cursor_tell_what_matched_as_others_do(filled: Organization) -> None:
    cursor = filled.search("word", sort=SORTS[0], page_size=5).next_cursor
    by_cursor = filled.search("word", page_size=5, cursor=cursor, matched=True, snippets=1)
    by_number = filled.search("word", page_size=5, page_index=1, sort=SORTS[0], matched=True, snippets=1)
    assert by_cursor == by_number
    assert [hit.matched for hit in by_cursor.hits] == [{"content": ("word",)}] * 5
