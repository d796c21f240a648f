"""A line through measured points, where it begins to rise, and how sure each of that is."""

from dataclasses import dataclass

import numpy as np
import scipy

# Points on which a line and what they scatter around it can both be told.
FEWEST = 3
# How often a line is fitted anew at the most, with what the last one says of each point's scatter,
# and how little two lines differ by that are the same: after seven where points scatter by a tenth.
REFITS = 20
SETTLED = 1e-9


@dataclass(frozen=True)
class Known:
    """A figure and its interval; NaN where there is none."""

    value: float
    low: float
    high: float


UNKNOWN = Known(float("nan"), float("nan"), float("nan"))


@dataclass(frozen=True)
class Line:
    """What a line through points says.

    Attributes:
        intercept: y where x is zero.
        slope: what y grows by where x grows by one.
        crossover: the x at which both parts of y are the same, intercept / slope; unknown where
            either may be zero.
    """

    intercept: Known
    slope: Known
    crossover: Known


def line(x: np.ndarray, y: np.ndarray, confidence: float) -> Line:
    """Fit y = intercept + slope * x, each point's distance as a share of the line's y there.

    What takes ten times as long also scatters ten times as far, when it is measured and by what
    else than x decides about it. That scatter is what the intervals are of: t, two degrees of
    freedom less than points; of the crossover Fieller's (1954).

    Args:
        x: the points' places.
        y: what was measured there, positive.
        confidence: the level of the intervals.

    Raises:
        ValueError: x has fewer than two different values, or a y is not positive.
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    if len(np.unique(x)) < 2 or not (y > 0).all():
        raise ValueError("a line needs two different values of x, and positive ones of y")
    if len(x) < FEWEST:
        slope, intercept = np.polyfit(x, y, 1)
        alone = (Known(float(value), *[float("nan")] * 2) for value in (intercept, slope))
        return Line(*alone, UNKNOWN)
    (slope, intercept), covariance = fitted(x, y)
    t = float(scipy.stats.t.ppf((1 + confidence) / 2, len(x) - 2))
    return Line(
        known(intercept, covariance[1, 1], t),
        known(slope, covariance[0, 0], t),
        crossover(intercept, slope, covariance, t),
    )


def fitted(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (slope, intercept) and their covariance.

    Shares of the measured y would pull the line below the points, as one measured too low counts
    for more than one measured too high. So the last line's y takes its place until both are the
    same, unless a line is not positive everywhere, of which no share can be had.
    """
    on_line = y
    for _ in range(REFITS):
        coefficients, covariance = np.polyfit(x, y, 1, w=1 / on_line, cov=True)
        last, on_line = on_line, np.polyval(coefficients, x)
        if not (on_line > 0).all() or np.allclose(on_line, last, rtol=SETTLED, atol=0):
            break
    return coefficients, covariance


def known(value: float, variance: float, t: float) -> Known:
    """Return a figure with its interval of t standard deviations either way."""
    reach = t * float(np.sqrt(variance))
    return Known(float(value), float(value) - reach, float(value) + reach)


def crossover(intercept: float, slope: float, covariance: np.ndarray, t: float) -> Known:
    """Return intercept / slope with Fieller's interval; unknown where either may be zero.

    `covariance` is that of (slope, intercept).
    """
    # All r for which intercept - r * slope may be zero: a parabola's, below which none is.
    square = slope**2 - t**2 * covariance[0, 0]
    rest = intercept**2 - t**2 * covariance[1, 1]
    if slope <= 0 or intercept <= 0 or square <= 0 or rest <= 0:
        return UNKNOWN
    middle = intercept * slope - t**2 * covariance[0, 1]
    reach = float(np.sqrt(max(0.0, middle**2 - square * rest)))
    return Known(float(intercept / slope), (middle - reach) / square, (middle + reach) / square)
