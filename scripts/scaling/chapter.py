"""What the chapter on the scaling says, from its points, lines and records alone."""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from scripts.report import alarms as report_alarms
from scripts.report import tables as report_tables
from scripts.report import wording
from scripts.scaling import sentences, steadiness, tables
from scripts.scaling.relations import MILLION, OVER, RELATIONS, Relation
from scripts.stats import verdicts

NOTHING = "-"
# Behind a figure of a line that some places do not lie on, and of one where that is undecided.
OFF_LINE, UNDECIDED_LINE = r" \*", " †"
# The first table: what a column is called, the relation and the figure of its line that it shows.
COLD, WARM, MEMORY = RELATIONS[:3]
FIRST = (
    ("cold, at no multiply-adds", COLD, "intercept"),
    ("cold, each million multiply-adds", COLD, "slope"),
    ("warm, each million multiply-adds", WARM, "slope"),
    ("memory besides the model", MEMORY, "intercept"),
    ("memory, each MB of the graph", MEMORY, "slope"),
)


@dataclass(frozen=True)
class Chapter:
    """What the chapter says is in here and nowhere else.

    Attributes:
        models: their records, each with its `multiply_adds`, ascending by these.
        points: results/scaling.csv.
        lines: results/scaling-lines.csv.
        twins: results/scaling-twins.csv.
        jobs: how the jobs went.
        margin: figures are called the same within 1 ± this.
    """

    models: list[dict[str, Any]]
    points: pd.DataFrame
    lines: pd.DataFrame
    twins: pd.DataFrame
    jobs: list[dict[str, Any]]
    margin: float

    @property
    def contenders(self) -> list[str]:
        """Those that are compared and have figures, in the order of the config."""
        return list(dict.fromkeys(tables.compared(self.points).contender))

    @property
    def baseline(self) -> str:
        """The native build that every job measures twice."""
        return next(iter(self.twins.baseline), "")

    @property
    def starts_python(self) -> bool:
        """Whether there is a cold start, or memory, of a reference, which runs under Python."""
        compared = tables.compared(self.points)
        of_reference = compared[compared["mode"] == "reference"]
        return bool(of_reference.benchmark.isin([COLD.benchmark, MEMORY.benchmark]).any())


def alarms(chapter: Chapter) -> Iterator[str]:
    """Yield what a reader must know before any figure."""
    seeded: dict[str, list[str]] = {}
    for model in chapter.models:
        for line in report_alarms.seeded(model):
            seeded.setdefault(line, []).append(model["name"])
    for line, names in seeded.items():
        yield line if len(names) == len(chapter.models) else f"{', '.join(names)}: {line}"
    for _, row in chapter.twins.iterrows():
        differs = f"`{row.baseline}` against itself differs in {checked(row)}"
        if row.state == verdicts.FAILED:
            yield f"The self-check failed: {differs}: {wording.ratio(row)}."
        elif row.in_doubt:
            yield f"The self-check is in doubt: {differs}, in {row.differing_in}."
    yield from steadiness.told(chapter.points, chapter.margin)
    lost = chapter.points[chapter.points.n == 0]
    for (name, note), rows in lost.groupby(["contender", "note"], sort=False):
        told = (f"{row.benchmark} of {tables.place(row)}" for _, row in rows.iterrows())
        yield f"Without figures: `{name}`, {', '.join(told)}: {note}."


def first_screen(chapter: Chapter) -> list[dict[str, Any]]:
    """Return the rows of the table that stands first, a contender each."""
    rows = []
    for name in chapter.contenders:
        cells = []
        for _, relation, figure in FIRST:
            line = tables.line_of(chapter.lines, relation, name)
            cells.append(cell(line, figure))
        rows.append({"name": f"`{name}`", "cells": cells})
    return rows


def cell(line: pd.Series | None, name: str) -> str:
    """Return a figure of a line with its interval, and a mark unless all places lie on the line.

    One without an interval is nothing: through two places there is always a line.
    """
    if line is None or math.isnan(line[f"{name}_low"]):
        return NOTHING
    mark = OFF_LINE if line.off > 0 else UNDECIDED_LINE
    return sentences.span(line, name, line.unit) + ("" if line.on == line.n else mark)


def sections(chapter: Chapter) -> Iterator[dict[str, Any]]:
    """Yield a section for each relation that has points."""
    for relation in RELATIONS:
        found = tables.of_relation(chapter.points, relation)
        if found.empty:
            continue
        names = list(dict.fromkeys(found.contender))
        own = {name: found[found.contender == name] for name in chapter.contenders if name in names}
        lines = {name: tables.line_of(chapter.lines, relation, name) for name in own}
        yield {
            "relation": relation,
            "lines": [
                sentences.of_line(lines[name], rows, relation, chapter.margin)
                for name, rows in own.items()
            ],
            "shares": list(shares(chapter.points, relation)),
            "ratios": list(sentences.of_ratios(chapter.points, relation)),
            **medians(found, list(own), relation),
        }


def shares(points: pd.DataFrame, relation: Relation) -> Iterator[str]:
    """Yield what of a cold start is arithmetic: as much as a warm inference takes."""
    if relation is COLD:
        yield from sentences.of_shares(points, COLD, WARM)


def medians(found: pd.DataFrame, names: list[str], relation: Relation) -> dict[str, Any]:
    """Return the table of a relation's points: a row a place, a column a contender, then ratios."""
    compared = [name for name in names if found[found.contender == name].ratio.notna().any()]
    rows = []
    for at, together in found.groupby(relation.over):
        for model, own in together.groupby("model", sort=False):
            by = own.set_index("contender")
            cells = [median(by.loc[name]) if name in by.index else NOTHING for name in names]
            cells += [ratio(by.loc[name]) if name in by.index else NOTHING for name in compared]
            where = tables.place(own.iloc[0])
            million = wording.significant(at / MILLION)
            title = where if relation.of_photographs else f"{model}, {million}"
            rows.append({"name": title, "cells": cells})
    columns = [f"`{name}`" for name in names]
    columns += [f"ratio of `{name}`" for name in compared]
    place = "photograph" if relation.of_photographs else f"model, {OVER[relation.over]}"
    return {"place": place, "columns": columns, "rows": rows}


def median(row: pd.Series) -> str:
    """Return a point's figure with its interval, where it has one."""
    return sentences.figures([row["median"], row.ci_low, row.ci_high], row.unit)


def ratio(row: pd.Series) -> str:
    """Return a point's ratio with its interval."""
    return NOTHING if math.isnan(row.ratio) else wording.ratio(row)


def made_with(chapter: Chapter) -> str:
    """Return the commit and the versions of the tools that the jobs were run with."""
    tools = {name: tool["version"] for job in chapter.jobs for name, tool in job["tools"].items()}
    commits = {job["host"]["git"]["commit"] or "unknown" for job in chapter.jobs}
    versions = [f"{name} {version}" for name, version in sorted(tools.items())]
    return ", ".join([f"commit {' and '.join(sorted(commits))}", *versions])


def twins(chapter: Chapter) -> list[dict[str, str]]:
    """Return the baseline against itself, for each metric that lines are laid through."""
    return [
        {
            "of": checked(row),
            "alone": f"{row.differing} of {row.jobs}",
            **report_tables.twin(row),
        }
        for _, row in chapter.twins.iterrows()
    ]


def checked(row: pd.Series) -> str:
    """Return what a row of the self-check is of."""
    return f"{row.benchmark} ({row.metric}) of {row.model}"


def measured(chapter: Chapter) -> list[dict[str, Any]]:
    """Return for each benchmark how many jobs measured it, how long, and why they stopped."""
    found = []
    for name in dict.fromkeys(job["kind"] for job in chapter.jobs):
        jobs = [job for job in chapter.jobs if job["kind"] == name]
        rounds = sorted({job["rounds"] for job in jobs})
        told = f"{rounds[0]} to {rounds[-1]}" if len(rounds) > 1 else str(rounds[0])
        seconds = sum(job["seconds"] for job in jobs)
        reasons = Counter(job["stopped_because"] for job in jobs)
        why = "; ".join(f"{count}: {reason}" for reason, count in reasons.most_common())
        row = {"name": name, "jobs": len(jobs), "rounds": told, "seconds": seconds}
        found.append({**row, "stopped_because": why})
    return found
