"""What precompiling an action leaves behind: the artefact, and a record of what it was made of."""

import importlib.metadata
from dataclasses import dataclass
from pathlib import Path

from scripts.common import cpu, files
from scripts.common.errors import UserError


@dataclass(frozen=True)
class Record:
    """An artefact: its file and digest, and those of the module; relative to where it was made."""

    module: str
    module_digest: str
    artifact: str
    artifact_digest: str
    made_for: str


def made_for() -> str:
    """Return what an artefact depends on besides its module: the library and the processor."""
    return f"wasmtime-{importlib.metadata.version('wasmtime')}-{cpu.key()}"


def read(path: str | Path) -> Record:
    """Read a record; other keys in it are left alone.

    Raises:
        UserError: it is no record, or of an artefact that does not suit this machine.
    """
    told = files.read_json(path)
    try:
        record = Record(**{name: told[name] for name in Record.__dataclass_fields__})
    except (KeyError, TypeError) as error:
        raise UserError(f"{path} is no record of a precompiled action") from error
    if record.made_for != made_for():
        raise UserError(f"{path} is of {record.made_for}, this is {made_for()}; compile it anew")
    return record
