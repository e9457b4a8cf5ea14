"""Spellings of one word fold together, and offsets lead back to the text they came from."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from papra_index.conventions.folding import align_folded, fold_text, order_text, replace_surrogates


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Électricité ÉTÉ", "electricite ete"),
        ("Straße STRASSE", "strasse strasse"),
        ("İstanbul ılık", "istanbul ilik"),
        ("Łódź Ærø đường Việt", "lodz aero duong viet"),
        ("ΣΟΦΌΣ Σοφός", "σοφοσ σοφοσ"),
        ("Ёлка ёлка", "елка елка"),
        ("ﬁn ﬀ", "fin ff"),
        ("ŒUVRE Đorđe Þór ŁÓDŹ Ø", "oeuvre dorde thor lodz o"),
        ("Ελλάδα ΕΛΛΆΔΑ ΐ ᾧ", "ελλαδα ελλαδα ι ωι"),
        ("Nguyễn Ấn Độ đặng ướt", "nguyen an do dang uot"),
        ("ﬂoß ﬃx ﬆ ĳs ǆ", "floss ffix st ijs dz"),
        ("IİIıi ǅ", "iiiii dz"),
        ("ＡＢＣ１２ ﾊﾟﾋﾟ ㎏ №5 ½ x²", "abc12 パピ kg no5 1⁄2 x2"),
        ("й Й ї", "и и і"),
        ("cafe\u0301", "cafe"),
        ("がぎ 한국어 हिन्दी", "がぎ 한국어 हिन्दी"),
        ("soft\u00adhyphen nul\x00nul", "softhyphen nul nul"),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold_text(text) == folded
    assert fold_text(unicodedata.normalize("NFD", text)) == folded


@given(st.text())
def test_offsets_belong_to_the_folded_text(text: str) -> None:
    folded, alignment = align_folded(text)
    starts = [alignment.find_start(position) for position in range(len(folded))]
    ends = [alignment.find_end(position + 1) for position in range(len(folded))]
    assert starts == sorted(starts)
    assert all(0 <= start < end <= len(text) for start, end in zip(starts, ends, strict=True))
    for character, start, end in zip(folded, starts, ends, strict=True):
        assert character in align_folded(text[start:end])[0]


@given(st.text())
def test_aligned_folding_is_folding_of_composed_text(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    assert align_folded(composed)[0] == fold_text(text)


@given(st.text())
def test_folding_never_fails_and_can_be_stored(text: str) -> None:
    assert fold_text(text).encode("utf-8").decode("utf-8") == fold_text(text)
    assert len(replace_surrogates(text).encode("utf-8").decode("utf-8")) == len(text)


@given(st.text(st.characters(codec="utf-8")))
@example("\u0622")  # an Arabic letter whose mark is no accent
def test_case_and_composition_change_nothing(text: str) -> None:
    assert fold_text(unicodedata.normalize("NFC", text)) == fold_text(unicodedata.normalize("NFD", text))


def test_names_are_ordered_with_numbers_by_value() -> None:
    names = ["Scan 10", "scan 9", "Écrit", "scan 100", "abc", "scan 009b", "scan ١١", "scan ８"]
    ordered = ["abc", "Écrit", "scan ８", "scan 9", "scan 009b", "Scan 10", "scan ١١", "scan 100"]
    assert sorted(names, key=order_text) == ordered
