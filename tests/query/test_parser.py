from __future__ import annotations

from datetime import UTC, datetime

import pytest

from papra_index.errors import InvalidQuery
from papra_index.query.expression import (
    And,
    Everything,
    Expression,
    Not,
    Nothing,
    Or,
    Range,
    Tagged,
    Text,
)
from papra_index.query.parser import MAX_DEPTH, parse_query

A, B, C = Text("a"), Text("b"), Text("c")


def read(query: str) -> Expression:
    return parse_query(query, now=0).expression


def list_issues(query: str) -> list[tuple[str, str]]:
    """Return codes with the part of the query that each points at."""
    return [(issue.code, query[issue.start : issue.end]) for issue in parse_query(query, now=0).issues]


@pytest.mark.parametrize(
    ("query", "expression"),
    [
        ("a b", And((A, B))),
        ("a AND AND b and", And((A, B))),
        ("a OR b c", Or((A, And((B, C))))),
        ("(a OR b) c", And((Or((A, B)), C))),
        ("NOT a b", And((Not(A), B))),
        ("NOT (a b)", Not(And((A, B)))),
        ("-a OR b", Or((Not(A), B))),
        ("NOT NOT NOT a", Not(A)),
        ("NOT -a", A),
        ("((a))", A),
        ("a (b c)", And((A, B, C))),
        ("a a", A),
        ("a A", And((A, Text("A")))),
        ("tag:a tag:a", Tagged("a")),
        ("tag:>a", Tagged("a")),
    ],
)
def test_well_formed_query(query: str, expression: Expression) -> None:
    assert read(query) == expression
    assert list_issues(query) == []


@pytest.mark.parametrize("query", ["", " \t\u3000", "()", "(())", "AND", "a OR !!!", '""', "*", "NOT NOT *"])
def test_query_that_means_everything(query: str) -> None:
    assert read(query) == Everything()
    assert list_issues(query) == []


def test_signs_alone_mean_everything_and_are_reported() -> None:
    assert read("* !!! -") == Everything()
    assert list_issues("* !!! -") == [("no-words", "!!!")]


@pytest.mark.parametrize("query", ['NOT ""', '-"!!!"', "-*", "NOT (! ?)", "-\N{PARTY POPPER}", 'a NOT ""'])
def test_negated_text_without_words_is_nothing(query: str) -> None:
    assert read(query) == Nothing()
    assert {code for code, _ in list_issues(query)} <= {"no-words"}


@pytest.mark.parametrize("query", ["NOT", "NOT ()", "NOT AND", "(NOT)", "-()"])
def test_negation_of_no_operand_vanishes(query: str) -> None:
    assert read(query) == Everything()
    assert "missing-operand-for-not" in [code for code, _ in list_issues(query)]


@pytest.mark.parametrize(
    ("query", "expression", "issues"),
    [
        ("OR a", A, [("missing-operand-for-or", "OR")]),
        ("a or", A, [("missing-operand-for-or", "or")]),
        ("OR a or b", Or((A, B)), [("missing-operand-for-or", "OR")]),
        ("OR", Everything(), [("missing-operand-for-or", "OR")]),
        ("a OR OR b", Or((A, B)), [("missing-operand-for-or", "OR")]),
        ("(OR a) b", And((A, B)), [("missing-operand-for-or", "OR")]),
        ("() OR a", A, [("missing-operand-for-or", "OR")]),
        ("a NOT", A, [("missing-operand-for-not", "NOT")]),
        ("a NOT NOT OR b", Or((A, B)), [("missing-operand-for-not", "NOT NOT")]),
        ("NOT AND a", A, [("missing-operand-for-not", "NOT")]),
        ("(a -)", A, [("missing-operand-for-not", "-")]),
        ("-(a OR b) c", And((Not(Or((A, B))), C)), [("negated-group", "-(")]),
        ("(a b", And((A, B)), [("unmatched-opening-parenthesis", "(")]),
        ("a) b", And((A, B)), [("unmatched-closing-parenthesis", ")")]),
        ("a OR b) c", And((Or((A, B)), C)), [("unmatched-closing-parenthesis", ")")]),
        ("a) OR b", Or((A, B)), [("unmatched-closing-parenthesis", ")")]),
        (")) a", A, [("unmatched-closing-parenthesis", ")")] * 2),
        ("(((", Everything(), [("unmatched-opening-parenthesis", "(")] * 3),
        ("x:a OR b", B, [("unknown-field", "x:a")]),
        ("-x:a", Everything(), [("unknown-field", "x:a")]),
        ("https://example.com/a b", And((Text("https://example.com/a"), B)), []),
        ("-http://x", Everything(), [("unknown-field", "http://x")]),
        ("http:x", Nothing(), [("unknown-field", "http:x")]),
        ("-created: never a", A, [("invalid-date", "created: never")]),
    ],
)
def test_repaired_query(query: str, expression: Expression, issues: list[tuple[str, str]]) -> None:
    assert read(query) == expression
    assert list_issues(query) == issues


def test_ten_levels_are_read() -> None:
    query = "(a OR " * MAX_DEPTH + "b" + ")" * MAX_DEPTH
    assert list_issues(query) == []
    assert read(query) == Or((A, B))
    assert list_issues("NOT (" * 5 + "a" + ")" * 5) == []


def test_parenthesis_deeper_than_ten_is_passed_over() -> None:
    query = "(" * 11 + "a" + ")" * 11 + " b"
    assert read(query) == And((A, B))
    assert list_issues(query) == [
        ("max-nesting-depth-exceeded", "("),
        ("unmatched-closing-parenthesis", ")"),
    ]


@pytest.mark.parametrize(("count", "expression"), [(10, A), (11, Not(A)), (12, A), (199, Not(A))])
def test_negations_keep_their_meaning_at_any_depth(count: int, expression: Expression) -> None:
    query = "NOT " * count + "a"
    assert read(query) == expression
    assert list_issues(query) == ([("max-nesting-depth-exceeded", "NOT")] if count > MAX_DEPTH else [])


@pytest.mark.parametrize("query", ["'foo’s'  ", "\u00a0foo s", "“foo s”", '"‘foo\\"s"'])
def test_quotation_marks_in_text_become_blanks(query: str) -> None:
    texts = [operand for operand in _operands(read(query)) if isinstance(operand, Text)]
    assert " ".join(text.value for text in texts) == "foo s"


def _operands(expression: Expression) -> tuple[Expression, ...]:
    return expression.operands if isinstance(expression, And) else (expression,)


def test_now_is_given_as_milliseconds_or_as_a_datetime() -> None:
    expected = Range("created_at", None, 1_700_000_000_123)
    for now in (
        1_700_000_000_123,
        datetime(2023, 11, 14, 22, 13, 20, 123_900, tzinfo=UTC),
        datetime(2023, 11, 14, 22, 13, 20, 123_000),
    ):
        assert parse_query("created:<now", now=now).expression == expected


def test_strict_raises_with_a_marker_under_the_first_fault() -> None:
    with pytest.raises(InvalidQuery) as caught:
        parse_query("invoice created:soon (", now=0, strict=True)
    message, *lines = str(caught.value).split("\n")
    assert message.startswith('"soon" is not a date; write a year')
    assert lines == ["invoice created:soon (", "        ~~~~~~~~~~~^"]


def test_strict_takes_a_query_without_issues() -> None:
    assert parse_query("a b", now=0, strict=True).expression == And((A, B))
