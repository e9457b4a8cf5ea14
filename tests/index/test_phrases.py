"""Whole words near each other and patterns, through the engine; the matches themselves are judged in test_compiler."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from papra_index.query.expression import Near, Or, Pattern, Text
from papra_index.query.parser import parse_query
from papra_index.query.wildcards import MAX_OPEN_PATTERNS, MAX_PATTERNS
from papra_index.query.words import MAX_NEAR_WORDS
from tests.index.corpus import Shelf, make_document

_LETTERS = "etaoinsrhld"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    """50,000 different words, each a document's neighbour of the most frequent one."""
    generator = random.Random(4)
    words = ["".join(generator.choices(_LETTERS, k=generator.randint(3, 11))) for _ in range(50_000)]
    shelf = Shelf.open(tmp_path_factory.mktemp("wide") / "gen")
    contents = [" of the ".join(words[start : start + 250]) for start in range(0, len(words), 250)]
    shelf.put(*[make_document(key, words[key], content) for key, content in enumerate(contents)])
    yield shelf
    shelf.writer.close()


def _join(parts: list[str]) -> str:
    return " OR ".join(parts)


WORST = [
    _join([f"*{letter}*{letter}?*" for letter in "ea"] + [f"{letter}*e*t*a" for letter in "taoin"]),
    _join(["*e?e?e"] * MAX_OPEN_PATTERNS + ["t?e?e?e"] * MAX_PATTERNS),
    _join(["*" + "日" * 28 + "???" + "語" * 28, "*" + "x" * 60, "?" + "ж" * 28 + "??" + "ж" * 28 + "*"]),
    f'"{"of the " * (MAX_NEAR_WORDS // 2)}"~100',
    _join(["of NEAR/100 the"] * (MAX_NEAR_WORDS // 4)),
    _join(["*e*t*", "*t*e*", *(f"{letter}*e" for letter in "taoi"), *(f"of NEAR/100 {letter}" for letter in "etaoin")])
    + " "
    + _join([f'"the {letter}{other}"' for letter in _LETTERS for other in _LETTERS[:4]]),
    "-(" + _join([f"-*{letter}*" * 3 for letter in "eta"]) + ")",
]


@pytest.mark.parametrize("query", WORST)
def test_the_worst_queries_take_less_than_a_second(filled: Shelf, query: str) -> None:
    began = time.thread_time()
    matches = filled.search(parse_query(query, now=0).expression)
    assert matches.documents_count <= 200
    assert time.thread_time() - began < 1


def test_patterns_rank_below_whole_words(shelf: Shelf) -> None:
    shelf.put(make_document(1, content="wallhaus"), make_document(2, content="w haus"), make_document(3, content="x"))
    assert shelf.keys(parse_query("w*haus", now=0).expression) == [2, 1]
    assert shelf.keys(Pattern("w*haus")) == [1]
    assert shelf.keys(Pattern("WALL*")) == []


def test_nearer_words_come_first(shelf: Shelf) -> None:
    shelf.put(make_document(1, content="gas x y boiler z"), make_document(2, content="gas boiler x y z"))
    assert set(shelf.keys(Near("gas boiler", 2))) == {1, 2}
    assert shelf.keys(Or((Text("gas boiler"), Near("gas boiler", 2)))) == [2, 1]
    assert shelf.keys(Near("gas boiler", 1)) == [2]


def test_a_phrase_of_words_nobody_holds_is_not_looked_for(filled: Shelf) -> None:
    began = time.thread_time()
    assert filled.search(Text("zzz e")).documents_count == 0
    assert filled.search(Text("zzz e")).loosened == ()
    assert time.thread_time() - began < 0.1


def test_pattern_beside_what_no_term_is_written_with_matches_nothing(tmp_path: Path) -> None:
    shelf = Shelf.open(tmp_path / "gen")
    shelf.put(make_document(1, content="a-b"))
    assert shelf.keys(Pattern("a-b*")) == []
    shelf.writer.close()
