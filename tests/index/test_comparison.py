"""Two readings of one text are alike however badly they were read; other texts in the same words are not."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.damage import crop, misread, replace_figures, swap_halves
from papra_index.index.comparison import COMPARED_CHARACTERS, ComparedText, measure_similarity, prepare_comparison

LETTER = """Waterworks Hollis, Mill Lane 9. Bill 2024-00318 of 14 March 2024, customer 40277. Dear Ms Moreau, for the
months of January to March we charge 38 cubic metres of water at 2.15, that is 81.70, and the fixed price of 12.90 a
month. Please transfer 120.40 within fourteen days to the account GB29 NWBK 6016 1331 9268 19. The meter was read on
2 March by Mr Linden and stood at 4410. If the figure is not right, send us a photograph of it within four weeks."""


def prepare(text: str) -> ComparedText:
    return prepare_comparison(text, len(text))


def compare(one: str, other: str) -> float:
    return measure_similarity(prepare(one), prepare(other))


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_texts_can_be_compared(one: str, other: str) -> None:
    assert 0 <= compare(one, other) <= 1
    assert compare(one, other) == pytest.approx(compare(other, one))
    assert compare(one, one) == 1


@pytest.mark.parametrize(("rate", "usual"), [(0.01, 0.97), (0.03, 0.93), (0.05, 0.88), (0.1, 0.79)])
def test_misread_copies_are_alike_by_what_was_read_right(rate: float, usual: float) -> None:
    found = []
    for seed in range(50):
        generator = random.Random(seed)
        found.append(compare(misread(LETTER, rate, generator), misread(LETTER, rate, generator)))
        assert compare(LETTER, misread(LETTER, rate, generator)) >= 0.7
    assert sum(similarity >= 0.7 for similarity in found) >= 48
    assert sorted(found)[25] >= usual


def test_the_next_bill_is_another_document() -> None:
    others = [compare(LETTER, replace_figures(LETTER, random.Random(seed))) for seed in range(50)]
    assert sum(similarity >= 0.7 for similarity in others) <= 2
    assert compare(LETTER, LETTER.replace("Moreau", "Marlow")) > 0.9


def test_case_accents_punctuation_and_line_ends_make_no_difference() -> None:
    assert compare(LETTER, LETTER.upper().replace("\n", "\r\n\r\n").replace(",", " ;").replace("E", "É")) == 1


def test_columns_in_another_order_are_the_same_page() -> None:
    assert compare(LETTER, swap_halves(LETTER)) > 0.95
    assert compare(LETTER, " ".join(sorted(LETTER.split()))) > 0.95


def test_a_cut_copy_is_alike_by_what_is_left() -> None:
    assert compare(LETTER, crop(LETTER, 0.2)) == pytest.approx(0.8, abs=0.05)


def test_of_long_texts_the_lengths_count() -> None:
    long = "many different words of a long report " * (COMPARED_CHARACTERS // 20)
    beginning = prepare_comparison(long[: 2 * COMPARED_CHARACTERS], len(long))
    twice = prepare_comparison(long[: 2 * COMPARED_CHARACTERS], 2 * len(long))
    assert measure_similarity(beginning, beginning) == 1
    assert measure_similarity(beginning, twice) == pytest.approx(0.5)


def test_short_texts_are_no_evidence() -> None:
    assert not prepare("Invoice 17 of the plumber").is_comparable
    assert not prepare("").is_comparable
    assert prepare(LETTER).is_comparable


def test_below_the_bound_the_outcome_is_below_it() -> None:
    other = "Nothing of this letter is in that one, which speaks of gardens, hedges, and of the weather in May. " * 4
    assert measure_similarity(prepare(LETTER), prepare(other), 0.5) < 0.5
