"""From samples to estimates: medians, ratios to the baseline, and how sure we are of both.

The interval of a ratio is the exact order-statistic (sign test) interval of the median of the
paired rounds' ratios: it keeps its level for any distribution and any number of rounds, where a
bootstrap of ten rounds does not. The interval of a median is a bootstrap.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

# A sample is an outlier beyond this many deviations; 1.4826 turns a median absolute deviation into
# a standard deviation (Iglewicz and Hoaglin, 1993).
OUTLIER_DEVIATIONS = 3.5
MAD_TO_SIGMA = 1.4826
RESAMPLES = 2000

MORE, LESS, SAME = "more", "less", "no difference"


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

    @property
    def verdict(self) -> str:
        """`more` or `less` where the interval excludes 1, `no difference` where it does not."""
        if np.isnan(self.low) or np.isnan(self.high):
            return ""
        if self.low > 1:
            return MORE
        return LESS if self.high < 1 else SAME

    @property
    def relative_width(self) -> float:
        """The interval's width as a share of the ratio; infinite where there is no interval."""
        width = (self.high - self.low) / self.ratio
        return float("inf") if np.isnan(width) else width


def estimate(values: np.ndarray, confidence: float, seed: int) -> Estimate:
    """Estimate one metric from its samples, in any order, at least one."""
    values = np.sort(np.asarray(values, dtype=float))
    median = float(np.median(values))
    deviations = np.abs(values - median)
    mad = float(np.median(deviations))
    low, high = median_interval(values, confidence, seed)
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


def median_interval(values: np.ndarray, confidence: float, seed: int) -> tuple[float, float]:
    """Return the percentile bootstrap interval of a median; a point where nothing varies."""
    if len(values) < 2 or values[0] == values[-1]:
        return float(values[0]), float(values[-1])
    done = stats.bootstrap(
        (values,),
        np.median,
        confidence_level=confidence,
        n_resamples=RESAMPLES,
        method="percentile",
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return float(done.low), float(done.high)


def ratio(values: np.ndarray, baseline: np.ndarray, confidence: float) -> Ratio:
    """Compare a contender with the baseline, element i of both being of the same round.

    Raises:
        ValueError: not the same number of rounds, none, or a baseline that is not positive.
    """
    values, baseline = np.asarray(values, dtype=float), np.asarray(baseline, dtype=float)
    if values.shape != baseline.shape or not len(values):
        raise ValueError("a ratio needs the same rounds of both")
    if not (baseline > 0).all():
        raise ValueError("a ratio needs a positive baseline")
    ratios = values / baseline
    low, high = exact_interval(ratios, confidence)
    return Ratio(float(np.median(ratios)), low, high)


def exact_interval(values: np.ndarray, confidence: float) -> tuple[float, float]:
    """Return the order-statistic interval of the median; NaN where there are too few values."""
    interval = stats.quantile_test(values, p=0.5).confidence_interval(confidence)
    return float(interval.low), float(interval.high)


def fewest(confidence: float) -> int:
    """Return how many rounds `exact_interval` needs at the least: all of them on one side of it."""
    return math.ceil(1 - math.log2(1 - confidence))


def exact(value: float, baseline: float) -> Ratio:
    """Compare two figures that do not vary, such as sizes."""
    quotient = value / baseline
    return Ratio(quotient, quotient, quotient)
