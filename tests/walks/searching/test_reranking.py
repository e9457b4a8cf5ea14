"""The order of the best hits by somebody's callable: what it gets, and what its answer does, good or bad."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papra_index import Archive, Candidate, Organization, Rerank, ResultPage, SearchRequest, Sort, SortField
from papra_index.errors import InvalidInput
from papra_index.values.reranks import Reranker

COUNT = 12


@pytest.fixture(scope="module")
def letters() -> Iterator[Organization]:
    with Archive.in_memory() as archive:
        home = archive.create_organization("Home")
        for number in range(COUNT):
            home.put(f"{number:02}", name=f"letter {number:02}", content="boiler " * (number + 1) + "roof " * 40)
        archive.wait_until_searchable()
        yield home


def names(page: ResultPage) -> list[str]:
    return [hit.document.name for hit in page.hits]


def turn_around(query: str, candidates: Sequence[Candidate]) -> list[Candidate]:
    return list(reversed(candidates))


def test_the_best_hits_are_in_the_callables_order_and_the_rest_in_the_engines(letters: Organization) -> None:
    plain = names(letters.search("boiler"))
    page = letters.search("boiler", rerank=Rerank(turn_around, depth=5))
    assert names(page) == [*plain[:5][::-1], *plain[5:]]
    assert page.documents_count == COUNT
    assert page.reranked is not None
    assert page.reranked.applied
    assert page.reranked.candidates_count == 5
    assert [hit.engine_rank for hit in page.hits] == [5, 4, 3, 2, 1, *[None] * 7]


@settings(max_examples=15)
@given(size=st.integers(1, 7), depth=st.integers(1, 15), seed=st.randoms(use_true_random=False))
def test_pages_together_are_the_whole_order(letters: Organization, size: int, depth: int, seed: object) -> None:
    order = list(range(COUNT))
    seed.shuffle(order)  # type: ignore[attr-defined]

    def shuffle(query: str, candidates: Sequence[Candidate]) -> list[Candidate]:
        return sorted(candidates, key=lambda candidate: order[candidate.rank - 1])

    rerank = Rerank(shuffle, depth=depth)
    whole = names(letters.search("boiler", rerank=rerank))
    plain = names(letters.search("boiler"))
    assert whole[depth:] == plain[depth:]
    assert sorted(whole) == sorted(plain)
    pages = [letters.search("boiler", rerank=rerank, page_index=at, page_size=size) for at in range(COUNT // size + 1)]
    assert [name for page in pages for name in names(page)] == whole


def test_a_candidate_has_bounded_text_the_engines_score_and_rank(letters: Organization) -> None:
    seen: list[Candidate] = []

    def look(query: str, candidates: Sequence[Candidate]) -> list[Candidate]:
        assert query == "boiler"
        seen.extend(candidates)
        return []

    plain = letters.search("boiler", explain=True)
    page = letters.search("boiler", rerank=Rerank(look, characters=10, depth=20), explain=True)
    assert names(page) == names(plain)
    assert [candidate.rank for candidate in seen] == list(range(1, COUNT + 1))
    assert [candidate.score for candidate in seen] == [hit.score for hit in plain.hits]
    assert all(0 < len(candidate.text) <= 10 for candidate in seen)
    assert [candidate.document.id for candidate in seen] == [hit.document.id for hit in plain.hits]


def test_scores_and_explanations_stay_the_engines(letters: Organization) -> None:
    plain = {hit.document.id: hit for hit in letters.search("boiler", explain=True).hits}
    scored = Rerank(lambda query, found: [(candidate, 100 - candidate.rank) for candidate in reversed(found)])
    for hit in letters.search("boiler", rerank=scored, explain=True, snippets=1).hits:
        before = plain[hit.document.id]
        assert (hit.score, hit.explanation) == (before.score, before.explanation)
        assert hit.rerank_score == 100 - (hit.engine_rank or 0)
        assert letters.why(hit.document.id, "boiler").rank == hit.engine_rank
        assert hit.snippets


def fail(query: str, candidates: Sequence[Candidate]) -> list[Candidate]:
    raise LookupError("no model")


def leave(query: str, candidates: Sequence[Candidate]) -> list[Candidate]:
    raise SystemExit(3)


@pytest.mark.parametrize(
    ("call", "reason", "word"),
    [
        (fail, "failed", "LookupError: no model"),
        (leave, "failed", "SystemExit"),
        (lambda query, found: [found[0], found[0]], "invalid-order", "twice"),
        (lambda query, found: [1, 0], "invalid-order", "no candidate"),
        (lambda query, found: None, "invalid-order", "NoneType"),
        (lambda query, found: [(found[0], "much")], "invalid-order", "no number"),
        (lambda query, found: [(found[0], float("nan"))], "invalid-order", "nan"),
        (lambda query, found: time.sleep(1) or found, "timed-out", "longer than 0.05 s"),
    ],
)
def test_the_engines_order_stands_where_the_answer_is_none(
    letters: Organization, call: Reranker, reason: str, word: str
) -> None:
    page = letters.search("boiler", rerank=Rerank(call, seconds=0.05))
    assert names(page) == names(letters.search("boiler"))
    assert page.reranked is not None
    assert not page.reranked.applied
    assert page.reranked.reason == reason
    assert word in page.reranked.message
    assert "the order is the engine's" in page.reranked.message


def test_calls_that_do_not_return_are_not_piled_up(letters: Organization) -> None:
    gate, begun = threading.Event(), []

    def hang(query: str, candidates: Sequence[Candidate]) -> list[Candidate]:
        begun.append(query)
        gate.wait(30)
        return list(candidates)

    rerank = Rerank(hang, seconds=0.01)
    pages = [letters.search("boiler", rerank=rerank) for _ in range(10)]
    assert len(begun) == 8
    assert pages[-1].reranked is not None
    assert "8 earlier calls" in pages[-1].reranked.message
    gate.set()
    deadline = time.monotonic() + 10
    quick: Callable[[], ResultPage] = lambda: letters.search("boiler", rerank=rerank)  # noqa: E731
    while not (told := quick().reranked) or not told.applied:
        assert time.monotonic() < deadline


def test_what_has_no_order_by_relevance_says_so(letters: Organization) -> None:
    rerank = Rerank(turn_around, depth=5)
    behind = letters.search("boiler", page_index=1, page_size=5, rerank=rerank).reranked
    assert behind is not None
    assert (behind.applied, behind.reason) == (False, "beyond-depth")
    for query in ("", "created:>2000"):
        page = letters.search(query, rerank=rerank)
        assert page.reranked is not None
        assert page.reranked.reason == "no-words"
        assert len(page.hits) == COUNT
    nothing = letters.search("nowhereatall", rerank=rerank, relax=False).reranked
    assert nothing is not None
    assert nothing.reason == "no-hits"
    with pytest.raises(InvalidInput, match="leave sort out"):
        letters.search("boiler", sort=Sort(SortField.NAME), rerank=rerank)
    with pytest.raises(InvalidInput, match="give a Rerank"):
        letters.search("boiler", rerank=turn_around)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "values", [{"depth": 0}, {"depth": 1_001}, {"seconds": 0}, {"characters": -1}, {"depth": True}, {"call": 3}]
)
def test_values_out_of_bounds_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        Rerank(**{"call": turn_around, **values})  # type: ignore[arg-type]


def test_only_what_is_seen_and_live_is_given_away(archive: Archive) -> None:
    home, work = archive.create_organization("Home"), archive.create_organization("Work")
    for number in range(4):
        home.put(f"{number}", name=f"home {number}", content="boiler", principals=["ann"] if number % 2 else ["ben"])
    work.put("9", name="work 9", content="boiler")
    archive.wait_until_searchable()
    gone = home.get(external_id="1")
    seen: list[str] = []

    def look(query: str, candidates: Sequence[Candidate]) -> list[Candidate]:
        seen.extend(candidate.document.name for candidate in candidates)
        return list(reversed(candidates))

    home.trash(gone.id)
    page = home.search("boiler", principals=["ann"], rerank=Rerank(look))
    assert names(page) == ["home 3"]
    assert seen == ["home 3"]
    seen.clear()
    handles = [home.visible_to(["ann"]), work]
    across = archive.search_organizations(handles, SearchRequest("boiler", rerank=Rerank(look)))
    assert sorted(seen) == ["home 3", "work 9"]
    assert names(across) == seen[::-1]
    assert across.reranked is not None
    assert across.reranked.applied
    assert home.search_many([SearchRequest("boiler", rerank=Rerank(look))])[0].page is not None
