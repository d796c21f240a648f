"""Whether the machine was as fast in one job as in the others: each is measured by itself.

What takes the same in every job of a benchmark, whatever its model or photograph, tells; and when
jobs began tells whether what drifts with time is taken for what grows with size.
"""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from scripts.contenders import records
from scripts.scaling import sentences, tables
from scripts.stats import intervals

# By benchmark: the metric, whose it is, and what it is called. A second entry of the native build
# stands for its model's inference, which all photographs have in common.
STEADY = {
    "cold_start": ("wall", records.noop()["contender"], "a process that does nothing"),
    "phases": ("infer", records.TWIN, "the inference of one and the same model"),
}
# Of fewer jobs the median is no measure for each.
FEWEST = 3


def points(counted: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """Return a row of results/scaling.csv for what takes the same in every job, of each job."""
    rows, checks = [], counted[counted["mode"] == records.SELF_CHECK]
    for benchmark, (metric, whose, _) in STEADY.items():
        chosen = checks[(checks.benchmark == benchmark) & (checks.metric == metric)]
        chosen = chosen[chosen.contender.str.endswith(whose)]
        rows += [tables.alone(own, confidence) for _, own in chosen.groupby("job", sort=False)]
    return pd.DataFrame(rows, columns=tables.COLUMNS)


def told(table: pd.DataFrame, margin: float) -> Iterator[str]:
    """Yield in which jobs the machine was slower or faster than in most of the same benchmark.

    Args:
        table: results/scaling.csv.
        margin: figures are the same within 1 ± this.
    """
    for benchmark, (metric, _, words) in STEADY.items():
        own = table[(table["mode"] == records.SELF_CHECK) & (table.benchmark == benchmark)]
        own = own[(own.metric == metric) & own.ci_low.notna()]
        if len(own) < FEWEST:
            continue
        middle = own["median"].median()
        for _, row in own.iterrows():
            found = intervals.Ratio(*(row[["median", "ci_low", "ci_high"]] / middle))
            if found.verdict(margin) in intervals.DIFFERENT and not found.within(margin):
                slower = found.ratio > 1
                took = sentences.figures([row["median"], row.ci_low, row.ci_high], row.unit)
                yield (
                    f"The machine was {'slower' if slower else 'faster'} in {benchmark} of "
                    f"{tables.place(row)}: {words} took {took}, {found.ratio:.2f} times the median "
                    f"of these {len(own)} jobs; its points may lie "
                    f"{'higher' if slower else 'lower'} for that."
                )


def order(jobs: list[dict[str, Any]], models: list[dict[str, Any]]) -> dict[str, float]:
    """Return how the begin of a benchmark's jobs goes with their size, by its `kind`.

    It is the rank correlation, from -1 to 1, with the models' multiply-adds or the photographs'
    pixels. Benchmarks whose jobs have fewer than two sizes, or began at one time, are left out.
    """
    work = {model["name"]: model["multiply_adds"] for model in models}
    began: dict[str, list[tuple[str, float]]] = {}
    for job in jobs:
        size = job.get("megapixels", work[job["model"]])
        began.setdefault(job["kind"], []).append((job["host"]["date"], size))
    found = {}
    for kind, rows in began.items():
        ranks = pd.DataFrame(rows, columns=["date", "size"]).rank()
        if ranks.nunique().min() > 1:
            found[kind] = ranks.date.corr(ranks["size"])
    return found
