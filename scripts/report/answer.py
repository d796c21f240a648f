"""The answer in sentences: how far wasm is from native, what closes the gap, how sure that is."""

import math

import pandas as pd

from scripts.bench import registry
from scripts.report import alarms, inputs, wasm, wording
from scripts.report.apart import rivals
from scripts.report.inputs import HEADLINES, MAIN, Data

# The build that follows the original's recipe.
ORIGINAL = "wasm"


def answer(data: Data) -> list[str]:
    """Return the first screen: how far wasm is from native, which setting is best, how sure."""
    lines = [distance(data, benchmark) for benchmark in inputs.first_screen(data.estimates)]
    return [line for line in [*lines, integers(data), gap(data)] if line] + [certainty(data)]


def distance(data: Data, benchmark: str) -> str | None:
    """Say how far from native the closest and the farthest wasm contender are."""
    rows = wasm.alike(data, benchmark)
    if rows.empty:
        return None
    known, few = wasm.with_interval(rows), rows[rows.ratio_low.isna()]
    parts = [ranking(data, known), best_native(data, benchmark)] if len(known) else []
    parts += [span(data, few)] if len(few) else []
    return f"**{name_of(benchmark)}.** {wording.capital('; '.join(filter(None, parts)))}."


def ranking(data: Data, rows: pd.DataFrame) -> str:
    """Say which of `rows`, best first, is the best, the best just in time, and the farthest."""
    best, worst = rows.iloc[0], rows.iloc[-1]
    text = (
        f"the best wasm is `{best.contender}`, "
        f"{wording.compared(best, f'`{data.baseline}`')}{rivals(best, rows.iloc[1:], data=data)}"
    )
    compiling = rows[rows["mode"] == "jit"]
    if len(compiling) and best["mode"] != "jit":
        first = compiling.iloc[0]
        text += f"; just in time, {told(data, first, compiling.iloc[1:])}"
    if worst.contender not in (best.contender, *compiling.contender[:1]):
        text += f"; the farthest, {told(data, worst, rows.iloc[:-1])}"
    return text


def span(data: Data, rows: pd.DataFrame) -> str:
    """Say between which ratios contenders of too few rounds are, and rank none of them."""
    ends = rows.iloc[[0, -1]] if len(rows) > 1 else rows
    said = [f"{wording.times(row.ratio)} (`{row.contender}`)" for row in ends.itertuples()]
    return f"too few rounds to rank wasm at {' to '.join(said)} of `{data.baseline}`"


def name_of(benchmark: str) -> str:
    """Return what a benchmark is called where a sentence begins with it."""
    return wording.capital(registry.benchmark(benchmark).label)


def told(data: Data, row: pd.Series, others: pd.DataFrame) -> str:
    """Return a contender that was picked for its ratio, the ratio, and its rivals."""
    unsure = rivals(row, others, data=data)
    return f"`{row.contender}`, {wording.times(row.ratio)}{unsure}"


def best_native(data: Data, benchmark: str) -> str:
    """Say which native build is better than the baseline, where one is: wasm's fair opponent."""
    rows = data.rows_of_jobs(benchmark, HEADLINES[benchmark])
    rows = rows[(rows["mode"] == "native") & (rows.verdict == "less")].sort_values("ratio")
    rows = rows[wasm.is_alike(data, rows)]
    if rows.empty:
        return ""
    best = rows.iloc[0]
    return f"the best native, {told(data, best, rows[rows.contender != best.contender])}"


def integers(data: Data) -> str | None:
    """Say how far the best wasm is that computes with other numbers than the baseline, if any."""
    found = []
    for benchmark in inputs.first_screen(data.estimates):
        rows = wasm.with_interval(wasm.unlike(data, benchmark))
        if len(rows):
            best = told(data, rows.iloc[0], rows.iloc[1:])
            found.append(f"{registry.benchmark(benchmark).label} {best}")
    return f"**With other numbers**, another model: {'; '.join(found)}." if found else None


def gap(data: Data) -> str | None:
    """Say what closes the gap: the best wasm beside the original's recipe, started the same way."""
    found = [
        f"{registry.benchmark(benchmark).label} {', '.join(closed)}"
        for benchmark in MAIN
        if (closed := list(filter(None, (narrowed(data, benchmark, job) for job in data.jobs))))
    ]
    if not found:
        return None
    return (
        "**What closes the gap**, from the original's recipe to the best wasm of the same engine "
        f"and mode: {'; '.join(found)}."
    )


def narrowed(data: Data, benchmark: str, mode: str) -> str | None:
    """Return a mode's best ratio beside that of the original's recipe on the same engine."""
    rows = wasm.with_interval(wasm.alike(data, benchmark))
    rows = rows[rows["mode"] == mode]
    if rows.empty:
        return None
    best = rows.iloc[0]
    recipe = rows[(rows.build == ORIGINAL) & (rows.engine == best.engine)]
    if recipe.empty or best.build == ORIGINAL:
        return None
    unsure = ", not told apart" if rivals(best, recipe, data=data) else ""
    before, after = wording.times(recipe.iloc[0].ratio), wording.times(best.ratio)
    return f"from {before} to {after} (`{best.contender}`{unsure})"


def certainty(data: Data) -> str:
    """Say how sure the first screen's ratios are, each benchmark and job by itself."""
    level = data.machine["config"]["confidence"]
    halves = {name: reach(data, name) for name in inputs.first_screen(data.estimates)}
    known = "Most ratios have none, for too few rounds." if any(halves.values()) else ""
    if any(half < math.inf for jobs in halves.values() for half in jobs.values()):
        said = [
            f"{registry.benchmark(name).label} "
            + ", ".join(f"{percent(half)} ({job.upper()})" for job, half in jobs.items())
            for name, jobs in halves.items()
            if jobs
        ]
        known = f"Half of the ratios are known to within, either way: {'; '.join(said)}."
    said = [f"Intervals are at {100 * level:g} %.", known, alarms.self_check(data)]
    return " ".join(["**How sure.**", *filter(None, said)])


def reach(data: Data, benchmark: str) -> dict[str, float]:
    """Return to within how much of itself the middle one of a benchmark's ratios is known, by job.

    Without an interval a ratio may be anything: infinity.
    """
    found = {}
    for job in data.jobs:
        rows = data.rows(benchmark, HEADLINES[benchmark], job).dropna(subset=["ratio"])
        sides = [rows.ratio_high / rows.ratio - 1, 1 - rows.ratio_low / rows.ratio]
        if len(rows):
            half = pd.concat(sides, axis=1).max(axis=1, skipna=False).fillna(math.inf).median()
            found[job] = float(half)
    return found


def percent(half: float) -> str:
    """Return a share in words; infinity is that of ratios without an interval."""
    return f"{100 * half:.1f} %" if half < math.inf else "most have none"
