"""From values to estimates: medians, ratios, tests, and how sure we are of each.

Every interval of a median, of rounds or of their paired ratios, is the exact order-statistic (sign
test) interval: it keeps its level for any distribution and any number of rounds, where a bootstrap
of ten rounds does not. SciPy loads its statistics, which takes a second, where they are first
asked for: most of what imports this module asks for none.
"""

import importlib
import math
from dataclasses import dataclass

import numpy as np
import scipy

# A sample is an outlier beyond this many deviations; 1.4826 turns a median absolute deviation into
# a standard deviation (Iglewicz and Hoaglin, 1993).
OUTLIER_DEVIATIONS = 3.5
MAD_TO_SIGMA = 1.4826

MORE, LESS, SAME, UNDECIDED = "more", "less", "the same", "undecided"
DIFFERENT = (MORE, LESS)


@dataclass(frozen=True)
class Estimate:
    """What is known of one metric of one contender; times and sizes in the samples' unit."""

    n: int
    median: float
    mad: float
    ci_low: float
    ci_high: float
    minimum: float
    maximum: float
    outliers: int


@dataclass(frozen=True)
class Ratio:
    """A contender's figure as a multiple of the baseline's; NaN bounds mean too few rounds."""

    ratio: float
    low: float
    high: float

    def verdict(self, margin: float) -> str:
        """Return what the interval allows to say.

        `more` or `less` where it excludes 1, however close; `the same` where it includes 1 and lies
        within 1 ± `margin`; else, and where there is no interval, `undecided`.
        """
        if self.low > 1:
            return MORE
        if self.high < 1:
            return LESS
        return SAME if self.within(margin) else UNDECIDED

    def within(self, margin: float) -> bool:
        """Tell whether the interval lies within 1 ± `margin`."""
        return self.low >= 1 - margin and self.high <= 1 + margin

    @property
    def relative_width(self) -> float:
        """The interval's width as a share of its lower end; infinite where there is no interval.

        An interval no wider than the margin is never undecided.
        """
        width = (self.high - self.low) / self.low
        return float("inf") if np.isnan(width) else width


def estimate(values: np.ndarray, confidence: float) -> Estimate:
    """Estimate a median from independent values, one a round, in any order, at least one.

    The bounds are NaN where there are too few values for an interval.
    """
    values = np.sort(np.asarray(values, dtype=float))
    median = float(np.median(values))
    deviations = np.abs(values - median)
    mad = float(np.median(deviations))
    low, high = exact_interval(values, confidence)
    return Estimate(
        n=len(values),
        median=median,
        mad=mad,
        ci_low=low,
        ci_high=high,
        minimum=float(values[0]),
        maximum=float(values[-1]),
        outliers=int(np.sum(deviations > OUTLIER_DEVIATIONS * MAD_TO_SIGMA * mad)) if mad else 0,
    )


def ratio(values: np.ndarray, baseline: np.ndarray, confidence: float) -> Ratio:
    """Compare a contender with the baseline, element i of both being of the same round.

    Raises:
        ValueError: not the same number of rounds, none, or a baseline that is not positive.
    """
    ratios = paired(values, baseline)
    low, high = exact_interval(ratios, confidence)
    return Ratio(float(np.median(ratios)), low, high)


def paired(values: np.ndarray, baseline: np.ndarray) -> np.ndarray:
    """Return each round's ratio; raises as `ratio` does."""
    values, baseline = np.asarray(values, dtype=float), np.asarray(baseline, dtype=float)
    if values.shape != baseline.shape or not len(values):
        raise ValueError("a ratio needs the same rounds of both")
    if not (baseline > 0).all():
        raise ValueError("a ratio needs a positive baseline")
    return values / baseline


def load() -> None:
    """Load SciPy's statistics now, where the first interval would at a worse time."""
    importlib.import_module("scipy.stats")


def exact_interval(values: np.ndarray, confidence: float) -> tuple[float, float]:
    """Return the order-statistic interval of the median; NaN where there are too few values.

    NaN too where a value is: sorted last, it would pass for a very large one.
    """
    if np.isnan(values).any():
        return float("nan"), float("nan")
    interval = scipy.stats.quantile_test(values, p=0.5).confidence_interval(confidence)
    return float(interval.low), float(interval.high)


def sign_test(ratios: np.ndarray) -> float:
    """Return the exact two-sided p-value of a median of 1: the test that the interval inverts."""
    return float(scipy.stats.quantile_test(ratios, q=1, p=0.5).pvalue)


def holm(p_values: list[float]) -> list[float]:
    """Return p-values corrected for their number by Holm's step-down method (1979), in order."""
    adjusted, largest = [0.0] * len(p_values), 0.0
    for done, place in enumerate(np.argsort(p_values)):
        largest = max(largest, min(1.0, (len(p_values) - done) * p_values[place]))
        adjusted[place] = largest
    return adjusted


def fewest(confidence: float, tests: int = 1) -> int:
    """Return how many rounds `exact_interval` needs at the least: all of them on one side of it.

    So many let `sign_test` find a difference, of several `tests` after Holm's correction.
    """
    return math.ceil(1 - math.log2((1 - confidence) / tests))


def exact(value: float, baseline: float) -> Ratio:
    """Compare two figures that do not vary, such as sizes."""
    quotient = value / baseline
    return Ratio(quotient, quotient, quotient)
