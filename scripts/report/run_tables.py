"""The report's tables of what runs do: where their time goes, the cores they share, the kernel."""

import math
import re
from typing import Any

import pandas as pd

from scripts.bench.concurrency import metric
from scripts.report import sections, wording
from scripts.report.caveats import QUIET_CORES
from scripts.report.inputs import PHASES, Data

# The columns of the kernel's account: title, benchmark, metric.
COLUMNS = (
    ("minor faults", "cold_start", "minor_faults"),
    ("major faults", "cold_start", "major_faults"),
    ("major faults, cold on disk", "cold_disk", "major_faults"),
    ("read from disk, cold on disk", "cold_disk", "disk_read"),
    ("voluntary switches", "cold_start", "voluntary_switches"),
    ("involuntary switches", "cold_start", "involuntary_switches"),
    ("million instructions", "cold_start", "instructions"),
    ("million cycles", "cold_start", "cycles"),
)
COUNTED = ("instructions", "cycles")


def levels(data: Data, job: str) -> list[int]:
    """Return how many processes ran side by side, in ascending order."""
    rows = data.estimates[(data.estimates.benchmark == "throughput") & (data.estimates.job == job)]
    found = (re.fullmatch(metric(0)[:-1] + r"(\d+)", name) for name in set(rows.metric.dropna()))
    return sorted(int(match.group(1)) for match in found if match)


def by_contender(data: Data, benchmark: str, name: str, job: str) -> pd.DataFrame:
    """Return a metric's estimates, by contender."""
    return data.rows(benchmark, name, job).set_index("contender")


def phases(data: Data) -> list[dict[str, Any]]:
    """Return where a cold start goes, in milliseconds: a row for each job's contenders."""
    rows = []
    for job in data.jobs:
        table, rest = data.phase_medians(job), by_contender(data, "phases", "unaccounted", job)
        rows += [
            {
                "contender": name,
                "job": job.upper(),
                "wall": wording.significant(table.wall[name]),
                "phases": [wording.part(table[phase][name]) for phase in PHASES],
                "unaccounted": f"{rest['median'][name]:.1f} %",
            }
            for name in table.sort_values("wall").index
        ]
    return rows


def rounds(data: Data) -> list[dict[str, Any]]:
    """Return how each job went, its warm-up rounds apart from those that count."""
    found = []
    for job in data.machine["jobs"]:
        # A job that nothing could be measured in has not had its warm-up either.
        warmup = min(job["rounds"], job["settings"].get("warmup_rounds", 0))
        found.append(job | {"warmup": warmup, "counted": job["rounds"] - warmup})
    return found


def scaling(data: Data) -> dict[str, Any]:
    """Return throughput by concurrency, where there was more than one: levels and rows."""
    measured = sorted({level for job in data.jobs for level in levels(data, job)})
    if len(measured) < 2:
        return {}
    rows = []
    for job in data.jobs:
        rates = {level: by_contender(data, "throughput", metric(level), job) for level in measured}
        factors = by_contender(data, "throughput", "scaling", job)
        headline = by_contender(data, "throughput", "runs_per_second", job)
        rows += [
            {
                "contender": name,
                "job": sections.column("throughput", job),
                "cells": [text for table in rates.values() for text in rate(table, name)],
                "scaling": factor(factors.loc[name]) if name in factors.index else "not measured",
            }
            for name in headline.sort_values("median", ascending=False).index
        ]
    return {"levels": measured, "rows": rows}


def rate(table: pd.DataFrame, name: str) -> tuple[str, str]:
    """Return a contender's runs a second at one concurrency, and their ratio."""
    if name not in table.index:
        return "missing", "missing"
    return wording.figure(table["median"][name], "1/s"), wording.ratio(table.loc[name])


def factor(row: pd.Series) -> str:
    """Return a factor with its interval."""
    text = wording.times(row["median"])
    if math.isnan(row.ci_low):
        return f"{text} (too few rounds for an interval)"
    if row.ci_low == row.ci_high:
        return text
    return f"{text} ({wording.times(row.ci_low)} to {wording.times(row.ci_high)})"


def kernel(data: Data) -> dict[str, Any]:
    """Return what a run costs the kernel: medians, a row for each job's contenders.

    Columns that nothing was counted for are left out.
    """
    tables = {
        (title, name): {
            (job, row.contender): row["median"]
            for job in data.jobs
            for _, row in data.rows(benchmark, name, job).iterrows()
        }
        for title, benchmark, name in COLUMNS
    }
    tables = {key: table for key, table in tables.items() if table}
    keys = dict.fromkeys(key for table in tables.values() for key in table)
    rows = [
        {
            "contender": name,
            "job": job.upper(),
            "cells": [cell(table.get((job, name)), of) for (_, of), table in tables.items()],
        }
        for job, name in sorted(keys, key=lambda key: data.jobs.index(key[0]))
    ]
    return {"names": [title for title, _ in tables], "rows": rows}


def cell(value: float | None, name: str) -> str:
    """Return a median of the kernel's account; instructions and cycles in millions."""
    if value is None or math.isnan(value):
        return "missing"
    if name == "disk_read":
        return wording.figure(value, "MiB")
    return wording.significant(value / 1e6) if name in COUNTED else f"{value:,.0f}"


def counted(data: Data) -> str:
    """Return of what instructions and cycles are, or why there are none."""
    said = {text for job in data.machine["jobs"] for text in job.get("counted", ())}
    if not said:
        return ""
    return f"Instructions and cycles: {'; '.join(sorted(said))}."


def compiled(data: Data) -> list[dict[str, Any]]:
    """Return what compiling ahead of time took, and beside what, where it was not alone."""
    return [
        row
        | {
            "took": wording.significant(row["seconds"]) + beside(row["busy_start"]),
            "size": wording.figure(row["bytes"], "B"),
        }
        for row in data.compiled
    ]


def beside(busy: float | None) -> str:
    """Say how many cores others kept busy, where that is more than a machine's own housekeeping."""
    if busy is None or busy <= QUIET_CORES:
        return ""
    return f" (other programs kept {busy:.1f} cores busy before)"
