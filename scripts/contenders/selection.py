"""What the config asks for: builds, each on the engines and in the modes of theirs; benchmarks.

Shared by the rules (which files a job needs) and by the records (which commands it runs).
"""

from collections.abc import Iterator
from typing import Any

from scripts.bench.benchmark import Benchmark
from scripts.contenders import registry
from scripts.contenders.contender import NO_ENGINE, Contender
from scripts.contenders.runner import AOT, COMPILING, LATER_START

# What the builds that the config names so are checked on besides, and not timed.
ACTION_HOST = "openwhisk"
# What it is checked on where it is deployed so, and the tool that serves it.
SERVICE_HOST, SERVE_TOOL = "service", "wasmtime"


def is_native(config: dict[str, Any], build: str) -> bool:
    """Tell whether a build of the config runs without an engine."""
    return config["builds"][build]["target"] == "native"


def every(config: dict[str, Any], model: str) -> list[Contender]:
    """Return all contenders of a model, the baseline first, then native before wasm."""
    builds = config["compare"]["builds"]
    native = [name for name in builds if is_native(config, name)]
    native.sort(key=lambda name: name != config["compare"]["baseline"])
    found = [Contender(model, name, NO_ENGINE, "native", runner="native") for name in native]
    for name in builds:
        if name not in native:
            found += on_engines(config, model, name)
    return found + [
        Contender(model, name, NO_ENGINE, "reference", runner=name)
        for name in config["compare"]["references"]
    ]


def on_engines(config: dict[str, Any], model: str, build: str) -> Iterator[Contender]:
    """Yield a wasm build on every engine in all of its modes, as an action and as a service."""
    for engine in config["compare"]["engines"]:
        settings = config["engines"][engine]
        for mode in registry.runner(settings["runner"]).modes:
            options = tuple(settings["run_options"])
            yield Contender(
                model, build, engine, mode, settings["runner"], settings["tool"], options
            )
    yield Contender(model, build, ACTION_HOST, "action", runner=ACTION_HOST)
    served_with = tuple(config["deployment"]["serve"]["options"])
    yield Contender(model, build, SERVICE_HOST, "http", SERVICE_HOST, SERVE_TOOL, served_with)


def gated(config: dict[str, Any], model: str) -> list[Contender]:
    """Return what the oracle checks: those whose verdicts count for what the jobs take."""
    rows = every(config, model)
    counting = {row.judged_as for row in rows if is_wanted(config, row)}
    return [row for row in rows if row.id in counting]


def is_wanted(config: dict[str, Any], row: Contender) -> bool:
    """Tell whether the config asks for a contender's build in this mode, or as an action."""
    compare = config["compare"]
    if row.engine == ACTION_HOST:
        return row.build in compare["actions"]
    if row.build in compare["aot_only"] and row.how.traits & {COMPILING, LATER_START}:
        other = registry.runner(row.runner).modes.values()
        if AOT in compare["modes"] and AOT in {mode.job for mode in other}:
            return False
    return row.how.job in (None, *compare["modes"])


def measured(config: dict[str, Any], model: str, job: str) -> list[Contender]:
    """Return what may take part in the benchmarks of a job."""
    rows = [row for row in every(config, model) if is_wanted(config, row)]
    return [row for row in rows if row.how.is_timed and row.how.job in (None, job)]


def timed(config: dict[str, Any], model: str, job: str, benchmark: Benchmark) -> list[Contender]:
    """Return what takes part in a benchmark of a job."""
    return [row for row in measured(config, model, job) if benchmark.takes(row.how.traits)]


def benchmarks(config: dict[str, Any], mode: str) -> list[str]:
    """Return the benchmarks of a mode's jobs, in the order in which the config describes them."""
    chosen = config["compare"].get("benchmarks", config["benchmarks"])
    found = config["benchmarks"].items()
    return [name for name, keys in found if name in chosen and mode in keys["modes"]]


def called(config: dict[str, Any], model: str, name: str) -> Contender:
    """Return the contender called `name`; raise `KeyError` for one the config does not have."""
    return {row.id: row for row in every(config, model)}[name]
