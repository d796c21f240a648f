"""The table of what the engines can do."""

import re
import textwrap
from itertools import groupby
from typing import Any

from scripts.engines.features import TITLES

# Of an engine's words so many; all of them are in results/engines.csv.
WIDTH = 80
# Before each of several causes, and where in the module the last one stood.
CAUSES, NUMBER, OFFSET = "Caused by:", r"(?:^|\s)\d+: ", r"\s*\(at offset \w+\)$"


def table(rows: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Return a line for each engine, with a cell for each feature of `TITLES`.

    Args:
        rows: those of results/engines.csv.
    """
    found = []
    for name, group in groupby(rows, key=lambda row: row["engine"]):
        of_engine = list(group)
        cells = [cell([row for row in of_engine if row["feature"] == key]) for key in TITLES]
        told = {"engine": name, **{key: of_engine[0][key] for key in ("version", "licence")}}
        found.append(told | {"cells": cells})
    return found


def cell(rows: list[dict[str, str]]) -> str:
    """Return what is said of one feature: once where all modes have it alike."""
    modes = {mode: said(list(group)) for mode, group in groupby(rows, key=lambda row: row["mode"])}
    if len(set(modes.values())) == 1:
        return next(iter(modes.values()))
    return "; ".join(f"{mode}: {text}" for mode, text in modes.items())


def said(rows: list[dict[str, str]]) -> str:
    """Return what is said of one feature in one mode; of what fails, the first and why."""
    failed = [row for row in rows if row["works"] != "True"]
    if not failed:
        return ", ".join(["yes", *(row["said"] for row in rows if row["said"])])
    causes = {cause(row["said"]) for row in failed}
    what = "" if len(failed) == len(rows) and len(causes) == 1 else f"{failed[0]['probe']}: "
    return escaped(f"no: {what}{cause(failed[0]['said'])}")


def cause(words: str) -> str:
    """Return the last cause that an engine's words name, shortened."""
    _, has_causes, causes = words.partition(CAUSES)
    last = re.split(NUMBER, causes)[-1] if has_causes else words
    return textwrap.shorten(re.sub(OFFSET, "", last), WIDTH, placeholder=" ...")


def escaped(words: str) -> str:
    """Return words as they stand in a cell of a Markdown table."""
    return re.sub(r"([\\|<>`*\[\]])", r"\\\1", words)
