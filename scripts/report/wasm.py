"""The headline estimates of the wasm contenders, apart by what they compute with."""

import pandas as pd

from scripts.bench import registry
from scripts.report import agreement
from scripts.report.inputs import HEADLINES, Data


def alike(data: Data, benchmark: str) -> pd.DataFrame:
    """Return those that compute with what the baseline does, of all modes, best first."""
    rows = every(data, benchmark)
    return rows[is_alike(data, rows)]


def unlike(data: Data, benchmark: str) -> pd.DataFrame:
    """Return those that compute with something else, which makes them another model."""
    rows = every(data, benchmark)
    return rows[~is_alike(data, rows)]


def every(data: Data, benchmark: str) -> pd.DataFrame:
    """Return both, best first."""
    rows = data.rows_of_jobs(benchmark, HEADLINES[benchmark])
    found = rows[~rows["mode"].isin(["native", "reference"])].dropna(subset=["ratio"])
    ascending = not registry.benchmark(benchmark).is_more_better
    return found.sort_values("ratio", ascending=ascending, kind="stable")


def is_alike(data: Data, rows: pd.DataFrame) -> pd.Series:
    """Tell of estimates whether their builds compute with what the baseline does."""
    numbers = agreement.numbers_of(data, data.baseline)
    return rows.build.map(lambda build: agreement.numbers_of(data, build) == numbers).astype(bool)


def with_interval(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows whose ratios have an interval: without one nothing is best or farthest."""
    return rows.dropna(subset=["ratio_low"])
