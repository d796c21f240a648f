"""What the scaling compares, as configs that selection and jobs take like the shipped one.

The same builds on one engine, ahead of time: on every model with the photograph of `image`, and
those of them that compute in floats on one model with photographs of many sizes.
"""

from typing import Any

from scripts.common.errors import UserError
from scripts.contenders import registry, selection
from scripts.contenders.runner import AOT
from scripts.model.numbers import F32

# What is measured of every model, and of every photograph.
OF_MODELS = ("cold_start", "inference", "memory")
OF_PHOTOGRAPHS = ("phases", "memory")


def of_models(config: dict[str, Any]) -> dict[str, Any]:
    """Return the config of the models' jobs: all builds and references on every model."""
    wanted = config["scaling"]
    return _config(config, wanted["models"], wanted["builds"], wanted["references"], OF_MODELS)


def of_photographs(config: dict[str, Any]) -> dict[str, Any]:
    """Return the config of the photographs' jobs: integers decode and resize as floats do."""
    wanted = config["scaling"]
    builds = [name for name in wanted["builds"] if config["builds"][name]["numbers"] == F32]
    models = [wanted["photographs"]["model"]] if megapixels(config) else []
    return _config(config, models, builds, [], OF_PHOTOGRAPHS)


def _config(
    config: dict[str, Any],
    models: list[str],
    builds: list[str],
    references: list[str],
    benchmarks: tuple[str, ...],
) -> dict[str, Any]:
    wanted = config["scaling"]
    native = native_in_floats(config, builds)
    compare = {
        "models": models,
        "builds": builds,
        "engines": [wanted["engine"]],
        "modes": [AOT],
        "references": references,
        "actions": [],
        "aot_only": [],
        # What the number of rounds is decided by, and what is measured twice; the table compares
        # each recipe with its own.
        "baseline": native[0] if native else "",
    }
    settings = {name: {**wanted["benchmarks"][name], "modes": [AOT]} for name in benchmarks}
    return {**config, "compare": compare, "benchmarks": settings}


def native_in_floats(config: dict[str, Any], builds: list[str]) -> list[str]:
    """Return the native builds that compute in floats."""
    return [
        name
        for name in builds
        if selection.is_native(config, name) and config["builds"][name]["numbers"] == F32
    ]


def megapixels(config: dict[str, Any]) -> list[str]:
    """Return the photographs' sizes as files are called by them: `0.05`, `12`."""
    return [f"{size:g}" for size in config["scaling"]["photographs"]["megapixels"]]


def recipes(asked: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what is measured, in order, each with the native build that it is compared with.

    That is the first that runs the same form of the model with the same numbers; "" without one.
    """
    builds = asked["builds"]
    native = [name for name in asked["compare"]["builds"] if selection.is_native(asked, name)]
    found = []
    for row in selection.measured(asked, "", AOT):
        recipe = _recipe(builds.get(row.build))
        same = [name for name in native if _recipe(builds[name]) == recipe]
        found.append((row.id, same[0] if same and row.build not in native else ""))
    return found


def _recipe(build: dict[str, Any] | None) -> tuple[str, str] | None:
    return (build["runtime"], build["numbers"]) if build else None


def check(config: dict[str, Any]) -> None:
    """Raise `UserError` for what the scaling asks for and cannot have."""
    wanted = config["scaling"]
    if not native_in_floats(config, wanted["builds"]):
        raise UserError("config: scaling.builds: none is a native build that computes in floats")
    engine = config["engines"][wanted["engine"]]
    if AOT not in registry.runner(engine["runner"]).modes:
        raise UserError(
            f"config: scaling.engine: {wanted['engine']} does not compile ahead of time"
        )
    model = wanted["photographs"]["model"]
    if megapixels(config) and model not in wanted["models"]:
        raise UserError(
            f"config: scaling.photographs.model: {model!r} is not one of scaling.models"
        )
