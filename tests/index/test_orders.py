"""Order columns sort as the values do, with the key below them, and give the values back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from papra_index.index.tantivy.orders import (
    decode_name,
    encode_name,
    name_head,
    name_order,
    order_value,
    read_stamp,
    read_value,
    stamp_order,
)

_KEYS = st.integers(0, (1 << 25) - 1)
_SECONDS = st.none() | st.integers(-(1 << 37), 1 << 37)


@given(one=st.tuples(_SECONDS, _KEYS), other=st.tuples(_SECONDS, _KEYS))
def test_order_values_sort_by_value_then_key(one: tuple[int | None, int], other: tuple[int | None, int]) -> None:
    def plain(pair: tuple[int | None, int]) -> tuple[bool, int, int]:
        return pair[0] is not None, pair[0] or 0, pair[1]

    assert (order_value(*one) < order_value(*other)) == (plain(one) < plain(other))
    assert -(1 << 63) <= order_value(*one) < 1 << 63


_STAMPS = st.integers(-600_000_000_000, 3_700_000_000_000)


@given(one=st.tuples(_STAMPS, st.integers(0, (1 << 22) - 1)), other=st.tuples(_STAMPS, st.integers(0, (1 << 22) - 1)))
def test_stamps_sort_by_millisecond_then_key(one: tuple[int, int], other: tuple[int, int]) -> None:
    assert (stamp_order(*one) < stamp_order(*other)) == (one < other)
    assert -(1 << 63) <= stamp_order(*one) < 1 << 63


@given(name=st.text(max_size=20), keys=st.lists(st.integers(0, (1 << 63) - 1), min_size=2, max_size=2, unique=True))
def test_equal_names_sort_by_key(name: str, keys: list[int]) -> None:
    low, high = sorted(keys)
    assert name_order(name, low) < name_order(name, high) < name_order(name + "x", low)


_ORDERED = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)


@given(one=st.tuples(_ORDERED, _KEYS), other=st.tuples(_ORDERED, _KEYS))
def test_names_sort_as_their_characters_do(one: tuple[str, int], other: tuple[str, int]) -> None:
    low, high = sorted((one, other))
    assert encode_name(*low) <= encode_name(*high)
    assert (encode_name(*low) == encode_name(*high)) == (low == high)
    assert name_head(encode_name(*low)) <= name_head(encode_name(*high)) < 1 << 60
    assert encode_name(*one).isascii()
    assert encode_name(*one).isalnum()


@given(name=_ORDERED, value=_SECONDS, milliseconds=_STAMPS, key=_KEYS)
def test_orders_give_their_values_back(name: str, value: int | None, milliseconds: int, key: int) -> None:
    assert decode_name(encode_name(name, key)) == name
    assert read_value(order_value(value, key)) == value
    assert read_stamp(stamp_order(milliseconds, key)) == milliseconds
