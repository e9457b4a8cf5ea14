"""Sort values, analyzers and what a change of them means."""

from __future__ import annotations

import hashlib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papra_index.folding import FOLDING_VERSION, fold_text
from papra_index.index.tantivy import schema
from papra_index.index.tantivy.analysis import FOLDED, tokenize
from papra_index.index.tantivy.schema import build_schema, fingerprint, name_order, order_value, stamp_order

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


def test_terms() -> None:
    assert tokenize("Élan_vital-2.0 d’Été 日本語") == ["elan", "vital", "2", "0", "d", "ete", "日本語"]
    assert tokenize("  ") == []
    assert tokenize("x" * 500) == ["x" * 200]


@given(st.text())
def test_tokenizing_its_own_terms_changes_nothing(text: str) -> None:
    tokens = tokenize(text)
    assert tokenize(" ".join(tokens)) == tokens


def test_extensions_are_those_of_every_name() -> None:
    assert schema.list_extensions("Scan.PDF", "a.tar.GZ") == ["pdf", "gz", "tar.gz"]
    assert schema.list_extensions("scan.pdf", "scan.pdf", "x.Pdf") == ["pdf"]
    assert schema.list_extensions("", "none", "dot.", ".", "1. " + "long " * 20) == []
    assert schema.list_extensions(".profile", "a.\ud800") == ["profile", "?"]


def test_the_schema_is_the_same_each_time() -> None:
    assert build_schema() == build_schema()
    assert len(fingerprint()) == 16
    assert FOLDED.startswith("folded_")


@pytest.mark.parametrize(
    "name", ["DOCUMENT_VERSION", "HAS_DATE", "HAS_LANGUAGE", "_VALUE_LIMIT", "_STAMP_ORIGIN", "_NAME_ORDER_CHARACTERS"]
)
def test_a_changed_mapping_has_another_fingerprint(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    compute = fingerprint.__wrapped__
    before = compute()
    monkeypatch.setattr(schema, name, getattr(schema, name) + 1)
    assert compute() != before


def test_changed_folding_has_a_new_version() -> None:
    """When this fails, raise FOLDING_VERSION and write the new hash down: old indexes must be rebuilt."""
    sample = [chr(code) for code in range(0x20, 0x2000) if unicodedata.ucd_3_2_0.category(chr(code)) != "Cn"]
    folds = "".join(map(fold_text, sample)) + fold_text("Ελλάδα ΣΑΣ e\u0301 ﬁn ½ ﾊﾟ \u0627\u0653")
    assert (FOLDING_VERSION, hashlib.sha256(folds.encode()).hexdigest()[:12]) == (3, "f3b93271da40")
