"""Find the tools of `envs/tools.yaml`: on PATH, in the cache outside the checkout, or install them.

A tool's record is {name, version, path, source} and, for `rust`, {rustc, wasm} with the settings
that make the compiler build for the wasm target.
"""

import fcntl
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from errors import UserError
from packaging.specifiers import SpecifierSet

PINS = Path(__file__).resolve().parent.parent / "envs" / "tools.yaml"
VERSION = re.compile(r"\d+(?:\.\d+)+|(?<=version )\d+")


def pins() -> dict[str, dict[str, Any]]:
    """Return the table of pinned tools, by name."""
    return yaml.safe_load(PINS.read_text(encoding="utf-8"))


def cache_dir() -> Path:
    """Return the cache outside the checkout that every clone shares."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "mobilenet-infer-benchmark"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other clones from writing into `folder` of the cache at the same time."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(folder.with_name(f"{folder.name}.lock"), "w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def version_of(command: str | Path) -> str | None:
    """Return what `command --version` says, or None where it cannot be run."""
    try:
        done = subprocess.run(
            [command, "--version"], capture_output=True, text=True, timeout=60, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    found = VERSION.search(done.stdout)
    return found.group() if found else None


def find(name: str, cargo: str | None, log: str | Path) -> dict[str, Any]:
    """Find or install one tool of the table; installers write to the file `log`.

    `cargo` builds what comes from crates.io.

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
    return {"name": name, **found}


def suits(version: str | None, pin: dict[str, Any]) -> bool:
    """Tell whether a version satisfies the table."""
    return version is not None and version in SpecifierSet(pin["suits"])


def on_path(pin: dict[str, Any]) -> dict[str, Any] | None:
    """Look for a tool of a suitable version on PATH."""
    path = shutil.which(pin["command"])
    version = version_of(path) if path else None
    if not suits(version, pin):
        return None
    return {"version": version, "path": path, "source": "PATH"}


def in_cache(pin: dict[str, Any]) -> dict[str, Any] | None:
    """Look for a tool that an earlier run built from crates.io."""
    if "crate" not in pin["install"]:
        return None
    path = crate_root(pin) / "bin" / pin["command"]
    version = version_of(path)
    if not suits(version, pin):
        return None
    source = f"built from crates.io ({pin['install']['crate']} {pin['install']['version']})"
    return {"version": version, "path": str(path), "source": source}


def crate_root(pin: dict[str, Any]) -> Path:
    """Return the cache folder of a crate's build, keyed by version and features."""
    wanted = pin["install"]
    key = "-".join([pin["command"], wanted["version"], *wanted["features"]])
    return cache_dir() / "tools" / key


def install(name: str, pin: dict[str, Any], cargo: str | None, log: str | Path) -> None:
    """Install a tool by the means the table names."""
    if "debian" in pin["install"]:
        install_package(name, pin, log)
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


def install_crate(name: str, pin: dict[str, Any], cargo: str, log: str | Path) -> None:
    """Build a command from crates.io into the cache, whole or not at all."""
    root = crate_root(pin)
    wanted = pin["install"]
    with locked(root):
        if in_cache(pin):
            return
        work = root.with_name(f"{root.name}.work")
        command = [cargo, "install", wanted["crate"], "--version", wanted["version"], "--locked"]
        command += ["--root", str(root), "--target-dir", str(work)]
        command += ["--features", ",".join(wanted["features"])] if wanted["features"] else []
        hint = f"{name} {wanted['version']} could not be built from crates.io; see {log}"
        run_logged(command, log, hint)
        shutil.rmtree(work, ignore_errors=True)


def run_logged(command: list[str], log: str | Path, failure: str) -> None:
    """Run a command with all its output in `log`; raise `UserError(failure)` when it fails."""
    with open(log, "a", encoding="utf-8") as stream:
        done = subprocess.run(command, stdout=stream, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        raise UserError(failure)
