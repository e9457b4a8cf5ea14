"""Phrases that end in the beginning of very many words: exact within what a search may spend, never missing any."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tantivy import Query

from papra_index.index.tantivy import prefixes, words
from papra_index.index.tantivy.prefixes import Prefixes
from papra_index.index.tantivy.reader import TantivyReader
from papra_index.index.tantivy.words import WordMatcher
from papra_index.query.expression import And, Not, Or, Text
from tests.index.corpus import Shelf, make_document

_CORPUS = {
    1: "foo " + " ".join(f"1{number}" for number in range(9_000)),
    2: "foo " + " ".join(f"1日{number}" for number in range(9_000)),
    3: "foo " + " ".join(f"1ж{number}" for number in range(9_000)),
    4: "1 foo",
    5: "foo 1",
    6: "foo x 1",
    7: "foo 2",
    8: "bar 1z",
}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    """More words begin with 1 than the engine takes in one pattern, and than it takes with any one script."""
    shelf = Shelf.open(tmp_path_factory.mktemp("wide") / "gen")
    shelf.put(*[make_document(key, content=content) for key, content in _CORPUS.items()])
    shelf.put(*[make_document(100 + key, content=f"foo 1y{key}") for key in range(150)])
    shelf.put(make_document(900, content="foo 1q", organization_key=2))
    yield shelf
    shelf.writer.close()


EXACT = {1, 2, 3, 5, *range(100, 250)}


def find(shelf: Shelf, value: str, **options: Any) -> set[int]:
    return set(shelf.keys(Text(value), **options))


@pytest.mark.slow
def test_a_prefix_of_more_words_than_the_engine_takes_is_exact(filled: Shelf) -> None:
    for value in ("foo 1", "foo-1", '"foo 1'):
        assert find(filled, value) == EXACT
    assert find(filled, "foo 1日") == {2}
    assert find(filled, "foo 1", organization=2) == {900}
    assert set(filled.keys(And((Text("foo"), Not(Text("foo 1")))))) == {4, 6, 7}


def test_patterns_alone_are_exact(filled: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "_MAX_HOLDERS", -1)
    assert find(filled, "foo 1") == EXACT
    assert find(filled, "foo 1", organization=2) == {900}


def test_no_look_up_lists_the_dictionary(filled: Shelf) -> None:
    listed: list[int] = []

    class Watched:
        """A searcher that notes how much it was made to list."""

        def __getattr__(self, name: str) -> Any:
            return getattr(searcher, name)

        def terms_with_prefix(self, *arguments: Any, **options: Any) -> list[tuple[str, int]]:
            found: list[tuple[str, int]] = searcher.terms_with_prefix(*arguments, **options)
            assert options["limit"] is not None
            listed.append(len(found))
            return found

    searcher: Any = filled.reader._index.searcher()
    WordMatcher(Watched(), Query.all_query()).match_field("content", ["foo", "1"])  # type: ignore[arg-type]
    assert 0 < max(listed) <= prefixes.MAX_WORDS + 1


def test_beyond_the_bound_a_phrase_finds_more_and_never_less(filled: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "_MAX_WORDS", 100_000)
    monkeypatch.setattr(words, "_TOO_MANY_WORDS", 60_000)
    loose = Text("foo 1z")
    assert set(filled.keys(Or((Text("foo 1"), loose)))) >= EXACT
    monkeypatch.setattr(words, "_MAX_WORDS", 1)
    assert find(filled, "foo 1") == EXACT | {4, 6}
    assert filled.search(Text("foo 1")).loosened == ("foo 1",)
    assert filled.search(Text("foo 1y14")).loosened == ()
    wide = Text("foo 1")
    assert set(filled.keys(Or((wide, Not(wide))))) == {*_CORPUS, *range(100, 250)}
    assert filled.keys(And((wide, Not(wide)))) == []


def test_a_pattern_that_is_a_phrase_to_the_contract_is_not_worth_a_wide_one(
    filled: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    aside = Text("foo*1")
    assert find(filled, "foo*1y14") == {114, *range(240, 250)}
    assert find(filled, "foo*1") == EXACT | {4, 6}
    assert filled.search(aside).loosened == ("foo 1",)
    assert set(filled.keys(And((Text("foo 1"), aside)))) == EXACT
    assert filled.keys(And((aside, Not(aside)))) == []
    monkeypatch.setattr(words, "_MAX_WORDS_ASIDE", 100_000)
    monkeypatch.setattr(words, "_MAX_HOLDERS", -1)
    assert set(filled.keys(Or((Text("foo*1日"), Text("foo*1ж"))))) == {2, 3}


def test_words_longer_than_a_short_prefix_stay_exact_when_all_is_spent(
    filled: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "_MAX_WORDS", 0)
    assert find(filled, "foo 1y14") == {114, *range(240, 250)}


def test_patterns_match_each_word_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefixes, "MAX_WORDS", 3)
    shelf = Shelf.open(tmp_path / "gen")
    shelf.put(make_document(1, content="a ab ab1 ab2 ab3 ab4 abж ac b"))
    found = dict(Prefixes(TantivyReader.open(tmp_path / "gen")._index.searcher()).iterate_patterns("content", "a"))
    assert {"a", "ab", "ab[123].*", "ab[4].*", "a[c].*"} <= set(found)
    assert all(pattern.startswith("a") for pattern in found)
    plain = [pattern for pattern in found if "x{" not in pattern]
    for word in ("a", "ab", "ab1", "ab2", "ab3", "ab4", "ac"):
        assert sum(re.fullmatch(pattern, word) is not None for pattern in plain) == 1
    shelf.writer.close()
