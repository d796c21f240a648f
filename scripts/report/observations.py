"""What the tables do not say by themselves, as sentences: reasons, how runs scale, the disk."""

from collections.abc import Callable

import pandas as pd

from scripts.report import run_tables, sections, wording
from scripts.report.apart import rivals
from scripts.report.inputs import PHASES, Data
from scripts.stats import intervals

INTERVAL = ("ci_low", "ci_high")


def observations(data: Data) -> list[str]:
    """Return what else the tables show, a sentence each, for each mode."""
    found = [line for job in data.jobs for line in reasons(data, job)]
    found += [line for job in data.jobs for line in (scaling(data, job), disk(data, job)) if line]
    return found


def reasons(data: Data, job: str) -> list[str]:
    """Return in which phase wasm's cold starts are later or sooner than the baseline's.

    A sentence tells of all contenders of which the same is true. The phases have few rounds:
    nothing is said where the cold starts themselves, which have more, are not different, or the
    other way round.
    """
    table = data.phase_medians(job)
    if data.baseline not in table.index:
        return []
    decided = data.rows("cold_start", "wall", job).set_index("contender").verdict
    found: dict[tuple[str, str, str], list[str]] = {}
    for name in table.index[table.index.str.contains("@")]:
        difference = table.loc[name] - table.loc[data.baseline]
        wall = difference.pop("wall")
        if decided.get(name) != (intervals.MORE if wall > 0 else intervals.LESS):
            continue
        phase = (difference if wall > 0 else -difference).idxmax()
        sense = "later" if wall > 0 else "sooner"
        part = "most of it" if abs(difference[phase] / wall) > 0.5 else "the largest part"
        taken = wording.part(table.loc[name, phase], " ms")
        told = f"`{name}` {wording.significant(abs(wall))} ms {sense} ({taken} there)"
        found.setdefault((sense, part, phase), []).append(told)
    return [
        f"{job.upper()}, cold starts {sense} than `{data.baseline}` (medians of the phases, "
        f"without intervals), {part} in "
        f"*{PHASES[phase]}*, which takes `{data.baseline}` "
        f"{wording.part(table.loc[data.baseline, phase], ' ms')}: {', '.join(told)}."
        for (sense, part, phase), told in found.items()
    ]


def scaling(data: Data, job: str) -> str | None:
    """Say how many times the runs of one process at a time the most side by side do."""
    rows = data.rows("throughput", "scaling", job).sort_values("median", kind="stable")
    if rows.empty:
        return None
    level = run_tables.levels(data, job)[-1]
    # That there is no interval is said of all of them at once.
    is_sure = rows.ci_low.notna().all()
    words = run_tables.factor if is_sure else lambda row: wording.times(row["median"])
    factors = {row.contender: words(row) for _, row in rows.iterrows()}
    said = ends(rows, INTERVAL, lambda name, unsure: f"`{name}` {factors[name]}{unsure}")
    if not said:
        return None
    return (
        f"Throughput, {sections.column('throughput', job)}, {level} processes side by side in "
        "multiples of one at a "
        f"time. {said} Processes that share nothing would do {level}x."
    )


def disk(data: Data, job: str) -> str | None:
    """Say what starting cold on disk costs most and least, and what is read for it."""
    warm, cold, read = (
        run_tables.by_contender(data, benchmark, metric, job)
        for benchmark, metric in (
            ("cold_start", "wall"),
            ("cold_disk", "wall"),
            ("cold_disk", "disk_read"),
        )
    )
    table = pd.DataFrame(
        {
            "warm": warm["median"],
            "cold": cold["median"],
            "read": read["median"],
            "added": cold["median"] - warm["median"],
            # Nothing pairs the jobs: what is added lies between the ends that are nearest and
            # farthest, at the level of both intervals together.
            "low": cold.ci_low - warm.ci_high,
            "high": cold.ci_high - warm.ci_low,
        }
    )
    # A missing bound leaves a row in: it says that there are too few rounds.
    table = table.dropna(subset=["warm", "cold", "read"]).sort_values("added", kind="stable")
    if table.empty:
        return None
    if slower := int((table.added <= 0).sum()):
        return (
            f"What starting cold on disk adds, {job.upper()}, cannot be told: {slower} of "
            f"{len(table)} took longer from the page cache, in a job that nothing pairs with it."
        )

    def told(name: str, unsure: str) -> str:
        row = table.loc[name]
        return (
            f"`{name}`{unsure} {wording.figure(row.warm, 's')} warm, "
            f"{wording.figure(row.cold, 's')} cold, {wording.figure(row['read'], 'MiB')} read"
        )

    said = ends(table.rename_axis("contender").reset_index(), ("low", "high"), told)
    if not said:
        return None
    return (
        f"What starting cold on disk adds, {job.upper()}, medians of two jobs that nothing pairs. "
        f"{said}"
    )


def ends(rows: pd.DataFrame, bounds: tuple[str, str], told: Callable[[str, str], str]) -> str:
    """Say who does the most and the least of rows in ascending order, as intervals allow.

    Nothing where these two are not told apart: the tables say that already.

    `told` is given a contender and what must be said with a superlative, if anything.
    """
    last, first = rows.iloc[-1], rows.iloc[0]
    if len(rows) == 1:
        return f"{told(first.contender, '')}."
    if rows[list(bounds)].isna().any(axis=None):
        between = f"{told(first.contender, '')}, to {told(last.contender, '')}"
        return f"Medians from {between}: too few rounds to rank them."
    if rivals(last, rows.iloc[:1], bounds):
        return ""
    most = told(last.contender, rivals(last, rows.iloc[:-1], bounds))
    least = told(first.contender, rivals(first, rows.iloc[1:], bounds))
    return f"The most: {most}. The least: {least}."
