"""Like with like: a wasm build beside the native build that was made by the same recipe."""

from typing import Any

import numpy as np
import pandas as pd

from scripts.report import wording
from scripts.report.apart import rivals
from scripts.report.inputs import HEADLINES, Data, is_later

# What two builds by one recipe share; the rest is the target's.
RECIPE = ("runtime", "tract", "graph", "numbers")
PROFILE = ("opt-level", "lto", "codegen-units")
# What two builds show beside each other.
LEVER, LIKE, ACROSS = "lever", "like with like", "across targets"


def kind(before: dict[str, Any], after: dict[str, Any]) -> str:
    """Return what two builds show, by their settings in the config.

    Of one target they show a lever. From native to wasm by one recipe they are like with like;
    any other two of different targets are neither.
    """
    if before["target"] == after["target"]:
        return LEVER
    is_like = before["target"] == "native" and recipe(before) == recipe(after)
    return LIKE if is_like else ACROSS


def of_kind(data: Data, wanted: str) -> pd.DataFrame:
    """Return the headline rows of the levers whose two builds show what is wanted."""
    rows, builds = data.levers, data.machine["config"]["builds"]
    rows = rows[rows.metric == rows.benchmark.map(HEADLINES)]
    ends = zip(rows["from"].map(build), rows.to.map(build), strict=True)
    found = [kind(builds[before], builds[after]) == wanted for before, after in ends]
    return rows[np.array(found, dtype=bool)]


def smallest(data: Data, rows: pd.DataFrame) -> str:
    """Return the smallest ratio with its interval, and the engine and mode it is of."""
    rows = rows[~is_later(rows.to)].dropna(subset=["ratio"])
    if rows.empty:
        return "not measured"
    rows = rows.assign(contender=rows.to, job=rows["mode"], shown=rows.to.str.partition("@")[2])
    best = rows.loc[rows.ratio.idxmin()]
    return f"{wording.ratio(best)}, {best.shown}{rivals(best, rows.drop(best.name), data=data)}"


def recipe(settings: dict[str, Any]) -> tuple[Any, ...]:
    """Return what makes the recipe of a build: the model's form, and how cargo optimises."""
    profile = settings.get("profile", {})
    return (*(settings.get(key) for key in RECIPE), *(profile.get(key) for key in PROFILE))


def build(contender: str) -> str:
    """Return the build of a contender."""
    return contender.partition("@")[0]
