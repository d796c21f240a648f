"""Every runner, by the name of its file in `runners/`."""

import importlib
import pkgutil
from functools import cache

from scripts.common.errors import UserError
from scripts.contenders import runners
from scripts.contenders.runner import Runner


def module(name: str) -> str:
    """Return the dotted name of the module that a runner is written in."""
    return f"{runners.__name__}.{name}"


def names() -> list[str]:
    """Return the names of all runners."""
    return sorted(found.name for found in pkgutil.iter_modules(runners.__path__))


@cache
def runner(name: str) -> Runner:
    """Return one runner; raise `UserError` listing the known ones."""
    if name not in names():
        raise UserError(f"unknown runner {name!r}; known: {', '.join(names())}")
    return importlib.import_module(module(name)).RUNNER


def of_target(target: str) -> list[str]:
    """Return the names of the runners of `native` or `wasm` builds, or of the `graph` itself."""
    return [name for name in names() if runner(name).target == target]
