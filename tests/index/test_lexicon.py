"""Answers of a searcher are kept, and never those of another."""

from __future__ import annotations

from functools import partial
from itertools import count

from papra_index.index.tantivy import lexicon
from papra_index.index.tantivy.lexicon import Lexicon
from papra_index.query.expression import Text
from tests.index.corpus import Shelf, make_document


def test_an_answer_is_found_once(shelf: Shelf) -> None:
    turns = count()
    words = Lexicon(shelf.reader._opened[0])
    assert [words.recall(("a",), lambda: next(turns)) for _ in range(3)] == [0, 0, 0]
    assert words.recall(("b",), lambda: next(turns)) == 1
    assert words.recall(("none",), lambda: None) is None


def test_answers_are_bounded(shelf: Shelf) -> None:
    words = Lexicon(shelf.reader._opened[0])
    for number in range(3 * lexicon._MAX_KNOWN):
        assert words.recall((number,), partial(int, number)) == number
    assert len(words._known) <= lexicon._MAX_KNOWN


def test_a_search_after_a_commit_knows_the_new_words(shelf: Shelf) -> None:
    shelf.put(make_document(1, content="Rechnung", language="de"))
    asked = [Text("rechnung"), Text("rechnungen"), Text("rech"), Text("buch")]
    assert [shelf.keys(expression) for expression in asked] == [[1], [1], [1], []]
    shelf.put(
        make_document(2, content="Rechnungen und Rechner", language="de"),
        make_document(3, content="Haushaltsbuch", language="de"),
    )
    assert [set(shelf.keys(expression)) for expression in asked] == [{1, 2}, {1, 2}, {1, 2}, {3}]
    shelf.put(removed=[2, 3])
    assert [shelf.keys(expression) for expression in asked] == [[1], [1], [1], []]


def test_one_organization_says_nothing_of_another(shelf: Shelf) -> None:
    shelf.put(make_document(1, content="Rechnung", language="de"))
    shelf.put(make_document(2, content="invoice", language="en", organization_key=2))
    for _ in range(2):
        assert (shelf.keys(Text("rechnungen")), shelf.keys(Text("rechnungen"), organization=2)) == ([1], [])
        assert (shelf.keys(Text("invoices")), shelf.keys(Text("invoices"), organization=2)) == ([], [2])
