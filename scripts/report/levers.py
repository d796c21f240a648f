"""Two builds beside each other: a line a lever of the config, its ratios in the main benchmarks."""

from collections.abc import Callable

import pandas as pd

from scripts.report import like, wording
from scripts.report.inputs import MAIN, Data, is_later


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
    """Return a lever's ratios, apart by how wasm starts: what compiles hides what does not."""
    rows = rows.dropna(subset=["ratio"])
    if rows.empty:
        return "not measured"
    spans = {name: span(group) for name, group in rows.groupby(start(rows), sort=False)}
    return "; ".join(f"{name} {said}".strip() for name, said in spans.items())


def start(rows: pd.DataFrame) -> pd.Series:
    """Return how the second build starts: native builds do it the same way in every job."""
    wasm = rows["mode"].str.upper().where(~is_later(rows.to), "from the cache")
    return wasm.where(rows.to.str.contains("@"), "")


def span(rows: pd.DataFrame) -> str:
    """Return the one ratio with its interval, or the span of several and their verdicts."""
    if len(rows) == 1:
        return wording.ratio(rows.iloc[0])
    verdicts = rows.verdict.value_counts(sort=False)
    said = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.items())
    least, most = (wording.factor(end) for end in (rows.ratio.min(), rows.ratio.max()))
    return f"{least if least == most else f'{least} to {most}'} ({said})"
