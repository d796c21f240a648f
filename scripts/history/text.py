"""The history as Markdown: which ratios changed when, how much, and what changed underneath."""

from collections.abc import Iterable
from typing import Any

import pandas as pd
from tabulate import tabulate

from scripts.bench import registry
from scripts.history import changes, facts, trends
from scripts.report import wording

RATIOS = [
    "benchmark",
    "contender",
    "where",
    "between",
    "and",
    "ratio",
    "before",
    "after",
    "meanwhile",
]
FACTS = ["machine", "what", "from", "to", "between", "and", "of"]


def text(found: pd.DataFrame, margin: float, figures: dict[str, str]) -> str:
    """Return the text.

    Args:
        found: `trends.table`, not empty.
        margin: that of the config.
        figures: the figure of each benchmark, relative to the text.
    """
    parts = [
        "# History",
        extent(found),
        "## Ratios that changed",
        ratios(trends.found(found), margin),
        *few(found),
        "## What changed underneath",
        underneath(found),
        "## Trends",
        "Each contender's ratio to the baseline, run by run, with the interval of its run. A ring "
        "with a number: from here on the ratio is another one, by so much. A dotted line: what "
        "else changed since the run before.",
        *(f"### {title(name)}\n\n![{title(name)}]({path})" for name, path in figures.items()),
    ]
    return "\n\n".join(parts) + "\n"


def extent(found: pd.DataFrame) -> str:
    """Return how much there is."""
    runs = found.drop_duplicates("run")
    machines = ", ".join(f"`{name}`" for name in sorted(set(found.machine)))
    return (
        f"Benchmark jobs: {len(runs)}, measured from {when(runs.measured.min())} to "
        f"{when(runs.measured.max())} UTC on {machines}. A run is one of them."
    )


def ratios(found: list[trends.Change], margin: float) -> str:
    """Return a table of the changes of ratios, and what counts as one."""
    rule = (
        f"A change is claimed where the medians before and after are more than {100 * margin:g} % "
        f"apart, at least {changes.LEAST_AT_A_LEVEL} runs hold each level, there are "
        f"{changes.FEWEST} runs, and a further level takes more than {changes.PENALTY:g} · noise² "
        "· log(runs) off the sum of squares of the logarithms (PELT). Levels are the median of "
        "their runs, the least and the greatest. Of trends with nothing but noise up to 4 in 100 "
        "show a change all the same, by simulation."
    )
    if not found:
        return f"None. {rule}"
    lines = [
        [
            title(change.line["benchmark"]),
            f"`{change.line['contender']}` to `{change.line['baseline']}`",
            "{machine}: {model}, {job}".format(**change.line),
            when(change.last),
            when(change.first),
            f"**{100 * change.size:+.1f} %**",
            level(change.before),
            level(change.after),
            facts.sentence(change.underneath) or "nothing that is recorded",
        ]
        for change in found
    ]
    return f"{table(lines, RATIOS)}\n\n{rule}"


def level(values: tuple[float, float, float, int]) -> str:
    """Return a level of a ratio."""
    median, least, greatest, runs = values
    low, high = wording.factor(least), wording.factor(greatest)
    return f"{wording.factor(median)} ({low} to {high}, {runs} runs)"


def few(found: pd.DataFrame) -> list[str]:
    """Say how many trends have too few runs for a claim; nothing where there are enough."""
    runs = found.groupby(trends.LINE).size()
    short = int((runs < changes.FEWEST).sum())
    if not short:
        return []
    return [
        f"Of {short} of {len(runs)} trends there are fewer than {changes.FEWEST} runs, too few to "
        "tell a change from chance: nothing is said of them."
    ]


def underneath(found: pd.DataFrame) -> str:
    """Return a table of what else changed, a row for what changed on a machine on one day."""
    changed: dict[tuple[str, ...], list[tuple[pd.Timestamp, pd.Timestamp, str]]] = {}
    for _, group in found.groupby(trends.LINE, sort=False):
        rows = list(group.itertuples(index=False))
        for before, after in zip(rows, rows[1:], strict=False):
            for fact in after.underneath:
                key = (after.machine, *fact, f"{after.measured:%Y-%m-%d}")
                seen = (before.measured, after.measured, after.benchmark)
                changed.setdefault(key, []).append(seen)
    if not changed:
        return "Nothing that is recorded."
    lines = []
    for (machine, *fact, _), seen in changed.items():
        before, after, benchmarks = zip(*seen, strict=True)
        lines.append([machine, *fact, when(min(before)), when(max(after)), listed(benchmarks)])
    return table(sorted(lines, key=lambda row: (row[0], row[5], row[1])), FACTS)


def listed(benchmarks: Iterable[str]) -> str:
    """Return the benchmarks in which a change was seen."""
    return ", ".join(title(name) for name in dict.fromkeys(benchmarks))


def title(name: str) -> str:
    """Return what a benchmark is called; one that there is no more keeps its name."""
    known = registry.every()
    return known[name].title if name in known else name


def when(time: Any) -> str:
    """Return a time to the minute."""
    return f"{time:%Y-%m-%d %H:%M}"


def table(lines: list[list[str]], header: list[str]) -> str:
    """Return a table; nothing in a cell ends it."""
    cells = [[str(cell).replace("|", "\\|") for cell in row] for row in lines]
    return tabulate(cells, header, tablefmt="github", disable_numparse=True)
