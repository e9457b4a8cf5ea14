"""Whether two systems differ: paired tests over queries, corrected for how many were made, and intervals.

Smucker, Allan, Carterette, "A Comparison of Statistical Significance Tests for Information Retrieval Evaluation",
CIKM 2007. All of it goes by the differences of a measure per query, two systems over the same queries.
"""

from __future__ import annotations

from collections.abc import Sequence

from papra_index.evaluation.extras import need_extra

TRIALS = 10_000
CONFIDENCE = 0.95


def compare_by_t(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Return the two-sided p-value, in 0..1, of Student's paired t-test."""
    differences = _subtract(ours, theirs)
    if len(differences) < 2 or max(differences) == min(differences):
        # Without variance the test has nothing to divide by.
        return 0.0 if len(differences) > 1 and differences[0] else 1.0
    with need_extra():
        from scipy.stats import ttest_1samp
    return float(ttest_1samp(differences, 0.0).pvalue)


def compare_by_randomisation(
    ours: Sequence[float], theirs: Sequence[float], *, trials: int = TRIALS, seed: int = 1
) -> float:
    """Return the two-sided p-value, in 0..1, of the paired randomisation test (section 3.1 there).

    Each trial swaps the two values of every query with even chance; p is the share of trials (the observed one among
    them, so it is never 0) whose mean difference is at least as large as the observed one. Where there are fewer
    ways to swap than `trials`, all are gone through.
    """
    differences = _subtract(ours, theirs)
    if not any(differences):
        return 1.0
    if len(differences) == 1:
        return 1.0
    with need_extra():
        from scipy.stats import permutation_test
    found = permutation_test(
        (differences,),
        lambda values, axis: abs(values.mean(axis=axis)),
        permutation_type="samples",
        alternative="greater",
        n_resamples=trials,
        rng=seed,
    )
    return float(found.pvalue)


def find_interval(
    ours: Sequence[float], theirs: Sequence[float], *, trials: int = TRIALS, seed: int = 1
) -> tuple[float, float]:
    """Return the 95 % interval of the mean difference by the percentile bootstrap over queries.

    Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13.
    """
    differences = _subtract(ours, theirs)
    if len(differences) < 2:
        return (differences[0], differences[0]) if differences else (0.0, 0.0)
    with need_extra():
        from scipy.stats import bootstrap
    found = bootstrap(
        (differences,),
        lambda values, axis: values.mean(axis=axis),
        confidence_level=CONFIDENCE,
        method="percentile",
        n_resamples=trials,
        rng=seed,
    )
    return float(found.confidence_interval.low), float(found.confidence_interval.high)


def correct_by_holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values that hold for all of the tests together, in their order.

    Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of Statistics 6, 1979.
    """
    corrected = [0.0] * len(p_values)
    least = 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        least = max(least, min(1.0, (len(p_values) - rank) * p_values[place]))
        corrected[place] = least
    return corrected


def _subtract(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    return [one - other for one, other in zip(ours, theirs, strict=True)]
