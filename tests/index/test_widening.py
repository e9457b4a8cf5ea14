"""Amounts, days and codes in whole and in parts, by real indexes: what is found, in which order, and what is not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from papra_index.query.expression import And, Not, Text, Words
from tests.index.corpus import Shelf, make_document

_CONTENTS = {
    1: "Rechnung 5UH1-42 vom 12.03.2025 über 1.234,56 EUR",
    2: "paid 1,234.56 on 2025-03-12, INV_2024-001",
    3: "sum 1234.56 (03/12/2025)",
    4: "1 234,56 am 12. März 2025",
    5: "IBAN DE89 3704 0044 0532 0130 00 of john.doe@example.com",
    6: "IBAN DE89370400440532013000, see https://example.com/x",
    7: "CHF 1'234.56 of March 12, 2025",
    8: "VAT DE 123 456 789, call 030/7654-321",
    9: "population 104,696; weight 12,50",
    10: "nothing of all this, 51.234",
}
_AMOUNT = _DAY = [1, 2, 3, 4, 7]


@pytest.fixture(scope="module", autouse=True)
def _filled(shared_shelf: Shelf) -> None:
    shared_shelf.put(*[make_document(key, content=content) for key, content in _CONTENTS.items()])


@pytest.mark.parametrize(
    ("asked", "keys"),
    [
        ("1.234,56", _AMOUNT),
        ("1,234.56", _AMOUNT),
        ("1234.56", _AMOUNT),
        ("1234,56", _AMOUNT),
        ("1'234.56", _AMOUNT),
        ("€1.234,56", _AMOUNT),
        ("1.234,56 EUR", _AMOUNT),
        ("1234", _AMOUNT),
        ("1.234", _AMOUNT),
        ("104696", [9]),
        ("104.696", [9]),
        ("12.5", [9]),
        ("234,56", [1, 2, 4, 7]),
        ("12.03.2025", _DAY),
        ("2025-03-12", _DAY),
        ("12/03/2025", _DAY),
        ("20250312", _DAY),
        ("12 March 2025", _DAY),
        ("3. Dezember 2025", [3]),
        ("2025年3月12日", _DAY),
        ("12.03.25", _DAY),
        ("DE89370400440532013000", [5, 6]),
        ("DE89 3704 0044 0532 0130 00", [5, 6]),
        ("DE89 3704 0044", [5, 6]),
        ("DE123456789", [8]),
        ("0307654321", [8]),
        ("030 7654321", [8]),
        ("5UH1-42", [1]),
        ("5uh142", [1]),
        ("UH1", [1]),
        ("UH1-42", [1]),
        ("INV_2024-001", [2]),
        ("inv2024001", [2]),
        ("2024-001", [2]),
        ("2024001", [2]),
        ("john.doe@example.com", [5]),
        ("doe@exam", [5]),
        ("example.com", [5, 6]),
        ("example.com/x", [6]),
        ("H1-42", []),
        ("UH", []),
        ("1234.57", []),
        ("2025-03-13", []),
    ],
)
def test_whole_and_parts_are_found(shared_shelf: Shelf, asked: str, keys: Sequence[int]) -> None:
    assert sorted(shared_shelf.keys(Text(asked))) == keys
    assert sorted(shared_shelf.keys(Text(asked, "content"))) == keys
    assert shared_shelf.keys(Text(asked, "name")) == []
    if len(asked.split()) == 1:
        assert set(keys) <= set(shared_shelf.keys(Words((asked,))))


def test_what_is_as_typed_comes_first(shared_shelf: Shelf) -> None:
    for asked, first in (("1234.56", 3), ("2025-03-12", 2), ("DE89370400440532013000", 6), ("12.03.2025", 1)):
        matches = shared_shelf.search(Text(asked))
        assert matches.keys[0] == first
        assert matches.scores[0] > matches.scores[1] > 0


@pytest.mark.parametrize(("asked", "found"), [("1234.56", 3), ("2025-03-12", 2), ("DE89370400440532013000", 6)])
def test_excluded_and_exact_words_match_strictly(shared_shelf: Shelf, asked: str, found: int) -> None:
    everything = set(_CONTENTS)
    assert set(shared_shelf.keys(Not(Text(asked)))) == everything - {found}
    assert shared_shelf.keys(Text(asked, is_exact=True)) == [found]
    assert shared_shelf.keys(Text(asked), widening=False) == [found]
    assert set(shared_shelf.keys(Not(Not(Text(asked))))) == set(shared_shelf.keys(Text(asked)))


def test_words_inside_names_are_found_in_their_field(shelf: Shelf) -> None:
    shelf.put(
        make_document(1, "Hundeschule 5UH1-42.pdf", "x", original_name="Hundeschule 5UH1-42.pdf"),
        make_document(2, "renamed", "x", original_name="scan_Hundeschule_2025-03-12.pdf"),
        make_document(3, "x", "Hundeschule", notes="ref 5UH1-42 of 12.03.2025"),
    )
    for asked in ("schule", "UH1", "h1-42", "undesch"):
        assert shelf.keys(Text(asked, "name")) == [1], asked
        assert shelf.keys(Text(asked)) == [1], asked
    assert shelf.keys(Text("schule", "original_name")) == [2, 1]
    assert shelf.keys(Text("12.3.2025", "original_name")) == [2]
    assert shelf.keys(Text("UH1", "notes")) == [3]
    assert shelf.keys(Text("12 March 2025", "notes")) == [3]
    assert shelf.keys(Text("le", "name")) == []  # fewer than three characters only begin words


def test_beginnings_come_above_what_stands_inside(shelf: Shelf) -> None:
    shelf.put(make_document(1, "Hundeschule"), make_document(2, "Schulende"), make_document(3, "Schule"))
    matches = shelf.search(Text("schule"))
    assert matches.keys == (3, 2, 1)
    assert matches.scores[0] > matches.scores[1] > matches.scores[2] > 0


_tokens = st.sampled_from(["5uh1", "42", "1", "234", "56", "2025", "03", "12", "de89", "inv", "東京", "都", "march"])
_texts = st.lists(_tokens, min_size=1, max_size=6).flatmap(
    lambda words: st.sampled_from(list("-./, _")).map(lambda mark: mark.join(words))
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_texts, min_size=1, max_size=6), _texts)
def test_widening_only_adds_and_counts_alike_in_every_order(shelf: Shelf, contents: list[str], asked: str) -> None:
    shelf.put(*[make_document(key, content, content) for key, content in enumerate(contents, 1)], removed=range(1, 7))
    for expression in (Text(asked), Words(tuple(asked.split())), And(tuple(map(Text, asked.split())) or (Text("x"),))):
        narrow, wide = set(shelf.keys(expression, widening=False)), set(shelf.keys(expression))
        assert narrow <= wide
        assert set(shelf.keys(Not(expression))) == set(shelf.keys(Not(expression), widening=False))
