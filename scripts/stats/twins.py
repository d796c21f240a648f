"""The baseline against itself: what two entries of one program differ by.

Both entries are the same program, in every job, so its rounds add up. The tests are as many as the
rows: their p-values are corrected for that by Holm's method, or every tenth report would
raise a false alarm. With fewer rounds than `n_needed` no difference is beyond chance then.
"""

from typing import Any

import numpy as np
import pandas as pd

from scripts.contenders.records import TWIN
from scripts.stats import intervals, verdicts
from scripts.stats.pairs import compared, headlines, paired_rounds

COLUMNS = [
    "model", "benchmark", "metric", "contender", "n", "baseline",
    "ratio", "ratio_low", "ratio_high", "margin", "verdict",
    "p_value", "p_holm", "n_needed", "state",
]  # fmt: skip


def ratios(chosen: pd.DataFrame, baseline: str) -> dict[tuple[str, str, str], np.ndarray]:
    """Return the ratio of the baseline's second entry to its first in each round.

    The keys are (model, benchmark, metric).
    """
    found: dict[tuple[str, str, str], list[np.ndarray]] = {}
    keys = ["model", "benchmark", "metric"]
    for (*key, _), group in chosen.groupby([*keys, "job"], sort=False):
        entries = (group[group.contender == name] for name in (baseline + TWIN, baseline))
        both = paired_rounds(*entries)
        if len(both):
            found.setdefault(tuple(key), []).append((both.value / both.base).to_numpy())
    return {key: np.concatenate(jobs) for key, jobs in found.items()}


def table(counted: pd.DataFrame, baseline: str, level: float, margin: float) -> pd.DataFrame:
    """Return a row for each model and benchmark whose samples hold both entries."""
    return of_metrics(headlines(counted), baseline, level, margin)


def of_metrics(chosen: pd.DataFrame, baseline: str, level: float, margin: float) -> pd.DataFrame:
    """Return a row for each model, benchmark and metric of samples that hold both entries."""
    pooled = ratios(chosen, baseline)
    p_values = [intervals.sign_test(values) for values in pooled.values()]
    rows = [
        row(*key, values, baseline, level, margin, p_value, p_holm)
        | {"n_needed": intervals.fewest(level, len(pooled))}
        for (key, values), p_value, p_holm in zip(
            pooled.items(), p_values, intervals.holm(p_values), strict=True
        )
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def row(
    model: str,
    benchmark: str,
    metric: str,
    values: np.ndarray,
    baseline: str,
    level: float,
    margin: float,
    p_value: float,
    p_holm: float,
) -> dict[str, Any]:
    """Return the comparison of two entries in one metric, and what it ends in."""
    found = intervals.ratio(values, np.ones(len(values)), level)
    return {
        "model": model,
        "benchmark": benchmark,
        "metric": metric,
        "contender": baseline + TWIN,
        "n": len(values),
        **compared(baseline, found, margin),
        "p_value": p_value,
        "p_holm": p_holm,
        "state": verdicts.of_equals(found, margin, differs=p_holm <= 1 - level),
    }
