"""Figures and comparisons in words. A winner is named only where the interval excludes 1."""

import math

import pandas as pd

MIB, SECOND_TO_MS = 2**20, 1e3


def figure(value: float, unit: str) -> str:
    """Return a figure with a readable unit: 0.25 s is `250 ms`, 12345678 B is `12.35 MB`."""
    if value is None or math.isnan(value):
        return "missing"
    if unit == "s" and abs(value) < 1:
        return f"{significant(value * SECOND_TO_MS)} ms"
    if unit == "B":
        return f"{value / 1e6:.2f} MB"
    if unit == "1/s":
        return f"{significant(value)} /s"
    return f"{significant(value)} {unit}"


def significant(value: float, digits: int = 3) -> str:
    """Return a number with that many significant digits, never in powers of ten."""
    if value == 0:
        return "0"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:.{decimals}f}"


def interval(row: pd.Series) -> str:
    """Return a figure's interval, in the unit of its median."""
    if row.ci_low == row.ci_high:
        return "exact" if row.benchmark == "size" else "no spread"
    return f"{figure(row.ci_low, row.unit)} to {figure(row.ci_high, row.unit)}"


def ratio(row: pd.Series) -> str:
    """Return a ratio with its interval; says so where there is none, or no difference."""
    if math.isnan(row.ratio):
        return "1 (baseline)" if not row.baseline else "missing"
    if math.isnan(row.ratio_low):
        return f"{row.ratio:.2f} (too few rounds for an interval)"
    if row.ratio_low == row.ratio_high:
        return f"{row.ratio:.3f}"
    text = f"{row.ratio:.2f} ({row.ratio_low:.2f} to {row.ratio_high:.2f})"
    return f"{text}, no difference found" if row.verdict == "no difference" else text


def times(value: float) -> str:
    """Return a factor: `2.8x`, `0.53x`."""
    return f"{value:.2f}x" if value < 10 else f"{value:.0f}x"


# What `more` of a metric means to a reader.
SENSES = {
    "wall": ("slower", "faster"),
    "real": ("slower", "faster"),
    "p50": ("slower", "faster"),
    "peak_rss": ("heavier", "lighter"),
    "runs_per_second": ("faster", "slower"),
}


def verdict(row: pd.Series) -> str:
    """Return the word for a comparison; without an interval that excludes 1 nobody wins."""
    more, less = SENSES[row.metric]
    words = {"more": more, "less": less, "no difference": "no difference found"}
    return words.get(row.verdict, "not decided, too few rounds")


def compared(row: pd.Series, baseline: str) -> str:
    """Say how a contender compares with the baseline in one metric, with the ratio's interval."""
    bounds = f" ({row.ratio_low:.2f} to {row.ratio_high:.2f})" if row.verdict else ""
    return f"{verdict(row)}: {row.ratio:.2f}x {baseline}{bounds}"
