"""From the samples of the deployment's benchmarks to estimates, a row each."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from scripts.deployment import hosts, registry, service
from scripts.deployment.bench import at, level
from scripts.deployment.benchmarks import density
from scripts.deployment.slope import slope
from scripts.stats import intervals, pairs
from scripts.stats.percentiles import needed

NAMES = ["model", "weights", "build", "policy", "contender", "benchmark"]
COLUMNS = [
    *NAMES, "metric", "unit", "n", "value", "ci_low", "ci_high", "baseline", "ratio", "ratio_low",
    "ratio_high", "margin", "verdict", "note",
]  # fmt: skip
PERCENTILES = {"p50": 50.0, "p90": 90.0, "p99": 99.0, "p99.9": 99.9}
GIB = 1024.0  # MiB


def table(
    samples: pd.DataFrame, listed: list[dict[str, str]], confidence: float, margin: float
) -> pd.DataFrame:
    """Return the estimates of one job.

    Args:
        samples: of measure.py, not empty.
        listed: the job's hosts.
        confidence: the level of the intervals.
        margin: figures are the same within 1 ± this.
    """
    rows: list[dict[str, Any]] = []
    benchmark = registry.every()[samples.benchmark.iloc[0]]
    # In the order of the config, whatever order the first round had.
    rows_by_name = {row["contender"]: row for row in listed}
    order = {name: place for place, name in enumerate(rows_by_name)}
    samples = samples.sort_values("contender", key=lambda names: names.map(order), kind="stable")
    for names, own in samples.groupby(NAMES, sort=False):
        named = dict(zip(NAMES, names, strict=True))
        baseline = hosts.baseline(rows_by_name[named["contender"]], listed)
        base = samples[samples.contender == baseline]
        for (metric, unit), group in own.groupby(["metric", "unit"], sort=False):
            if level(metric)[0] in benchmark.pooled:
                found = percentiles(group.value.to_numpy(), metric)
            else:
                found = [{"metric": metric} | alone(group, confidence)]
                if said := service.remark(named["policy"], metric):
                    found[0]["note"] = said
                found[0] |= against(group, base[base.metric == metric], named, confidence, margin)
            rows += [named | {"unit": unit} | row for row in found]
        for metric in sorted(benchmark.slopes):
            rows += [named | row for row in slopes(own, metric, confidence)]
    return pd.DataFrame(rows, columns=COLUMNS)


def alone(group: pd.DataFrame, confidence: float) -> dict[str, Any]:
    """Return what the rounds say of a metric's median; those that found none do not count."""
    reached = group.value.dropna()
    if len(reached) < len(group):
        # What was not reached lies beyond all that was measured.
        median = float(group.value.fillna(np.inf).median())
        note = f"was reached in {len(reached)} of {len(group)} rounds"
        found = {"value": median} if np.isfinite(median) else {}
        return {"n": len(reached) if found else 0, **found, "note": note}
    found = intervals.estimate(group.value.to_numpy(), confidence)
    few = f"too few rounds for an interval: {100 * confidence:g} % needs "
    note = f"{few}{intervals.fewest(confidence)}" if np.isnan(found.ci_low) else ""
    bounds = {"ci_low": found.ci_low, "ci_high": found.ci_high}
    return {"n": found.n, "value": found.median, **bounds, "note": note}


def against(
    group: pd.DataFrame, base: pd.DataFrame, named: dict[str, str], confidence: float, margin: float
) -> dict[str, Any]:
    """Return the columns that compare a host with its baseline; empty where they cannot be."""
    if base.empty or base.contender.iloc[0] == named["contender"]:
        return {}
    both = pairs.paired_rounds(group, base)
    if both.empty or both.isna().any(axis=None) or not (both.base > 0).all():
        return {}
    found = intervals.ratio(both.value.to_numpy(), both.base.to_numpy(), confidence)
    return pairs.compared(base.contender.iloc[0], found, margin)


def percentiles(values: np.ndarray, metric: str) -> Iterator[dict[str, Any]]:
    """Yield a row for each percentile of single requests, those of all rounds pooled.

    Without an interval: requests of one load are alike, so that not they are independent. One that
    so few requests cannot carry has no value.
    """
    name, at_level = level(metric)
    for told, percentile in PERCENTILES.items():
        full = f"{told}_{name}" if at_level is None else at(f"{told}_{name}", at_level)
        row: dict[str, Any] = {"metric": full, "n": len(values)}
        least = needed(percentile)
        if len(values) >= least:
            yield row | {"value": float(np.percentile(values, percentile)), "note": ""}
        else:
            yield row | {"note": f"too few requests: {len(values)} of at least {least}"}


def slopes(own: pd.DataFrame, metric: str, confidence: float) -> Iterator[dict[str, Any]]:
    """Yield what one more action adds to a metric, and how many of them fit into a GiB."""
    parted = own.metric.map(level)
    points = own[[name == metric and at_level is not None for name, at_level in parted]]
    x = [level(name)[1] for name in points.metric]
    if len(set(x)) < 2:
        return
    found = slope(x, points.value, confidence)
    note = "too few points for an interval" if np.isnan(found.low) else ""
    row = {"n": len(x), "note": note}
    bounds = {"value": found.slope, "ci_low": found.low, "ci_high": found.high}
    yield row | {"metric": f"{metric}_per_action", "unit": "MiB"} | bounds
    if metric == density.AT_WORK and found.slope > 0:
        fit = {"value": GIB / found.slope, "ci_low": GIB / found.high}
        fit["ci_high"] = GIB / found.low if found.low > 0 else float("nan")
        yield row | {"metric": "actions_per_gib", "unit": "1"} | fit
