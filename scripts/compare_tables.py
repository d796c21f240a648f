"""The rows of a comparison of two results folders: figures, quotients, and words where due.

The folders were not measured in turns, so nothing pairs a round of one with a round of the other:
the intervals are bootstraps of two independent samples. In simulations of equal machines with 8 to
30 rounds of skewed noise the percentile method at 99 % raises 0.5 % to 2 % false alarms.
"""

from pathlib import Path

import estimate
import estimates
import numpy as np
import pandas as pd
import report_data
import wording
from errors import UserError
from scipy import stats

KEYS = ["job", "benchmark", "metric", "unit", "contender"]
HEADER = [
    "mode", "benchmark", "contender", "A", "B", "B/A", "verdict",
    "A to baseline", "B to baseline", "B/A of these", "verdict of these",
]  # fmt: skip
RESAMPLES = 9999
SEED = 2019
WORDS = {
    estimates.MORE: "more",
    estimates.LESS: "less",
    estimates.SAME: "no difference found",
    "": "no verdict: too few rounds",
}
REFUSED = ("-", "not comparable")
BASELINE = ("-", "baseline")

Rounds = dict[tuple[str, ...], pd.Series]


def quotient(a: np.ndarray, b: np.ndarray, confidence: float) -> estimates.Ratio:
    """Return median(b) / median(a) of independent positive samples, NaN bounds where too few.

    Too few are those from which not even one median has an exact interval. Swapping samples
    that differ gives exactly the inverse.
    """
    a, b = np.sort(a), np.sort(b)
    if b.tolist() < a.tolist():
        back = quotient(b, a, confidence)
        return estimates.Ratio(1 / back.ratio, 1 / back.high, 1 / back.low)
    found = float(np.median(b) / np.median(a))
    if any(np.isnan(estimates.exact_interval(one, confidence)[0]) for one in (a, b)):
        return estimates.Ratio(found, np.nan, np.nan)
    interval = stats.bootstrap(
        (a, b),
        _log_quotient,
        vectorized=True,
        confidence_level=confidence,
        n_resamples=RESAMPLES,
        method="percentile",
        rng=np.random.default_rng(SEED),
    ).confidence_interval
    return estimates.Ratio(found, float(np.exp(interval.low)), float(np.exp(interval.high)))


def _log_quotient(a: np.ndarray, b: np.ndarray, axis: int) -> np.ndarray:
    return np.log(np.median(b, axis=axis)) - np.log(np.median(a, axis=axis))


def samples(path: Path, jobs: list[tuple[str, str]]) -> pd.DataFrame:
    """Return the samples of the headline metrics that count, the mode of their job in `job`.

    Raises:
        UserError: a table is missing, broken or has other than positive figures, or there is none.
    """
    tables = [
        headline(path / "samples" / mode / f"{benchmark}.csv", benchmark).assign(job=mode)
        for mode, benchmark in jobs
        if benchmark in report_data.HEADLINES and (path / "samples" / mode).is_dir()
    ]
    if not tables:
        raise UserError(f"{path} has no samples of the jobs that its machine.json lists")
    return pd.concat(tables, ignore_index=True)


def headline(path: Path, benchmark: str) -> pd.DataFrame:
    """Return the rows of a benchmark's headline metric, without warm-up and self-check."""
    table = report_data.read_table(path)
    lacking = {*KEYS, "mode", "round", "warmup", "value"} - {"job", *table.columns}
    if lacking:
        raise UserError(f"the table {path} lacks the columns {', '.join(sorted(lacking))}")
    chosen = (table.metric == report_data.HEADLINES[benchmark]) & (table.warmup == 0)
    table = table[chosen & (table["mode"] != report_data.SELF_CHECK)]
    values = pd.to_numeric(table.value, errors="coerce")
    if not (np.isfinite(values) & (values > 0)).all():
        raise UserError(f"the table {path} has a {benchmark} figure that is no positive number")
    return table.assign(value=values)


def rounds(samples: pd.DataFrame) -> Rounds:
    """Return a value for each round, in the samples' unit, by the values of `KEYS`."""
    return {key: estimate.per_round(group) for key, group in samples.groupby(KEYS, sort=False)}


def rows(
    a: Rounds, b: Rounds, baselines: tuple[str, str], level: float, refused: dict[str, set[str]]
) -> list[list[str]]:
    """Return a row of text, as `HEADER` names it, for every figure that both folders have.

    Args:
        a: the rounds of the first folder.
        b: those of the second.
        baselines: the contender that each folder takes its ratios against.
        level: the confidence of the intervals, between 0 and 1.
        refused: the names of the benchmarks whose `absolute` figures, and whose `relative` ones,
            must not be compared.
    """
    found = []
    for key in sorted(set(a) & set(b)):
        job, benchmark, _, unit, contender = key
        pair = [a[key], b[key]]
        shown = [wording.figure(float(one.median()), unit) for one in pair]
        absolute = REFUSED if benchmark in refused["absolute"] else _words(pair, level)
        pair = [to_baseline(*each, key) for each in zip((a, b), baselines, strict=True)]
        shown_ratios = [wording.times(float(one.median())) if len(one) else "-" for one in pair]
        relative = BASELINE if contender in baselines else _words(pair, level)
        relative = REFUSED if benchmark in refused["relative"] else relative
        found.append([job, benchmark, contender, *shown, *absolute, *shown_ratios, *relative])
    return found


def to_baseline(folder: Rounds, baseline: str, key: tuple[str, ...]) -> pd.Series:
    """Return a figure's ratio to the baseline's in each round that has both; may be empty."""
    base = folder.get((*key[:-1], baseline), pd.Series(dtype=float))
    return (folder[key] / base).dropna()


def _words(pair: list[pd.Series], level: float) -> tuple[str, str]:
    if not all(len(one) for one in pair):
        return "-", "no verdict: no round has the baseline"
    found = quotient(*(one.to_numpy() for one in pair), level)
    text = wording.significant(found.ratio, 4)
    if found.verdict:
        low, high = (wording.significant(bound, 4) for bound in (found.low, found.high))
        text += f" ({low} to {high})"
    return text, WORDS[found.verdict]


def alone(one: Rounds, other: Rounds) -> list[str]:
    """Return a line for each contender with figures that the other folder has not."""
    missing: dict[tuple[str, str], list[str]] = {}
    for job, benchmark, metric, unit, contender in sorted(set(one) - set(other)):
        missing.setdefault((job, contender), []).append(f"{benchmark} {metric} in {unit}")
    return [f"{name} ({job}): {', '.join(what)}" for (job, name), what in missing.items()]


def markdown(lines: list[list[str]]) -> str:
    """Return rows of text as a Markdown table under `HEADER`."""
    rule = ["---"] * len(HEADER)
    return "\n".join("| " + " | ".join(line) + " |" for line in [HEADER, rule, *lines])
