"""Figures and comparisons in words: different, the same, or undecided, as the interval allows."""

import math

import pandas as pd

from scripts.bench import registry
from scripts.stats import intervals

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


def readable(unit: str) -> tuple[float, str]:
    """Return what figures of a unit are multiplied with where they are drawn, and their unit."""
    return (SECOND_TO_MS, "ms") if unit == "s" else (1.0, unit)


def significant(value: float, digits: int = 3) -> str:
    """Return a number with that many significant digits, never in powers of ten."""
    if value == 0:
        return "0"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:.{decimals}f}"


def capital(text: str) -> str:
    """Return a text as it begins a sentence."""
    return text[:1].upper() + text[1:]


def interval(row: pd.Series) -> str:
    """Return a figure's interval, in the unit of its median; says so where there is none."""
    if registry.benchmark(row.benchmark).headline is None:
        return "exact"
    if math.isnan(row.ci_low):
        return "too few rounds"
    return f"{figure(row.ci_low, row.unit)} to {figure(row.ci_high, row.unit)}"


# What a part of a run takes that is not more than what it is taken apart from.
TOO_LITTLE = "too little to tell"


def part(milliseconds: float, unit: str = "") -> str:
    """Return what a part of a run takes; nothing that was measured takes no time."""
    return f"{significant(milliseconds)}{unit}" if milliseconds > 0 else TOO_LITTLE


def file(row: pd.Series, quote: str = "") -> str:
    """Return what a file of the benchmark `size` is called: compiled, it is also its engine's.

    `quote` is put around the build's name.
    """
    name = f"{quote}{row.build}{quote}, {registry.benchmark('size').metrics[row.metric]}"
    return f"{name} with {row.engine}" if row.metric == "aot" else name


def estimate(row: pd.Series) -> str:
    """Return a figure and its interval."""
    return f"{figure(row['median'], row.unit)} ({interval(row)})"


def other(row: pd.Series | None) -> str:
    """Return another metric's figure; says so where its samples are too few to carry it."""
    if row is None:
        return "missing"
    if math.isnan(row["median"]):
        return f"too few ({row.n:.0f})"
    return figure(row["median"], row.unit)


def ratio(row: pd.Series) -> str:
    """Return a ratio with its interval; says so where there is none, or no difference is shown."""
    if math.isnan(row.ratio):
        return "1 (baseline)" if not row.baseline else "missing"
    if math.isnan(row.ratio_low):
        return f"{factor(row.ratio)}, undecided (too few rounds for an interval)"
    if row.ratio_low == row.ratio_high:
        return f"{row.ratio:.3f}" if row.ratio >= SMALL else factor(row.ratio)
    text = f"{factor(row.ratio)} ({bounds(row)})"
    if row.verdict in intervals.DIFFERENT:
        return text + within(row)
    return f"{text}, {row.verdict}"


def bounds(row: pd.Series) -> str:
    """Return a ratio's interval, with the digits it takes to see on which side of 1 it is."""
    low, high = row.ratio_low, row.ratio_high
    hidden = [end for end in (low, high) if end != 1 and f"{end:.2f}" == "1.00"]
    if not hidden:
        return f"{factor(low)} to {factor(high)}"
    digits = next((n for n in (4, 6) if all(float(f"{end:.{n}f}") != 1 for end in hidden)), 9)
    return f"{low:.{digits}f} to {high:.{digits}f}"


def within(row: pd.Series) -> str:
    """Say that a difference is a small one, where its interval lies within the margin."""
    found = intervals.Ratio(row.ratio, row.ratio_low, row.ratio_high)
    return f", within the margin of {100 * row.margin:g} %" if found.within(row.margin) else ""


def times(value: float) -> str:
    """Return a factor: `2.8x`, `0.53x`."""
    return f"{factor(value)}x" if value < 10 else f"{value:.0f}x"


# Below this two decimals hide what a ratio is.
SMALL = 0.1


def factor(value: float) -> str:
    """Return a ratio with two decimals, or two significant digits where it is small."""
    return f"{value:.2f}" if value >= SMALL else significant(value, 2)


# What `more` of a metric means to a reader.
SENSES = {
    "wall": ("slower", "faster"),
    "real": ("slower", "faster"),
    "p50": ("slower", "faster"),
    "peak_rss": ("heavier", "lighter"),
}


def verdict(row: pd.Series) -> str:
    """Return the word for a comparison; where the interval includes 1 nobody wins."""
    if row.verdict in intervals.DIFFERENT:
        more, less = SENSES[row.metric]
        return (more if row.verdict == intervals.MORE else less) + within(row)
    return row.verdict


def compared(row: pd.Series, baseline: str) -> str:
    """Say how a contender compares with the baseline in one metric, with the ratio's interval."""
    return f"{verdict(row)}: {factor(row.ratio)}x {baseline} ({bounds(row)})"
