from __future__ import annotations

import pytest
from hypothesis import given

from papra_index.query.expression import (
    And,
    Boosted,
    Everything,
    Expression,
    Near,
    Not,
    Nothing,
    Or,
    Range,
    Tagged,
    Text,
    walk_expression,
)
from papra_index.query.simplification import has_token, simplify_expression

from .corpus import CORPUS
from .matching import matches, split_words
from .strategies import EXPRESSIONS

A, B, C = Text("a"), Tagged("b"), Range("document_date", 1, 2)


@pytest.mark.parametrize(
    ("expression", "simple"),
    [
        (And(()), Everything()),
        (Or(()), Nothing()),
        (And((A,)), A),
        (Or((A,)), A),
        (And((A, And((B, And((C,)))))), And((A, B, C))),
        (Or((A, Or((B, C)))), Or((A, B, C))),
        (And((A, Or((B, C)))), And((A, Or((B, C))))),
        (And((A, B, A)), And((A, B))),
        (And((Text("x"), Text("X"))), And((Text("x"), Text("X")))),
        (Not(Not(C)), C),
        (Not(Everything()), Nothing()),
        (Not(Nothing()), Everything()),
        (And((A, Everything())), A),
        (And((A, Nothing())), Nothing()),
        (Or((A, Nothing())), A),
        (Or((A, Everything())), Everything()),
        (Text("!!!"), Everything()),
        (Not(Text("", "name")), Nothing()),
        (And((A, Not(Or((Not(A), Nothing()))))), A),
        (Boosted(And((A, Everything())), 2), Boosted(A, 2)),
        (Boosted(Boosted(A, 2), 3), Boosted(A, 6)),
        (Boosted(A, 1), A),
        (Boosted(Everything(), 2), Everything()),
        (Boosted(Nothing(), 2), Nothing()),
        (Not(Boosted(Not(A), 2)), A),
        (Near("!", 3), Everything()),
        (Or((Near("a", 3), Nothing())), Near("a", 3)),
    ],
)
def test_rule(expression: Expression, simple: Expression) -> None:
    assert simplify_expression(expression) == simple


@given(EXPRESSIONS)
def test_simplifying_keeps_the_truth_of_every_document(expression: Expression) -> None:
    simple = simplify_expression(expression)
    for document in CORPUS:
        assert matches(simple, document) is matches(expression, document)


@given(EXPRESSIONS)
def test_simplifying_twice_changes_nothing(expression: Expression) -> None:
    simple = simplify_expression(expression)
    assert simplify_expression(simple) == simple


@given(EXPRESSIONS)
def test_simple_expression_has_no_constants_inside(expression: Expression) -> None:
    _, *inner = walk_expression(simplify_expression(expression))
    assert not any(isinstance(part, Everything | Nothing) for part in inner)


@pytest.mark.parametrize("value", ["a", "½", "²", "Ⅳ", "①", "日", "ก", "\ue000", "\U0010fffd", "--x", "ª", "७", "हि"])
def test_value_with_a_word(value: str) -> None:
    assert has_token(value)
    assert split_words(value)


@pytest.mark.parametrize(
    "value", ["", " ", "*", "_", "!!!", "€", "\N{PARTY POPPER}", "\u200b", "\u00ad", "\u0301", "\x00"]
)
def test_value_without_a_word(value: str) -> None:
    assert not has_token(value)
    assert not split_words(value)
