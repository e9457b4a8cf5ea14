"""The queries of the search benchmark: distinct ones of each kind, in the search language and in that of FTS5."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.corpus import Corpus
from benchmarks.fts5 import match_phrase, match_words
from papra_index import Sort, SortField

TAG = "paid"
_MAX_ATTEMPTS = 100  # for each query wanted


@dataclass(frozen=True, slots=True)
class BenchmarkQuery:
    """A query for the library (`text`, `sort`) and for FTS5 (`match`, `tag`, by time where there is a sort)."""

    text: str
    match: str
    tag: str | None = None
    sort: Sort | None = None


def make_queries(corpus: Corpus, count: int, seed: int) -> dict[str, list[BenchmarkQuery]]:
    """Return so many distinct queries of each kind, the same for the same seed."""
    queries: dict[str, list[BenchmarkQuery]] = {}
    for kind, make in KINDS.items():
        generator = random.Random(f"{seed} {kind}")
        found: dict[BenchmarkQuery, None] = {}
        for _ in range(count * _MAX_ATTEMPTS):
            if len(found) == count:
                break
            found[make(corpus, generator)] = None
        queries[kind] = list(found)
    return queries


def _draw_word(corpus: Corpus, generator: random.Random, most_frequent: int, least_frequent: int) -> str:
    """Return a word of a rank between two, each order of magnitude as likely as another."""
    share = generator.random()
    return corpus.vocabulary[int(most_frequent * (least_frequent / most_frequent) ** share)]


def _make_word(corpus: Corpus, generator: random.Random) -> BenchmarkQuery:
    word = _draw_word(corpus, generator, 30, 6_000)
    return BenchmarkQuery(word, match_words([word]))


def _make_two_words(corpus: Corpus, generator: random.Random) -> BenchmarkQuery:
    words = [_draw_word(corpus, generator, 10, 600), _draw_word(corpus, generator, 10, 600)]
    return BenchmarkQuery(" ".join(words), match_words(words))


def _make_phrase(corpus: Corpus, generator: random.Random) -> BenchmarkQuery:
    word = _draw_word(corpus, generator, 10, 1_500)
    words = [word, corpus.neighbours[word]]
    return BenchmarkQuery(f'"{" ".join(words)}"', match_phrase(words))


def _make_prefix(corpus: Corpus, generator: random.Random) -> BenchmarkQuery:
    prefix = _draw_word(corpus, generator, 30, 6_000)[: generator.choice((3, 4))]
    return BenchmarkQuery(prefix, match_words([prefix]))


def _make_tagged(corpus: Corpus, generator: random.Random) -> BenchmarkQuery:
    word = _draw_word(corpus, generator, 10, 1_000)
    return BenchmarkQuery(f"tag:{TAG} {word}", match_words([word]), tag=TAG)


def _make_sorted(corpus: Corpus, generator: random.Random) -> BenchmarkQuery:
    word = _draw_word(corpus, generator, 30, 6_000)
    return BenchmarkQuery(word, match_words([word]), sort=Sort(SortField.CREATED_AT))


KINDS: dict[str, Callable[[Corpus, random.Random], BenchmarkQuery]] = {
    "one word": _make_word,
    "two words": _make_two_words,
    "phrase": _make_phrase,
    "prefix": _make_prefix,
    "tag and word": _make_tagged,
    "word by date": _make_sorted,
}
