"""Is the config whole: its schema, and what this cannot say: names that must refer to something."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scripts.bench import registry, settings
from scripts.common import schema
from scripts.common.errors import UserError
from scripts.contenders import engines, selection
from scripts.contenders import registry as runners
from scripts.deployment import hosts
from scripts.deployment import registry as deployment
from scripts.model import manifest
from scripts.scaling import comparison
from scripts.tools import pins
from scripts.watch import entries


def accept(config: dict[str, Any], path: str | Path) -> None:
    """Check the config against its schema in a file and what this cannot say; fill in defaults.

    Raises:
        UserError: something is wrong; one line names it by its dotted path.
    """
    rules = schema.read(path)
    timed = described(registry.every())
    for rule in timed.values():
        rule["properties"] |= settings.MODES
    rules["properties"]["benchmarks"]["properties"] = timed
    deployed = rules["properties"]["deployment"]["properties"]["benchmarks"]
    deployed["properties"] = {
        name: rule | {"default": {}} for name, rule in described(deployment.every()).items()
    }
    scaled = rules["properties"]["scaling"]["properties"]["benchmarks"]
    names = dict.fromkeys((*comparison.OF_MODELS, *comparison.OF_PHOTOGRAPHS))
    own = described(registry.every())
    scaled["properties"] = {name: own[name] | {"default": {}} for name in names}
    schema.validate(config, rules, "config")
    entries.complete(config)
    engines.complete(config["engines"])
    check(config)


def described(benchmarks: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema for the settings of each benchmark."""
    return {
        name: {
            "type": "object",
            "additionalProperties": False,
            "properties": dict(benchmark.settings),
        }
        for name, benchmark in benchmarks.items()
    }


def check(config: dict[str, Any]) -> None:
    """Raise `UserError` for the first name in the config that refers to nothing."""
    compare, builds = config["compare"], config["builds"]
    wasm_runners = runners.of_target("wasm")
    tools = pins.pins() | engines.added(config["engines"])
    for key, models in (("compare", compare["models"]), ("scaling", config["scaling"]["models"])):
        for name in models:
            try:
                manifest.load(name)
            except UserError as error:
                raise UserError(f"config: {key}.models: {error}") from error
    known("compare.builds", compare["builds"], builds)
    known("compare.engines", compare["engines"], config["engines"])
    known("compare.benchmarks", compare.get("benchmarks", []), config["benchmarks"])
    enough_rounds("benchmarks", config["benchmarks"])
    enough_rounds("scaling.benchmarks", config["scaling"]["benchmarks"])
    if not any(selection.benchmarks(config, mode) for mode in compare["modes"]):
        modes = ", ".join(compare["modes"])
        raise UserError(
            f"config: compare.modes: no benchmark is measured in {modes}; see `modes` of each"
        )
    for name, engine in config["engines"].items():
        known(f"engines.{name}: runner", [engine["runner"]], wasm_runners)
        known(f"engines.{name}: tool", [engine["tool"]], tools)
    known("compare.references", compare["references"], runners.of_target("graph"))
    for key in ("actions", "aot_only"):
        known(f"compare.{key}", compare[key], builds)
        for name in compare[key]:
            if selection.is_native(config, name):
                raise UserError(f"config: compare.{key}: {name!r} is no wasm build")
    known("compare.baseline", [compare["baseline"]], compare["builds"])
    if builds[compare["baseline"]]["target"] != "native":
        raise UserError(f"config: compare.baseline {compare['baseline']!r} is no native build")
    for lever in config["levers"]:
        known(f"levers: {lever['lever']}", [lever["from"], lever["to"]], builds)
    for name, build in builds.items():
        if build["snapshot"] and build["target"] != "wasm":
            raise UserError(f"config: builds.{name}: only a wasm module can be a snapshot")
        if build["lanes"] != "auto" and build["runtime"] != "packed":
            raise UserError(f"config: builds.{name}: `lanes` is of `runtime: packed` alone")
        if build["tract"] and build["runtime"] != "tract":
            raise UserError(f"config: builds.{name}: `tract` is of `runtime: tract` alone")
        if build["numbers"] != "f32" and build["runtime"] != "packed":
            raise UserError(f"config: builds.{name}: integers are of `runtime: packed` alone")
    hosts.check(config)
    scaling = config["scaling"]
    if scaling["models"]:
        known("scaling.builds", scaling["builds"], builds)
        known("scaling.engine", [scaling["engine"]], config["engines"])
        known("scaling.references", scaling["references"], runners.of_target("graph"))
        comparison.check(config)
    for key, path in [
        ("image", config["image"]),
        *(("oracle.images", path) for path in config["oracle"]["images"]),
        ("accuracy.labelled", config["accuracy"]["labelled"]),
        *(("calibration.images", path) for path in config["calibration"]["images"]),
    ]:
        if path and not Path(path).is_file():
            raise UserError(f"config: {key}: there is no file {path!r}")


def tools_needed(config: dict[str, Any]) -> list[str]:
    """Return the tools that the builds, engines and references of the comparison take."""
    compared = [config["builds"][name] for name in config["compare"]["builds"]]
    needed = ["rust"]
    if any(build["target"] == "wasm" for build in compared):
        engines = (config["engines"][name]["tool"] for name in config["compare"]["engines"])
        needed += ["wasm-opt", "wasm-strip"]
        needed += [tool for name in engines for tool in pins.with_needed(name)]
    for name in config["compare"]["references"]:
        needed += runners.runner(name).tools
    # wasmtime makes the snapshots, whether or not it is compared.
    if any(build["snapshot"] for build in compared):
        needed.append("wasmtime")
    return list(dict.fromkeys(needed))


def enough_rounds(key: str, benchmarks: dict[str, Any]) -> None:
    """Raise `UserError` where the most rounds of a benchmark are less than its fewest."""
    for name, keys in benchmarks.items():
        if keys.get("min_rounds", 0) > keys.get("max_rounds", math.inf):
            raise UserError(f"config: {key}.{name}: max_rounds is less than min_rounds")


def known(key: str, names: list[str], valid: Any) -> None:
    """Raise `UserError` unless every name is one of the valid ones."""
    for name in names:
        if name not in valid:
            remedy = schema.remedy(name, sorted(valid))
            raise UserError(f"config: {key}: unknown {name!r}; {remedy}")
