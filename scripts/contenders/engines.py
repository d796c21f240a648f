"""The engines of the config: what runs each, and the tool it takes, the table's or one of its own.

An engine with a `version` or a `path` has a pin of its own, so that versions of one engine stand
side by side: each is found or built, checked by the oracle and recorded by itself.
"""

from pathlib import Path
from typing import Any

from scripts.common.errors import UserError
from scripts.tools import pins


def complete(engines: dict[str, dict[str, Any]]) -> None:
    """Fill in each engine's `runner` and `tool`, those called as it is, and the pin of its own.

    Raises:
        UserError: a version or a file that cannot be had so; the line names the key.
    """
    for name, engine in engines.items():
        engine.setdefault("runner", name)
        if not {"version", "path"} & engine.keys():
            engine.setdefault("tool", name)
        elif "pin" not in engine:
            engine["pin"] = own_pin(name, engine)
            engine["tool"] = name


def own_pin(name: str, engine: dict[str, Any]) -> dict[str, Any]:
    """Return the pin of an engine that has a version or a file of its own."""
    table, where = pins.pins(), f"config: engines.{name}"
    if name in table:
        raise UserError(f"{where}: envs/tools.yaml has a tool of that name; choose another one")
    if "path" in engine:
        if "version" in engine:
            raise UserError(f"{where}: version and path exclude each other")
        if not Path(engine["path"]).is_file():
            raise UserError(f"{where}.path: there is no file {engine['path']!r}")
        return pins.of_file(str(Path(engine["path"]).resolve()))
    base = engine.get("tool", engine["runner"])
    pin = table.get(base, {"install": {}})
    if "version" not in pin["install"]:
        raise UserError(f"{where}.version: envs/tools.yaml pins no version of {base!r} to replace")
    return pins.of_version(pin, engine["version"])


def added(engines: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return the pins that the completed engines add to the table of tools, by name."""
    return {name: engine["pin"] for name, engine in engines.items() if "pin" in engine}
