"""Whether two systems differ on the same queries: the paired randomisation test, by seeded sign flips.

Smucker, Allan, Carterette, "A Comparison of Statistical Significance Tests for Information Retrieval Evaluation",
CIKM 2007, section 3.1.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import compress

TRIALS = 10_000

_LOW_BITS = bytes(value & 1 for value in range(256))


def compare_paired(ours: Sequence[float], theirs: Sequence[float], *, trials: int = TRIALS, seed: int = 1) -> float:
    """Return the two-sided p-value of the difference of means, in 0..1, from the measures of two systems per query.

    Each trial swaps the two values of every query with even chance; p is the share of trials (the observed one among
    them, so it is never 0) whose difference is at least as large as the observed one.
    """
    differences = [one - other for one, other in zip(ours, theirs, strict=True)]
    total = sum(differences)
    observed = abs(total) - 1e-12
    generator = random.Random(seed)
    count = len(differences)
    reached = 1
    for _ in range(trials):
        swapped = sum(compress(differences, generator.randbytes(count).translate(_LOW_BITS)))
        reached += abs(total - 2 * swapped) >= observed
    return reached / (trials + 1)
