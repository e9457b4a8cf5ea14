from __future__ import annotations

import time
from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from papra_index.errors import InvalidQuery
from papra_index.query.expression import Expression, Not, Text
from papra_index.query.parser import parse_query
from papra_index.query.simplification import simplify_expression
from papra_index.query.tokens import BLANKS

from .corpus import CORPUS, NOW
from .matching import find_letters, matches
from .strategies import QUERIES, TYPED_EXPRESSIONS


@given(QUERIES)
def test_any_string_is_read_the_same_each_time(query: str) -> None:
    parsed = parse_query(query, now=NOW)
    assert parse_query(query, now=NOW) == parsed
    assert simplify_expression(parsed.expression) == parsed.expression


@given(QUERIES)
def test_issues_point_into_the_query_in_order(query: str) -> None:
    issues = parse_query(query, now=NOW).issues
    assert all(0 <= issue.start < issue.end <= len(query) for issue in issues)
    assert all(issue.message and "\n" not in issue.message for issue in issues)
    assert [issue.start for issue in issues] == sorted(issue.start for issue in issues)


@given(QUERIES)
def test_strict_raises_exactly_when_there_are_issues(query: str) -> None:
    parsed = parse_query(query, now=NOW)
    if parsed.issues:
        with pytest.raises(InvalidQuery):
            parse_query(query, now=NOW, strict=True)
    else:
        assert parse_query(query, now=NOW, strict=True) == parsed


@given(QUERIES)
def test_whatever_is_read_can_be_stored_and_looked_up(query: str) -> None:
    shown = repr(parse_query(query, now=NOW).expression)
    assert shown.encode()
    assert "\\ud8" not in shown
    assert "\\x00" not in shown


@given(TYPED_EXPRESSIONS)
def test_typed_expression_means_what_it_says(typed: tuple[str, Expression]) -> None:
    query, meaning = typed
    parsed = parse_query(query, now=NOW)
    codes = {issue.code for issue in parsed.issues} - {"negated-group"}
    assume(not codes & {"too-many-wildcards", "too-many-near"})
    assert not codes
    assert [matches(parsed.expression, document) for document in CORPUS] == [
        matches(meaning, document) for document in CORPUS
    ]


@given(st.text("fobar*?^~2_.=+é", min_size=1, max_size=9))
def test_a_run_of_signs_finds_what_the_contract_finds(run: str) -> None:
    """To the contract all of these signs are punctuation: a run is the phrase of its words, the last a beginning."""
    expression = parse_query(run, now=NOW).expression
    assert set(find_letters(Text(run))) <= set(find_letters(expression))


@given(QUERIES, st.sampled_from(BLANKS + "\x00"))
def test_blanks_around_a_query_mean_nothing(query: str, blank: str) -> None:
    if len(query) < 500 and not query.endswith("-") and parse_query(query, now=NOW).issues == ():
        assert parse_query(blank + query + blank, now=NOW).expression == parse_query(query, now=NOW).expression


@given(TYPED_EXPRESSIONS)
def test_negation_is_the_complement_where_nothing_is_unknown(typed: tuple[str, Expression]) -> None:
    positive = parse_query(f"({typed[0]})", now=NOW).expression
    negative = parse_query(f"NOT ({typed[0]})", now=NOW).expression
    assert negative == simplify_expression(Not(positive))
    for document in CORPUS:
        if None not in (document.document_date, document.ocr_confidence, document.language):
            assert (document.letter in find_letters(positive)) != (document.letter in find_letters(negative))


@pytest.mark.parametrize(
    "piece",
    [
        "(", ")", '"', "-", "NOT ", "a:", "\\", '\\"', "-(", '"":', "a OR ", ":", "((a) ", "x\\:", "*", "*?", "a*b ",
        "!*a", "+", "NEAR/5 ", "a NEAR/5 ", '"a b"~5 ', "^2", "a^2 ", "name:(", "size:(>", '="', ",", "tag:a,", "1..",
        "size:1..2 ",
    ],
)  # fmt: skip
def test_worst_queries_take_no_time(piece: str) -> None:
    began = time.process_time()
    parse_query(piece * 100_000, now=NOW)
    assert time.process_time() - began < 1


def test_every_short_query_is_read() -> None:
    alphabet = ["a", "OR", "NOT", "AND", "(", ")", "-", '"', "b:", "tag:", "\\", "!", "+", "*", "=", "~1", "NEAR/1"]
    for length in range(1, 4):
        for parts in product(alphabet, repeat=length):
            for joint in ("", " "):
                query = joint.join(parts)
                parsed = parse_query(query, now=NOW)
                assert all(0 <= issue.start < issue.end <= len(query) for issue in parsed.issues)
