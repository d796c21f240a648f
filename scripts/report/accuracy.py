"""What forms of a model in integers cost in accuracy, for the report."""

import pandas as pd
from scipy.stats import binomtest

from scripts.model.numbers import F32
from scripts.report import wording
from scripts.report.inputs import Data

NONE = "-"
SEEDED = "seeded"


def table(data: Data) -> list[dict[str, str]]:
    """Return a row for each form in integers: how often it agrees, how often each is right."""
    return [
        {
            "numbers": row["numbers"],
            "builds": ", ".join(f"`{name}`" for name in builds(data, row["numbers"])),
            "agreed": share(data, row["crops"], "agreed"),
            "crops": crops(row["crops"]),
            **labelled(data, row.get("labelled")),
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
    config = data.machine["config"]
    if build in config["compare"]["references"]:
        return build
    return config["builds"].get(build, {}).get("numbers", F32)


def share(data: Data, found: dict[str, int], key: str) -> str:
    """Return a share in per cent with its exact interval (Clopper and Pearson), and of how many."""
    level = data.machine["config"]["confidence"]
    interval = binomtest(found[key], found["n"]).proportion_ci(level, method="exact")
    low, high = (wording.significant(100 * end) for end in (interval.low, interval.high))
    return f"{percent(found, key)} ({low} to {high} %) of {found['n']}"


def percent(found: dict[str, int], key: str) -> str:
    """Return a share in per cent."""
    return f"{wording.significant(100 * found[key] / found['n'])} %"


def crops(found: dict[str, int]) -> str:
    """Return of how many photographs the crops are, and how many of these were calibrated on."""
    many, known = found["photographs"], found["calibrated_on"]
    photographs = "1 photograph" if many == 1 else f"{many} photographs"
    which = "calibrated on none" if not known else f"calibrated on {known} of them"
    if known == many:
        which = "the one that it was calibrated on" if many == 1 else "calibrated on all of them"
    return f"{photographs}, {which}"


def labelled(data: Data, found: dict[str, int] | None) -> dict[str, str]:
    """Return what the labelled photographs tell: they are pairs, of which only changes count."""
    if found is None:
        return dict.fromkeys(("alike", "float32", "integers", "changed"), NONE)
    lost, gained = found["lost"], found["gained"]
    p = binomtest(lost, lost + gained).pvalue if lost + gained else 1.0
    return {
        "alike": share(data, found, "agreed"),
        "float32": share(data, found, "float32"),
        "integers": share(data, found, "integers"),
        "changed": f"{lost} lost, {gained} gained (p = {wording.significant(p, 2)})",
    }


def counts(data: Data) -> dict[str, dict[str, int]]:
    """Return each form's crops; none with seeded weights, whose classes all but tie."""
    if data.model["weights"] == SEEDED:
        return {}
    return {row["numbers"]: row["crops"] for row in data.accuracy}


def beside(data: Data, row: pd.Series) -> str:
    """Return how often a contender's form names the class that float32 does, for its times."""
    found = counts(data).get(numbers_of(data, row.build))
    return percent(found, "agreed") if found else NONE


def warnings(data: Data) -> list[str]:
    """Return what a reader of the times of forms in integers must know before any."""
    return [
        f"What computes in integers ({numbers}) is another model: it gives "
        f"{share(data, found, 'agreed')} crops ({crops(found)}) the class that float32 gives."
        for numbers, found in counts(data).items()
    ]
