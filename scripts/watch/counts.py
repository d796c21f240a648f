"""Counts of base and candidate, which repeat: no test is needed to tell them apart.

Every round of the candidate is compared with every round of the base, and all of them must lie on
one side of the threshold. Equals whose counts vary, by however much, come to lie so in no more than
one of 924 comparisons: that all six of one are above all six of the other.
"""

import math

import pandas as pd

from scripts.bench import registry

FEWEST = 6
TOO_FEW = f"less than {FEWEST} rounds do not show that the counts repeat"


def are_of(benchmark: str) -> bool:
    """Tell whether what a benchmark is judged by is a count that repeats."""
    return registry.benchmark(benchmark).is_count


def bounds(both: pd.DataFrame) -> tuple[float, float]:
    """Return the least and the largest ratio of any round's `value` to any round's `base`.

    NaN where there are too few rounds.
    """
    if len(both) < FEWEST:
        return math.nan, math.nan
    return both.value.min() / both.base.max(), both.value.max() / both.base.min()
