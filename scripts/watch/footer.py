"""The last lines of the comment: how base and candidate were compared, and where."""

from typing import Any

import pandas as pd

from scripts.watch import counts
from scripts.watch.limits import Limits


def text(rows: pd.DataFrame, facts: dict[str, Any]) -> str:
    """Return how it was compared and where."""
    rounds = sorted({int(n) for n in rows.n if n})
    number = f"{rounds[0]} to {rounds[-1]}" if len(rounds) > 1 else ", ".join(map(str, rounds))
    counted = int(rows.benchmark.map(counts.are_of).sum())
    parts = [
        "*Cost* is the median of the rounds' ratios, candidate to base, of seconds, bytes or "
        "instructions; of runs a second its inverse.",
        by_tests(facts["limits"], len(rows) - counted) if counted < len(rows) else "",
        by_counts(facts["limits"]) if counted else "",
        f"Both ran in the same interleaved rounds ({number or 'none'}).",
        facts["machine"],
    ]
    return " ".join(filter(None, parts))


def by_tests(limits: Limits, number: int) -> str:
    """Return how so many figures that vary were compared."""
    threshold, level = 100 * limits.threshold, 100 * limits.confidence
    return (
        f"Slower or faster: shown to be more than {threshold:g} % off, "
        f"with {level:g} % confidence for all {number} comparisons together (exact sign tests, "
        f"Holm's correction). No slower: the ratio's {level:g} % interval ends below "
        f"{1 + threshold / 100:g}."
    )


def by_counts(limits: Limits) -> str:
    """Return how counts were compared."""
    return (
        "Instructions repeat and need no test: slower or faster stands for more or fewer of them, "
        f"by more than {100 * limits.count_threshold:g} % whichever two rounds are compared; the "
        "interval is from the least to the largest of these ratios."
    )
