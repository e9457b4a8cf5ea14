"""Queries of which any plain word suffices: what is loosened, what is not, and which words are left out."""

from __future__ import annotations

import pytest
from hypothesis import given

from papra_index.query.expression import And, Everything, Expression, Not, Nothing, Or, Tagged, Text, Words
from papra_index.query.parser import parse_query
from tests.query.strategies import QUERIES


def read(query: str) -> Expression:
    return parse_query(query, now=0, matching="any").expression


@pytest.mark.parametrize(
    ("query", "meaning"),
    [
        ("roof", Words(("roof",))),
        ("roof repair roof", Words(("roof", "repair", "roof"))),
        ("who repairs the roof of our house?", Words(("repairs", "roof", "house"))),
        ("wie wird das Dach repariert", Words(("Dach", "repariert"))),
        ("the boundary-layer, don't they", Words(("boundary", "layer"))),
        ("to be or not to be", Words(("to", "be", "to", "be"))),
        ("cats and dogs or mice not birds", Words(("cats", "dogs", "mice", "birds"))),
        ("CATS AND DOGS OR MICE", Words(("CATS", "DOGS", "MICE"))),
        ("(old cats) dogs", Words(("old", "cats", "dogs"))),
        ("Schäden an Dächern, alt", Words(("Schäden", "Dächern,", "alt"))),
        ("note: roof", Words(("note", "roof"))),
        ('cats "dogs', Words(("cats", "dogs"))),
        # Operators in capitals, phrases and filters mean what they do otherwise.
        ("cats AND dogs mice", And((Words(("cats",)), Words(("dogs", "mice"))))),
        ("old cats OR young dogs", Or((Words(("old", "cats")), Words(("young", "dogs"))))),
        ("old cats NOT dogs", And((Words(("old", "cats")), Not(Text("dogs"))))),
        ("old cats -(big dogs)", And((Words(("old", "cats")), Not(And((Text("big"), Text("dogs"))))))),
        ('"big dogs"', Text("big dogs")),
        ('"big dogs" tag:paid', And((Text("big dogs"), Tagged("paid")))),
        ('old cats AND "big dogs"', And((Words(("old", "cats")), Text("big dogs")))),
        ('old cats -"big dogs"', And((Words(("old", "cats")), Not(Text("big dogs"))))),
        # A phrase among plain words is one more of which any suffices, as are its words.
        ('old "big dogs" cats', Words(("old", "big dogs", "big", "dogs", "cats"))),
        ('old "dogs"', Words(("old", "dogs"))),
        ("old tag:paid cats", And((Words(("old", "cats")), Tagged("paid")))),
        ("name:old cats", And((Text("old", "name"), Words(("cats",))))),
        ("tag:paid or tag:due", Or((Tagged("paid"), Tagged("due")))),
        ("cats not tag:paid", And((Words(("cats",)), Not(Tagged("paid"))))),
        ("NOT CATS", Words(("CATS",))),
        ("!!! cats", Words(("cats",))),
        ("is ?slip? a word?", Words(("slip", "word"))),
        ("+cats dogs", And((Words(("cats",)), Words(("dogs",))))),
        ("!!!", Everything()),
        ("", Everything()),
        ("cats created:soon", Nothing()),
    ],
)
def test_plain_words_are_loosened_and_nothing_else(query: str, meaning: Expression) -> None:
    if isinstance(meaning, And):
        found = read(query)
        assert isinstance(found, And)
        assert set(found.operands) == set(meaning.operands)
    else:
        assert read(query) == meaning


def test_what_is_wrong_is_reported_all_the_same() -> None:
    parsed = parse_query('note: "roof', now=0, matching="any")
    assert [issue.code for issue in parsed.issues] == ["unknown-field", "unclosed-quoted-string"]


@given(query=QUERIES)
def test_no_query_fails(query: str) -> None:
    parsed = parse_query(query, now=0, matching="any")
    assert all(0 <= issue.start <= issue.end for issue in parsed.issues)
