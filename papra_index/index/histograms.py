"""Where the buckets of a histogram begin: at round numbers, twenty buckets at most."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Context, Decimal
from itertools import pairwise

MAX_BUCKETS = 20
_STEPS = (Decimal(1), Decimal(2), Decimal(5), Decimal(10))
_EXACT = Context(prec=800, Emax=999_999, Emin=-999_999)
_LEAST = Decimal("5e-324")  # the least number above zero that a double holds (IEEE 754)


def plan_buckets(minimum: float, maximum: float) -> list[tuple[float, float]]:
    """Return where each bucket begins and where the next one does, so that together they hold both numbers.

    The width is 1, 2 or 5 times a power of ten, and the bounds are multiples of it.
    """
    lowest, highest = Decimal(repr(minimum)), Decimal(repr(maximum))
    width = _choose_width(_EXACT.subtract(highest, lowest), max(abs(lowest), abs(highest)))
    first = _EXACT.divide(lowest, width).to_integral_value(ROUND_FLOOR, _EXACT)
    bounds = [float(_EXACT.multiply(first, width))]
    while bounds[-1] <= maximum:
        first = _EXACT.add(first, Decimal(1))
        bounds.append(float(_EXACT.multiply(first, width)))
    return [(low, high) for low, high in pairwise(bounds) if low < high]


def _choose_width(span: Decimal, largest: Decimal) -> Decimal:
    """Return the smallest round width of which fewer than MAX_BUCKETS span so much.

    It is not below what tells apart numbers of that size: with a smaller one the bounds would never come to an end.
    """
    if not largest:
        return Decimal(1)
    least = max(_EXACT.divide(span, Decimal(MAX_BUCKETS - 1)), largest.scaleb(-14), _LEAST)
    power = Decimal(1).scaleb(least.adjusted())
    return next(step * power for step in _STEPS if step * power >= least)
