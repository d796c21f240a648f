"""What a reader must know before any figure: what failed, what does not hold."""

from typing import Any

import pandas as pd

from scripts.bench.page_cache import RESIDENT_LIMIT
from scripts.report import agreement, wording
from scripts.report.inputs import HEADLINES, NOOP_LIMIT_MIB, SELF_CHECK, Data
from scripts.stats import intervals, verdicts


def alarms(data: Data) -> list[str]:
    """Return what a reader must know before any figure: what failed, seeded weights."""
    found = []
    found += seeded(data.model)
    not_run = data.not_run()
    if wrong := sorted(set(data.refused()).difference(*not_run.values())):
        found.append(f"Failed the oracle and not timed: {listed(wrong)}.")
    found += [f"Not run: {listed(names)}: {why}." for why, names in not_run.items()]
    found += [
        f"Failed while it was measured and not ranked there: `{name}`, "
        f"{', '.join(rows.benchmark + ' (' + rows.job + ')')}: {note}."
        for (name, note), rows in data.failed().groupby(["contender", "note"], sort=False)
    ]
    found += agreement.warnings(data)
    found += [f"The self-check failed: {text}" for text in self_check_failures(data)]
    return found + self_check_doubts(data) + warm_on_disk(data)


def listed(names: list[str]) -> str:
    """Return contenders' names, one after the other."""
    return ", ".join(f"`{name}`" for name in names)


def seeded(model: dict[str, Any]) -> list[str]:
    """Return what must be known of a model without trained weights; nothing of another."""
    if model["weights"] != "seeded":
        return []
    return [
        f"The weights are seeded, not trained ({model['why']}): labels mean nothing, "
        "the work that is timed is the same."
    ]


def self_check_failures(data: Data) -> list[str]:
    """Return where the harness itself shows: a heavy no-op, a difference between equals."""
    found = []
    rows = data.self_check()
    for row in rows[(rows.contender == "noop") & (rows.metric == "peak_rss")].itertuples():
        if row.median >= NOOP_LIMIT_MIB:
            found.append(f"a program that does nothing weighs {row.median:.1f} MiB ({row.job}).")
    for _, row in data.twins[data.twins.state == verdicts.FAILED].iterrows():
        found.append(
            f"the baseline against itself differs in {row.benchmark}: {wording.ratio(row)}."
        )
    return found


def self_check_doubts(data: Data) -> list[str]:
    """Return where equals differ by more than the margin, in too few rounds to rule out chance."""
    rows = powerless(data.twins)
    return [
        f"The self-check is in doubt: the baseline against itself differs in {row.benchmark}, "
        f"{wording.ratio(row)}, in {row.n} rounds; to tell that from chance, "
        f"as one of several tests, takes {row.n_needed}."
        for _, row in rows[rows.verdict.isin(intervals.DIFFERENT)].iterrows()
    ]


def powerless(twins: pd.DataFrame) -> pd.DataFrame:
    """Return the undecided rows in which it could not fail, however much equals differed."""
    return twins[(twins.state == verdicts.UNDECIDED) & (twins.n < twins.n_needed)]


def self_check(data: Data) -> str:
    """Return the self-check's verdict, and where it is undecided."""
    if self_check_failures(data):
        return "The self-check failed."
    measured = [name for name in HEADLINES if name in set(data.estimates.benchmark)]
    states = data.twins.set_index("benchmark").state.reindex(measured).fillna(verdicts.UNDECIDED)
    lost = sorted(set(data.missing()[data.missing()["mode"] == SELF_CHECK].contender))
    if verdicts.overall([*states, *(verdicts.UNDECIDED for _ in lost)]) == verdicts.PASSED:
        return "The self-check passed."
    open_ = [*states.index[states == verdicts.UNDECIDED], *(f"`{name}` failed" for name in lost)]
    return (
        "The self-check is undecided: rounds are too few or too noisy to show the baseline the "
        f"same as itself ({', '.join(open_)}).{could_not_fail(data.twins)}"
    )


def could_not_fail(twins: pd.DataFrame) -> str:
    """Say in which benchmarks the self-check could not fail, if in any."""
    rows = powerless(twins)
    told = [f"{row.benchmark} ({row.n} of {row.n_needed} rounds)" for row in rows.itertuples()]
    return f" It could not have failed in {', '.join(told)}." if told else ""


def warm_on_disk(data: Data) -> list[str]:
    """Return the contenders whose files were partly in the page cache after all."""
    rows = data.estimates[
        (data.estimates.benchmark == "cold_disk") & (data.estimates.metric == "resident")
    ]
    return [
        f"Not quite cold on disk: up to {row.maximum:.0f} % of the files of `{row.contender}` "
        f"({row.job}) were still in the page cache."
        for row in rows[rows.maximum > RESIDENT_LIMIT].itertuples()
    ]
