"""Find a tool on PATH, in the cache, or install it."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.common import files
from scripts.common.cache import locked
from scripts.common.errors import UserError
from scripts.tools.pins import (
    cached_roots,
    crate_root,
    module_root,
    pins,
    prebuilt_root,
    program_on_path,
    suits,
    version_of,
)


@dataclass(frozen=True)
class Cargo:
    """What builds a tool from crates.io: cargo, the environment of its calls, how many jobs."""

    path: str
    environment: dict[str, str]
    jobs: int


def find(name: str, cargo: Cargo | None, log: str | Path) -> dict[str, Any]:
    """Find or install one tool of the table; installers write to the file `log`.

    The record holds the digest of the tool's file: the same version may be another build.

    Raises:
        UserError: it cannot be had; the line says why and what to do.
    """
    pin = pins()[name]
    found = on_path(pin) or in_cache(pin)
    if not found:
        install(name, pin, cargo, log)
        found = in_cache(pin) or on_path(pin)
    if not found:
        raise UserError(f"{name} {pin['suits']} was installed but does not run; see {log}")
    path = found.pop("path")
    return {"name": name, **found, "sha256": files.sha256(path)}


def on_path(pin: dict[str, Any]) -> dict[str, Any] | None:
    """Look for a tool of a suitable version on PATH."""
    path = program_on_path(pin)
    version = version_of(path) if path else None
    if not suits(version, pin):
        return None
    return {"version": version, "path": str(path), "source": "PATH"}


def in_cache(pin: dict[str, Any]) -> dict[str, Any] | None:
    """Look for a tool that an earlier run built or downloaded."""
    wanted = pin["install"]
    for how, root in cached_roots(pin).items():
        path = root / "bin" / pin["command"]
        version = version_of(path)
        if suits(version, pin):
            source = f"{how} ({wanted.get('crate') or wanted['module']} {wanted['version']})"
            return {"version": version, "path": str(path), "source": source}
    return None


def install(name: str, pin: dict[str, Any], cargo: Cargo | None, log: str | Path) -> None:
    """Install a tool by the means the table names."""
    if "debian" in pin["install"]:
        install_package(name, pin, log)
    elif "module" in pin["install"]:
        install_module(name, pin, log)
    elif install_prebuilt(pin, log):
        return
    elif cargo:
        install_crate(name, pin, cargo, log)
    else:
        raise UserError(f"{name} {pin['suits']} is not on PATH and no cargo was named to build it")


def install_package(name: str, pin: dict[str, Any], log: str | Path) -> None:
    """Install a distribution package as root; otherwise say what to type."""
    command = ["apt-get", "install", "--yes", "--no-install-recommends", pin["install"]["debian"]]
    advice = f"install it as root: {' '.join(command)}"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise UserError(f"{name} {pin['suits']} is not on PATH; {advice}")
    run_logged(command, log, f"{name} could not be installed; {advice}")


def install_prebuilt(pin: dict[str, Any], log: str | Path) -> bool:
    """Take what the crate's authors built, where `cargo binstall` is there and offers it."""
    if not shutil.which("cargo-binstall"):
        return False
    root, wanted = prebuilt_root(pin), pin["install"]
    command = ["cargo-binstall", "--no-confirm", "--disable-strategies", "compile"]
    command += ["--root", str(root), f"{wanted['crate']}@{wanted['version']}"]
    with locked(root), open(log, "a", encoding="utf-8") as stream:
        subprocess.run(command, stdout=stream, stderr=subprocess.STDOUT, check=False)
    return in_cache(pin) is not None


def install_crate(name: str, pin: dict[str, Any], cargo: Cargo, log: str | Path) -> None:
    """Build a command from crates.io into the cache, whole or not at all."""
    root = crate_root(pin)
    wanted = pin["install"]
    with locked(root):
        if in_cache(pin):
            return
        work = root.with_name(f"{root.name}.work")
        command = [cargo.path, "install", wanted["crate"], "--version", wanted["version"]]
        command += ["--locked", "--jobs", str(cargo.jobs)]
        command += ["--root", str(root), "--target-dir", str(work)]
        command += ["--features", ",".join(wanted["features"])] if wanted["features"] else []
        hint = f"{name} {wanted['version']} could not be built from crates.io; see {log}"
        run_logged(command, log, hint, cargo.environment)
        shutil.rmtree(work, ignore_errors=True)


def install_module(name: str, pin: dict[str, Any], log: str | Path) -> None:
    """Build a command from a Go module into the cache, whole or not at all.

    Where Go gets modules from, and what it checks them against, is what the environment says.
    """
    go, root, wanted = shutil.which("go"), module_root(pin), pin["install"]
    if not go:
        raise UserError(
            f"{name} {pin['suits']} is not on PATH, nor is Go, which builds it; install Go, or "
            f"{name} {wanted['version']} itself"
        )
    with locked(root):
        if in_cache(pin):
            return
        work = root.with_name(f"{root.name}.work")
        version = f"-X {wanted['variable']}={wanted['version']}"
        command = [go, "install", "-ldflags", version, f"{wanted['module']}@v{wanted['version']}"]
        hint = f"{name} {wanted['version']} could not be built; see {log}"
        run_logged(command, log, hint, os.environ | {"GOBIN": str(work / "bin")})
        shutil.rmtree(root, ignore_errors=True)
        work.rename(root)


def run_logged(
    command: list[str], log: str | Path, failure: str, env: dict[str, str] | None = None
) -> None:
    """Run a command with all its output in `log`; raise `UserError(failure)` when it fails."""
    with open(log, "a", encoding="utf-8") as stream:
        done = subprocess.run(command, stdout=stream, stderr=stream, check=False, env=env)
    if done.returncode != 0:
        raise UserError(failure)
