"""Two builds beside each other: a line a lever of the config, its ratios in the main benchmarks."""

from collections.abc import Callable

import pandas as pd

from scripts.report import like, wording
from scripts.report.inputs import MAIN, Data


def table(data: Data, kind: str, told: Callable[[pd.DataFrame], str]) -> list[dict[str, str]]:
    """Return a line for each lever of a kind of `like`; `told` says its ratios in a benchmark."""
    found = like.of_kind(data, kind)
    return [
        {
            "lever": lever,
            "from": like.build(rows["from"].iloc[0]),
            "to": like.build(rows.to.iloc[0]),
            **{name: told(rows[rows.benchmark == name]) for name in MAIN},
        }
        for lever, rows in found.groupby("lever", sort=False)
    ]


def over(rows: pd.DataFrame) -> str:
    """Return a lever's one ratio with its interval, or the span of several and their verdicts."""
    rows = rows.dropna(subset=["ratio"])
    if rows.empty:
        return "not measured"
    if len(rows) == 1:
        return wording.ratio(rows.iloc[0])
    verdicts = rows.verdict.value_counts(sort=False)
    said = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.items())
    least, most = (wording.factor(end) for end in (rows.ratio.min(), rows.ratio.max()))
    return f"{least if least == most else f'{least} to {most}'} ({said})"
