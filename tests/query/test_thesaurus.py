"""Synonyms stand beside the words they mean, stop words go, and neither ever narrows what is found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papra_index.query.expression import And, Boosted, Expression, Not, Or, Text, Words
from papra_index.query.parser import parse_query
from papra_index.query.thesaurus import (
    MAX_EXPANSIONS,
    Rewriting,
    Thesaurus,
    build_thesaurus,
    rewrite_expression,
)
from papra_index.results import Expansion, Matching
from papra_index.settings import RankingSettings

SYNONYM_WEIGHT = RankingSettings().synonym_weight

THESAURUS = build_thesaurus(
    [
        (("invoice", "bill", "Rechnung"), False),
        (("annual maintenance", "yearly service"), False),
        (("car", "Volvo"), True),
        (("e-mail", "letter"), False),
    ],
    ["the", "firma"],
)


def rewrite(query: str, matching: Matching = "all") -> Rewriting:
    parsed = parse_query(query, now=0, matching=matching)
    return rewrite_expression(parsed.expression, THESAURUS, lambda _: 3.0, SYNONYM_WEIGHT)


def weigh(value: str, share: float = 1.0) -> Expression:
    return Boosted(Text(value), share * SYNONYM_WEIGHT)


def test_a_word_stands_for_the_others_of_its_group() -> None:
    found = rewrite("Rechnung 2024")
    assert found.expression == And((Or((Text("Rechnung"), weigh("invoice"), weigh("bill"))), Text("2024")))
    assert found.expanded == (Expansion("Rechnung", ("invoice", "bill")),)


def test_only_the_first_of_a_one_way_group_stands_for_the_others() -> None:
    assert rewrite("car").expression == Or((Text("car"), weigh("Volvo")))
    assert rewrite("volvo").expression == Text("volvo")


def test_phrases_are_found_in_neighbouring_words() -> None:
    phrase = And((Text("annual"), Text("maintenance")))
    found = rewrite("the annual maintenance boiler")
    assert found.expression == And((Or((phrase, weigh("yearly service"))), Text("boiler")))
    assert found.ignored == ("the",)
    assert rewrite("annual tag:x maintenance").expanded == ()
    assert rewrite("e-mail").expression == Or((Text("e-mail"), weigh("letter")))


@pytest.mark.parametrize(
    "query",
    ["-invoice", "NOT (invoice OR car)", '="invoice"', '"annual maintenance"', "name:invoice", "inv*ce", "invoi",
     "invoice NEAR/2 car", '"the invoices"', "the", "the tag:x", "-the", "name:the boiler", 'boiler ="the"'],
)  # fmt: skip
def test_what_is_meant_strictly_stays_as_it_is(query: str) -> None:
    parsed = parse_query(query, now=0).expression
    assert rewrite(query) == Rewriting(parsed)


def test_stop_words_go_where_other_words_stay() -> None:
    assert rewrite("the Firma boiler").expression == Text("boiler")
    assert rewrite("the Firma boiler").ignored == ("the", "Firma")
    assert rewrite("(the boiler) OR roof").expression == Or((Text("boiler"), Text("roof")))
    assert rewrite("the -boiler").expression == And((Text("the"), Not(Text("boiler"))))


def test_a_rarer_synonym_counts_no_more_than_what_was_typed() -> None:
    rarity = {"invoice": 1.0, "bill": 4.0, "rechnung": 0.5}
    parsed = parse_query("invoice", now=0).expression
    found = rewrite_expression(parsed, THESAURUS, rarity.__getitem__, SYNONYM_WEIGHT)
    assert found.expression == Or((parsed, weigh("bill", 0.25), weigh("Rechnung")))


def test_any_of_the_words() -> None:
    found = rewrite("firma pays annual maintenance invoice", "any")
    words = Words(("pays", "annual", "maintenance", "invoice"))
    assert found.expression == Or((words, weigh("yearly service"), weigh("bill"), weigh("Rechnung")))
    assert found.ignored == ("firma",)
    assert rewrite("firma", "any").expression == Words(("firma",))


def test_a_query_is_widened_by_a_bounded_number_of_synonyms() -> None:
    group = tuple(f"word{number}" for number in range(20))
    many = build_thesaurus([(group, False)], [])
    query = " ".join(group)
    found = rewrite_expression(parse_query(query, now=0).expression, many, lambda _: 1.0, SYNONYM_WEIGHT)
    assert sum(len(expansion.synonyms) for expansion in found.expanded) == MAX_EXPANSIONS


def holds(expression: Expression, words: set[str]) -> bool:
    """Judge an expression of texts by whole words."""
    match expression:
        case Text(value):
            return set(value.lower().split()) <= words
        case Words(values):
            return any(value.lower() in words for value in values)
        case Boosted(operand):
            return holds(operand, words)
        case Not(operand):
            return not holds(operand, words)
        case And(operands):
            return all(holds(operand, words) for operand in operands)
        case Or(operands):
            return any(holds(operand, words) for operand in operands)
    raise AssertionError(expression)


_meaningful = st.sampled_from(["invoice", "bill", "annual", "maintenance", "car", "volvo", "x"])
_words = st.one_of(st.just("the"), _meaningful)
_expressions: st.SearchStrategy[Expression] = st.recursive(
    st.one_of(st.builds(Text, _words), st.builds(Words, st.lists(_meaningful, min_size=1, max_size=3).map(tuple))),
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(Boosted, inner, st.just(2.0)),
        st.builds(And, st.lists(inner, min_size=1, max_size=4).map(tuple)),
        st.builds(Or, st.lists(inner, min_size=1, max_size=3).map(tuple)),
    ),
    max_leaves=8,
)


@given(_expressions, st.sets(_words))
def test_nothing_found_without_a_thesaurus_is_lost_with_it(expression: Expression, words: set[str]) -> None:
    if holds(expression, words):
        assert holds(rewrite_expression(expression, THESAURUS, len, SYNONYM_WEIGHT).expression, words)


def test_an_empty_thesaurus_changes_nothing() -> None:
    expression = parse_query("the invoice", now=0).expression
    assert rewrite_expression(expression, Thesaurus(), len, SYNONYM_WEIGHT).expression is expression
