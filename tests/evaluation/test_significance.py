"""Tests of differences give known p-values, and corrections and intervals what their papers say."""

from __future__ import annotations

import pytest

from papra_index.evaluation.significance import compare_by_randomisation, compare_by_t, correct_by_holm, find_interval

OURS = [0.5 + 0.01 * number for number in range(40)]


def test_randomisation_tells_a_difference_from_chance() -> None:
    assert compare_by_randomisation(OURS, OURS) == 1.0
    assert compare_by_randomisation(OURS, [value - 0.1 for value in OURS]) == pytest.approx(1 / 10_001)
    wavering = [value + (0.1 if number % 2 else -0.1) for number, value in enumerate(OURS)]
    assert compare_by_randomisation(OURS, wavering) > 0.9
    # Of two queries with equal differences, both signs agree in half of all ways to swap, of which all are tried.
    assert compare_by_randomisation([1.0, 1.0], [0.0, 0.0]) == 0.5
    assert compare_by_randomisation([1.0], [0.0]) == 1.0


def test_t_is_that_of_the_textbook() -> None:
    # Student's own example of 1908: hours of sleep gained by two drugs; t = 4.06, p = .0028.
    first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    assert compare_by_t(first, second) == pytest.approx(0.00283, abs=1e-5)
    assert compare_by_t([1.0, 1.0], [0.0, 0.0]) == 0.0
    assert compare_by_t([1.0, 1.0], [1.0, 1.0]) == compare_by_t([1.0], [0.0]) == 1.0


def test_holm_corrects_the_smallest_most() -> None:
    assert correct_by_holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert correct_by_holm([0.5, 0.9]) == [1.0, 1.0]
    assert correct_by_holm([]) == []


def test_intervals_hold_the_mean() -> None:
    theirs = [value - 0.1 + (0.05 if number % 2 else -0.05) for number, value in enumerate(OURS)]
    low, high = find_interval(OURS, theirs)
    assert 0.07 < low < 0.1 < high < 0.13
    assert find_interval(OURS, theirs) == (low, high)
    assert find_interval([1.0], [0.5]) == (0.5, 0.5)
