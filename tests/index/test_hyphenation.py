"""Words that a line end divides are found whole, and so are their parts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papra_index.index.hyphenation import find_hyphenated, list_soft_parts
from papra_index.query.expression import Not, Text
from tests.index.corpus import Shelf, make_document


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("the infor-\nmation", ["information"]),
        ("the infor-\r\n   mation", ["information"]),
        ("the infor\u00ad\nmation", ["information"]),
        ("die Grund\u2010 \nschule, be-\nwegt", ["Grundschule", "bewegt"]),
        ("2024-\n001", []),
        ("a - b\n- c\n-\nd", []),
        ("well-known", []),
        ("", []),
    ],
)
def test_words_are_joined(text: str, words: list[str]) -> None:
    assert [word for _, _, word in find_hyphenated(text)] == words
    for start, end, word in find_hyphenated(text):
        assert "".join(filter(str.isalpha, text[start:end])) == word


@given(st.text(st.sampled_from("ab1-\u00ad \r\n"), max_size=40))
def test_places_are_in_order_and_inside(text: str) -> None:
    found = find_hyphenated(text)
    assert all(0 <= start < end <= len(text) for start, end, _ in found)
    assert list(map(len, list_soft_parts(text))) == list(map(len, filter(None, list_soft_parts(text))))


def test_the_whole_word_its_forms_and_its_parts_are_found(shelf: Shelf) -> None:
    shelf.put(
        make_document(1, content="the Infor-\r\nmation of today", language="en"),
        make_document(2, content="a sy\u00adstem", language="en"),
        make_document(3, content="die Kranken-\nversicherung", language="de"),
    )
    for asked in ("information", "informations", "informat", "infor", "mation"):
        assert shelf.keys(Text(asked)) == [1], asked
    for asked in ("system", "systems", "sys", "stem"):
        assert shelf.keys(Text(asked)) == [2], asked
    assert shelf.keys(Text("Krankenversicherungen")) == [3]
    assert shelf.keys(Text("Versicherung")) == [3]
    assert 1 in shelf.keys(Not(Text("information")))
