"""How sure counts are: exact intervals of shares, and exact tests of pairs."""

import scipy


def interval(count: int, n: int, level: float) -> tuple[float, float]:
    """Return the interval of a share, from 0 to 1, by Clopper and Pearson."""
    found = scipy.stats.binomtest(count, n).proportion_ci(level, method="exact")
    return float(found.low), float(found.high)


def mcnemar(only_one: int, only_other: int) -> float:
    """Return the exact p-value of two that answered the same, of where one alone is right."""
    changed = only_one + only_other
    return scipy.stats.binomtest(only_one, changed).pvalue if changed else 1.0
