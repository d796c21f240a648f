"""The tables of figures: one section a benchmark, its jobs side by side, the details after it."""

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from scripts.bench import registry, runs
from scripts.bench.benchmark import Benchmark
from scripts.contenders.runner import JIT
from scripts.report import agreement, wording
from scripts.report.inputs import SELF_CHECK, Data

# Of fewer samples nobody can say which lie far from the rest.
FEWEST = 5
NOTHING = "-"


def sections(data: Data) -> list[dict[str, Any]]:
    """Return a section for each benchmark that ranks contenders and was measured."""
    tables = {name: ranked(data, name) for name in registry.ranked()}
    return [section(data, name, rows) for name, rows in tables.items() if len(rows)]


def listed(data: Data) -> list[dict[str, Any]]:
    """Return a table of all metrics for each benchmark that was measured and ranks nobody."""
    unranked = {
        name: found
        for name, found in registry.every().items()
        if not found.is_ranked and not found.has_own_section
    }
    rows = {name: data.rows_of_jobs(name, found.shown) for name, found in unranked.items()}
    return [
        {
            "title": found.title,
            "what": found.what,
            "benchmark": name,
            "jobs": list(dict.fromkeys(rows[name].job)),
            "metric": found.metrics[found.shown],
            "figures": [wording.estimate(row) for _, row in rows[name].iterrows()],
            "details": details(data, name, found, rows[name]),
        }
        for name, found in unranked.items()
        if len(rows[name])
    ]


def ranked(data: Data, name: str) -> pd.DataFrame:
    """Return a benchmark's headline of all jobs, the baseline first, the others the best first."""
    benchmark = registry.benchmark(name)
    rows = data.rows_of_jobs(name, benchmark.headline)
    rows = rows.assign(is_other=rows.contender != data.baseline)
    ascending = [True, not benchmark.is_more_better]
    return rows.sort_values(["is_other", "ratio"], ascending=ascending, kind="stable")


def section(data: Data, name: str, rows: pd.DataFrame) -> dict[str, Any]:
    """Return what the report says of one benchmark."""
    benchmark = registry.benchmark(name)
    jobs = [job for job in data.jobs if job in set(rows.job)]
    return {
        "title": benchmark.title,
        "what": benchmark.what,
        "benchmark": name,
        "metric": benchmark.metrics[benchmark.headline],
        "sense": "More is better." if benchmark.is_more_better else "Less is better.",
        "jobs": jobs,
        "columns": [column(name, job) for job in jobs],
        "rows": beside(data, rows),
        "details": details(data, name, benchmark, rows),
    }


def column(benchmark: str, job: str) -> str:
    """Return what a job is called in a benchmark's tables.

    Where engines have their default caches, the JIT job's runs compile nothing: that is said.
    """
    filled = registry.benchmark(benchmark).prepare is runs.fill_default_cache
    return f"{job.upper()} (default caches)" if filled and job == JIT else job.upper()


def place(row: pd.Series) -> str:
    """Return the line that a contender stands in: without its mode, where its column says that."""
    return f"{row.build}@{row.engine}" if row["mode"] == row.job else row.contender


def beside(data: Data, rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a line for each contender, with a figure and a ratio for each job that measured it.

    What ran in several jobs has the figures of each: they are never put together.
    """
    jobs = [job for job in data.jobs if job in set(rows.job)]
    found: dict[str, dict[str, pd.Series]] = {}
    for _, row in rows.iterrows():
        found.setdefault(place(row), {})[row.job] = row
    return [
        {
            "contender": name,
            "cells": [text for job in jobs for text in cells(of.get(job))],
            "agreed": agreement.beside(data, next(iter(of.values()))),
        }
        for name, of in found.items()
    ]


def cells(row: pd.Series | None) -> tuple[str, str]:
    """Return a contender's figure with its interval in one job, and its ratio there."""
    return (NOTHING, NOTHING) if row is None else (wording.estimate(row), wording.ratio(row))


def details(data: Data, name: str, benchmark: Benchmark, rows: pd.DataFrame) -> dict[str, Any]:
    """Return the further metrics of every contender and job, and how its samples lie."""
    others = {
        title: table.set_index(["job", "contender"])
        for metric, title in benchmark.metrics.items()
        if metric != benchmark.shown
        and (table := data.rows_of_jobs(name, metric))["median"].notna().any()
    }
    return {
        "names": list(others),
        "rows": [
            {
                "contender": row.contender,
                "job": column(name, row.job),
                "cells": [further(table, (row.job, row.contender)) for table in others.values()],
                "n": int(row.n),
                "outliers": outliers(row),
            }
            for _, row in rows.iterrows()
        ],
    }


def further(table: pd.DataFrame, key: tuple[str, str]) -> str:
    """Return a further metric's figure of one contender in one job."""
    return wording.other(table.loc[key] if key in table.index else None)


def outliers(row: pd.Series) -> str:
    """Return how many samples lie far from the rest, and the farthest of them."""
    if row.n < FEWEST:
        return NOTHING
    if not row.outliers:
        return "0"
    above = row.maximum - row["median"] >= row["median"] - row.minimum
    farthest = wording.figure(row.maximum if above else row.minimum, row.unit)
    return f"{int(row.outliers)}, the farthest {farthest}"


def tooltips(estimates: pd.DataFrame) -> Iterator[tuple[tuple[str, str, str], str]]:
    """Yield what a cell of these tables tells on demand, by (heading, line, job in capitals)."""
    for name, benchmark in registry.ranked().items():
        chosen = (estimates.benchmark == name) & (estimates.metric == benchmark.headline)
        rows = estimates[chosen & (estimates["mode"] != SELF_CHECK) & (estimates.n > 0)]
        for _, row in rows.iterrows():
            yield (benchmark.title, place(row), row.job.upper()), tooltip(row)


def tooltip(row: pd.Series) -> str:
    """Return a contender's mode, rounds, interval and ratio in one job."""
    said = [
        f"{row.contender}, mode {row['mode']}, {row.job.upper()} job",
        f"rounds: {row.n:.0f}, outliers: {outliers(row)}",
        f"median: {wording.figure(row['median'], row.unit)}, interval: {wording.interval(row)}",
    ]
    compared = "" if math.isnan(row.ratio) else f"ratio to {row.baseline}: {wording.ratio(row)}"
    return "\n".join([*said, *filter(None, [compared])])
