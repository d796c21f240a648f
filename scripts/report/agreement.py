"""How often forms of a model in integers agree with float32 on crops, for the report."""

import pandas as pd

from scripts.model.numbers import F32
from scripts.report import wording
from scripts.report.inputs import Data
from scripts.stats import proportions

NONE = "-"
SEEDED = "seeded"


def table(data: Data) -> list[dict[str, str]]:
    """Return a row for each form in integers: how often it agrees, and on what."""
    return [
        {
            "numbers": row["numbers"],
            "builds": ", ".join(f"`{name}`" for name in builds(data, row["numbers"])),
            "agreed": share(data, row["crops"]),
            "crops": crops(row["crops"]),
        }
        for row in data.agreement
    ]


def builds(data: Data, numbers: str) -> list[str]:
    """Return the builds and references of the comparison that compute with these numbers."""
    compare = data.machine["config"]["compare"]
    names = [*compare["builds"], *compare["references"]]
    return [name for name in names if numbers_of(data, name) == numbers]


def numbers_of(data: Data, build: str) -> str:
    """Return what a build computes with; a reference in integers is called as these."""
    config = data.machine["config"]
    if build in config["compare"]["references"]:
        return build
    return config["builds"].get(build, {}).get("numbers", F32)


def share(data: Data, found: dict[str, int]) -> str:
    """Return the share that agrees in per cent with its exact interval, and of how many."""
    level = data.machine["config"]["confidence"]
    ends = proportions.interval(found["agreed"], found["n"], level)
    low, high = (wording.significant(100 * end) for end in ends)
    return f"{percent(found)} ({low} to {high} %) of {found['n']}"


def percent(found: dict[str, int]) -> str:
    """Return the share that agrees in per cent."""
    return f"{wording.significant(100 * found['agreed'] / found['n'])} %"


def crops(found: dict[str, int]) -> str:
    """Return of how many photographs the crops are, and how many of these were calibrated on."""
    many, known = found["photographs"], found["calibrated_on"]
    photographs = "1 photograph" if many == 1 else f"{many} photographs"
    which = "calibrated on none" if not known else f"calibrated on {known} of them"
    if known == many:
        which = "the one that it was calibrated on" if many == 1 else "calibrated on all of them"
    return f"{photographs}, {which}"


def counts(data: Data) -> dict[str, dict[str, int]]:
    """Return each form's crops; none with seeded weights, whose classes all but tie."""
    if data.model["weights"] == SEEDED:
        return {}
    return {row["numbers"]: row["crops"] for row in data.agreement}


def beside(data: Data, row: pd.Series) -> str:
    """Return how often a contender's form names the class that float32 does, for its times."""
    found = counts(data).get(numbers_of(data, row.build))
    return percent(found) if found else NONE


def warnings(data: Data) -> list[str]:
    """Return what a reader of the times of forms in integers must know before any."""
    return [
        f"What computes in integers ({numbers}) is another model: it gives "
        f"{share(data, found)} crops ({crops(found)}) the class that float32 gives."
        for numbers, found in counts(data).items()
    ]
