"""What the estimates say, as sentences: the answer, the warnings, the observations."""

import pandas as pd
import wording
from report_data import HEADLINES, NOOP_LIMIT_MIB, Data

NAMES = {
    "cold_start": "Cold start",
    "warm_loop": "A loop of fresh processes",
    "memory": "Peak memory",
    "throughput": "Full runs a second",
    "inference": "Warm inference",
}
# More is better only for these; for the others the smallest ratio is the best.
MORE_IS_BETTER = {"throughput"}


def alarms(data: Data) -> list[str]:
    """Return what a reader must know before any figure: failed checks, seeded weights."""
    found = []
    if data.model["weights"] == "seeded":
        found.append(
            f"The weights are seeded, not trained ({data.model['why']}): labels mean nothing, "
            "the work that is timed is the same."
        )
    failed = sorted(set(data.oracle[~data.oracle.passed].contender))
    if failed:
        names = ", ".join(f"`{name}`" for name in failed)
        found.append(f"Failed the oracle and not timed: {names}.")
    return found + [f"The self-check failed: {text}" for text in self_check_failures(data)]


def self_check_failures(data: Data) -> list[str]:
    """Return where the harness itself shows: a heavy no-op, a difference between equals."""
    found = []
    rows = data.self_check()
    for row in rows[(rows.contender == "noop") & (rows.metric == "peak_rss")].itertuples():
        if row.median >= NOOP_LIMIT_MIB:
            found.append(f"a program that does nothing weighs {row.median:.1f} MiB ({row.job}).")
    headline = rows.metric == rows.benchmark.map(HEADLINES)
    for row in rows[headline & rows.contender.str.endswith("#2")].itertuples():
        if row.verdict in ("more", "less"):
            found.append(
                f"the baseline against itself differs in {row.benchmark} ({row.job}): "
                f"{row.ratio:.3f} ({row.ratio_low:.3f} to {row.ratio_high:.3f})."
            )
    return found


def headline_rows(data: Data, benchmark: str, job: str) -> pd.DataFrame:
    """Return a benchmark's headline estimates of the wasm contenders, best ratio first."""
    rows = data.rows(benchmark, HEADLINES[benchmark], job)
    wasm = rows[~rows["mode"].isin(["native", "reference"])].dropna(subset=["ratio"])
    return wasm.sort_values("ratio", ascending=benchmark not in MORE_IS_BETTER)


def answer(data: Data) -> list[str]:
    """Return the first screen: how far wasm is from native, and which setting is best."""
    warm = "inference" if "inference" in set(data.estimates.benchmark) else "warm_loop"
    lines = []
    for benchmark in ("cold_start", warm, "memory"):
        for job in reversed(data.jobs):
            rows = headline_rows(data, benchmark, job)
            if len(rows):
                best, worst = rows.iloc[0], rows.iloc[-1]
                spread = f"; the farthest, `{worst.contender}`, {wording.times(worst.ratio)}"
                lines.append(
                    f"**{NAMES[benchmark]}, {job.upper()}.** Closest to native is "
                    f"`{best.contender}`, {wording.compared(best, f'`{data.baseline}`')}"
                    f"{spread if len(rows) > 1 else ''}."
                )
    return [*lines, certainty(data)]


def certainty(data: Data) -> str:
    """Say how sure the figures are."""
    level = data.machine["config"]["confidence"]
    headline = data.estimates.metric == data.estimates.benchmark.map(HEADLINES)
    rows = data.estimates[headline & data.estimates.ratio_low.notna()]
    width = ((rows.ratio_high - rows.ratio_low) / rows.ratio).median()
    state = "failed" if self_check_failures(data) else "passed"
    return (
        f"**How sure.** Intervals are at {100 * level:g} %; half of the ratios are known to within "
        f"{100 * width / 2:.1f} % either way or better. The self-check {state}."
    )


def observations(data: Data) -> list[str]:
    """Return what else the tables show, a sentence each."""
    found = []
    for benchmark, metric in HEADLINES.items():
        for job in data.jobs:
            rows = data.rows(benchmark, metric, job).dropna(subset=["ratio"])
            found += [
                f"{NAMES[benchmark]}, {job.upper()}: `{row.contender}` is "
                f"{wording.compared(row, f'`{data.baseline}`')}."
                for _, row in rows.iterrows()
            ]
    return found


def outliers(data: Data) -> list[str]:
    """Return where outliers were seen and what to do about them."""
    rows = data.estimates[(data.estimates.n > 0) & (data.estimates.outliers > 0)]
    rows = rows[rows.metric == rows.benchmark.map(HEADLINES)]
    return [outlier(row) for row in rows.itertuples()]


def outlier(row) -> str:
    """Say what is far off in one contender's samples, and what to do."""
    where = f"`{row.contender}`, {row.benchmark} ({row.job})"
    farthest = wording.figure(row.maximum, row.unit)
    return (
        f"{where}: {int(row.outliers)} of {int(row.n)} samples lie far from the rest, the largest "
        f"is {farthest}. They are kept; the median hardly feels them. Stop other work on the "
        "machine and measure again."
    )
