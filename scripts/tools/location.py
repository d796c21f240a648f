"""The record of a tool, {name, version, source, sha256}: is it in force, where does the tool lie?

One that may be missing, and is, has no version and no digest, and says in `missing` why. That of
`rust` has besides what rust.py adds: the compiler and the settings that make it build for
the wasm target. Where a tool lies is in no record: the same tool elsewhere changes no result.
"""

import os
import shutil
from pathlib import Path
from typing import Any

from scripts.common import files
from scripts.common.errors import UserError
from scripts.tools.pins import candidates, pins

# Which of rust.py's two ways is taken: `rustup`, `distribution`, or, unset, the first that suits.
RUST_VARIABLE = "MOBILENET_RUST"


def locate(record: dict[str, Any]) -> str:
    """Return the file that a tool's record describes, wherever it lies now.

    Raises:
        UserError: it is not there any more, or another one is in its place.
    """
    if "missing" in record:
        raise UserError(record["missing"])
    for path in candidates(pins()[record["name"]]):
        if files.sha256(path) == record["sha256"]:
            return str(path)
    raise UserError(
        f"{record['name']} {record['version']}, sha256 {record['sha256'][:12]}, is neither on PATH "
        "nor in the cache any more; type `snakemake --cores 4 tools --forcerun find_tool`"
    )


def missing(paths: list[str]) -> str:
    """Return why the first of these tools that is missing is not to be had; "" where all are."""
    reasons = (files.read_json(path).get("missing") for path in paths)
    return next(filter(None, reasons), "")


def present(paths: list[str]) -> list[dict[str, Any]]:
    """Return the records of the tools that are not missing."""
    return [record for record in map(files.read_json, paths) if "missing" not in record]


def used(paths: list[str]) -> dict[str, dict[str, str]]:
    """Return the version and digest of each tool that a job ran, from their records."""
    keys = ("version", "sha256")
    return {row["name"]: {key: row[key] for key in keys} for row in present(paths)}


def version(records: list[dict[str, Any]]) -> str:
    """Return the version of an engine's tool, with those that it needs: the records after it.

    Nothing of one that is missing, or that lacks what it needs.
    """
    if any("missing" in record for record in records):
        return ""
    first, *needed = records
    beside = ", ".join(f"{row['name']} {row['version']}" for row in needed)
    return " with ".join(filter(None, [first["version"], beside]))


def state(name: str, folder: Path) -> list[Any]:
    """Return what makes the record of a tool in `folder` out of date where it changes.

    The pin, the way of getting a compiler that was asked for, what PATH holds, and the tool itself:
    one that was replaced in place is no longer the one of the record.
    """
    pin = pins()[name]
    found = shutil.which(pin["command"])
    asked = os.environ.get(RUST_VARIABLE, "") if name == "rust" else ""
    on_path = files.sha256(found) if found else None
    return [pin, asked, on_path, replaced(name, folder)]


def replaced(name: str, folder: Path) -> str:
    """Return the digest of the tool in whose place the one of the record was found anew, or "".

    It stays what it is until the tool is replaced again: the state is kept beside the record. A
    tool that is nowhere was not replaced: only a job that runs it has to have it.
    """
    record, last = folder / f"{name}.json", folder / f"{name}.state"
    if not (record.exists() and last.exists()):
        return ""
    tool, before = files.read_json(record), files.read_json(last)[-1]
    if "missing" in tool:
        return before
    rustc = [Path(tool["rustc"])] if "rustc" in tool else None
    digests = [files.sha256(path) for path in rustc or candidates(pins()[name]) if path.is_file()]
    return before if not digests or tool["sha256"] in digests else digests[0]


def programs(paths: list[str]) -> dict[str, str]:
    """Return the file of each tool's program by the tool's name, of the tools' records."""
    return {record["name"]: locate(record) for record in present(paths)}
