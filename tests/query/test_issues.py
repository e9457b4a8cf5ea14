from __future__ import annotations

from hypothesis import given

from papra_index.query.issues import describe_issue, make_issue, shorten_value
from papra_index.query.parser import parse_query

from .strategies import QUERIES


def describe(query: str, start: int, end: int) -> list[str]:
    return describe_issue(query, make_issue("unknown-field", "wrong", start, end)).split("\n")


def test_marker_stands_under_the_fault() -> None:
    assert describe("abc x:y d", 4, 7) == ["wrong", "abc x:y d", "    ~~^"]
    assert describe("(", 0, 1) == ["wrong", "(", "^"]


def test_marker_allows_for_wide_and_combining_characters() -> None:
    assert describe("日本 e\u0301 x:y", 6, 9)[2] == "       ~~^"


def test_line_ends_controls_and_surrogates_are_shown_as_one_character() -> None:
    assert describe("a\nb\tc\x00d\ud800 x:y", 9, 12) == ["wrong", "a b c d\ufffd x:y", "         ~~^"]


def test_long_query_is_shown_around_the_fault() -> None:
    _, line, marker = describe("a " * 200 + "x:y" + " b" * 200, 400, 403)
    assert len(line) < 110
    assert line.startswith("…")
    assert line.endswith("…")
    assert line[marker.index("~") : marker.index("^") + 1] == "x:y"


def test_fault_longer_than_what_is_shown_is_marked_as_far_as_it_goes() -> None:
    _, line, marker = describe('"' + "a" * 500, 0, 501)
    assert line == '"' + "a" * 39 + "…"
    assert marker == "~" * 39 + "^"


def test_value_is_shortened() -> None:
    assert shorten_value("a") == '"a"'
    assert shorten_value("a" * 41) == '"' + "a" * 40 + '…"'


@given(QUERIES)
def test_every_issue_can_be_shown_and_encoded(query: str) -> None:
    for issue in parse_query(query, now=0).issues:
        _, line, marker = describe_issue(query, issue).encode().decode().split("\n")
        assert marker.endswith("^")
        assert len(line) < 130
