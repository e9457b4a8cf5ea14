"""What pieces of a content add: beginnings of every word that the engine sees and no others, and all codes of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from papra_index.index.spellings import find_dates
from papra_index.index.tantivy.analysis import prepare_text, tokenize
from papra_index.index.tantivy.beginnings import BEGINNING_MARK, name_beginning
from papra_index.index.tantivy.codes import iterate_codes
from papra_index.index.tantivy.pieces import analyze_pieces
from papra_index.index.tantivy.stems import stem_text
from papra_index.query.expression import And, Not, Text
from tests.index.corpus import Shelf, make_document

TEXTS = st.text(st.sampled_from("ab1 \n\t.-_'éßﬁжक्षि日本๑ไ\u0301\u200b\x1c²½Ⅳ")) | st.text()
CODES = st.text(st.sampled_from("ab12 \n.-_/,é\u00ad\u200b０")) | TEXTS


@given(text=TEXTS)
def test_each_word_is_found_by_its_first_letters(text: str) -> None:
    found = analyze_pieces("en", text, ()).fragments
    beginnings = {term for term in found if term.startswith(BEGINNING_MARK)}
    assert beginnings == {name_beginning(word[:length]) for word in tokenize(text) for length in (1, 2)}


@given(text=CODES)
def test_codes_of_pieces_are_those_of_the_text(text: str) -> None:
    found = analyze_pieces("en", text, ()).fragments
    codes = {term for term in found if not term.startswith(BEGINNING_MARK)}
    assert codes == {f"c{code}" for code in iterate_codes(prepare_text(text))}


@given(text=CODES | st.dates().map("on {0:%d.%m.%Y} or\n{0:%d %b} {0.year}".format))
def test_a_piece_has_the_year_of_each_day(text: str) -> None:
    assert analyze_pieces("en", text, ()).may_have_days or not find_dates(prepare_text(text))


@given(text=TEXTS, language=st.sampled_from(["en", "fr", "de", "ja", None]))
def test_stems_are_those_of_the_text(text: str, language: str | None) -> None:
    assert analyze_pieces(language, text, ()).stems == stem_text(language, text)
    assert analyze_pieces(language, "", text.split()).stems == stem_text(language, text)


def test_compounds_are_found_in_languages_that_have_them() -> None:
    german = analyze_pieces("de", "Die Grundschule, (Musikschulen) und eine Schule.", ["Hundeschule.pdf"])
    assert german.compounds == {"<deluhcsdnurg", "<deluhcskisum", "<deluhcsednuh"}
    assert not german.fragments & german.compounds
    assert analyze_pieces("en", "Grundschule", ()).compounds == set()


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
