"""How much of a text is writing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from papra_index.extraction.quality import measure_quality
from tests.conventions.test_language import SENTENCES


def test_writing_is_told_from_noise() -> None:
    for sentence in SENTENCES.values():
        assert (measure_quality(sentence) or 0) > 95
    assert (measure_quality("Total (net): 1.234,56 € — see 'INV_2024-001', john.doe@example.com; 50%") or 0) > 80
    assert (measure_quality("|~ ;; a)(b ~~ ,.- ©® ¢¥ \ufffd\ufffd\ufffd ii ':;") or 0) < 40
    assert measure_quality(" \n") is None


@given(st.text(st.characters(codec=None)))
def test_any_text_is_judged(text: str) -> None:
    quality = measure_quality(text)
    assert quality is None or 0 <= quality <= 100
