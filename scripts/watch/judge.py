"""Is the candidate slower than the base? Each headline judged by its paired rounds.

What is judged is a cost: seconds, bytes, or, of what is better the more there is, its inverse. The
candidate is `slower` where the cost's median ratio is shown to lie beyond 1 + the threshold: by the
exact sign test, one-sided, with Holm's correction for the number of headlines, so that a whole
comparison of equals raises a false alarm no more often than 1 - confidence. It is `no slower` where
the ratio's interval ends below 1 + the threshold, `faster` where it is shown to lie below 1 - the
threshold, and `undecided` else. Counts are judged by all of their ratios instead (counts.py), and
by a threshold of their own. One that fails where the base does not is `failed`.
"""

import math
from typing import Any

import numpy as np
import pandas as pd
import scipy

from scripts.bench import registry
from scripts.stats import intervals
from scripts.stats.pairs import paired_rounds
from scripts.watch import counts
from scripts.watch.entries import BASE, CANDIDATE, ENTRIES
from scripts.watch.limits import Limits

SLOWER, FASTER, NO_SLOWER = "slower", "faster", "no slower"
UNDECIDED, FAILED = "undecided", "failed"
# What a comparison ends in: the exit code of `scripts.watch.tell`.
CODES = {SLOWER: 1, FAILED: 1, UNDECIDED: 2, NO_SLOWER: 0, FASTER: 0}
KEYS = ["model", "build", "mode", "job", "benchmark", "metric", "unit"]
COLUMNS = [
    *KEYS, "n", BASE, CANDIDATE, "ratio", "ratio_low", "ratio_high", "threshold",
    "p_slower", "p_faster", "state", "note",
]  # fmt: skip


def pairs(counted: pd.DataFrame) -> dict[tuple[str, ...], pd.DataFrame]:
    """Return the rounds that both entries have of each headline, by the values of `KEYS`.

    The columns are `value`, of the candidate, and `base`.
    """
    counted = counted[counted.metric == counted.benchmark.map(registry.headlines())]
    watched = counted[counted.engine.isin(ENTRIES)]
    found = {}
    for key, group in watched.groupby(KEYS, sort=False):
        both = paired_rounds(*(group[group.engine == name] for name in (CANDIDATE, BASE)))
        if len(both):
            found[key] = both
    return found


def costs(benchmark: str, both: pd.DataFrame) -> np.ndarray:
    """Return each round's cost of the candidate as a multiple of the base's."""
    value, base = both.value.to_numpy(), both.base.to_numpy()
    if registry.benchmark(benchmark).is_more_better:
        value, base = base, value
    return intervals.paired(value, base)


def table(counted: pd.DataFrame, limits: Limits) -> pd.DataFrame:
    """Return a row for each headline of each build, mode and job that both entries have."""
    rows = [row(key, both, limits) for key, both in pairs(counted).items()]
    tested = [line for line in rows if not counts.are_of(line["benchmark"])]
    for column in ("p_slower", "p_faster"):
        corrected = intervals.holm([line[column] for line in tested])
        for line, value in zip(tested, corrected, strict=True):
            line[column] = value
    for line in rows:
        line["state"] = state(line, limits.confidence)
    return pd.DataFrame(rows, columns=COLUMNS)


def row(key: tuple[str, ...], both: pd.DataFrame, limits: Limits) -> dict[str, Any]:
    """Return the figures of one comparison, the p-values each of its own test alone."""
    named = dict(zip(KEYS, key, strict=True))
    benchmark = named["benchmark"]
    ratios, threshold = costs(benchmark, both), limits.of(benchmark)
    found = named | {
        "n": len(both),
        BASE: both.base.median(),
        CANDIDATE: both.value.median(),
        "ratio": float(np.median(ratios)),
        "threshold": threshold,
    }
    if counts.are_of(benchmark):
        (low, high), few = counts.bounds(both), counts.TOO_FEW
        p_values = {"p_slower": math.nan, "p_faster": math.nan}
    else:
        low, high = intervals.exact_interval(ratios, limits.confidence)
        few = "too few rounds for an interval"
        p_values = {
            "p_slower": beyond(ratios, 1 + threshold, "greater"),
            "p_faster": beyond(ratios, 1 - threshold, "less"),
        }
    note = "" if np.isfinite(low) else few
    return found | {"ratio_low": low, "ratio_high": high, **p_values, "note": note}


def beyond(ratios: np.ndarray, limit: float, side: str) -> float:
    """Return the exact one-sided p-value of a median that is not on that side of a limit."""
    return float(scipy.stats.quantile_test(ratios, q=limit, p=0.5, alternative=side).pvalue)


def state(line: dict[str, Any], confidence: float) -> str:
    """Return what one comparison ends in, from the corrected p-values and its interval."""
    if counts.are_of(line["benchmark"]):
        is_slower = line["ratio_low"] > 1 + line["threshold"]
        is_faster = line["ratio_high"] < 1 - line["threshold"]
    else:
        is_slower, is_faster = (line[name] <= 1 - confidence for name in ("p_slower", "p_faster"))
    if is_slower or is_faster:
        return SLOWER if is_slower else FASTER
    return NO_SLOWER if line["ratio_high"] < 1 + line["threshold"] else UNDECIDED


def failures(jobs: list[dict[str, Any]], limits: Limits) -> pd.DataFrame:
    """Return a row for each entry that a job could not measure, with the reason.

    Where the base failed nothing is known of the candidate.
    """
    lost: dict[tuple[str, ...], dict[str, str]] = {}
    for job in jobs:
        for line in job["skipped"]:
            if line["engine"] in ENTRIES:
                key = (job["model"], line["build"], line["mode"], job["mode"], job["benchmark"])
                lost.setdefault(key, {})[line["engine"]] = line["reason"]
    rows = [
        dict(zip(["model", "build", "mode", "job", "benchmark"], key, strict=True))
        | {
            "n": 0,
            "threshold": limits.of(key[-1]),
            "state": UNDECIDED if BASE in reasons else FAILED,
            "note": "; ".join(f"{name}: {reason}" for name, reason in reasons.items()),
        }
        for key, reasons in lost.items()
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def overall(states: list[str]) -> str:
    """Return what the comparison as a whole ends in; `undecided` where nothing was compared."""
    order = [FAILED, SLOWER, UNDECIDED, FASTER, NO_SLOWER]
    return min(states, key=order.index) if states else UNDECIDED
