"""Scores taken apart add up again, whatever was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from papra_index.conventions.principals import Reach
from papra_index.index.base import FeedbackText, IndexDocument, IndexRequest
from papra_index.query.expression import And, Boosted, Expression, Near, Not, Or, Pattern, Range, Text, Words
from papra_index.values.explanations import AnalyzedWord, ScorePart
from tests.index.corpus import BY_RELEVANCE, TAG_KEYS, Shelf, documents, expressions, make_document

ALL_KEYS = range(1, 13)


def explain(shelf: Shelf, expression: Expression, key: int = 1) -> dict[tuple[str, str, str], float]:
    parts = shelf.reader.explain(IndexRequest((Reach(1),), expression, BY_RELEVANCE), [key])[key]
    return {(part.kind, part.field, part.text): part.score for part in parts}


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    corpus=st.lists(documents, min_size=4, max_size=12),
    asked=st.lists(expressions | expressions.map(lambda one: Or((one, Text("a")))), min_size=6, max_size=6),
)
def test_parts_add_up_to_the_score(
    shared_shelf: Shelf, corpus: Sequence[IndexDocument], asked: Sequence[Expression]
) -> None:
    shared_shelf.put(*corpus, removed=ALL_KEYS)
    for expression in asked:
        request = IndexRequest((Reach(1),), expression, BY_RELEVANCE, limit=100, tag_keys=TAG_KEYS)
        matches = shared_shelf.reader.search(request)
        explained = shared_shelf.reader.explain(request, matches.keys)
        for key, score in zip(matches.keys, matches.scores, strict=True):
            assert sum(part.score for part in explained.get(key, ())) == pytest.approx(score, rel=1e-4, abs=1e-5)


def test_each_part_says_what_for(shelf: Shelf) -> None:
    shelf.put(
        make_document(1, "gas bills", "the annual maintenance of gas boilers", language="en"),
        *(make_document(key, f"letter {key}", "nothing of it", language="en") for key in range(2, 8)),
    )
    found = explain(shelf, And((Text("annual"), Text("maintenance"), Text("bill"))))
    assert set(found) == {
        ("word", "content", "annual"),
        ("word", "content", "maintenance"),
        ("neighbours", "content", "annual maintenance"),
        ("prefix", "name", "bill"),
        ("stem", "any", "annual"),
        ("stem", "any", "maintenance"),
        ("stem", "any", "bill"),
    }
    asked = Or((Near("gas annual", 4), Boosted(Pattern("m*ce"), 10.0), Text("gas boilers", "content", is_exact=True)))
    assert set(explain(shelf, asked)) == {
        ("near", "content", "gas annual"),
        ("pattern", "content", "m*ce"),
        ("phrase", "content", "gas boilers"),
    }
    assert explain(shelf, asked)["pattern", "content", "m*ce"] == pytest.approx(0.2)


def test_an_alternative_that_does_not_match_adds_nothing(shelf: Shelf) -> None:
    shelf.put(make_document(1, content="alpha gamma"), make_document(2, content="alpha beta"))
    either = Or((And((Text("alpha"), Text("beta"))), Text("gamma")))
    assert {text for _, _, text in explain(shelf, either)} == {"gamma"}
    assert {text for _, _, text in explain(shelf, either, 2)} == {"alpha", "beta", "alpha beta"}


def test_feedback_is_a_part(shelf: Shelf) -> None:
    held = {1: "alpha beta", 2: "beta"}
    shelf.put(*(make_document(key, content=held.get(key, "x"), language="en") for key in range(1, 31)))
    terms = shelf.reader.choose_terms((Reach(1),), [FeedbackText("beta", "en", 1.0)], 30)
    request = replace(IndexRequest((Reach(1),), Words(("alpha",)), BY_RELEVANCE), feedback=terms)
    matches = shelf.reader.search(request)
    explained = shelf.reader.explain(request, matches.keys)
    assert [part.kind for part in explained[2]] == ["feedback"]
    assert explained[2][0].text == "beta"
    assert [sum(part.score for part in explained[key]) for key in matches.keys] == pytest.approx(matches.scores)


def test_what_does_not_rank_has_no_parts(shelf: Shelf) -> None:
    shelf.put(make_document(1, "a"))
    for expression in (Not(Text("b")), Range("size", 0, None)):
        assert shelf.reader.explain(IndexRequest((Reach(1),), expression, BY_RELEVANCE), [1]) == {}


def test_a_search_of_some_documents_finds_no_others(shelf: Shelf) -> None:
    shelf.put(*(make_document(key, "foo") for key in range(1, 6)), make_document(6, "foo", organization_key=2))
    for keys, expected in (((2, 4, 6, 99), {2, 4}), ((), set())):
        request = IndexRequest((Reach(1),), Text("foo"), BY_RELEVANCE, keys=keys)
        matches = shelf.reader.search(request)
        assert set(matches.keys) == expected
        assert matches.documents_count == len(expected)


def test_words_are_analysed_as_they_are_looked_for(shelf: Shelf) -> None:
    words = shelf.reader.analyze("Rechnungen über_Straße", "de")
    assert words == (
        AnalyzedWord("rechnungen", "rechnung"),
        AnalyzedWord("uber", "uber"),
        AnalyzedWord("strasse", "strass"),
    )
    assert shelf.reader.analyze("日本", "ja") == (AnalyzedWord("日本", None),)


def test_a_part_is_a_sentence() -> None:
    assert ScorePart("word", "content", "maintenance", 3.214).described == "the word *maintenance* in the content: 3.21"
