"""Contenders compared round by round: what one round measured of both belongs together."""

from typing import Any

import pandas as pd

from scripts.bench import registry
from scripts.stats import intervals


def headlines(counted: pd.DataFrame) -> pd.DataFrame:
    """Return the samples of each benchmark's headline."""
    return counted[counted.metric == counted.benchmark.map(registry.headlines())]


def compared(baseline: str, found: intervals.Ratio, margin: float) -> dict[str, Any]:
    """Return the columns of a comparison."""
    return {
        "baseline": baseline,
        "ratio": found.ratio,
        "ratio_low": found.low,
        "ratio_high": found.high,
        "margin": margin,
        "verdict": found.verdict(margin),
    }


def per_round(group: pd.DataFrame) -> pd.Series:
    """Return one value a round: the median, where a round has several."""
    return group.groupby("round").value.median()


def paired_rounds(group: pd.DataFrame, base: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each round that both have: `value`, and `base`, that of the baseline."""
    return joined(per_round(group), per_round(base))


def joined(values: pd.Series, base: pd.Series) -> pd.DataFrame:
    """Return the same of one value a round of each."""
    return values.to_frame("value").join(base.rename("base"), how="inner")


def comparison(both: pd.DataFrame, baseline: str, level: float, margin: float) -> dict[str, Any]:
    """Return the columns of a comparison by paired rounds, and their number."""
    found = intervals.ratio(both.value.to_numpy(), both.base.to_numpy(), level)
    return {"n": len(both), **compared(baseline, found, margin)}
