"""Words typed one after the other that belong together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papra_index.index.sequences import find_sequences
from papra_index.query.expression import And, Not, Text
from tests.index.corpus import Shelf, make_document


@pytest.mark.parametrize(
    ("typed", "sequences"),
    [
        ("rent 12 March 2025 paid", ["12 March 2025"]),
        ("March 12, 2025", ["March 12, 2025"]),
        ("12 de marzo de 2025", ["12 de marzo de 2025"]),
        ("1 234,56 EUR", ["1 234,56"]),
        ("total 1 234 567", ["1 234 567"]),
        ("DE89 3704 0044 0532 0130 00 GmbH", ["DE89 3704 0044 0532 0130 00"]),
        ("4111 1111 1111 1111 on 12 May 2020", ["4111 1111 1111 1111", "12 May 2020"]),
        ("1 2 3", []),
        ("2024 invoice", []),
        ("may 2024", []),
        ("", []),
    ],
)
def test_days_amounts_and_codes_are_found(typed: str, sequences: list[str]) -> None:
    values = typed.split()
    assert [" ".join(values[start:end]) for start, end in find_sequences(values)] == sequences


def test_what_stands_between_divides() -> None:
    assert find_sequences(["12", None, "March", "2025"]) == []
    assert find_sequences(["12", "March 2025"]) == []


@given(
    st.lists(
        st.none() | st.sampled_from(["12", "may", "2020", "234", "de89", "3704", "x", "1", "é", "12 may"]), max_size=20
    )
)
def test_sequences_are_apart_and_in_order(values: list[str | None]) -> None:
    position = 0
    for start, end in find_sequences(values):
        assert position <= start < end - 1 < len(values)
        assert None not in values[start:end]
        position = end


def test_words_typed_apart_find_other_spellings(shelf: Shelf) -> None:
    shelf.put(
        make_document(1, content="rent of 2025-03-12"),
        make_document(2, content="rent of 12 March 2025"),
        make_document(3, content="DE89370400440532013000"),
        make_document(4, content="total 1,234.56"),
    )
    date = And(tuple(map(Text, ("rent", "12", "March", "2025"))))
    assert shelf.keys(date) == [2, 1]
    assert shelf.keys(date, widening=False) == [2]
    assert shelf.keys(Not(date)) == [4, 3, 1]
    assert shelf.keys(And(tuple(map(Text, ["DE89", "3704", "0044", "0532", "0130", "00"])))) == [3]
    assert shelf.keys(And((Text("1"), Text("234,56")))) == [4]
