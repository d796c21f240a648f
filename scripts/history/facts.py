"""What influences a ratio besides chance, as columns of the dataset, and how its change is told."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pandas as pd

from scripts.common import paths
from scripts.contenders import registry
from scripts.contenders.contender import NO_ENGINE
from scripts.report.folders import flat, way_of_counting

# What is told where it changes, by column; those with objects as JSON are told key by key.
OF_JOB = {
    "cpu": "CPU",
    "cores": "cores",
    "memory_mib": "memory, MiB",
    "kernel": "kernel",
    "libc": "libc",
    "compiler": "compiler",
    "commit": "commit",
    "model_sha256": "model",
    "weights": "weights",
    "settings": "settings",
}
OF_CONTENDER = {"engine_version": "version", "engine_sha256": "digest", "recipe": "recipe"}
OBJECTS = ("settings", "recipe")
SHORT = {"commit": 12, "model_sha256": 12, "engine_sha256": 12}

# A fact that changed: its name, old and new value.
Change = tuple[str, str, str]


def of_job(job: dict[str, Any], machine: dict[str, Any]) -> dict[str, Any]:
    """Return the columns that all contenders of a job have in common.

    Args:
        job: its record.
        machine: the fingerprint of the run.
    """
    host = job["host"]
    graph = paths.GRAPH.format(model=job["model"])
    rust = next((tool for tool in machine["tools"] if tool["name"] == "rust"), {})
    return {
        "measured": pd.Timestamp(host["date"]),
        "machine": host["name"],
        "cpu": host["cpu"]["model"],
        "architecture": host["cpu"]["architecture"],
        "cores": host["cpu"]["cores"],
        "memory_mib": host["memory_mib"],
        "kernel": host["kernel"],
        "libc": host["libc"],
        "compiler": next(iter(rust.get("compiler", "").splitlines()), None),
        "tools": as_json(
            {
                tool["name"]: {key: tool[key] for key in ("version", "sha256")}
                for tool in machine["tools"]
            }
        ),
        "packages": as_json(host["packages"]),
        "commit": host["git"]["commit"],
        "uncommitted": host["git"]["changed"],
        "model_sha256": machine["artifacts"][graph],
        "settings": as_json(job["settings"] | way_of_counting(job)),
        "config_sha256": hashlib.sha256(as_json(machine["config"]).encode()).hexdigest(),
        "confidence": machine["config"]["confidence"],
        "busy_start": job["busy_start"],
    }


def of_contender(row: Any, job: dict[str, Any], config: dict[str, Any]) -> dict[str, Any]:
    """Return the columns of one contender: its engine or library, how it and its base are built."""
    names = [
        name for name in (row.build, config["compare"]["baseline"]) if name in config["builds"]
    ]
    recipe = {name: config["builds"][name] for name in names}
    if row.engine != NO_ENGINE:
        settings = config["engines"][row.engine]
        recipe[row.engine] = {key: settings[key] for key in ("compile_options", "run_options")}
        runner, tools = registry.runner(settings["runner"]), [settings["tool"]]
    elif row.mode == "reference":
        runner, tools = registry.runner(row.build), []
    else:
        return {"engine_version": None, "engine_sha256": None, "recipe": as_json(recipe)}
    taken = [job["tools"][name] for name in [*tools, *runner.tools]]
    versions = [tool["version"] for tool in taken]
    versions += [str(job["host"]["packages"].get(name)) for name in runner.packages]
    return {
        "engine_version": ", ".join(versions),
        "engine_sha256": ", ".join(tool["sha256"] for tool in taken) or None,
        "recipe": as_json(recipe),
    }


def as_json(value: Any) -> str:
    """Return JSON that is the same for the same value."""
    return json.dumps(value, sort_keys=True)


def changes(before: Any, after: Any) -> Iterator[Change]:
    """Yield what differs between two measurements of a contender."""
    for column, name in OF_JOB.items():
        yield from differing(column, name, before, after)
    for column, name in OF_CONTENDER.items():
        whose = after.build if after.engine == NO_ENGINE else after.engine
        yield from differing(column, f"{whose} {name}", before, after)


def differing(column: str, name: str, before: Any, after: Any) -> Iterator[Change]:
    """Yield what differs in a column."""
    old, new = getattr(before, column), getattr(after, column)
    if old == new or (pd.isna(old) and pd.isna(new)):
        return
    if column not in OBJECTS or pd.isna(old) or pd.isna(new):
        yield name, told(column, old), told(column, new)
        return
    old, new = flat(json.loads(old)), flat(json.loads(new))
    for key in sorted({*old, *new}):
        if old.get(key) != new.get(key):
            yield f"{name}: {key}", told(column, old.get(key)), told(column, new.get(key))


def sentence(changes_: list[Change]) -> str:
    """Return changes as text."""
    return "; ".join(f"{name} {old} → {new}" for name, old, new in changes_)


def told(column: str, value: Any) -> str:
    """Return a fact as it is written."""
    if value is None or value != value:
        return "none"
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)[: SHORT.get(column)]
