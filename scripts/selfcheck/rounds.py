"""The self-check's real runs: a contender against itself, and slowed against not slowed."""

import random
from typing import Any

import pandas as pd

from scripts.bench import registry
from scripts.bench.harness import Harness
from scripts.bench.rounds import Limits, Rounds
from scripts.bench.spawning import RunError
from scripts.stats import intervals

SLOW_DOWN = 0.05
EQUALS = PLAIN, TWIN = "plain", "twin"
SLOW = WRAPPED, SLOWED = "wrapped", "slowed"
# With one alarm in so many windows the rate's interval at 99 % ends below `ALARM_LIMIT`.
WINDOWS = 150
# Rounds go on until the interval is as narrow as the slow-down that is to be found.
SLOW_LIMITS = Limits(2, min_rounds=60, max_rounds=300, ratio_width=SLOW_DOWN, budget_seconds=300)
EQUALS_SECONDS = 1200


def window_rounds(confidence: float) -> int:
    """Return the rounds of a window: a few more than an interval needs, as benchmarks have."""
    return intervals.fewest(confidence) + 2


def equals_limits(confidence: float) -> Limits:
    """Return when the comparison of equals ends: after all windows or at the end of its time."""
    length = window_rounds(confidence)
    return Limits(2, length, WINDOWS * length, ratio_width=0.0, budget_seconds=EQUALS_SECONDS)


def equals(record: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the two equal entries, as records of contenders by name."""
    return dict.fromkeys(EQUALS, record)


def slow(record: dict[str, Any], burn: str) -> dict[str, dict[str, Any]]:
    """Return the entry that burns nothing and the one that burns, as records by name."""
    return {
        name: record | {"command": [burn, percent, *record["command"]]}
        for name, percent in zip(SLOW, ("0", f"{100 * SLOW_DOWN:g}"), strict=True)
    }


def measure(
    harness: Harness, contenders: dict[str, dict], limits: Limits, confidence: float, seed: int
) -> tuple[pd.DataFrame, str]:
    """Measure entries, the first of which is the baseline; return wall times and why it stopped.

    The times are seconds, a row a round after the warm-up, a column an entry.

    Raises:
        RunError: one of the entries failed.
    """
    benchmark, baseline = registry.benchmark("cold_start"), next(iter(contenders))
    job = Rounds(
        contenders=contenders,
        measure=lambda record: benchmark.measure(harness, record),
        headline=benchmark.headline,
        baseline=baseline,
        confidence=confidence,
        limits=limits,
        order=random.Random(f"{seed} selfcheck {baseline}"),
    )
    reason = job.run()
    for name, error in job.failed.items():
        raise RunError(f"the entry {name} {error}")
    table = pd.DataFrame(job.samples)
    kept = table[(table.metric == benchmark.headline) & (table.warmup == 0)]
    return kept.pivot(index="round", columns="contender", values="value"), reason
