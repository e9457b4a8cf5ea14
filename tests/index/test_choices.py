"""Words of which any suffices: the order in which documents come that have some of them."""

from __future__ import annotations

from papra_index.query.expression import And, Not, Text, Words
from tests.index.corpus import Shelf, make_document


def test_documents_with_more_and_rarer_words_come_first(shelf: Shelf) -> None:
    shelf.put(
        make_document(1, content="roof x y z"),
        make_document(2, content="repair of roof"),
        make_document(3, content="roof y x"),
        make_document(4, content="repair x y"),
        make_document(5, content="nothing"),
    )
    assert shelf.keys(Words(("repair", "roof"))) == [2, 4, 3, 1]


def test_neighbouring_words_lift_a_document_most_when_adjacent(shelf: Shelf) -> None:
    shelf.put(
        make_document(1, content="boundary " + "x " * 20 + "layer"),
        make_document(2, content="boundary layer " + "x " * 20),
        make_document(3, content="boundary x x layer " + "x " * 18),
    )
    assert shelf.keys(Words(("boundary", "layer"))) == [2, 3, 1]


def test_a_repeated_word_counts_more_but_not_twice(shelf: Shelf) -> None:
    shelf.put(make_document(1, content="roof"), make_document(2, content="tile"))
    once, twice = (
        dict(zip(found.keys, found.scores, strict=True))
        for found in map(shelf.search, (Words(("roof", "tile")), Words(("roof", "roof", "tile"))))
    )
    assert once[1] == once[2] == twice[2]
    assert once[1] < twice[1] < 2 * once[1]


def test_a_beginning_matches_and_counts_nothing(shelf: Shelf) -> None:
    shelf.put(make_document(1, content="invoices roof"), make_document(2, content="roof"), make_document(3, "invoice"))
    found = shelf.search(Words(("invoice", "roof")))
    assert set(found.keys) == {1, 2, 3}
    assert shelf.search(Words(("invoi",))).scores == (0.0, 0.0)


def test_other_conditions_hold(shelf: Shelf) -> None:
    shelf.put(
        make_document(1, content="roof red"), make_document(2, content="tile red"), make_document(3, content="red")
    )
    words = Words(("roof", "tile"))
    assert set(shelf.keys(And((words, Text("red"))))) == {1, 2}
    assert shelf.keys(Not(words)) == [3]
    assert shelf.keys(And((words, Not(Text("roof"))))) == [2]
