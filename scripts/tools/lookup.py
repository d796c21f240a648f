"""Where a tool that suits lies already: on PATH, or in the cache."""

from importlib import metadata
from pathlib import Path
from typing import Any

from scripts.common import files
from scripts.tools.pins import FETCHED, PACKAGED, cached_roots, program_on_path, suits, version_of

# What a command is asked for its version, where the pin has nothing else.
ASK = ("--version",)


def on_path(pin: dict[str, Any]) -> dict[str, Any] | None:
    """Look for a tool of a suitable version on PATH, or where the config says that it is."""
    path = program_on_path(pin)
    version = version_of(path, pin.get("asked", ASK)) if path else None
    if not suits(version, pin):
        return None
    source = "the config's file" if "path" in pin["install"] else "PATH"
    return {"version": version, "path": str(path), "source": source}


def refused(pin: dict[str, Any]) -> str:
    """Return which version on PATH does not suit and why, in brackets; nothing without a reason."""
    path = program_on_path(pin)
    if not path or "because" not in pin:
        return ""
    return f" ({version_of(path, pin.get('asked', ASK))} is, and is refused: {pin['because']})"


def in_cache(pin: dict[str, Any]) -> dict[str, Any] | None:
    """Look for a tool that an earlier run built or downloaded."""
    wanted = pin["install"]
    for how, root in cached_roots(pin).items():
        path = root / "bin" / pin["command"]
        # Not even asked for its version, where it is another than the table's.
        is_other = how in FETCHED.values() and not is_expected(path, pin)
        version = None if is_other else version_in(root, pin)
        if suits(version, pin):
            # What can come in two ways came in the one that says so.
            package = next(
                wanted[kind]
                for kind in PACKAGED
                if kind in wanted and FETCHED.get(kind, how) == how
            )
            source = f"{how} ({package} {wanted.get('version', version)})"
            return {"version": version, "path": str(path), "source": source}
    return None


def is_expected(path: Path, pin: dict[str, Any]) -> bool:
    """Tell whether a fetched program has the digest that the table has, if it has one."""
    expected = pin["install"].get("sha256")
    return expected is None or (path.is_file() and files.sha256(path) == expected)


def version_in(root: Path, pin: dict[str, Any]) -> str | None:
    """Return the version of what lies in a cache folder; of a library its package's."""
    wanted = pin["install"]
    if not pin.get("library"):
        return version_of(root / "bin" / pin["command"], pin.get("asked", ASK))
    if "wheel" in wanted:
        found = metadata.distributions(name=wanted["wheel"], path=[str(root)])
        return next((package.version for package in found), None)
    described = root / "node_modules" / wanted["npm"] / "package.json"
    return files.read_json(described)["version"] if described.is_file() else None
