"""Whom an interval does not tell a contender apart from: what a superlative must say with it."""

import pandas as pd

# So many are named; of more their number says enough.
FEW = 3
RATIO = ("ratio_low", "ratio_high")


def rivals(row: pd.Series, others: pd.DataFrame, bounds: tuple[str, str] = RATIO) -> str:
    """Say which others a row that was picked for its figure is not told apart from.

    `bounds` are the columns of the interval, the same in `others`. Apart are two whose intervals
    do not meet; a missing bound compares false, so it tells nothing apart.
    """
    low, high = bounds
    apart = (others[low] > row[high]) | (others[high] < row[low])
    names = [f"`{name}`" for name in dict.fromkeys(others[~apart].contender)]
    said = ", ".join(names) if len(names) <= FEW else f"{len(names)} others"
    return f" (not told apart from {said})" if names else ""
