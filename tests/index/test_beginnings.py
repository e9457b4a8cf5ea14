"""Beginnings of one and two letters: those of every word that the engine sees, and no others."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from papra_index.index.tantivy.analysis import prepare_text, tokenize
from papra_index.index.tantivy.beginnings import list_beginnings, name_beginning
from papra_index.query.expression import And, Not, Text
from tests.index.corpus import Shelf, make_document

TEXTS = st.text(st.sampled_from("ab1 \n\t.-_'éßﬁжक्षि日本๑ไ\u0301\u200b\x1c²½Ⅳ")) | st.text()


@given(text=TEXTS)
def test_each_word_is_found_by_its_first_letters(text: str) -> None:
    found = list_beginnings(prepare_text(text))
    assert len(found) == len(set(found))
    assert set(found) == {name_beginning(word[:length]) for word in tokenize(text) for length in (1, 2)}


def test_one_and_two_letters_find_what_longer_beginnings_would(shelf: Shelf) -> None:
    shelf.put(
        make_document(1, content="foo (bar-baz)"),
        make_document(2, name="foo", content="x"),
        make_document(3, content="xf of"),
        make_document(4, content="f"),
    )
    assert set(shelf.keys(Text("f"))) == {1, 2, 4}
    assert set(shelf.keys(Text("f", "content"))) == {1, 4}
    assert set(shelf.keys(Text("fo"))) == {1, 2}
    assert set(shelf.keys(Text("ba", "content"))) == {1}
    assert set(shelf.keys(And((Text("x"), Not(Text("o")))))) == {2}
