"""What searches see, in which order, and what is counted."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from papra_index.conventions.principals import Reach
from papra_index.errors import InvalidPageRequest, SearchIndexError
from papra_index.index.base import IndexRequest
from papra_index.index.tantivy.reader import TantivyReader
from papra_index.query.expression import Everything, Expression, Not, Tagged, Text
from papra_index.results import FACET_NAMES, Sort, SortField
from tests.index.corpus import BY_RELEVANCE, Shelf, make_document


def test_readers_see_each_commit_at_once_and_nothing_before_it(shelf: Shelf, tmp_path: Path) -> None:
    other = TantivyReader.open(tmp_path / "gen")
    request = IndexRequest((Reach(1),), Everything(), BY_RELEVANCE)
    for key in range(1, 6):
        shelf.writer.apply([make_document(key)], [])
        for reader in (shelf.reader, other):
            assert reader.search(request).documents_count == reader.sequence == key - 1
        shelf.writer.commit(key)
        for reader in (other, shelf.reader):
            assert reader.sequence == key
            assert reader.search(request).documents_count == key


def test_readers_in_many_threads_never_fall_behind_their_sequence(shelf: Shelf) -> None:
    def check(_: int) -> bool:
        sequence = shelf.reader.sequence
        return shelf.search(Everything()).documents_count >= sequence

    with ThreadPoolExecutor(4) as pool:
        for key in range(1, 9):
            shelf.writer.apply([make_document(key)], [])
            checks = pool.map(check, range(40))
            shelf.writer.commit(key)
            assert all(checks)


def test_a_removed_folder_leaves_the_last_commit_to_its_readers(shelf: Shelf, tmp_path: Path) -> None:
    shelf.put(make_document(1, "kept"))
    assert shelf.keys(Text("kept")) == [1]
    shelf.writer.close()
    shutil.rmtree(tmp_path / "gen")
    assert shelf.keys(Text("kept")) == [1]
    assert shelf.reader.sequence == 1
    with pytest.raises(SearchIndexError):
        TantivyReader.open(tmp_path / "gen")


@pytest.mark.parametrize(("first", "limit"), [(-1, 10), (0, 0)])
def test_pages_that_the_engine_panics_at_are_refused(shelf: Shelf, first: int, limit: int) -> None:
    with pytest.raises(InvalidPageRequest):
        shelf.search(Everything(), first=first, limit=limit)


def test_a_page_behind_the_end_is_empty_and_still_counted(shelf: Shelf) -> None:
    shelf.put(make_document(1, "a"))
    for expression in (Everything(), Text("a")):
        matches = shelf.search(expression, first=50)
        assert (matches.keys, matches.scores, matches.documents_count) == ((), (), 1)


@pytest.mark.parametrize("field", SortField)
def test_pages_far_behind_the_end_reserve_nothing(shelf: Shelf, field: SortField) -> None:
    shelf.put(make_document(1, "a"), make_document(2, "b"))
    for first in (10**6, 10**9, 10**14):
        matches = shelf.search(Text("a"), sort=Sort(field), first=first, limit=100, facets=("mime_type",))
        assert (matches.keys, matches.documents_count) == ((), 1)
        assert matches.facets["mime_type"] == (("text/plain", 1),)
    assert shelf.keys(Everything(), sort=Sort(field), limit=10**12) == [2, 1]


@pytest.mark.parametrize("expression", [Everything(), Text("a")])
def test_deep_pages_partition_the_matches(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, expression: Expression
) -> None:
    monkeypatch.setattr("papra_index.index.tantivy.ranking._SHALLOW", 4)
    shelf.put(*[make_document(key, "a") for key in range(11)])
    pages = [shelf.keys(expression, first=first, limit=3) for first in range(0, 15, 3)]
    assert [len(page) for page in pages] == [3, 3, 3, 2, 0]
    assert {key for page in pages for key in page} == set(range(11))


def test_orders(shelf: Shelf) -> None:
    shelf.put(
        make_document(1, "Scan 10", "x", size=5, created_at=3000, updated_at=1, document_date=2000),
        make_document(2, "scan 9", "x", size=7, created_at=1000, updated_at=9000),
        make_document(3, "Écrit", "x", size=5, created_at=3000, updated_at=5000, document_date=-5000),
    )
    shelf.put(make_document(4, "scan 009", "x", size=1 << 40, created_at=-1, updated_at=-9000))
    expected = {
        SortField.CREATED_AT: [3, 1, 2, 4],
        SortField.UPDATED_AT: [2, 3, 1, 4],
        SortField.DOCUMENT_DATE: [1, 3, 4, 2],
        SortField.NAME: [1, 4, 2, 3],
        SortField.SIZE: [4, 2, 3, 1],
    }
    for expression in (Everything(), Text("x")):
        for field, keys in expected.items():
            assert shelf.keys(expression, sort=Sort(field, descending=True)) == keys
            assert shelf.keys(expression, sort=Sort(field, descending=False)) == keys[::-1]
            assert set(shelf.search(expression, sort=Sort(field)).scores) == {0.0}


def test_facets_count_the_matches(shelf: Shelf) -> None:
    january, february = 1_704_067_200_000, 1_706_745_600_000
    shelf.put(
        make_document(1, "a", tag_keys=(2, 1, 2), created_at=january, document_date=january, size=99_999),
        make_document(
            2, "a", tag_keys=(1,), created_at=february - 1, mime_type="application/pdf", size=1 << 40, language="de"
        ),
    )
    long_ago = -60_589_296_000_000  # January of the year 50
    third = make_document(3, "a", created_at=february, document_date=long_ago, size=100_000, language="en")
    shelf.put(third, make_document(4, "b", tag_keys=(9,), organization_key=2))
    shelf.put(make_document(5, "b", tag_keys=(2,), created_at=february))
    facets = shelf.search(Text("a"), facets=FACET_NAMES, limit=1).facets
    assert facets == {
        "tag": (("1", 2), ("2", 1)),
        "mime_type": (("text/plain", 2), ("application/pdf", 1)),
        "language": (("de", 1), ("en", 1)),
        "year": (("2024", 3),),
        "month": (("202401", 2), ("202402", 1)),
        "document_year": (("2024", 1), ("50", 1)),
        "document_month": (("202401", 1), ("5001", 1)),
        "size": (("0", 1), ("100000", 1), ("100000000", 1)),
    }
    assert shelf.search(Text("zzz"), facets=("tag",)).facets == {"tag": ()}
    assert shelf.search(Tagged("unknown")).facets == {}
    assert shelf.search(Not(Tagged("paid")), facets=("tag",)).facets == {"tag": (("2", 1),)}


def test_facets_are_exact_over_many_values_and_segments(shelf: Shelf) -> None:
    for first in range(0, 3000, 1000):
        shelf.put(*[make_document(key, "a", tag_keys=(key % 1500, 5000)) for key in range(first, first + 1000)])
    counts = dict(shelf.search(Text("a"), facets=("tag",)).facets["tag"])
    assert counts == {**{str(tag): 2 for tag in range(1500)}, "5000": 3000}
