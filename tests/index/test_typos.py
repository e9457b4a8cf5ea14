"""What a word may have been meant as: by cost and frequency, in the organization's own words and fields."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papra_index.conventions.folding import fold_text
from papra_index.conventions.principals import Reach
from papra_index.index.tantivy.confusions import measure_mistakes, undo_confusions
from tests.index.corpus import Shelf, make_document

WORDS = st.text("abcdeilmnr01o5s", max_size=9)


@pytest.mark.parametrize(
    ("typed", "meant", "cost"),
    [
        ("word", "word", 0.0),
        ("wodr", "word", 0.7),
        ("wrd", "word", 1.0),
        ("wordd", "word", 0.6),
        ("ward", "word", 0.5),  # a and o look alike
        ("wxrd", "word", 1.0),
        ("cord", "word", 1.3),
        ("comer", "corner", 0.5),
        ("modem", "modern", 0.5),
        ("docurnent", "document", 0.5),
        ("c1ocks", "clocks", 0.5),
    ],
)
def test_costs_of_mistakes(typed: str, meant: str, cost: float) -> None:
    assert measure_mistakes(typed, meant) == pytest.approx(cost)


@given(WORDS, WORDS)
def test_a_cost_is_zero_only_for_the_same_word(one: str, other: str) -> None:
    cost = measure_mistakes(one, other)
    assert (cost == 0) is (one == other)
    assert cost <= max(len(one), len(other)) + 0.3
    assert cost == pytest.approx(measure_mistakes(other, one))


@pytest.mark.parametrize(
    ("read", "meant"),
    [("docurnent", "document"), ("p5endotcrrninal", "pseudoterminal"), ("2oo4", "2004"), ("1n", "in")],
)
def test_confusions_are_undone_as_far_as_words_begin_so(read: str, meant: str) -> None:
    forms = undo_confusions(read, meant.startswith)
    assert meant in forms
    assert read not in forms
    # The last letters, of four at least, are not looked up as beginnings: whole words are.
    assert all(len(form) < 5 or meant.startswith(form[:4]) for form in forms)


def find(shelf: Shelf, word: str, organization_key: int = 1, field: str = "any") -> list[str]:
    found = shelf.reader.find_corrections((Reach(organization_key),), word, field)  # type: ignore[arg-type]
    return [correction.text for correction in found]


def test_words_come_by_cost_and_frequency_of_their_organization(shelf: Shelf) -> None:
    shelf.put(*[make_document(key, content="letter") for key in range(1, 5)], make_document(5, content="better netter"))
    shelf.put(make_document(6, content="lexter", organization_key=2), make_document(7, name="lettering"))
    assert find(shelf, "lettre") == ["letter"]
    assert find(shelf, "zetter") == ["letter", "better", "netter"]
    assert find(shelf, "letzer") == ["letter"]
    assert find(shelf, "lexxer", 2) == ["lexter"]
    assert find(shelf, "lettrin") == []  # two mistakes are one too many for so short a word
    assert find(shelf, "leterimg") == ["lettering"] == find(shelf, "letterimg", field="name")
    assert find(shelf, "letterimg", field="content") == []
    assert find(shelf, "let") == find(shelf, "12345") == find(shelf, "日本語辞書") == find(shelf, "a b c d") == []


def test_two_mistakes_are_found_wherever_they_are(shelf: Shelf) -> None:
    shelf.put(make_document(1, content="consideration"))
    for typed in ("xonsidexation", "ocnsideratoin", "nsideration", "considerati", "consxxderation", "cnosiedration"):
        assert find(shelf, typed) == ["consideration"], typed
    assert find(shelf, "xonsidexatoin") == []


def test_removed_documents_have_no_words(shelf: Shelf) -> None:
    shelf.put(make_document(1, content="considerable"), make_document(2, content="other"))
    assert find(shelf, "considerabel") == ["considerable"]
    shelf.put(make_document(1, content="nothing"))
    assert find(shelf, "considerabel") == []


@pytest.mark.parametrize(("typed", "meant"), [("комптюер", "компьютер"), ("λογαριασμο", "λογαριασμος")])
def test_other_alphabets_are_mistyped_too(shelf: Shelf, typed: str, meant: str) -> None:
    shelf.put(make_document(1, content=meant))
    assert find(shelf, fold_text(typed)) == [fold_text(meant)]
