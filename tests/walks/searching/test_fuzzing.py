"""Whatever is typed: a search answers within a second, from its own organization, by the laws of sets, and treats
accents and letter case as nothing.
"""

from __future__ import annotations

import random
import time
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.corpus import Corpus
from benchmarks.worst import fill_query, make_families
from papra_index import Archive, Organization, Sort, SortField, Upload
from papra_index.query.expression import Expression
from papra_index.results import FACET_NAMES
from tests.query.strategies import QUERIES, TYPED_EXPRESSIONS

_WORDS = (
    "foo", "foobar", "baz", "bar", "café", "straße", "øre", "Großmutter", "Ελλάδα", "日本語", "invoice", "invoices",
    "2024", "1.234,56", "5UH1-42", "tiếng", "Việt", "and", "or", "the", "a", "ab", "abc",
)  # fmt: skip

WORDS = st.sampled_from(_WORDS)
EXACT = st.sampled_from([f'="{word}"' for word in _WORDS])
"""Words that do not widen, in the search language."""

OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "page_index": st.integers(0, 90),
        "page_size": st.integers(1, 100),
        "sort": st.builds(Sort, st.sampled_from(SortField), st.booleans()),
        "snippets": st.integers(0, 3),
        "facets": st.lists(st.sampled_from(FACET_NAMES), max_size=3),
        "time_zone": st.sampled_from(["UTC", "Pacific/Kiritimati"]),
        "matching": st.sampled_from(["all", "any"]),
        "matched": st.booleans(),
        "explain": st.booleans(),
        "relax": st.booleans(),
    },
)
"""All that a search can be asked with but feedback, which goes with one way of matching only."""

_SECONDS = 1.0


def fill(home: Organization, count: int, seed: int) -> None:
    generator = random.Random(seed)
    uploads = []
    for number in range(count):
        text = " ".join(generator.choices(_WORDS, k=generator.randrange(30)))
        name = f"{generator.choice(_WORDS)} {number}.txt"
        uploads.append(Upload(f"{home.id} {number}".encode(), name=name, mime_type="text/plain", content=text))
    ids = [outcome.document_id for outcome in home.add_many(uploads)]
    tag = home.create_tag("invoice")
    home.tag_many([document_id for document_id in ids[::3] if document_id is not None], tag.id)


@pytest.fixture(scope="module")
def homes() -> Iterator[tuple[Organization, Organization]]:
    """Two organizations of one archive, with the same words."""
    with Archive.in_memory() as archive:
        one, other = (archive.create_organization(name) for name in ("One", "Other"))
        fill(one, 40, 1)
        fill(other, 40, 2)
        archive.wait_until_searchable()
        yield one, other


def find(home: Organization, query: str) -> set[str]:
    page = home.search(query, page_size=100, relax=False)
    assert len(page.hits) == page.documents_count <= 100
    return {hit.document.id for hit in page.hits}


def ask(home: Organization, query: str, options: dict[str, Any]) -> None:
    """Search, and check all that is true of any answer."""
    began = time.thread_time()
    page = home.search(query, **options)
    assert time.thread_time() - began < _SECONDS, query
    assert all(hit.document.organization_id == home.id for hit in page.hits)
    assert len({hit.document.id for hit in page.hits}) == len(page.hits) <= page.documents_count
    assert all(0 <= issue.start < issue.end <= max(len(query), 1) for issue in page.issues)
    assert all(count.count > 0 for counts in page.facets.values() for count in counts)
    for snippet in (snippet for hit in page.hits for snippet in hit.snippets):
        assert all(0 <= start < end <= len(snippet.text) for start, end in snippet.highlights)


def ask_with_feedback(home: Organization, query: str, options: dict[str, Any]) -> None:
    ask(home, query, {**options, "matching": "any", "feedback": True})


@settings(max_examples=150)
@given(query=QUERIES, options=OPTIONS, feedback=st.booleans())
def test_any_string_is_answered(
    homes: tuple[Organization, Organization], query: str, options: dict[str, Any], feedback: bool
) -> None:
    for home in homes:
        (ask_with_feedback if feedback else ask)(home, query, options)


@settings(max_examples=50)
@given(query=QUERIES)
def test_any_beginning_is_completed(homes: tuple[Organization, Organization], query: str) -> None:
    began = time.thread_time()
    completions = homes[0].suggest(query)
    assert time.thread_time() - began < _SECONDS, query
    assert len(completions) <= 10


@pytest.mark.slow
@settings(max_examples=4_000)
@given(query=QUERIES, options=OPTIONS, feedback=st.booleans())
def test_very_many_strings_are_answered(
    homes: tuple[Organization, Organization], query: str, options: dict[str, Any], feedback: bool
) -> None:
    (ask_with_feedback if feedback else ask)(homes[0], query, options)


@settings(max_examples=60)
@given(one=EXACT, other=EXACT)
def test_words_are_sets_of_documents(homes: tuple[Organization, Organization], one: str, other: str) -> None:
    home = homes[0]
    every = find(home, "")
    first, second = find(home, one), find(home, other)
    assert find(home, f"{one} {other}") == first & second
    assert find(home, f"{one} OR {other}") == first | second
    assert find(home, f"NOT {one}") == every - first
    assert find(home, f"{one} -{other}") == first - second


@settings(max_examples=60)
@given(one=TYPED_EXPRESSIONS, other=TYPED_EXPRESSIONS)
def test_queries_are_sets_of_documents(
    homes: tuple[Organization, Organization], one: tuple[str, Expression], other: tuple[str, Expression]
) -> None:
    """Joined, queries find what they find alone, stems and beginnings included."""
    home = homes[0]
    joined = f"({one[0]}) ({other[0]})"
    if len(joined) < 500 and not home.search(joined).issues:
        first, second = find(home, one[0]), find(home, other[0])
        assert find(home, joined) == first & second
        assert find(home, f"({one[0]}) OR ({other[0]})") == first | second


@settings(max_examples=80)
@given(words=st.lists(WORDS, min_size=1, max_size=3), change=st.sampled_from(["upper", "title", "lower", "NFD", "NFC"]))
def test_accents_and_letter_case_change_nothing(
    homes: tuple[Organization, Organization], words: list[str], change: str
) -> None:
    typed = " ".join(f'"{word}"' for word in words)
    changed = unicodedata.normalize(change, typed) if change.startswith("NF") else getattr(typed, change)()
    bare = "".join(mark for mark in unicodedata.normalize("NFD", typed) if not unicodedata.combining(mark))
    found = find(homes[0], typed)
    assert find(homes[0], changed) == found
    assert find(homes[0], bare) == found


@pytest.fixture(scope="module")
def large() -> Iterator[Organization]:
    """An organization of some thousand texts with a vocabulary that grows."""
    corpus = Corpus(1, grows=True)
    with Archive.in_memory() as archive:
        home = archive.create_organization("Large")
        texts = ((number, corpus.make_text(number)) for number in range(1_500))
        list(
            home.add_stream(
                Upload(str(number).encode(), name=f"{number}.txt", mime_type="text/plain", content=text)
                for number, text in texts
            )
        )
        archive.wait_until_searchable()
        yield home


@pytest.mark.slow
@pytest.mark.parametrize(("joint", "sign"), [(" ", ""), (" OR ", ""), (" ", "-"), (" OR ", "-")])
def test_the_worst_queries_end_in_time(large: Organization, joint: str, sign: str) -> None:
    """`python -m benchmarks.worst` tries the same on large archives, and mixtures."""
    for parts in make_families(Corpus(1), random.Random(1)).values():
        query = fill_query(parts, joint, sign)
        for feedback in (False, True):
            (ask_with_feedback if feedback else ask)(large, query, {"snippets": 2, "facets": FACET_NAMES})
