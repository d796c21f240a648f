"""Rule script: the samples of a mode's benchmarks as one table of estimates."""

from typing import Any

import numpy as np
import pandas as pd

from scripts.bench import registry
from scripts.common import errors, files
from scripts.stats import command, intervals, pairs, samples
from scripts.stats.percentiles import needed

NAMES = ["model", "weights", "build", "engine", "mode", "contender", "benchmark", "metric", "unit"]
COLUMNS = [
    *NAMES, "n", "median", "mad", "ci_low", "ci_high", "minimum", "maximum", "outliers",
    "baseline", "ratio", "ratio_low", "ratio_high", "margin", "verdict", "note",
]  # fmt: skip
PERCENTILES = {"p90": 90.0, "p99": 99.0, "p99.9": 99.9}


def table(counted: pd.DataFrame, baseline: str, confidence: float, margin: float) -> pd.DataFrame:
    """Return a row for each contender, benchmark and metric of the samples that count."""
    rows = []
    for names, group in counted.groupby(NAMES, sort=False, dropna=False):
        named = dict(zip(NAMES, names, strict=True))
        if named["metric"] == registry.benchmark(named["benchmark"]).pooled:
            rows += percentiles(group, named)
            continue
        row = named | alone(group, named["benchmark"], confidence)
        if named["contender"] != baseline:
            row |= against(counted, group, named, baseline, confidence, margin)
        rows.append(row)
    return pd.DataFrame(rows, columns=COLUMNS)


def alone(group: pd.DataFrame, benchmark: str, confidence: float) -> dict[str, Any]:
    """Return the columns of one metric by itself: what its rounds say of their median."""
    found = vars(intervals.estimate(pairs.per_round(group).to_numpy(), confidence))
    if registry.benchmark(benchmark).headline is None:
        return found | {"ci_low": found["median"], "ci_high": found["median"], "note": ""}
    return found | {"note": too_few(confidence) if np.isnan(found["ci_low"]) else ""}


def too_few(confidence: float) -> str:
    """Say why there is no interval."""
    least = intervals.fewest(confidence)
    return f"too few rounds for an interval: {100 * confidence:g} % needs {least}"


def percentiles(group: pd.DataFrame, named: dict[str, str]) -> list[dict[str, Any]]:
    """Return a row for each percentile of single inferences, those of all processes pooled.

    Without an interval: inferences of one process are alike, so that not they but the processes are
    independent, and from about ten of those no bootstrap keeps its level.
    """
    values = group.value.to_numpy()
    rows = []
    for metric, percentile in PERCENTILES.items():
        row = named | {"metric": metric, "n": len(values), "note": ""}
        least = needed(percentile)
        if len(values) >= least:
            row |= {"median": np.percentile(values, percentile), "maximum": values.max()}
        else:
            row["note"] = f"too few inferences for {metric}: {len(values)} of at least {least}"
        rows.append(row)
    return rows


def against(
    counted: pd.DataFrame,
    group: pd.DataFrame,
    named: dict[str, str],
    baseline: str,
    confidence: float,
    margin: float,
) -> dict[str, Any]:
    """Return the columns that compare a contender with the baseline; empty where they cannot be."""
    benchmark = registry.benchmark(named["benchmark"])
    metric = benchmark.base_metrics.get(named["metric"], named["metric"])
    wanted = {key: named[key] for key in ("model", "weights", "benchmark")}
    wanted |= {"contender": baseline, "metric": metric}
    base = counted[(counted[list(wanted)] == pd.Series(wanted)).all(axis=1)]
    if base.empty or named["unit"] == "%":
        return {}
    if benchmark.headline is None:
        found = intervals.exact(group.value.iloc[0], base.value.iloc[0])
    else:
        both = pairs.paired_rounds(group, base)
        # Rounds are not picked by what they show: where it is zero in some, there is no ratio.
        if both.empty or not (both.base > 0).all():
            return {"note": "the baseline's figure is not positive in every round"}
        found = intervals.ratio(both.value.to_numpy(), both.base.to_numpy(), confidence)
    return pairs.compared(baseline, found, margin)


def missing(jobs: list[dict[str, Any]]) -> pd.DataFrame:
    """Return a row, without figures, for each contender that a benchmark has none of, and why."""
    rows = [
        {**{key: row[key] for key in NAMES if key in row}, "n": 0, "note": row["reason"]}
        for job in jobs
        for row in job["skipped"]
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def main(argv: list[str] | None = None) -> int:
    """Write results/{mode}.csv."""
    parser = command.parser(__doc__)
    parser.add_argument("--baseline", required=True)
    args = parser.parse_args(argv)
    counted = command.counted(args.samples)
    found = table(counted, args.baseline, args.confidence, args.margin)
    skipped = missing([samples.record(path) for path in args.samples])
    result = pd.concat([found, skipped]) if len(skipped) else found
    result = result.astype({"n": int}).replace({np.inf: np.nan})
    with files.atomic_write(args.out) as stream:
        result.to_csv(stream, index=False)
    return 0


if __name__ == "__main__":
    errors.run(main)
