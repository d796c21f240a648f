"""From the dataset to trends: each contender's ratios run by run, and what changed between them."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from scripts.history import changes, facts

# What the runs of one panel have in common, and those of one line.
PANEL = ["benchmark", "machine", "model", "job", "baseline"]
LINE = [*PANEL, "contender"]
COLUMNS = [
    *LINE, "place", "measured", "n", "ratio", "ratio_low", "ratio_high", "change", "underneath",
    "run", *facts.OF_JOB, *facts.OF_CONTENDER, "uncommitted", "config_sha256",
]  # fmt: skip


@dataclass(frozen=True)
class Change:
    """A ratio that is another one from a run on; levels are (median, least, greatest, runs)."""

    line: dict[str, str]
    last: pd.Timestamp
    first: pd.Timestamp
    before: tuple[float, float, float, int]
    after: tuple[float, float, float, int]
    underneath: list[facts.Change]

    @property
    def size(self) -> float:
        """By what share the ratio grew; negative where it fell."""
        return self.after[0] / self.before[0] - 1


def table(rows: pd.DataFrame, margin: float) -> pd.DataFrame:
    """Return a row a run, contender and benchmark, in the order of the runs.

    `place` counts the runs of a panel from 0; `change` is by what share the ratio's level changed
    with this run, NaN where it did not; `underneath` lists what else changed since the contender's
    run before.
    """
    rows = rows[rows.ratio > 0]
    runs = rows.drop_duplicates([*PANEL, "run"])
    places = runs.assign(place=runs.groupby(PANEL).cumcount())
    rows = rows.merge(places[[*PANEL, "run", "place"]], on=[*PANEL, "run"])
    lines = [line(group, margin) for _, group in rows.groupby(LINE, sort=True)]
    return pd.concat(lines, ignore_index=True)[COLUMNS] if lines else pd.DataFrame(columns=COLUMNS)


def line(group: pd.DataFrame, margin: float) -> pd.DataFrame:
    """Return one contender's rows with what changed at each."""
    bounds = (group[name].to_numpy() for name in ("ratio_low", "ratio_high", "confidence"))
    places = changes.change_points(
        np.log(group.ratio.to_numpy()), changes.standard_error(*bounds), margin
    )
    sizes = np.full(len(group), np.nan)
    for place, (before, after) in zip(
        places, itertools.pairwise(levels(group, places)), strict=True
    ):
        sizes[place] = after[0] / before[0] - 1
    return group.assign(change=sizes, underneath=underneath(group))


def levels(group: pd.DataFrame, places: list[int]) -> list[tuple[float, float, float, int]]:
    """Return the median, least and greatest ratio and the number of runs between change points."""
    return [
        (np.median(part), part.min(), part.max(), len(part))
        for part in np.split(group.ratio.to_numpy(), places)
    ]


def underneath(group: pd.DataFrame) -> list[list[facts.Change]]:
    """Return what changed since the run before, for each run of a contender."""
    pairs = itertools.pairwise(group.itertuples(index=False))
    return [[], *(list(facts.changes(*pair)) for pair in pairs)]


def found(trends: pd.DataFrame) -> list[Change]:
    """Return the changes of ratios, in the order of the lines."""
    return [
        change
        for names, group in trends.groupby(LINE, sort=True)
        for change in of_line(dict(zip(LINE, names, strict=True)), group)
    ]


def of_line(names: dict[str, str], group: pd.DataFrame) -> Iterator[Change]:
    """Yield the changes of one contender's ratio."""
    places = np.flatnonzero(group.change.notna()).tolist()
    times = group.measured.tolist()
    pairs = itertools.pairwise(levels(group, places))
    for place, (before, after) in zip(places, pairs, strict=True):
        told = group.underneath.iloc[place]
        yield Change(names, times[place - 1], times[place], before, after, told)
