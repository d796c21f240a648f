"""Which hosts the config asks for: a build and a policy each, where the build is compared."""

from typing import Any

from scripts.action import policies
from scripts.common import paths
from scripts.common.errors import UserError
from scripts.contenders import selection
from scripts.deployment import service
from scripts.model.numbers import F32

# The native host that a policy is compared with: the one that starts anew, or keeps, as it does.
BASELINES = {
    "fresh": "process",
    "snapshot": "process",
    "serve": "process",
    "process": "process",
    "warm": "loop",
    "serve-kept": "loop",
    "loop": "loop",
}


def check(config: dict[str, Any]) -> None:
    """Raise `UserError` for the first host of the config that cannot be."""
    seen = set()
    for row in config["deployment"]["hosts"]:
        build, policy = row["build"], row["policy"]
        where = f"config: deployment.hosts: {name(row)}"
        if build not in config["builds"]:
            known = ", ".join(sorted(config["builds"]))
            raise UserError(f"{where}: unknown build {build!r}; known: {known}")
        native = selection.is_native(config, build)
        served = policies.NATIVE if native else (*policies.WASM, *service.POLICIES)
        if policy not in served:
            kind = "native" if native else "wasm"
            raise UserError(f"{where}: a {kind} build is served as {' or '.join(served)}")
        if policy == "snapshot" and not config["builds"][build]["snapshot"]:
            raise UserError(f"{where}: the build is no snapshot")
        if config["builds"][build]["numbers"] != F32:
            raise UserError(f"{where}: answers under load are held against those of float32 alone")
        if name(row) in seen:
            raise UserError(f"{where} is there twice")
        seen.add(name(row))


def name(row: dict[str, str]) -> str:
    """Return what a host is called in tables."""
    return f"{row['build']}@{row['policy']}"


def hosts(config: dict[str, Any], model: str) -> list[dict[str, str]]:
    """Return the hosts of a model: {contender, runtime, build, policy, action, gate}.

    The action is the file that a host is started with, the gate the oracle's verdict on it.
    """
    return [
        described(config, model, row)
        for row in config["deployment"]["hosts"]
        if row["build"] in config["compare"]["builds"]
    ]


def described(config: dict[str, Any], model: str, row: dict[str, str]) -> dict[str, str]:
    """Return one host with its files."""
    build = row["build"]
    native = selection.is_native(config, build)
    if native:
        checked = build
    elif row["policy"] in service.POLICIES:
        checked = f"{build}@{selection.SERVICE_HOST}-http"
    else:
        checked = f"{build}@{selection.ACTION_HOST}-action"
    contender = selection.called(config, model, checked)
    is_action = contender.engine == selection.ACTION_HOST
    action = contender.file(paths.PRECOMPILED) + ".json" if is_action else contender.path
    return {
        "contender": name(row),
        "runtime": config["builds"][build]["runtime"],
        **row,
        "action": action,
        "gate": contender.file(paths.GATE),
    }


def baseline(host: dict[str, str], hosts: list[dict[str, str]]) -> str | None:
    """Return the native host that one is compared with, the first such; None without one.

    It keeps as much between activations, and its build runs the same form of the model.
    """
    wanted = BASELINES[host["policy"]], host["runtime"]
    found = [row["contender"] for row in hosts if (row["policy"], row["runtime"]) == wanted]
    return found[0] if found else None
