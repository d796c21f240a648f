"""Results of several machines as one report: a table a machine, and one across them.

Ratios stand side by side, each run's own; absolute figures are never compared across machines.
"""

import argparse
from pathlib import Path

from tabulate import tabulate

from scripts.common import errors
from scripts.common.errors import UserError
from scripts.report import compare, comparison, wording
from scripts.report.folders import Folder, read
from scripts.stats import intervals

REFUSED, MISSING = "not comparable", "-"
Runs = dict[str, Folder]


def merge(runs: Runs) -> str:
    """Return the report of runs, by their names, as Markdown; the first is what others are held to.

    Raises:
        UserError: fewer than two.
    """
    if len(runs) < 2:
        raise UserError("one run has nothing to be merged with: name two results folders or more")
    first, *others = runs
    refused = {name: compare.refusals(runs[first], runs[name]) for name in others}
    lines = [f"- {name}: {line}" for name in others for line in refused[name][0]]
    parts = [
        "# Several machines",
        table(["run", *runs[first].absolute], [[n, *r.absolute.values()] for n, r in runs.items()]),
        "## Ratios across the machines",
        across(runs, {name: found["relative"] for name, (_, found) in refused.items()}),
        "Each run's ratio is to its own baseline, from its own paired rounds. *Against* "
        f"{first}: whether that ratio is larger there, from rounds that nothing pairs.",
    ]
    if lines:
        parts += ["Not compared, or not in all of it:", "\n".join(lines)]
    for name, run in runs.items():
        parts += [f"## {name}: {run.absolute['CPU']}", figures(run)]
    return "\n\n".join(parts) + "\n"


def table(header: list[str], lines: list[list[object]]) -> str:
    """Return a Markdown table."""
    return tabulate(lines, header, tablefmt="github", disable_numparse=True)


def across(runs: Runs, refused: dict[str, set[str]]) -> str:
    """Return the ratios of every contender and headline, a column a run.

    Args:
        runs: by name, the first first.
        refused: the benchmarks of which a run's ratios must not be compared, by its name.
    """
    first, *others = runs
    keys = sorted({key for run in runs.values() for key in run.rounds if key[5] != run.baseline})
    lines = []
    for key in keys:
        model, job, benchmark, *_, contender = key
        cells = [ratio(run, key, benchmark in refused.get(name, ())) for name, run in runs.items()]
        told = [
            against(runs[first], runs[name], key) if cell not in (REFUSED, MISSING) else MISSING
            for name, cell in zip(others, cells[1:], strict=True)
        ]
        lines.append([model, job, benchmark, contender, *cells, *told])
    header = ["model", "mode", "benchmark", "contender", *runs]
    return table([*header, *(f"{name} against {first}" for name in others)], lines)


def ratio(run: Folder, key: tuple[str, ...], is_refused: bool) -> str:
    """Return a run's ratio to its baseline with its interval, where it may stand beside others."""
    values = comparison.to_baseline(run.rounds, run.baseline, key) if key in run.rounds else []
    if not len(values):
        return MISSING
    if is_refused:
        return REFUSED
    low, high = intervals.exact_interval(values.to_numpy(), run.confidence)
    if low != low:
        return f"{wording.times(values.median())}, too few rounds"
    return f"{wording.times(values.median())} ({wording.times(low)} to {wording.times(high)})"


def against(a: Folder, b: Folder, key: tuple[str, ...]) -> str:
    """Return how a ratio of one run is to that of another, and whether that is a difference."""
    if key not in a.rounds:
        return MISSING
    level, margin = max(a.confidence, b.confidence), min(a.margin, b.margin)
    pair = [comparison.to_baseline(run.rounds, run.baseline, key) for run in (a, b)]
    return ", ".join(comparison.words(pair, level, margin))


def figures(run: Folder) -> str:
    """Return a run's own figures with their intervals."""
    lines = []
    for key in sorted(run.rounds):
        model, job, benchmark, _, unit, contender = key
        found = intervals.estimate(run.rounds[key].to_numpy(), run.confidence)
        bounds = [wording.figure(bound, unit) for bound in (found.ci_low, found.ci_high)]
        shown = "too few rounds" if found.ci_low != found.ci_low else " to ".join(bounds)
        lines.append(
            [model, job, benchmark, contender, wording.figure(found.median, unit), shown, found.n]
        )
    header = ["model", "mode", "benchmark", "contender", "median", "interval", "rounds"]
    return table(header, lines)


def named(folders: list[str]) -> dict[str, str]:
    """Return folders by names that tell them apart: the last part that differs, else the whole."""
    parts = zip(*(reversed(Path(folder).resolve().parts) for folder in folders), strict=False)
    names = next((same for same in parts if len(set(same)) == len(folders)), folders)
    return dict(zip(names, folders, strict=True))


def main(argv: list[str] | None = None) -> int:
    """Print the report of several results folders."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", metavar="RUN", nargs="+", help="a results folder")
    args = parser.parse_args(argv)
    print(merge({name: read(folder) for name, folder in named(args.runs).items()}), end="")
    return 0


if __name__ == "__main__":
    errors.run(main)
