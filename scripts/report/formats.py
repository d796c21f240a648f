"""Estimates in the formats of other tools: Bencher, github-action-benchmark, hyperfine.

What these call a benchmark is a headline of a contender in a job; its name has all of that.
"""

from typing import Any

import pandas as pd

from scripts.bench import registry
from scripts.contenders.records import SELF_CHECK

# Bencher's own measures, and the units it takes them in; others are named after the benchmark.
LATENCY, THROUGHPUT = "latency", "throughput"
MEASURES = {"s": (LATENCY, 1e9), "1/s": (THROUGHPUT, 1.0)}


def headlines(estimates: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the headlines that were measured, the job they are of in `job`.

    Args:
        estimates: the rows of results/{mode}.csv, with that mode in the column `job`.
    """
    rows = estimates[
        (estimates.metric == estimates.benchmark.map(registry.headlines()))
        & (estimates["mode"] != SELF_CHECK)
    ]
    return rows[rows["median"].notna()]


def name(row: Any) -> str:
    """Return what a row is of."""
    return f"{row.model}/{row.job}/{row.benchmark}/{row.contender}"


def bencher(rows: pd.DataFrame) -> dict[str, Any]:
    """Return Bencher Metric Format: seconds in nanoseconds; bounds where there is an interval."""
    found = {}
    for row in rows.itertuples():
        measure, factor = MEASURES.get(row.unit, (row.benchmark.replace("_", "-"), 1.0))
        values = {"value": row.median, "lower_value": row.ci_low, "upper_value": row.ci_high}
        found[name(row)] = {
            measure: {key: factor * value for key, value in values.items() if value == value}
        }
    return found


def github_action(rows: pd.DataFrame, is_more_better: bool) -> list[dict[str, Any]]:
    """Return github-action-benchmark's custom format, of what is better one way or the other."""
    return [
        {
            "name": name(row),
            "unit": row.unit,
            "value": row.median,
            "range": "none" if row.ci_low != row.ci_low else f"{row.ci_low:g} to {row.ci_high:g}",
            "extra": f"median of {row.n:.0f} rounds; {row.weights} weights",
        }
        for row in rows.itertuples()
        if registry.benchmark(row.benchmark).is_more_better == is_more_better
    ]


def hyperfine(counted: pd.DataFrame) -> dict[str, Any]:
    """Return hyperfine's export of the cold starts, a command a contender, times in seconds.

    Args:
        counted: samples that count, the mode of their job in the column `job`.
    """
    starts = counted[(counted.benchmark == "cold_start") & (counted["mode"] != SELF_CHECK)]
    keys = ["model", "job", "benchmark", "contender"]
    return {"results": [timed(key, group) for key, group in starts.groupby(keys, sort=False)]}


def timed(key: tuple[str, ...], group: pd.DataFrame) -> dict[str, Any]:
    """Return one command of hyperfine's export."""
    of_round = group.pivot_table("value", "round", "metric")
    walls = of_round["wall"]
    return {
        "command": "/".join(key),
        "mean": walls.mean(),
        "stddev": walls.std() if len(walls) > 1 else None,
        "median": walls.median(),
        "user": of_round["user"].mean(),
        "system": of_round["sys"].mean(),
        "min": walls.min(),
        "max": walls.max(),
        "times": walls.tolist(),
        "exit_codes": [0] * len(walls),
    }
