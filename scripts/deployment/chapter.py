"""What the chapter on the deployment says of one model, from its table and records alone."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from scripts.deployment import registry
from scripts.deployment.bench import Benchmark, level
from scripts.report import alarms as report_alarms
from scripts.report import wording

NOTHING = "-"
# The first screen: what a column is called, the benchmark and metric it shows; of some the ratio.
FIRST = (
    ("activation", "activation", "p50"),
    ("knee of the arrival rate", "rates", "knee"),
    ("each further action at work", "density", "at_work_per_action"),
    ("start to the first answer", "start", "to_first_answer"),
)
COMPARED = ("activation", "rates")
SHORT_MS = 0.1
# How the note of a figure begins that not every round reached.
REACHED = "was reached in"


@dataclass(frozen=True)
class Chapter:
    """What the chapter says of one model is in here and nowhere else.

    Attributes:
        model: its record.
        table: its rows of results/deployment.csv.
        jobs: how its jobs went.
    """

    model: dict[str, Any]
    table: pd.DataFrame
    jobs: list[dict[str, Any]]

    @property
    def hosts(self) -> list[str]:
        """The hosts that the config asks for, in its order."""
        rows = (row for job in self.jobs for row in job["hosts"])
        return list(dict.fromkeys(row["contender"] for row in rows))

    def rows(self, benchmark: str) -> pd.DataFrame:
        """Return the rows of a benchmark that have figures, or say why one has not."""
        return self.table[(self.table.benchmark == benchmark) & self.table.metric.notna()]

    def row(self, host: str, benchmark: str, metric: str) -> pd.Series | None:
        """Return the row of one host's metric; None where there is none."""
        rows = self.rows(benchmark)
        rows = rows[(rows.contender == host) & (rows.metric == metric)]
        return None if rows.empty else rows.iloc[0]

    def missing(self) -> pd.DataFrame:
        """Return a row for each host and benchmark without figures, with the reason in `note`.

        `is_meant` tells of each whether the benchmark leaves hosts of its policy out.
        """
        rows = self.table[self.table.metric.isna()]
        known = registry.every()
        meant = [row.policy in known[row.benchmark].without for row in rows.itertuples()]
        return rows.assign(is_meant=pd.Series(meant, index=rows.index, dtype=bool))


def alarms(chapter: Chapter) -> Iterator[str]:
    """Yield what a reader must know before any figure."""
    yield from report_alarms.seeded(chapter.model)
    missing = chapter.missing()
    yield from without_figures(missing[~missing.is_meant])
    if any(job["cores"]["shared"] for job in chapter.jobs):
        count = len(chapter.jobs[0]["cores"]["host"])
        yield (
            f"The hosts and the generator of the load share all {count} cores: what a host does at "
            "the most is what the generator leaves of them."
        )


def without_figures(missing: pd.DataFrame) -> Iterator[str]:
    """Yield why hosts have no figures, a sentence for each host and reason."""
    for (host, note), rows in missing.groupby(["contender", "note"], sort=False):
        yield f"Without figures: `{host}`, {', '.join(rows.benchmark)}: {note}."


def left_out(chapter: Chapter) -> Iterator[str]:
    """Yield which benchmarks leave out which hosts, as they say nothing of them, and why."""
    missing = chapter.missing()
    yield from without_figures(missing[missing.is_meant])


def first_screen(chapter: Chapter) -> dict[str, Any]:
    """Return the table that stands first: columns, and a row for each host."""
    shown = [column for column in FIRST if len(chapter.rows(column[1]))]
    names = [
        name
        for title, benchmark, _ in shown
        for name in ([title, "ratio"] if benchmark in COMPARED else [title])
    ]
    rows = []
    for host in chapter.hosts:
        cells = []
        for _, benchmark, metric in shown:
            row = chapter.row(host, benchmark, metric)
            cells.append(cell(row))
            if benchmark in COMPARED:
                cells.append(ratio(row))
        rows.append({"contender": host, "cells": cells})
    return {"columns": names, "rows": rows}


def baselines(chapter: Chapter) -> dict[str, list[str]]:
    """Return the hosts that others are compared with, and those others."""
    found: dict[str, list[str]] = {}
    rows = chapter.table[chapter.table.baseline != ""]
    for row in rows.drop_duplicates(["contender", "baseline"]).itertuples():
        found.setdefault(row.baseline, []).append(row.contender)
    return found


def sections(chapter: Chapter) -> list[dict[str, Any]]:
    """Return a section for each benchmark that was measured."""
    return [
        {
            "benchmark": name,
            "title": benchmark.title,
            "what": benchmark.what,
            **table(chapter, name, benchmark),
            "levels": [
                found
                for metric, title in benchmark.levelled.items()
                if (found := levels(chapter, name, metric, title))
            ],
        }
        for name, benchmark in registry.every().items()
        if len(chapter.rows(name))
    ]


def table(chapter: Chapter, name: str, benchmark: Benchmark) -> dict[str, Any]:
    """Return a benchmark's table: its metrics, with the ratio of the first where there is one."""
    measured = set(chapter.rows(name).metric)
    columns = {key: title for key, title in benchmark.columns.items() if key in measured}
    found = [{key: chapter.row(host, name, key) for key in columns} for host in chapter.hosts]
    compared = any(ratio(row) != NOTHING for of in found for row in list(of.values())[:1])
    rows = []
    for host, of in zip(chapter.hosts, found, strict=True):
        cells = [cell(row) for row in of.values()]
        if compared:
            cells.insert(1, ratio(next(iter(of.values()))))
        if any(row is not None for row in of.values()):
            rows.append({"contender": host, "cells": cells})
    titles = list(columns.values())
    return {"columns": [*titles[:1], *(["ratio"] if compared else []), *titles[1:]], "rows": rows}


def levels(chapter: Chapter, name: str, metric: str, title: str) -> dict[str, Any] | None:
    """Return the table of a metric that was measured at several levels; None without any."""
    rows = chapter.rows(name)
    parted = [level(found) for found in rows.metric]
    rows = rows.assign(level=[at for _, at in parted])[[found == metric for found, _ in parted]]
    if rows.empty:
        return None
    by = rows.set_index(["contender", "level"])
    columns = sorted(rows.level.unique())
    return {
        "title": title,
        "columns": [f"{at:g}" for at in columns],
        "rows": [
            {
                "contender": host,
                "cells": [
                    cell(by.loc[(host, at)] if (host, at) in by.index else None) for at in columns
                ],
            }
            for host in chapter.hosts
            if host in set(rows.contender)
        ],
    }


def cell(row: pd.Series | None) -> str:
    """Return a figure with its interval, where it has one; or why there is no figure."""
    if row is None:
        return NOTHING
    if math.isnan(row.value):
        return f"too few ({row.n:.0f})" if row.n else row.note
    text = figure(row.value, row.unit)
    if row.note.startswith(REACHED):
        return f"{text}, {row.note}"
    if math.isnan(row.ci_low):
        return text
    return f"{text} ({figure(row.ci_low, row.unit)} to {figure(row.ci_high, row.unit)})"


def figure(value: float, unit: str) -> str:
    """Return a figure with a readable unit, pages and the like without one."""
    if unit == "ms" and abs(value) < SHORT_MS:
        value, unit = value * 1e3, "us"
    return wording.figure(value, unit).replace(" us", " µs").removesuffix(" 1")


def ratio(row: pd.Series | None) -> str:
    """Return a ratio with its interval; nothing where it was compared with nobody."""
    return NOTHING if row is None or math.isnan(row.ratio) else wording.ratio(row)


def observations(chapter: Chapter) -> Iterator[str]:
    """Yield the comparisons in sentences, each with the interval that carries it."""
    for baseline, others in baselines(chapter).items():
        for host in others:
            told = [
                f"{words}, {found}"
                for words, benchmark, metric in FIRST
                if benchmark in COMPARED
                and (found := ratio(chapter.row(host, benchmark, metric))) != NOTHING
            ]
            if told:
                yield f"`{host}` to `{baseline}`: {'; '.join(told)}."
    for host in chapter.hosts:
        yield from of_overload(chapter, host)


def of_overload(chapter: Chapter, host: str) -> Iterator[str]:
    """Yield what a host did while there was too much."""
    found = {
        metric: chapter.row(host, "overload", metric)
        for metric in ("offered", "done", "refused", "recovery")
    }
    if any(row is None for row in found.values()):
        return
    offered, done = (wording.significant(found[name].value) for name in ("offered", "done"))
    late = found["recovery"].value
    after = "it is not known when latency was usual again"
    if not math.isnan(late):
        after = f"latency was usual again {figure(late, 's')} after it"
    lost = f"refused {wording.significant(found['refused'].value)} %"
    waited = chapter.row(host, "overload", "unanswered")
    if waited is not None:
        lost = (
            f"let the others wait, {wording.significant(waited.value)} % until they were given up"
        )
    yield f"`{host}`: of {offered} requests a second it answered {done} and {lost}; {after}."
