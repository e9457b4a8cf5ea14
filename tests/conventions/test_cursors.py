"""Cursors as text: read back as written, refused with what to do when they are anything else."""

from __future__ import annotations

import base64
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papra_index.conventions.cursors import Cursor, Position, end_page, read_cursor, start_page, write_cursor
from papra_index.errors import InvalidCursor, InvalidInput
from papra_index.results import PageRequest, Sort, SortField

NAME = Sort(SortField.NAME, descending=False)
KEYS = st.integers(0, 1 << 40)
NUMBERS = st.integers(-(1 << 50), 1 << 50)
FIELDS = {
    SortField.NAME: st.text(st.characters(exclude_categories=["Cs"])),
    SortField.DOCUMENT_DATE: st.none() | NUMBERS,
    SortField.CREATED_AT: NUMBERS,
    SortField.UPDATED_AT: NUMBERS,
    SortField.SIZE: NUMBERS,
}
cursors = st.sampled_from(sorted(FIELDS)).flatmap(
    lambda field: st.builds(
        Cursor,
        st.builds(Sort, st.just(field), st.booleans()),
        st.builds(Position, FIELDS[field], KEYS),
        st.integers(0, 1 << 20),
    )
)


@given(cursor=cursors)
def test_a_cursor_is_read_as_it_was_written(cursor: Cursor) -> None:
    text = write_cursor(cursor)
    assert re.fullmatch("[A-Za-z0-9_-]+", text)
    assert read_cursor(text, cursor.sort) == read_cursor(text, None) == cursor
    other = Sort(cursor.sort.field, not cursor.sort.descending)
    with pytest.raises(InvalidCursor, match=r"made for the order .* or start again without it"):
        read_cursor(text, other)


def forge(*fields: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(fields).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "text",
    [
        "", "x", "ü", "a b", "====", "[" * 40_000, "A" * 60_000, forge(), forge(1), forge([[]]),
        base64.urlsafe_b64encode(b"[" * 9_000).decode(),
        forge(2, "name", True, 1, "a", 1), forge(1, "owner", True, 1, "a", 1), forge(1, "relevance", True, 1, 1, 1),
        forge(1, "name", 1, 1, "a", 1), forge(1, "name", True, -1, "a", 1), forge(1, "name", True, 1, 5, 1),
        forge(1, "name", True, 1, None, 1), forge(1, "name", True, 1, "\ud800", 1), forge(1, "name", True, 1, "a", "1"),
        forge(1, "size", True, 1, "a", 1), forge(1, "size", True, 1, 1.5, 1), forge(1, "size", True, 1, True, 1),
        forge(1, "size", True, 1, None, 1), forge(1, "size", True, 1, 1 << 70, 1),
        forge(1, "size", True, 1, 1, 1 << 70),
        forge(1, "size", True, 1.0, 1, 1), forge(1, "size", True, None, 1, 1), forge(1, "size", True, 1, 1, None),
        forge(1, [], True, 1, 1, 1), forge(1, "size", True, 10**13, 1, 1), forge(1, "size", True, 1, 1, 1, 1),
    ],
)  # fmt: skip
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidCursor, match="start again without it"):
        read_cursor(text, None)


@given(text=st.text() | st.binary().map(lambda data: base64.urlsafe_b64encode(data).decode()))
def test_no_text_breaks_reading(text: str) -> None:
    with pytest.raises(InvalidCursor):
        read_cursor(text, None)


def test_the_order_is_that_of_the_cursor_unless_told() -> None:
    text = write_cursor(Cursor(NAME, Position("b", 7), 3))
    assert start_page(text, None, PageRequest(page_size=5), Sort(SortField.SIZE)) == (
        NAME,
        PageRequest(3, 5),
        Position("b", 7),
    )
    assert start_page(None, None, PageRequest(2, 5), NAME) == (NAME, PageRequest(2, 5), None)
    with pytest.raises(InvalidInput, match="leave page_index out"):
        start_page(text, NAME, PageRequest(1, 5), NAME)
    with pytest.raises(InvalidInput, match="use page_index, or sort by another field"):
        start_page(text, Sort(SortField.RELEVANCE), PageRequest(), NAME)
    assert end_page(NAME, PageRequest(2, 5), Position("b", 7)) == text
    assert end_page(NAME, PageRequest(2, 5), None) is None
    assert end_page(Sort(SortField.RELEVANCE), PageRequest(), Position(1, 7)) is None
