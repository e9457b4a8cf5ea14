"""What a query may cost: the first parts are never left out, others once all is spent, and the same ones everywhere."""

from __future__ import annotations

import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from papra_index.index.base import IndexRequest, Reach
from papra_index.index.tantivy import costs
from papra_index.index.tantivy.costs import KEPT_PARTS
from papra_index.query.expression import And, Boosted, Expression, Not, Or, Tagged, Text, Words
from papra_index.results import Sort, SortField
from tests.index.corpus import Shelf, make_document

LETTERS = tuple(string.ascii_lowercase)
ALL = [Text(letter) for letter in LETTERS]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    """A document for each letter, and one with all of them."""
    shelf = Shelf.open(tmp_path_factory.mktemp("costs") / "gen")
    shelf.put(*[make_document(key, content=letter) for key, letter in enumerate(LETTERS)])
    shelf.put(make_document(100, content=" ".join(LETTERS)))
    yield shelf
    shelf.writer.close()


@pytest.fixture
def spent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be left to spend behind the first parts."""
    monkeypatch.setattr(costs, "MAX_COST", 0)
    monkeypatch.setattr(costs, "_COST_OF_DOCUMENT", 0)


def test_all_of_a_query_is_looked_for_while_it_costs_little(filled: Shelf) -> None:
    assert filled.keys(And(tuple(ALL))) == [100]
    assert filled.search(And(tuple(ALL))).dropped == ()


@pytest.mark.usefixtures("spent")
@pytest.mark.parametrize(
    ("expression", "keys"),
    [
        (And(tuple(ALL)), {100}),
        (Or(tuple(ALL)), {*range(KEPT_PARTS), 100}),
        (And(tuple(map(Not, ALL))), {*range(KEPT_PARTS, 26)}),
        (Or((Boosted(Or(tuple(ALL)), 2.0), Tagged("nothing"))), {*range(KEPT_PARTS), 100}),
        (Words(LETTERS), {*range(KEPT_PARTS), 100}),
        (And((*ALL[:KEPT_PARTS], Or(tuple(ALL[KEPT_PARTS:])))), {100}),
    ],
)
def test_what_costs_too_much_is_left_out_and_told(filled: Shelf, expression: Expression, keys: set[int]) -> None:
    assert set(filled.keys(expression)) == keys
    assert filled.search(expression).dropped == LETTERS[KEPT_PARTS:]


@pytest.mark.usefixtures("spent")
def test_the_first_parts_are_looked_for_whatever_they_cost(filled: Shelf) -> None:
    assert filled.search(Or(tuple(ALL[:KEPT_PARTS]))).dropped == ()


@pytest.mark.usefixtures("spent")
def test_summaries_and_facets_leave_out_the_same(filled: Shelf) -> None:
    asked = Or(tuple(ALL))
    request = IndexRequest((Reach(1),), asked, Sort(SortField.RELEVANCE), facets={"mime_type": asked})
    found = filled.reader.search(request)
    assert [sum(count for _, count in values) for values in found.facets.values()] == [found.documents_count]
    summary = filled.reader.summarize(request)
    assert (summary.documents_count, summary.dropped) == (found.documents_count, found.dropped)


def test_phrases_of_common_words_cost_more_than_rare_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(costs, "MAX_COST", 2_000)
    monkeypatch.setattr(costs, "_COST_OF_DOCUMENT", 0)
    shelf = Shelf.open(tmp_path / "gen")
    shelf.put(*[make_document(key, content=f"alpha beta w{key} v{key}") for key in range(60)])
    rare = tuple(Text(f"w{key} v{key}") for key in range(20))
    common = tuple(Text(value) for value in ("alpha beta", "beta alpha"))
    assert shelf.search(Or((*rare, *common))).dropped == ("alpha beta", "beta alpha")
    shelf.writer.close()
