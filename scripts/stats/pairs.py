"""Contenders compared round by round: what one round measured of both belongs together."""

from typing import Any

import pandas as pd

from scripts.stats import intervals


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
    return per_round(group).to_frame("value").join(per_round(base).rename("base"), how="inner")
