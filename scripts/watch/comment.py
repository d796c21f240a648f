"""The comparison as Markdown, ready for a pull request: what got slower, by how much, how sure."""

from typing import Any

import pandas as pd
from tabulate import tabulate

from scripts.bench import registry
from scripts.report import wording
from scripts.watch import counts, footer, judge
from scripts.watch.entries import BASE, CANDIDATE

HEADER = ["what", "build", "mode", BASE, CANDIDATE, "cost", "interval", "most of it in"]
# The benchmarks of which the phases of a fresh process tell more.
STARTS = ("cold_start", "cold_disk")
TITLES = {
    judge.SLOWER: "{candidate} is slower than {base}",
    judge.FAILED: "{candidate} fails where {base} does not",
    judge.UNDECIDED: "Undecided: {candidate} against {base}",
    judge.FASTER: "{candidate} is faster than {base}",
    judge.NO_SLOWER: "{candidate} is no slower than {base}",
}
# Where all that it rests on are counts.
OF_COUNTS = {
    judge.SLOWER: "{candidate} executes more instructions than {base}",
    judge.FASTER: "{candidate} executes fewer instructions than {base}",
    judge.NO_SLOWER: "{candidate} executes about as many instructions as {base}, or fewer",
}


def comment(
    rows: pd.DataFrame, counted: pd.DataFrame, names: dict[str, str], facts: dict[str, Any]
) -> str:
    """Return the text.

    Args:
        rows: as `judge.table` and `judge.failures` return them.
        counted: the samples that count.
        names: what base and candidate are, such as `wasmtime 48.0.8`.
        facts: `limits`, and `machine`, a sentence of where it was measured.
    """
    parts = [f"## {title(rows).format(**names)}"]
    for kind in (judge.FAILED, judge.SLOWER, judge.FASTER):
        if (found := rows[rows.state == kind]).size:
            parts.append(f"**{kind.capitalize()}**\n\n{listed(kind, found, counted)}")
    if (open_ := rows[rows.state == judge.UNDECIDED]).size:
        parts.append("**Undecided**, rounds are too few or too noisy\n\n" + figures(open_, counted))
    if (fine := rows[rows.state == judge.NO_SLOWER]).size:
        parts.append(f"No slower: {', '.join(map(described, fine.to_dict('records')))}.")
    return "\n\n".join([*parts, footer.text(rows, facts)]) + "\n"


def title(rows: pd.DataFrame) -> str:
    """Return what the comparison as a whole ends in, with the entries' names left open."""
    state = judge.overall(list(rows.state))
    # That nothing got worse rests on all, that something did on what did.
    resting = rows if state == judge.NO_SLOWER else rows[rows.state == state]
    is_counted = len(resting) and resting.benchmark.map(counts.are_of).all()
    return (OF_COUNTS if is_counted else {}).get(state, TITLES[state])


def listed(kind: str, rows: pd.DataFrame, counted: pd.DataFrame) -> str:
    """Return failures with their reasons, or figures."""
    if kind != judge.FAILED:
        return figures(rows, counted)
    return "\n".join(f"- {described(row)}: {row['note']}" for row in rows.to_dict("records"))


def described(row: dict[str, Any]) -> str:
    """Return what a row is of."""
    label = registry.benchmark(row["benchmark"]).label
    return f"{label} of `{row['build']}` ({of_mode(row)}, {row['model']})"


def of_mode(row: dict[str, Any]) -> str:
    """Return the mode, and the job where a mode is measured in one of another name."""
    return row["mode"] if row["mode"] == row["job"] else f"{row['mode']}, {row['job']} job"


def figures(rows: pd.DataFrame, counted: pd.DataFrame) -> str:
    """Return a table of comparisons."""
    lines = [
        [
            f"{registry.benchmark(row['benchmark']).label}, {row['model']}",
            f"`{row['build']}`",
            of_mode(row),
            wording.figure(row[BASE], row["unit"]),
            wording.figure(row[CANDIDATE], row["unit"]),
            f"{row['ratio']:.3f}" if row["n"] else "-",
            f"{row['ratio_low']:.3f} to {row['ratio_high']:.3f}"
            if row["ratio_low"] == row["ratio_low"]
            else row["note"],
            most(row, counted),
        ]
        for row in rows.to_dict("records")
    ]
    return tabulate(lines, HEADER, tablefmt="github", disable_numparse=True)


def most(row: dict[str, Any], counted: pd.DataFrame) -> str:
    """Return the phase of a fresh process that changed the most the way a start did."""
    phases = registry.benchmark("phases").metrics
    found = counted[
        (counted.benchmark == "phases")
        & (counted.model == row["model"])
        & (counted.job == row["job"])
        & (counted.build == row["build"])
        & (counted["mode"] == row["mode"])
        & counted.metric.isin(phases)
    ]
    if row["benchmark"] not in STARTS or found.empty:
        return "-"
    medians = found.pivot_table("value", "metric", "engine", aggfunc="median")
    if not {BASE, CANDIDATE} <= set(medians.columns):
        return "-"
    change = medians[CANDIDATE] - medians[BASE]
    name = change.idxmax() if row["ratio"] > 1 else change.idxmin()
    before, after = (wording.significant(medians[entry][name]) for entry in (BASE, CANDIDATE))
    return f"{phases[name]}: {before} to {after} ms"
