"""What an expression is written as is read as that expression again."""

from __future__ import annotations

import pytest
from hypothesis import given

from papra_index.query.expression import Expression
from papra_index.query.parser import parse_query
from papra_index.query.wording import write_expression
from tests.query.strategies import EXPRESSIONS, QUERIES


@pytest.mark.parametrize(
    ("query", "written"),
    [
        ("foo bar", "foo bar"),
        ("foo OR -(bar baz)", "foo OR -(bar baz)"),
        ("name:(a OR b) -c", "(name:a OR name:b) -c"),
        ('="a b" "x\'y" and\\:', '="a b" "x y" "and:"'),
        ('tag:"my tag" has:date lang:de ext:pdf', 'tag:"my tag" has:date lang:de ext:pdf'),
        ("created:2024 date:2024-02-03", "created:2024-01-01..2024-12-31 date:2024-02-03"),
        ("updated:>=2024-02-03T10:00:00Z", "updated:>=2024-02-03T10:00:00.000Z"),
        ("size:>2MB page_count:3 confidence:60..87.5", "size:>=2000001 page_count:3 confidence:60..87.5"),
        ("type:image extraction:failed", "mime:image/* extraction:failed"),
        ("foo^2 sha256:0123456789", "foo^2 sha256:0123456789"),
        ("", "everything"),
        ("tag:", "nothing"),
    ],
)
def test_writing(query: str, written: str) -> None:
    expression = parse_query(query, now=0).expression
    assert write_expression(expression) == written
    if query and query != "tag:":
        assert parse_query(written, now=0).expression == expression


@given(query=QUERIES)
def test_whatever_was_typed_can_be_written(query: str) -> None:
    assert write_expression(parse_query(query, now=0).expression)


@given(expression=EXPRESSIONS)
def test_every_expression_can_be_written(expression: Expression) -> None:
    assert isinstance(write_expression(expression), str)
