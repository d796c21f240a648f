"""Contenders: which build runs on which engine in which mode, as the config asks for.

Shared by the rules (which files a job needs) and by the plan (which commands it runs).
"""

from dataclasses import asdict, dataclass
from typing import Any

import engines

NATIVE_MODE = "native"
ACTION_MODE = "action"
REFERENCE_MODE = "reference"
NO_ENGINE = "none"


@dataclass(frozen=True)
class Contender:
    """One row of a comparison: a build, the engine that runs it and the mode it runs in."""

    build: str
    engine: str
    mode: str

    @property
    def id(self) -> str:
        """The name used in files and tables, such as `native` or `wasm@wasmtime-aot`."""
        if self.engine == NO_ENGINE:
            return self.build
        return f"{self.build}@{self.engine}-{self.mode}"

    def columns(self) -> dict[str, str]:
        """Return the columns that name this contender in every table."""
        return {"contender": self.id, **asdict(self)}


def is_native(config: dict[str, Any], build: str) -> bool:
    """Tell whether a build of the config runs without an engine."""
    return config["builds"][build]["target"] == "native"


def native(config: dict[str, Any]) -> list[Contender]:
    """Return the native contenders, the baseline first."""
    baseline = config["compare"]["baseline"]
    builds = [name for name in config["compare"]["builds"] if is_native(config, name)]
    return [
        Contender(name, NO_ENGINE, NATIVE_MODE)
        for name in sorted(builds, key=lambda name: name != baseline)
    ]


def wasm(config: dict[str, Any], mode: str) -> list[Contender]:
    """Return the contenders that run in an engine in `mode` (`jit`, `jit-cached` or `aot`)."""
    return [
        Contender(build, engine, mode)
        for build in config["compare"]["builds"]
        if not is_native(config, build)
        for engine in config["compare"]["engines"]
    ]


def actions(config: dict[str, Any]) -> list[Contender]:
    """Return the OpenWhisk actions: checked by the oracle through their ABI, not timed."""
    return [
        Contender(build, "openwhisk", ACTION_MODE)
        for build in config["compare"]["builds"]
        if not is_native(config, build)
    ]


def references(config: dict[str, Any]) -> list[Contender]:
    """Return what a user would pick instead: checked by the oracle, timed in `inference` alone."""
    names = config["compare"]["references"]
    return [Contender(name, NO_ENGINE, REFERENCE_MODE) for name in names]


def known(config: dict[str, Any]) -> dict[str, Contender]:
    """Return every contender that the config can mean, by its name."""
    rows = native(config) + actions(config) + references(config)
    for mode in (engines.JIT, engines.CACHED, engines.AOT):
        rows += wasm(config, mode)
    return {row.id: row for row in rows}


def parse(config: dict[str, Any], name: str) -> Contender:
    """Return the contender called `name`; raise `KeyError` for one the config does not have."""
    return known(config)[name]


def artifact(contender: Contender) -> str:
    """Return the file a contender runs."""
    build, mode = contender.build, contender.mode
    if mode == NATIVE_MODE:
        return f"results/build/{build}/mobilenet-oc-l"
    if mode == REFERENCE_MODE:
        return f"results/references/{build}"
    if mode == ACTION_MODE:
        return f"results/optimised/{build}/mobilenet-oc.wasm"
    if mode == engines.AOT:
        return aot_artifact(build, contender.engine)
    return module(build)


def module(build: str) -> str:
    """Return the module that engines run or compile; `noop` is the one that does nothing."""
    if build == "noop":
        return "results/build/noop.wasm"
    return f"results/optimised/{build}/mobilenet-oc-l.wasm"


def aot_artifact(build: str, engine: str) -> str:
    """Return the artefact an engine compiles from a build ahead of time."""
    return f"results/aot/{build}/{engine}.{engines.engine(engine).suffix}"
