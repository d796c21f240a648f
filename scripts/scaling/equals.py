"""The scaling's self-check: the native build against itself, over all models and photographs."""

import numpy as np
import pandas as pd
import scipy

from scripts.scaling import tables
from scripts.stats import intervals, twins, verdicts

# What the rounds of a row are of, where a row of the report's self-check names a model.
MODELS, PHOTOGRAPHS = "models", "photographs"
COLUMNS = [*twins.COLUMNS, "jobs", "differing", "differing_in", "in_doubt"]


def table(counted: pd.DataFrame, baseline: str, confidence: float, margin: float) -> pd.DataFrame:
    """Return a row for each metric that lines are laid through, as twins.csv has them.

    The rounds of all models add up, and those of all photographs: by themselves they are too few.
    What is in a few of them alone is lost in that: `differing` tells how many of the `jobs` have an
    interval of their own, not corrected for their number, that excludes 1 and does not lie within
    the margin, `differing_in` which, and `in_doubt` whether these are more than by chance.

    Args:
        counted: the samples that count; `job` says which job each is of, `pixels` is NaN where the
            photograph is not of the scaling.
        baseline: the contender that each job measures twice.
        confidence: the level of the intervals and tests.
        margin: equals must be the same within 1 ± this.
    """
    chosen = tables.drawn(counted)
    chosen = chosen.assign(model=np.where(chosen.pixels.isna(), MODELS, PHOTOGRAPHS))
    found = twins.of_metrics(chosen, baseline, confidence, margin)
    keys, rows = ["model", "benchmark", "metric"], []
    for row in found.to_dict("records"):
        same = chosen[(chosen[keys] == [row[key] for key in keys]).all(axis=1)]
        alone = twins.of_metrics(same.assign(model=same.job), baseline, confidence, margin)
        differs = alone.verdict.isin(intervals.DIFFERENT) & (alone.state != verdicts.PASSED)
        names = alone.model[differs]
        told = {"jobs": len(alone), "differing": len(names), "differing_in": "; ".join(names)}
        chance = scipy.stats.binom.sf(len(names) - 1, len(alone), 1 - confidence)
        rows.append(row | told | {"in_doubt": chance <= 1 - confidence})
    return pd.DataFrame(rows, columns=COLUMNS)
