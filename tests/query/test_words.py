from __future__ import annotations

import pytest

from papra_index.query.expression import And, Boosted, Expression, Near, Or, Text, TextField
from papra_index.query.parser import parse_query
from papra_index.query.words import MAX_NEAR_WORDS


def near(one: str, other: str, slop: int, field: TextField = "any") -> Or:
    return Or((Near(f"{one} {other}", slop, field), Near(f"{other} {one}", slop, field)))


@pytest.mark.parametrize(
    ("query", "expression"),
    [
        ("a NEAR/5 b", near("a", "b", 4)),
        ("a NEAR/1 b c", And((near("a", "b", 0), Text("c")))),
        ("a NEAR/2 b NEAR/3 c", And((near("a", "b", 1), near("b", "c", 2)))),
        ("c OR a NEAR/2 b", Or((Text("c"), *near("a", "b", 1).operands))),
        ("content:(a NEAR/2 b)", near("a", "b", 1, "content")),
        ("original:(a NEAR/2 b)", near("a", "b", 1, "original_name")),
        ('"a b" NEAR/2 c', And((near("a b", "c", 1), Text("a b", is_exact=True)))),
        ('a NEAR/2 "b c"~3', And((near("a", "b c", 1), Near("b c", 3)))),
        ("a^2 NEAR/2 b^3", Boosted(near("a", "b", 1), 6)),
        ('"a b"~5', Or((Text("a b"), Near("a b", 5)))),
        ('="a b"~5', Near("a b", 5)),
        ('name:"a b"~5^2', Boosted(Or((Text("a b", "name"), Near("a b", 5, "name"))), 2)),
        ("name:a^2", Boosted(Text("a", "name"), 2)),
        ('"NEAR/5" a', And((Text("NEAR/5"), Text("a")))),
        ("a near b", And((Text("a"), Text("near"), Text("b")))),
    ],
)
def test_words_near_each_other(query: str, expression: Expression) -> None:
    parsed = parse_query(query, now=0)
    assert (parsed.expression, parsed.issues) == (expression, ())


@pytest.mark.parametrize(
    ("query", "code", "part"),
    [
        ("NEAR/5 a", "misplaced-near", "NEAR/5"),
        ("a NEAR/5", "misplaced-near", "NEAR/5"),
        ("a NEAR/5 -b", "misplaced-near", "NEAR/5"),
        ("a NEAR/5 (b)", "misplaced-near", "NEAR/5"),
        ("name:a NEAR/5 b", "misplaced-near", "NEAR/5"),
        ("size:(1 NEAR/5 2)", "misplaced-near", "NEAR/5"),
        ("a NEAR/5 NEAR/6 b", "misplaced-near", "NEAR/5"),
        ("a NEAR/5 b*c", "unsupported-wildcard", "b*c"),
        ("b*c NEAR/5 a", "unsupported-wildcard", "b*c"),
        ("a NEAR/0 b", "distance-out-of-range", "NEAR/0"),
        ('"a b"~101', "distance-out-of-range", "~101"),
        ("name:a^0", "boost-out-of-range", "name:a^0"),
        ("a^101", "boost-out-of-range", "^101"),
        ("rechnung^1000", "boost-out-of-range", "^1000"),
        ("🎉 -!!", "no-words", "🎉"),
        ("tag:x name:🎉", "no-words", "name:🎉"),
    ],
)
def test_what_cannot_be_meant_is_reported(query: str, code: str, part: str) -> None:
    issue = parse_query(query, now=0).issues[0]
    assert (issue.code, query[issue.start : issue.end]) == (code, part)


def test_a_word_between_two_nears_is_reported_once() -> None:
    assert [issue.code for issue in parse_query("a NEAR/2 b*c NEAR/2 d", now=0).issues] == ["unsupported-wildcard"]


def test_a_misplaced_near_is_text() -> None:
    assert parse_query("a NEAR/5", now=0).expression == And((Text("a"), Text("NEAR/5")))


def test_distances_beyond_the_limit_are_ignored() -> None:
    phrase = '"' + "a b " * (MAX_NEAR_WORDS // 2) + '"~3'
    assert parse_query(phrase, now=0).issues == ()
    parsed = parse_query(f"{phrase} c NEAR/3 d", now=0)
    assert [issue.code for issue in parsed.issues] == ["too-many-near"]
    assert isinstance(parsed.expression, And)
    assert parsed.expression.operands[1:] == (Text("c"), Text("d"))
