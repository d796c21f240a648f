"""What the estimates say, as sentences: the answer, the warnings, the observations."""

import pandas as pd
import wording
from report_data import HEADLINES, NOOP_LIMIT_MIB, PHASES, SELF_CHECK, Data

NAMES = {
    "cold_start": "Cold start",
    "warm_loop": "A loop of fresh processes",
    "memory": "Peak memory",
    "throughput": "Full runs a second",
    "inference": "Warm inference",
}
# The build that follows the original's recipe.
ORIGINAL = "wasm"
# Of fewer samples nobody can say which lie far from the rest.
FEWEST = 5
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
    """Return the first screen: how far wasm is from native, which setting is best, how sure."""
    measured = set(data.estimates.benchmark)
    warm = "inference" if "inference" in measured else "warm_loop"
    lines = [distance(data, benchmark) for benchmark in ("cold_start", warm, "memory")]
    return [line for line in [*lines, gap(data)] if line] + [certainty(data)]


def all_jobs(data: Data, benchmark: str) -> pd.DataFrame:
    """Return a benchmark's headline estimates of the wasm contenders in all modes, best first."""
    return pd.concat([headline_rows(data, benchmark, job) for job in data.jobs]).sort_values(
        "ratio", ascending=benchmark not in MORE_IS_BETTER, kind="stable"
    )


def distance(data: Data, benchmark: str) -> str | None:
    """Say how far from native the closest and the farthest wasm contender are."""
    rows = all_jobs(data, benchmark)
    if rows.empty:
        return None
    best, worst = rows.iloc[0], rows.iloc[-1]
    text = (
        f"**{NAMES[benchmark]}.** The best wasm is `{best.contender}`, "
        f"{wording.compared(best, f'`{data.baseline}`')}"
    )
    compiling = rows[(rows["mode"] == "jit") & (rows.contender != best.contender)]
    if len(compiling):
        first = compiling.iloc[0]
        text += f"; just in time, `{first.contender}`, {wording.times(first.ratio)}"
    if worst.contender not in (best.contender, *compiling.contender[:1]):
        text += f"; the farthest, `{worst.contender}`, {wording.times(worst.ratio)}"
    return f"{text}{best_native(data, benchmark)}."


def best_native(data: Data, benchmark: str) -> str:
    """Say which native build is better than the baseline, where one is: wasm's fair opponent."""
    rows = pd.concat([data.rows(benchmark, HEADLINES[benchmark], job) for job in data.jobs])
    rows = rows[(rows["mode"] == "native") & (rows.verdict == "less")].sort_values("ratio")
    if rows.empty:
        return ""
    return f"; the best native, `{rows.iloc[0].contender}`, {wording.times(rows.iloc[0].ratio)}"


def gap(data: Data) -> str | None:
    """Say which setting closes the gap: the best contender beside the original's recipe."""
    found = []
    for benchmark in ("cold_start", "inference", "memory"):
        rows = all_jobs(data, benchmark) if benchmark in set(data.estimates.benchmark) else []
        recipe = rows[(rows.build == ORIGINAL) & (rows["mode"] == "jit")] if len(rows) else rows
        if len(recipe):
            best, old = rows.iloc[0], recipe.iloc[0]
            found.append(
                f"{NAMES[benchmark].lower()} from {wording.times(old.ratio)} (`{old.contender}`) "
                f"to {wording.times(best.ratio)} (`{best.contender}`)"
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
    rows = data.estimates[headline & data.estimates.ratio_low.notna()]
    width = ((rows.ratio_high - rows.ratio_low) / rows.ratio).median()
    known = (
        f"half of the ratios are known to within {100 * width / 2:.1f} % either way or better"
        if len(rows)
        else "too few rounds were measured for any"
    )
    state = "failed" if self_check_failures(data) else "passed"
    return f"**How sure.** Intervals are at {100 * level:g} %; {known}. The self-check {state}."


def observations(data: Data) -> list[str]:
    """Return what else the tables show, a sentence each."""
    return standings(data) + reasons(data)


def standings(data: Data) -> list[str]:
    """Return, for each benchmark and mode, who is beyond the baseline, on which side."""
    found = []
    for benchmark in HEADLINES:
        for job in data.jobs:
            rows = headline_rows(data, benchmark, job)
            groups = [
                (wording.verdict(row), row.contender, wording.times(row.ratio))
                for _, row in rows.iterrows()
            ]
            if groups:
                said = [
                    f"{word}: "
                    + ", ".join(f"`{name}` {times}" for w, name, times in groups if w == word)
                    for word in dict.fromkeys(word for word, _, _ in groups)
                ]
                found.append(
                    f"{NAMES[benchmark]}, {job.upper()}, beside `{data.baseline}`. "
                    f"{'; '.join(said)}."
                )
    return found


def reasons(data: Data) -> list[str]:
    """Return, for each wasm contender, which phase its cold start spends more or less time in."""
    found = []
    for job in data.jobs:
        table = data.phase_medians(job)
        if data.baseline not in table.index:
            continue
        for name in table.index[table.index.str.contains("@")]:
            difference = table.loc[name] - table.loc[data.baseline]
            wall = difference.pop("wall")
            phase = (difference if wall > 0 else -difference).idxmax()
            found.append(
                f"`{name}` starts {wording.significant(abs(wall))} ms "
                f"{'later' if wall > 0 else 'sooner'} than `{data.baseline}`; most of it is in "
                f"*{PHASES[phase]}*: {wording.significant(table.loc[name, phase])} ms beside "
                f"{wording.significant(table.loc[data.baseline, phase])} ms."
            )
    return found


def outliers(data: Data) -> list[str]:
    """Return where outliers were seen and what to do about them."""
    rows = data.estimates[(data.estimates.n >= FEWEST) & (data.estimates.outliers > 0)]
    rows = rows[rows.metric == rows.benchmark.map(HEADLINES)]
    rows = rows[rows["mode"] != SELF_CHECK]
    return [outlier(row) for row in rows.itertuples()]


def outlier(row) -> str:
    """Say what is far off in one contender's samples, and what to do."""
    where = f"`{row.contender}`, {row.benchmark} ({row.job})"
    farthest = wording.figure(row.maximum, row.unit)
    return (
        f"{where}: {int(row.outliers)} of {int(row.n)} samples lie far from the rest, the largest "
        f"is {farthest}."
    )
