from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papra_index.query.expression import Or, Pattern, Text, walk_expression
from papra_index.query.parser import parse_query
from papra_index.query.wildcards import MAX_OPEN_PATTERNS, MAX_PATTERNS, find_pattern, is_bounded


@pytest.mark.parametrize(
    ("run", "pattern"),
    [
        ("h*schule", "h*schule"),
        ("*Schule", "*schule"),
        ("Stra?e", "stra?e"),
        ("É*ité,", "e*ite"),
        ("«gr*ß»", "gr*ss"),
        ("f?o*", "f?o*"),
        ("a**b", "a*b"),
        ("a*??*b", "a??*b"),
        ("日*語", "日*語"),
    ],
)
def test_run_is_a_pattern(run: str, pattern: str) -> None:
    assert find_pattern(run) == pattern


@pytest.mark.parametrize(
    "run",
    [
        "", "foo", "foo*", "foo?", "what?!", "foo**??", "*", "??", "!*!", "5*(3", "a*-b", "john.*@example.com", "a_*b",
        "page?id=3", r"a\*b", r"a*\?b", "a＊b", "c++", "*-*", "a b*c",
    ],
)  # fmt: skip
def test_run_is_text(run: str) -> None:
    assert find_pattern(run) is None


@given(st.text(st.characters() | st.sampled_from("*?\\aé"), max_size=20))
def test_any_run_is_a_pattern_of_letters_and_signs_or_text(run: str) -> None:
    pattern = find_pattern(run)
    if pattern is not None:
        assert "**" not in pattern
        assert any(sign in pattern for sign in "*?")
        assert all(not literal or literal.isalnum() for literal in pattern.replace("?", "*").split("*"))


@pytest.mark.parametrize("pattern", ["a*b", "*ab*", "?" * 2 + "ab" + "*", "x" * 30 + "*" + "y" * 30])
def test_pattern_is_bounded(pattern: str) -> None:
    assert is_bounded(pattern)


@pytest.mark.parametrize("pattern", ["*a", "a?*", "a?????b", "x" * 31 + "*" + "y" * 30])
def test_pattern_is_too_wide(pattern: str) -> None:
    assert not is_bounded(pattern)


@pytest.mark.parametrize(("form", "most"), [("a{}*b", MAX_PATTERNS), ("*b{}b", MAX_OPEN_PATTERNS)])
def test_further_patterns_are_read_as_text_and_reported(form: str, most: int) -> None:
    words = [form.format(number) for number in range(most + 2)]
    parsed = parse_query(" ".join(words), now=0)
    assert sum(isinstance(part, Pattern) for part in walk_expression(parsed.expression)) == most
    assert [issue.code for issue in parsed.issues] == ["too-many-wildcards"] * 2
    assert [issue.start for issue in parsed.issues] == [len(" ".join(words[:most])) + 1, len(" ".join(words[:-1])) + 1]


def test_what_is_too_wide_is_text() -> None:
    parsed = parse_query("*a?* b", now=0)
    assert parsed.expression == parse_query(r"\*a?* b", now=0).expression
    parsed = parse_query("?a?????b", now=0)
    assert parsed.expression == Text("?a?????b")
    assert [issue.code for issue in parsed.issues] == ["too-many-wildcards"]


def test_the_reading_of_the_contract_stands_beside_the_pattern() -> None:
    assert parse_query("name:f*o", now=0).expression == Or((Pattern("f*o", "name"), Text("f*o", "name")))
    assert parse_query('"f*o"', now=0).expression == Text("f*o")
    assert parse_query(r"f\*o", now=0).expression == Text("f*o")
    assert parse_query("tag:f*o", now=0).issues == ()
