"""Whom a contender is not told apart from: what a superlative must say with it."""

import pandas as pd

from scripts.report.inputs import Data

# So many are named; of more their number says enough.
FEW = 3
RATIO = ("ratio_low", "ratio_high")


def rivals(
    row: pd.Series,
    others: pd.DataFrame,
    bounds: tuple[str, str] = RATIO,
    data: Data | None = None,
) -> str:
    """Say which others a row that was picked for its figure is not told apart from.

    Two of one job are apart where the interval of their own ratio excludes 1; where nothing pairs
    them, where the intervals of both, in the columns `bounds`, do not meet. A missing bound
    compares false, so it tells nothing apart.

    Args:
        row: with `contender`, and of `data` with `benchmark` and the `job`.
        others: the same of the others; what is `shown` of them, where it is another name.
        bounds: the columns of the interval.
        data: has the ratios of pairs; None where the figures are no headline's.
    """
    low, high = bounds
    apart = (others[low] > row[high]) | (others[high] < row[low])
    if data is not None:
        known = paired(data, row)
        same_job = others["job"] == row["job"]
        apart = apart.where(~(same_job & others.contender.isin(known)), others.contender.map(known))
    shown = others.get("shown", others.contender)
    names = [f"`{name}`" for name in dict.fromkeys(shown[~apart.astype(bool)])]
    said = ", ".join(names) if len(names) <= FEW else f"{len(names)} others"
    return f" (not told apart from {said})" if names else ""


def paired(data: Data, row: pd.Series) -> dict[str, bool]:
    """Return whether each contender that shares rounds with a row's is told apart from it."""
    pairs = data.pairs[(data.pairs.job == row["job"]) & (data.pairs.benchmark == row.benchmark)]
    apart = (pairs.ratio_low > 1) | (pairs.ratio_high < 1)
    found = {}
    for own, other in (("contender", "baseline"), ("baseline", "contender")):
        chosen = pairs[own] == row.contender
        found |= dict(zip(pairs[other][chosen], apart[chosen], strict=True))
    return found
