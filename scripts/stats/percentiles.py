"""When a percentile says something. Apart from the intervals, which import SciPy: it takes long."""

import math

# A percentile needs so many values beyond it, or it is hardly more than the largest value.
BEYOND = 10


def needed(percentile: float) -> int:
    """Return how many values a percentile, between 0 and 100, takes to say anything of its own."""
    return math.ceil(round(BEYOND / (1 - percentile / 100), 6))
