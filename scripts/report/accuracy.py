"""What forms of a model in integers cost in accuracy, for the report."""

from typing import Any

import pandas as pd

from scripts.report import wording
from scripts.report.inputs import Data

NONE = "-"


def table(data: Data) -> list[dict[str, str]]:
    """Return a row for each form in integers: how often it agrees, how often each is right."""
    return [
        {
            "numbers": row["numbers"],
            "builds": ", ".join(f"`{name}`" for name in builds(data, row["numbers"])),
            "agreed": share(row["crops"]["agreed"]),
            **{key: share(row.get("labelled", {}).get(key)) for key in ("float32", "integers")},
        }
        for row in data.accuracy
    ]


def builds(data: Data, numbers: str) -> list[str]:
    """Return the builds and references of the comparison that compute with these numbers."""
    compare = data.machine["config"]["compare"]
    names = [*compare["builds"], *compare["references"]]
    return [name for name in names if numbers_of(data, name) == numbers]


def numbers_of(data: Data, build: str) -> str:
    """Return what a build computes with; a reference in integers is called as these."""
    return data.machine["config"]["builds"].get(build, {}).get("numbers", build)


def share(found: dict[str, Any] | None) -> str:
    """Return a share in per cent with its interval, and of how many, where it is known."""
    if found is None:
        return NONE
    low, high = (wording.significant(100 * found[end]) for end in ("low", "high"))
    return f"{percent(found)} ({low} to {high} %) of {found['n']}"


def beside(data: Data, row: pd.Series) -> str:
    """Return how often a contender's form names the class that float32 does, for its times."""
    numbers = numbers_of(data, row.build)
    found = {each["numbers"]: each["crops"]["agreed"] for each in data.accuracy}
    return percent(found[numbers]) if numbers in found else NONE


def percent(found: dict[str, Any]) -> str:
    """Return a share in per cent."""
    return f"{wording.significant(100 * found['count'] / found['n'])} %"


def warnings(data: Data) -> list[str]:
    """Return what a reader of the times of forms in integers must know before any."""
    return [
        f"What computes in integers ({row['numbers']}) is another model: "
        f"of {agreed['n']} crops it gives {percent(agreed)} the class that float32 gives."
        for row in data.accuracy
        for agreed in [row["crops"]["agreed"]]
    ]
