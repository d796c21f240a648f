"""The rows of a comparison of two results folders: figures, quotients, and words where due."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from tabulate import tabulate

from scripts.common import paths
from scripts.common.errors import UserError
from scripts.report import inputs, wording
from scripts.stats import intervals, pairs
from scripts.stats.samples import failed
from scripts.stats.unpaired import quotient

KEYS = ["model", "job", "benchmark", "metric", "unit", "contender"]
HEADER = [
    "model", "mode", "benchmark", "contender", "A", "B", "B/A", "verdict",
    "A to baseline", "B to baseline", "B/A of these", "verdict of these",
]  # fmt: skip
REFUSED = ("-", "not comparable")
BASELINE = ("-", "baseline")

Rounds = dict[tuple[str, ...], pd.Series]


def samples(path: Path, jobs: list[dict[str, Any]]) -> pd.DataFrame:
    """Return the samples of the headline metrics that count, the mode of their job in `job`.

    `jobs` are the records of how they went; a contender that failed in one has no figures there.

    Raises:
        UserError: a table is missing, broken or has other than positive figures, or there is none.
    """
    tables = [
        headline(file, job)
        for job in jobs
        if job["benchmark"] in inputs.HEADLINES and (file := samples_of(path, job)).parent.is_dir()
    ]
    if not tables:
        raise UserError(f"{path} has no samples of the jobs that its machine.json lists")
    return pd.concat(tables, ignore_index=True)


def samples_of(path: Path, job: dict[str, Any]) -> Path:
    """Return the samples of a job in a results folder."""
    file = paths.SAMPLES.format(**{key: job[key] for key in ("model", "mode", "benchmark")})
    return path / Path(file).relative_to("results")


def headline(path: Path, job: dict[str, Any]) -> pd.DataFrame:
    """Return the rows of a job's headline metric that count, without the self-check's."""
    table, benchmark = inputs.read_table(path), job["benchmark"]
    lacking = {*KEYS, "mode", "round", "warmup", "value"} - {"job", *table.columns}
    if lacking:
        raise UserError(f"the table {path} lacks the columns {', '.join(sorted(lacking))}")
    chosen = (table.metric == inputs.HEADLINES[benchmark]) & (table.warmup == 0)
    chosen &= (table["mode"] != inputs.SELF_CHECK) & ~table.contender.isin(failed(job))
    table = table[chosen]
    values = pd.to_numeric(table.value, errors="coerce")
    if not (np.isfinite(values) & (values > 0)).all():
        raise UserError(f"the table {path} has a {benchmark} figure that is no positive number")
    return table.assign(value=values, job=job["mode"])


def rounds(samples: pd.DataFrame) -> Rounds:
    """Return a value for each round, in the samples' unit, by the values of `KEYS`."""
    return {key: pairs.per_round(group) for key, group in samples.groupby(KEYS, sort=False)}


def rows(
    a: Rounds,
    b: Rounds,
    baselines: tuple[str, str],
    level: float,
    margin: float,
    refused: dict[str, set[str]],
) -> list[list[str]]:
    """Return a row of text, as `HEADER` names it, for every figure that both folders have.

    Args:
        a: the rounds of the first folder.
        b: those of the second.
        baselines: the contender that each folder takes its ratios against.
        level: the confidence of the intervals, between 0 and 1.
        margin: figures are the same where the interval lies within 1 ± this.
        refused: the names of the benchmarks whose `absolute` figures, and whose `relative` ones,
            must not be compared.
    """
    found = []
    for key in sorted(set(a) & set(b)):
        model, job, benchmark, _, unit, contender = key
        pair = [a[key], b[key]]
        shown = [wording.figure(float(one.median()), unit) for one in pair]
        absolute = REFUSED if benchmark in refused["absolute"] else words(pair, level, margin)
        pair = [to_baseline(*each, key) for each in zip((a, b), baselines, strict=True)]
        shown_ratios = [wording.times(float(one.median())) if len(one) else "-" for one in pair]
        relative = BASELINE if contender in baselines else words(pair, level, margin)
        relative = REFUSED if benchmark in refused["relative"] else relative
        found.append(
            [model, job, benchmark, contender, *shown, *absolute, *shown_ratios, *relative]
        )
    return found


def to_baseline(folder: Rounds, baseline: str, key: tuple[str, ...]) -> pd.Series:
    """Return a figure's ratio to the baseline's in each round that has both; may be empty."""
    base = folder.get((*key[:-1], baseline), pd.Series(dtype=float))
    return (folder[key] / base).dropna()


def words(pair: list[pd.Series], level: float, margin: float) -> tuple[str, str]:
    """Return the second's quotient to the first with its interval, and the verdict on it."""
    if not all(len(one) for one in pair):
        return "-", "undecided: no round has the baseline"
    found = quotient(*(one.to_numpy() for one in pair), level)
    text = wording.significant(found.ratio, 4)
    verdict = found.verdict(margin)
    if np.isnan(found.low):
        return text, f"{verdict}: too few rounds"
    low, high = (wording.significant(bound, 4) for bound in (found.low, found.high))
    small = verdict in intervals.DIFFERENT and found.within(margin)
    return f"{text} ({low} to {high})", verdict + (", within the margin" if small else "")


def alone(one: Rounds, other: Rounds) -> list[str]:
    """Return a line for each contender with figures that the other folder has not."""
    missing: dict[tuple[str, ...], list[str]] = {}
    for model, job, benchmark, metric, unit, contender in sorted(set(one) - set(other)):
        told = missing.setdefault((contender, model, job), [])
        told.append(f"{benchmark} {metric} in {unit}")
    return [
        f"{name} ({model}, {job}): {', '.join(what)}"
        for (name, model, job), what in missing.items()
    ]


def markdown(lines: list[list[str]]) -> str:
    """Return rows of text as a Markdown table under `HEADER`, aligned: a terminal shows it."""
    return tabulate(lines, HEADER, tablefmt="github", disable_numparse=True)
