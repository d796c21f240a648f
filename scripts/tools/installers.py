"""Find a tool on PATH, in the cache, or install it."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.common import files
from scripts.common.cache import locked
from scripts.common.errors import OtherDigestError, UserError
from scripts.tools.lookup import in_cache, on_path
from scripts.tools.packages import install_fetched, install_module, install_package, run_logged
from scripts.tools.pins import crate_root, pins, prebuilt_root
from scripts.tools.suites import install_from_suite, offered


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


def install(name: str, pin: dict[str, Any], cargo: Cargo | None, log: str | Path) -> None:
    """Install a tool by the means the table names."""
    if "path" in pin["install"]:
        raise UserError(
            f"{name}: {pin['install']['path']} is no program that tells its version, or is a script"
        )
    if "by_hand" in pin["install"]:
        raise UserError(f"{name} {pin['suits']} is not on PATH; {pin['install']['by_hand']}")
    if "suite" in pin["install"] and not offered(pin):
        install_from_suite(name, pin, log)
    elif "debian" in pin["install"]:
        install_package(name, pin["install"]["debian"], log)
    elif "module" in pin["install"]:
        install_module(name, pin, log)
    elif "crate" not in pin["install"]:
        install_fetched(name, pin, log)
    elif install_prebuilt(name, pin, log):
        return
    elif cargo:
        install_crate(name, pin, cargo, log)
    else:
        raise UserError(f"{name} {pin['suits']} is not on PATH and no cargo was named to build it")


def install_prebuilt(name: str, pin: dict[str, Any], log: str | Path) -> bool:
    """Take what the crate's authors built: from a wheel, or where `cargo binstall` offers it.

    Nothing that others built for them (`quick-install`).

    Raises:
        OtherDigestError: the wheel's program is not the table's.
    """
    if pin.get("own_build"):
        return False
    if "wheel" in pin["install"]:
        try:
            install_fetched(name, pin, log)
        except OtherDigestError:
            raise
        except UserError as error:
            with open(log, "a", encoding="utf-8") as stream:
                print(error, file=stream)
    if not in_cache(pin) and shutil.which("cargo-binstall"):
        install_offered(pin, log)
    return in_cache(pin) is not None


def install_offered(pin: dict[str, Any], log: str | Path) -> None:
    """Have `cargo binstall` put into the cache what it offers, if it does."""
    root, wanted = prebuilt_root(pin), pin["install"]
    command = ["cargo-binstall", "--no-confirm", "--disable-strategies", "compile,quick-install"]
    command += ["--root", str(root), f"{wanted['crate']}@{wanted['version']}"]
    with locked(root), open(log, "a", encoding="utf-8") as stream:
        subprocess.run(command, stdout=stream, stderr=subprocess.STDOUT, check=False)


def install_crate(name: str, pin: dict[str, Any], cargo: Cargo, log: str | Path) -> None:
    """Build a command from crates.io into the cache, whole or not at all."""
    root = crate_root(pin)
    wanted = pin["install"]
    with locked(root):
        if in_cache(pin):
            return
        for package in wanted.get("packages", []):
            install_package(name, package, log)
        work = root.with_name(f"{root.name}.work")
        command = [cargo.path, "install", wanted["crate"], "--version", wanted["version"]]
        command += ["--locked", "--jobs", str(cargo.jobs)]
        command += ["--root", str(root), "--target-dir", str(work)]
        command += ["--features", ",".join(wanted["features"])] if wanted["features"] else []
        command += [] if wanted.get("default_features", True) else ["--no-default-features"]
        hint = f"{name} {wanted['version']} could not be built from crates.io; see {log}"
        run_logged(command, log, hint, cargo.environment | wanted.get("environment", {}))
        shutil.rmtree(work, ignore_errors=True)
