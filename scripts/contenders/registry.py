"""Every runner, by the name of its file in `runners/`."""

from functools import cache

from scripts.common import plugins
from scripts.common.errors import UserError
from scripts.contenders import runners
from scripts.contenders.runner import Runner


def module(name: str) -> str:
    """Return the dotted name of the module that a runner is written in."""
    return plugins.module(runners, name)


def names() -> list[str]:
    """Return the names of all runners."""
    return plugins.names(runners)


@cache
def runner(name: str) -> Runner:
    """Return one runner; raise `UserError` listing the known ones."""
    if name not in names():
        raise UserError(f"unknown runner {name!r}; known: {', '.join(names())}")
    return plugins.load(runners, name, "RUNNER")


def of_target(target: str) -> list[str]:
    """Return the names of the runners of `native` or `wasm` builds, or of the `graph` itself."""
    return [name for name in names() if runner(name).target == target]
