"""What one more costs: the slope through measured points, whatever the outliers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy


@dataclass(frozen=True)
class Slope:
    """What y grows by where x grows by one; NaN bounds where there are too few points."""

    slope: float
    low: float
    high: float


def slope(x: Sequence[float], y: Sequence[float], confidence: float) -> Slope:
    """Return the median of the slopes of all pairs of points (Theil 1950, Sen 1968).

    Its interval inverts Kendall's test of no trend in what is left. Points of the same x, such as
    those of several rounds, make no pair.

    Raises:
        ValueError: x has fewer than two different values.
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    if len(np.unique(x)) < 2:
        raise ValueError("a slope needs two different values of x")
    # With more than the interval can be had from, scipy returns the extreme slopes.
    found = scipy.stats.theilslopes(y, x, alpha=confidence)
    enough = least_p(x) <= 1 - confidence
    low, high = (found.low_slope, found.high_slope) if enough else (float("nan"),) * 2
    return Slope(float(found.slope), float(low), float(high))


def least_p(x: np.ndarray) -> float:
    """Return the smallest p-value that Kendall's test can have of points at these x."""
    return float(scipy.stats.kendalltau(x, x).pvalue)
