"""Rule script: the samples of a mode's benchmarks as one table of estimates."""

import argparse
from typing import Any

import errors
import estimates
import files
import numpy as np
import pandas as pd

NAMES = ["model", "weights", "build", "engine", "mode", "contender", "benchmark", "metric", "unit"]
COLUMNS = [
    *NAMES, "n", "median", "mad", "ci_low", "ci_high", "minimum", "maximum", "outliers",
    "baseline", "ratio", "ratio_low", "ratio_high", "verdict", "note",
]  # fmt: skip
# Sizes do not vary: one value is exact.
EXACT = "size"


def table(samples: pd.DataFrame, baseline: str, confidence: float, seed: int) -> pd.DataFrame:
    """Return a row for each contender, benchmark and metric of the samples that count."""
    counted = samples[samples.warmup == 0]
    rows = []
    for names, group in counted.groupby(NAMES, sort=False, dropna=False):
        named = dict(zip(NAMES, names, strict=True))
        row = named | vars(estimates.estimate(group.value.to_numpy(), confidence, seed))
        row["note"] = ""
        if named["contender"] != baseline:
            row |= against(counted, group, named, baseline, confidence)
        rows.append(row)
    return pd.DataFrame(rows, columns=COLUMNS)


def against(
    counted: pd.DataFrame, group: pd.DataFrame, named: dict[str, str], baseline: str, level: float
) -> dict[str, Any]:
    """Return the columns that compare a contender with the baseline; empty where they cannot be."""
    same = (counted.benchmark == named["benchmark"]) & (counted.contender == baseline)
    metrics = [named["metric"]]
    if named["benchmark"] == EXACT and named["metric"] in ("wasm_optimised", "aot"):
        metrics = ["binary"]
    base = counted[same & counted.metric.isin(metrics)]
    if base.empty or named["unit"] == "%":
        return {}
    if named["benchmark"] == EXACT:
        found = estimates.exact(group.value.iloc[0], base.value.iloc[0])
    else:
        pairs = per_round(group).to_frame("a").join(per_round(base).rename("b"), how="inner")
        pairs = pairs[pairs.b > 0]
        if pairs.empty:
            return {"note": "the baseline's figure is zero"}
        found = estimates.ratio(pairs.a.to_numpy(), pairs.b.to_numpy(), level)
    note = "" if found.verdict else f"too few rounds for an interval at {100 * level:g} %"
    return {
        "baseline": baseline,
        "ratio": found.ratio,
        "ratio_low": found.low,
        "ratio_high": found.high,
        "verdict": found.verdict,
        "note": note,
    }


def per_round(group: pd.DataFrame) -> pd.Series:
    """Return one value a round: the median, where a round has several."""
    return group.groupby("round").value.median()


def missing(meta: list[dict[str, Any]]) -> pd.DataFrame:
    """Return a row, without figures, for each contender that a benchmark did not time, and why."""
    rows = [
        {**{key: row[key] for key in NAMES if key in row}, "n": 0, "note": row["reason"]}
        for job in meta
        for row in job["skipped"]
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def main(argv: list[str] | None = None) -> int:
    """Write results/{mode}.csv."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", required=True, nargs="+")
    parser.add_argument("--meta", required=True, nargs="+", help="how the jobs went")
    parser.add_argument("--baseline", required=True)
    parser.add_argument("--confidence", required=True, type=float)
    parser.add_argument("--seed", required=True, type=int)
    parser.add_argument("--out", required=True)
    args = parser.parse_args(argv)
    samples = pd.concat([pd.read_csv(path) for path in args.samples], ignore_index=True)
    found = table(samples, args.baseline, args.confidence, args.seed)
    skipped = missing([files.read_json(path) for path in args.meta])
    result = pd.concat([found, skipped]) if len(skipped) else found
    result = result.astype({"n": int}).replace({np.inf: np.nan})
    with files.atomic_write(args.out) as stream:
        result.to_csv(stream, index=False)
    return 0


if __name__ == "__main__":
    errors.run(main)
