"""Change points: from which run on a ratio is another one."""

import numpy as np
import ruptures
import scipy
from numpy.lib.stride_tricks import sliding_window_view

from scripts.stats.intervals import MAD_TO_SIGMA

# Nothing is said of fewer runs.
FEWEST = 6
# A level that holds for one run alone is an outlier.
LEAST_AT_A_LEVEL = 2
# How many times noise² · log(runs) a further level must take off the sum of squares. Calibrated by
# simulation (tests/history/test_changes.py): 2 would be Schwarz's criterion where the noise is
# known; from few runs it is not.
PENALTY = 8.0
# Where ratios are equal, as those of exact figures: without a penalty there is no fewest levels.
LEAST_NOISE = 1e-4


def change_points(log_ratios: np.ndarray, within: np.ndarray, margin: float) -> list[int]:
    """Return the places of the runs that begin another level.

    The levels are those of the least penalised sum of squares (PELT; the linear kernel is least
    squares), after single runs that stand out were smoothed away. A change is claimed only where
    the medians of the levels are more than `margin` apart.

    Args:
        log_ratios: natural logarithms of one contender's ratios, in the order of the runs.
        within: the standard error of each by the rounds of its run alone; NaN where unknown.
        margin: as a share: 0.05 is 5 %.
    """
    if len(log_ratios) < FEWEST:
        return []
    search = ruptures.KernelCPD(kernel="linear", min_size=LEAST_AT_A_LEVEL)
    penalty = PENALTY * noise(log_ratios, within) ** 2 * np.log(len(log_ratios))
    places = search.fit(smooth(log_ratios).reshape(-1, 1)).predict(pen=penalty)[:-1]
    medians = [np.median(level) for level in np.split(log_ratios, places)]
    return [
        place
        for place, step in zip(places, np.diff(medians), strict=True)
        if abs(step) > np.log1p(margin)
    ]


def smooth(values: np.ndarray) -> np.ndarray:
    """Return running medians of three, which leave steps as they are; the ends by Tukey's rule."""
    found = np.median(sliding_window_view(values, 3), axis=1)
    first = np.median([values[0], found[0], 3 * found[0] - 2 * found[1]])
    last = np.median([values[-1], found[-1], 3 * found[-1] - 2 * found[-2]])
    return np.concatenate([[first], found, [last]])


def noise(log_ratios: np.ndarray, within: np.ndarray) -> float:
    """Return the standard deviation of a ratio from run to run at one level.

    By the differences of neighbours, of which a change touches one; no less than what the rounds of
    single runs leave open.
    """
    between = MAD_TO_SIGMA * np.median(np.abs(np.diff(log_ratios))) / np.sqrt(2)
    known = within[np.isfinite(within)]
    return max(between, np.median(known) if len(known) else 0.0, LEAST_NOISE)


def standard_error(low: np.ndarray, high: np.ndarray, confidence: np.ndarray) -> np.ndarray:
    """Return the standard errors of the logarithms of ratios from their intervals."""
    return np.log(high / low) / (2 * scipy.stats.norm.ppf((1 + confidence) / 2))
