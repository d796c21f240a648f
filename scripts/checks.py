"""What a JSON schema cannot say about the config: names that must refer to something."""

from pathlib import Path
from typing import Any

import engines
import manifest
from errors import UserError


def check(config: dict[str, Any]) -> None:
    """Raise `UserError` for the first name in the config that refers to nothing."""
    compare, builds = config["compare"], config["builds"]
    manifest.load(config["model"])
    known("compare.builds", compare["builds"], builds)
    known("compare.engines", compare["engines"], config["engines"])
    known("engines", list(config["engines"]), engines.ENGINES)
    known("compare.baseline", [compare["baseline"]], compare["builds"])
    if builds[compare["baseline"]]["target"] != "native":
        raise UserError(f"config: compare.baseline {compare['baseline']!r} is no native build")
    for lever in config["levers"]:
        known(f"levers: {lever['lever']}", [lever["from"], lever["to"]], builds)
    for name, build in builds.items():
        if build["snapshot"] and build["target"] != "wasm":
            raise UserError(f"config: builds.{name}: only a wasm module can be a snapshot")
    for key, path in [
        ("image", config["image"]),
        *(("oracle.images", path) for path in config["oracle"]["images"]),
    ]:
        if path and not Path(path).is_file():
            raise UserError(f"config: {key}: there is no file {path!r}")


def known(key: str, names: list[str], valid: Any) -> None:
    """Raise `UserError` unless every name is one of the valid ones."""
    for name in names:
        if name not in valid:
            raise UserError(f"config: {key}: unknown {name!r}; known: {', '.join(sorted(valid))}")
