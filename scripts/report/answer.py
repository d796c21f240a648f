"""The answer in sentences: how far wasm is from native, what closes the gap, how sure that is."""

import math

import pandas as pd

from scripts.bench import registry
from scripts.report import alarms, inputs, wording
from scripts.report.apart import rivals
from scripts.report.inputs import HEADLINES, MAIN, SELF_CHECK, Data

# The build that follows the original's recipe.
ORIGINAL = "wasm"


def answer(data: Data) -> list[str]:
    """Return the first screen: how far wasm is from native, which setting is best, how sure."""
    lines = [distance(data, benchmark) for benchmark in inputs.first_screen(data.estimates)]
    return [line for line in [*lines, gap(data)] if line] + [certainty(data)]


def all_jobs(data: Data, benchmark: str) -> pd.DataFrame:
    """Return a benchmark's headline estimates of the wasm contenders in all modes, best first."""
    rows = data.rows_of_jobs(benchmark, HEADLINES[benchmark])
    wasm = rows[~rows["mode"].isin(["native", "reference"])].dropna(subset=["ratio"])
    ascending = not registry.benchmark(benchmark).is_more_better
    return wasm.sort_values("ratio", ascending=ascending, kind="stable")


def distance(data: Data, benchmark: str) -> str | None:
    """Say how far from native the closest and the farthest wasm contender are."""
    rows = all_jobs(data, benchmark)
    if rows.empty:
        return None
    known, few = with_interval(rows), rows[rows.ratio_low.isna()]
    parts = [ranking(data, known), best_native(data, benchmark)] if len(known) else []
    parts += [span(data, few)] if len(few) else []
    return f"**{name_of(benchmark)}.** {wording.capital('; '.join(filter(None, parts)))}."


def with_interval(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows whose ratios have an interval: without one nothing is best or farthest."""
    return rows.dropna(subset=["ratio_low"])


def ranking(data: Data, rows: pd.DataFrame) -> str:
    """Say which of `rows`, best first, is the best, the best just in time, and the farthest."""
    best, worst = rows.iloc[0], rows.iloc[-1]
    text = (
        f"the best wasm is `{best.contender}`, "
        f"{wording.compared(best, f'`{data.baseline}`')}{rivals(best, rows.iloc[1:])}"
    )
    compiling = rows[rows["mode"] == "jit"]
    if len(compiling) and best["mode"] != "jit":
        first = compiling.iloc[0]
        text += f"; just in time, {told(first, compiling.iloc[1:])}"
    if worst.contender not in (best.contender, *compiling.contender[:1]):
        text += f"; the farthest, {told(worst, rows.iloc[:-1])}"
    return text


def span(data: Data, rows: pd.DataFrame) -> str:
    """Say between which ratios contenders of too few rounds are, and rank none of them."""
    ends = rows.iloc[[0, -1]] if len(rows) > 1 else rows
    said = [f"{wording.times(row.ratio)} (`{row.contender}`)" for row in ends.itertuples()]
    return f"too few rounds to rank wasm at {' to '.join(said)} of `{data.baseline}`"


def name_of(benchmark: str) -> str:
    """Return what a benchmark is called where a sentence begins with it."""
    return wording.capital(registry.benchmark(benchmark).label)


def told(row: pd.Series, others: pd.DataFrame) -> str:
    """Return a contender that was picked for its ratio, the ratio, and its rivals."""
    return f"`{row.contender}`, {wording.times(row.ratio)}{rivals(row, others)}"


def best_native(data: Data, benchmark: str) -> str:
    """Say which native build is better than the baseline, where one is: wasm's fair opponent."""
    rows = data.rows_of_jobs(benchmark, HEADLINES[benchmark])
    rows = rows[(rows["mode"] == "native") & (rows.verdict == "less")].sort_values("ratio")
    if rows.empty:
        return ""
    best = rows.iloc[0]
    return f"the best native, {told(best, rows[rows.contender != best.contender])}"


def gap(data: Data) -> str | None:
    """Say which setting closes the gap: the best contender beside the original's recipe."""
    found = []
    for benchmark in MAIN:
        rows = with_interval(all_jobs(data, benchmark))
        recipe = rows[(rows.build == ORIGINAL) & (rows["mode"] == "jit")]
        if not len(recipe) or recipe.iloc[0].contender == rows.iloc[0].contender:
            continue
        best, old = rows.iloc[0], recipe.iloc[0]
        unsure = ", not told apart" if rivals(best, recipe.iloc[:1]) else ""
        found.append(
            f"{registry.benchmark(benchmark).label} "
            f"from {wording.times(old.ratio)} (`{old.contender}`) "
            f"to {wording.times(best.ratio)} (`{best.contender}`){unsure}"
        )
    return (
        f"**What closes the gap**, from the original's recipe: {'; '.join(found)}."
        if found
        else None
    )


def certainty(data: Data) -> str:
    """Say how sure the figures are."""
    level = data.machine["config"]["confidence"]
    headline = data.estimates.metric == data.estimates.benchmark.map(HEADLINES)
    compared = data.estimates.ratio.notna() & (data.estimates["mode"] != SELF_CHECK)
    rows = data.estimates[headline & compared]
    if rows.ratio_low.notna().any():
        reach = pd.concat(
            [rows.ratio_high / rows.ratio - 1, 1 - rows.ratio_low / rows.ratio], axis=1
        )
        # Without an interval a ratio may be anything.
        half = reach.max(axis=1).fillna(math.inf).median()
        known = (
            f"half of the ratios are known to within {100 * half:.1f} % either way or better"
            if half < math.inf
            else "half of the ratios or more have none, for too few rounds"
        )
    else:
        known = "too few rounds were measured for any"
    return f"**How sure.** Intervals are at {100 * level:g} %; {known}. {alarms.self_check(data)}"
