"""Of how many labelled photographs contenders are right, for the report."""

import pandas as pd

from scripts.report import wording
from scripts.report.agreement import NONE, SEEDED
from scripts.report.inputs import Data

RIGHT = ("top1", "top5")
AGREEMENT = "agreement"


def table(data: Data) -> list[dict[str, str]]:
    """Return a row for each contender, TensorFlow's first; with seeded weights nobody is right."""
    if data.accuracy is None:
        return []
    return [of_contender(data, rows) for _, rows in data.accuracy.groupby("contender", sort=False)]


def of_contender(data: Data, rows: pd.DataFrame) -> dict[str, str]:
    """Return what is told of a contender, of its rows in results/accuracy.csv."""
    first = rows.iloc[0]
    names = {"contender": first.contender, "preprocessing": first.preprocessing}
    by_metric = {row.metric: row for _, row in rows.iterrows()}
    cells = {name: share(by_metric.get(name)) for name in (*RIGHT, AGREEMENT)}
    changed = pairs(by_metric.get(RIGHT[0]))
    if data.model["weights"] == SEEDED:
        cells |= dict.fromkeys(RIGHT, NONE)
        changed = NONE
    return names | cells | {"photographs": photographs(first), "changed": changed}


def photographs(row: pd.Series) -> str:
    """Return of how many photographs the figures are, or why there are none."""
    if row.reason:
        return row.reason
    found = f"{row.photographs:.0f}"
    if row.photographs < row.listed:
        found += f" of {row.listed:.0f}, as many as it answered in its time"
    return found + (f"; {row.refused:.0f} refused" if row.refused else "")


def share(row: pd.Series | None) -> str:
    """Return a share in per cent with its interval."""
    if row is None:
        return NONE
    low, high = (wording.significant(100 * end) for end in (row.share_low, row.share_high))
    return f"{row['count']:.0f}, {wording.significant(100 * row['share'])} % ({low} to {high} %)"


def pairs(row: pd.Series | None) -> str:
    """Return how many photographs only one of TensorFlow and a contender is right of."""
    if row is None or pd.isna(row.p_value):
        return NONE
    lost, gained = row.only_tensorflow, row.only_contender
    return f"{lost:.0f} lost, {gained:.0f} gained (p = {wording.significant(row.p_value, 2)})"


def claims(data: Data) -> list[str]:
    """Return a sentence on who names more or fewer right classes than TensorFlow does."""
    if data.accuracy is None or data.model["weights"] == SEEDED:
        return []
    level = data.machine["config"]["confidence"]
    tested = data.accuracy[(data.accuracy.metric == RIGHT[0]) & data.accuracy.p_holm.notna()]
    if not len(tested):
        return []
    differ = tested[tested.p_holm <= 1 - level]
    if not len(differ):
        return [
            f"No contender is shown to be right more or less often than TensorFlow, at {level:g}: "
            "that shows no equality; so many photographs may be too few to tell a difference."
        ]
    names = ", ".join(f"`{row.contender}` ({sense(row)})" for _, row in differ.iterrows())
    return [f"Right more or less often than TensorFlow, at {level:g}: {names}."]


def sense(row: pd.Series) -> str:
    """Return whether a contender is right less often than TensorFlow, or more often."""
    return "less" if row.only_tensorflow > row.only_contender else "more"
