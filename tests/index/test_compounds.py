"""Compounds are found by their parts: of real words, those that are to be found and those that are not."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from papra_index.query.expression import Not, Text, Words
from tests.index.corpus import Shelf, make_document

_ROWS = [
    line.split()
    for line in (Path(__file__).parent / "compounds.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


def test_of_real_compounds_nearly_all_are_found(shelf: Shelf) -> None:
    """The shares are those that the choice of the method was made by (benchmarks/README.md)."""
    shelf.put(*[make_document(key, content=row[1], language=row[0]) for key, row in enumerate(_ROWS, 1)])
    found: dict[str, list[bool]] = defaultdict(list)
    for key, (language, _, word, kind) in enumerate(_ROWS, 1):
        shelf.put(make_document(500, content="nothing", language=language))
        found[kind].append(key in shelf.keys(Text(word)))
    assert sum(found["head"]) >= 68
    assert sum(found["middle"]) >= 5
    assert sum(found["no"]) <= 6
    assert len(_ROWS) == sum(map(len, found.values())) == 105


def test_compounds_come_below_the_word_and_its_stem(shelf: Shelf) -> None:
    shelf.put(
        make_document(1, content="die Hundeschule x", language="de"),
        make_document(2, content="viele Schulen x", language="de"),
        make_document(3, content="eine Schule x", language="de"),
        make_document(4, content="etwas anderes x", language="de"),
    )
    assert shelf.keys(Text("Schule")) == [3, 2, 1]
    assert set(shelf.keys(Words(("Schule", "zzz")))) == {1, 2, 3}
    assert shelf.keys(Not(Text("Schule"))) == [4, 1]  # what begins so is excluded, and no more
    assert shelf.keys(Text("Schule", is_exact=True)) == [3]
    assert shelf.keys(Text("Schule"), widening=False) == [3, 2]
    assert shelf.keys(Text("Schule", "content")) == [3, 2]


def test_words_of_other_languages_have_no_parts(shelf: Shelf) -> None:
    shelf.put(
        make_document(1, content="the battleship", language="en"), make_document(2, content="x Schiff", language="de")
    )
    assert shelf.keys(Text("ship")) == []
