"""Where the typing stands in a query, and what documents must match for a completion to find them."""

from __future__ import annotations

import pytest

from papra_index.query.completion import (
    TypedName,
    TypedTag,
    TypedValue,
    TypedWord,
    find_typed_name,
    find_typed_value,
    find_typed_word,
    quote_value,
)
from papra_index.query.expression import And, Everything, Expression, Not, Tagged, Text
from papra_index.query.parser import parse_query


def read(query: str) -> Expression:
    return parse_query(query, now=0).expression


def find_word(query: str) -> TypedWord:
    typed = find_typed_word(query, read)
    assert isinstance(typed, TypedWord)
    return typed


def find_name(query: str) -> TypedName:
    typed = find_typed_name(query, read)
    assert typed is not None
    return typed


@pytest.mark.parametrize(
    ("query", "before", "beginning", "context"),
    [
        ("Boi", "", "boi", Everything()),
        ("annual  Mäin", "annual  ", "main", Text("annual")),
        ("a -b c", "a -b ", "c", And((Text("a"), Not(Text("b"))))),
        ("a OR b c", "a OR b ", "c", Text("b")),
        ("tag:x (a OR b", "tag:x (a OR ", "b", Tagged("x")),
        ("a) b", "a) ", "b", Text("a")),
        ("boiler^2 c", "boiler^2 ", "c", None),
        ("a or", "a ", "or", Text("a")),
    ],
)
def test_the_last_word(query: str, before: str, beginning: str, context: Expression | None) -> None:
    typed = find_word(query)
    assert (typed.before, typed.beginning, typed.is_one_word) == (before, beginning, True)
    assert context is None or typed.context == context
    text, meant = typed.complete("word")
    assert text == f"{before}word"
    assert read(text) == meant


@pytest.mark.parametrize(
    ("query", "field", "before"),
    [
        ("name:boi", "name", ""),
        ("content:(a OR b", "content", ""),
        ('"annual main', "any", "annual "),
        ("john.doe@ex", "any", "john.doe@"),
        ('name:="an', "name", ""),
    ],
)
def test_words_of_a_field_or_phrase(query: str, field: str, before: str) -> None:
    leaf = find_word(query).leaf
    assert (leaf.field, leaf.value[:-1]) == (field, before)


@pytest.mark.parametrize(
    "query",
    ["", " ", "boiler ", "-boi", "NOT boi", "a -(b OR c", "bo*il", "boiler^2", "NEAR/5", '"a b"~5', "size:2", "\ue000a",
     "!"],
)  # fmt: skip
def test_what_is_not_completed(query: str) -> None:
    assert find_typed_word(query, read) is None


def test_a_word_that_is_there_already_adds_nothing() -> None:
    assert find_word("boiler boi").is_held_already("boiler")
    assert not find_word("boiler boi").is_held_already("boilers")


@pytest.mark.parametrize(
    ("query", "before", "beginning", "completed"),
    [
        ("tag:bi", "tag:", "bi", 'tag:"to do"'),
        ('a tag:"to d', 'a tag:"', "to d", 'a tag:"to do"'),
        ("tag:", "tag:", "", 'tag:"to do"'),
        ("-tag:b", "-tag:", "b", '-tag:"to do"'),
        ("tag:a,b", "tag:a,", "b", None),
        ("tag:(a OR to-d", "tag:(a OR ", "to-d", 'tag:(a OR "to do"'),
    ],
)
def test_tags(query: str, before: str, beginning: str, completed: str | None) -> None:
    typed = find_typed_word(query, read)
    assert isinstance(typed, TypedTag)
    assert (typed.before, typed.beginning, typed.complete("to do")) == (before, beginning, completed)


def test_values_of_filters() -> None:
    assert find_typed_value("a type:pdf,Im") == TypedValue("a type:pdf,", "type", "im")
    assert find_typed_value("has:") == TypedValue("has:", "has", "")
    assert find_typed_value("created:>to") is find_typed_value("type:im ") is find_typed_value("tag:x") is None


def test_names_are_the_plain_words_at_the_end() -> None:
    named = find_name("tag:bills old inv")
    assert (named.before, named.typed, named.is_beginning) == ("tag:bills ", "old inv", False)
    whole, beginning = Text("old", "name", is_exact=True), Text("inv", "name")
    assert named.searched == And((Tagged("bills"), whole, beginning))
    assert named.complete('a "b" \\ c') == 'tag:bills "a \\"b\\" \\\\ c"'
    assert find_name("-x old").typed == "old"
    assert find_name("a OR inv").before == "a OR "
    assert find_name("inv ").searched == Text("inv", "name", is_exact=True)


@pytest.mark.parametrize("query", ["", '"a b"', "name:inv", "-inv", "a*", "!", "(a OR -b", "a NEAR/3 b"])
def test_what_is_no_name(query: str) -> None:
    assert find_typed_name(query, read) is None


def test_quoted_values_are_read_back() -> None:
    for value in ('a "b"', "back\\slash", "tag:x", 'ends in \\"'):
        assert read(f"tag:{quote_value(value)}") == Tagged(value)
