"""The ratio of two measurements that were not taken in turns, so that nothing pairs their rounds.

The interval is that of Hodges and Lehmann (1963) on the scale of ratios, from the quotients of all
rounds of one with all rounds of the other: it inverts the exact Mann-Whitney test and keeps its
level for any distribution, as long as the two differ by a factor alone.
"""

from itertools import accumulate

import numpy as np

from scripts.stats import intervals


def quotient(a: np.ndarray, b: np.ndarray, confidence: float) -> intervals.Ratio:
    """Return how many times as large as `a` is `b`, both positive; NaN bounds where too few."""
    quotients = np.sort(np.divide.outer(np.asarray(b, float), np.asarray(a, float)), axis=None)
    outside = left_out(len(a), len(b), confidence)
    low, high = (
        (quotients[outside - 1], quotients[-outside]) if outside else (float("nan"), float("nan"))
    )
    return intervals.Ratio(float(np.median(quotients)), float(low), float(high))


def left_out(m: int, n: int, confidence: float) -> int:
    """Return the rank, from either end of the `m * n` quotients, at which the interval begins.

    It is how many values of the Mann-Whitney statistic together stay within half of what the
    confidence leaves; 0 where not even the smallest does.
    """
    counts = arrangements(m, n)
    most = (1 - confidence) / 2 * sum(counts)
    return sum(total <= most for total in accumulate(counts))


def arrangements(m: int, n: int) -> list[int]:
    """Return in how many orders of `m` and `n` values the Mann-Whitney statistic is 0, 1, ... m n.

    They are the coefficients of the Gaussian binomial, the product of (1 - x^(n+i)) / (1 - x^i) for
    i from 1 to m.
    """
    counts = [1] + [0] * (m * n)
    for i in range(1, m + 1):
        for place in range(m * n, n + i - 1, -1):
            counts[place] -= counts[place - n - i]
        for place in range(i, m * n + 1):
            counts[place] += counts[place - i]
    return counts
