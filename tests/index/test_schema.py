"""Sort values, analyzers and what a change of them means."""

from __future__ import annotations

import hashlib
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papra_index.conventions.folding import FOLDING_VERSION, fold_text
from papra_index.index.tantivy import schema
from papra_index.index.tantivy.analysis import FOLDED, tokenize
from papra_index.index.tantivy.schema import build_schema, fingerprint


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
    ("name", "change"),
    [("DOCUMENT_VERSION", 1), ("HAS_DATE", 1), ("HAS_LANGUAGE", 1), ("ORDERS_VERSION", (1,))],
)
def test_a_changed_mapping_has_another_fingerprint(name: str, change: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    compute = fingerprint.__wrapped__
    before = compute()
    monkeypatch.setattr(schema, name, getattr(schema, name) + change)
    assert compute() != before


def test_changed_folding_has_a_new_version() -> None:
    """When this fails, raise FOLDING_VERSION and write the new hash down: old indexes must be rebuilt."""
    sample = [chr(code) for code in range(0x20, 0x2000) if unicodedata.ucd_3_2_0.category(chr(code)) != "Cn"]
    folds = "".join(map(fold_text, sample)) + fold_text("Ελλάδα ΣΑΣ e\u0301 ﬁn ½ ﾊﾟ \u0627\u0653")
    assert (FOLDING_VERSION, hashlib.sha256(folds.encode()).hexdigest()[:12]) == (3, "f3b93271da40")
