"""From the samples of the scaling's jobs to points, and from these to lines."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from scripts.contenders.records import SELF_CHECK
from scripts.scaling import fit
from scripts.scaling.relations import MILLION, OVER, RELATIONS, Relation
from scripts.stats import intervals, pairs

NAMES = ["model", "weights", "build", "engine", "mode", "contender"]
PLACES = list(OVER)
COLUMNS = [
    *NAMES, *PLACES, "benchmark", "metric", "unit", "n", "median", "ci_low", "ci_high",
    "baseline", "ratio", "ratio_low", "ratio_high", "margin", "verdict", "note",
]  # fmt: skip
BOUNDED = ("intercept", "slope", "crossover")
FIT_COLUMNS = [
    "contender", "benchmark", "metric", "unit", "over", "n",
    *(f"{name}{end}" for name in BOUNDED for end in ("", "_low", "_high")),
    "on", "off", "farthest", "farthest_at", "note",
]  # fmt: skip
ON, OFF, UNDECIDED = "on", "off", "undecided"
SECONDS = {"s": 1.0, "ms": 1e-3}


def points(
    samples: pd.DataFrame, recipes: dict[str, str], confidence: float, margin: float
) -> pd.DataFrame:
    """Return a row for each contender, place, benchmark and metric that a line is laid through.

    Args:
        samples: those that count of all jobs, with the columns `PLACES`; `pixels` is NaN where the
            photograph is not of the scaling.
        recipes: the contenders in order, each with the one that it is compared with, or "".
        confidence: the level of the intervals.
        margin: figures are the same within 1 ± this.
    """
    rows = []
    where = ["model", *PLACES, "benchmark", "metric"]
    for _, together in drawn(samples).groupby(where, sort=False, dropna=False):
        groups = dict(list(together.groupby("contender", sort=False)))
        for name, baseline in recipes.items():
            if name in groups:
                row = alone(groups[name], confidence)
                if baseline in groups:
                    row |= against(groups[name], groups[baseline], confidence, margin)
                rows.append(row)
    return pd.DataFrame(rows, columns=COLUMNS)


def drawn(samples: pd.DataFrame) -> pd.DataFrame:
    """Return the samples of the metrics that lines are laid through."""
    wanted = {(relation.benchmark, relation.metric) for relation in RELATIONS}
    keys = pd.MultiIndex.from_frame(samples[["benchmark", "metric"]])
    return samples[keys.isin(wanted)]


def alone(group: pd.DataFrame, confidence: float) -> dict[str, Any]:
    """Return a contender's names and places, and what its rounds say of their median."""
    found = intervals.estimate(pairs.per_round(group).to_numpy(), confidence)
    few = f"too few rounds for an interval: {100 * confidence:g} % needs "
    return {
        **group.iloc[0][[*NAMES, *PLACES, "benchmark", "metric", "unit"]].to_dict(),
        "n": found.n,
        "median": found.median,
        "ci_low": found.ci_low,
        "ci_high": found.ci_high,
        "note": f"{few}{intervals.fewest(confidence)}" if math.isnan(found.ci_low) else "",
    }


def against(
    group: pd.DataFrame, base: pd.DataFrame, confidence: float, margin: float
) -> dict[str, Any]:
    """Return the columns that compare a contender with its native build, round by round."""
    both = pairs.paired_rounds(group, base)
    if both.empty or not (both.base > 0).all():
        return {}
    found = intervals.ratio(both.value.to_numpy(), both.base.to_numpy(), confidence)
    return pairs.compared(base.contender.iloc[0], found, margin)


def compared(table: pd.DataFrame) -> pd.DataFrame:
    """Return the points of contenders that have figures; those of the self-check are left out."""
    return table[(table["mode"] != SELF_CHECK) & (table.n > 0)]


def of_relation(table: pd.DataFrame, relation: Relation) -> pd.DataFrame:
    """Return the points of a relation that have figures, by their places ascending."""
    table = compared(table)
    chosen = (table.benchmark == relation.benchmark) & (table.metric == relation.metric)
    chosen &= table.pixels.notna() == relation.of_photographs
    return table[chosen].sort_values(relation.over, kind="stable")


def shares(table: pd.DataFrame, whole: Relation, part: Relation) -> pd.DataFrame:
    """Return what one relation's medians are of another's, of each contender and model with both.

    Their bounds, `low` and `high`, are those of both medians' intervals.
    """
    both = of_relation(table, whole).merge(
        of_relation(table, part), on=["contender", "model"], suffixes=("", "_part")
    )
    scale = both.unit_part.map(SECONDS) / both.unit.map(SECONDS)
    both["share"] = scale * both.median_part / both["median"]
    both["low"] = scale * both.ci_low_part / both.ci_high
    both["high"] = scale * both.ci_high_part / both.ci_low
    return both[["contender", "model", "share", "low", "high"]].dropna()


def line_of(lines: pd.DataFrame, relation: Relation, contender: str) -> pd.Series | None:
    """Return the row of a relation's and contender's line; None where there are no points."""
    chosen = (lines.benchmark == relation.benchmark) & (lines.metric == relation.metric)
    chosen &= (lines.over == relation.over) & (lines.contender == contender)
    return lines[chosen].iloc[0] if chosen.any() else None


def lines(table: pd.DataFrame, confidence: float, margin: float) -> pd.DataFrame:
    """Return the line of each relation and contender that has points, a row each."""
    rows = []
    for relation in RELATIONS:
        found = of_relation(table, relation)
        for name in dict.fromkeys(table.contender):
            own = found[found.contender == name]
            if len(own):
                named = {"contender": name, "benchmark": relation.benchmark}
                named |= {"metric": relation.metric, "unit": own.unit.iloc[0]}
                rows.append(named | {"over": relation.over, "n": len(own)})
                rows[-1] |= laid(own, relation.over, confidence, margin)
    return pd.DataFrame(rows, columns=FIT_COLUMNS)


def laid(own: pd.DataFrame, over: str, confidence: float, margin: float) -> dict[str, Any]:
    """Return the columns of a line through points, and of how far these lie from it."""
    x, y = own[over].to_numpy(float) / MILLION, own["median"].to_numpy()
    if len(set(x)) < 2 or not (y > 0).all():
        return {"note": "no line: it takes two places, and something measured at each"}
    line = fit.line(x, y, confidence)
    found: dict[str, Any] = {"note": ""}
    for name in BOUNDED:
        known = getattr(line, name)
        found |= {name: known.value, f"{name}_low": known.low, f"{name}_high": known.high}
    on_line = line.intercept.value + line.slope.value * x
    states = list(judged(own, on_line, margin))
    distance = y / on_line - 1
    farthest = int(np.argmax(np.abs(distance)))
    found |= {"on": states.count(ON), "off": states.count(OFF)}
    return found | {"farthest": distance[farthest], "farthest_at": place(own.iloc[farthest])}


def judged(own: pd.DataFrame, on_line: np.ndarray, margin: float) -> Iterator[str]:
    """Yield of each point whether it lies on the line, within its interval and the margin."""
    for row, height in zip(own.itertuples(), on_line, strict=True):
        found = intervals.Ratio(row.median / height, row.ci_low / height, row.ci_high / height)
        if found.within(margin):
            yield ON
        else:
            is_off = found.low > 1 + margin or found.high < 1 - margin
            yield OFF if is_off or height <= 0 else UNDECIDED


def place(row: pd.Series) -> str:
    """Return what a point is called: its model, or its photograph's size."""
    if math.isnan(row.pixels):
        return row.model
    count = f"{row.pixels / MILLION:.3g}"
    return f"{count} megapixel{'' if count == '1' else 's'}"
