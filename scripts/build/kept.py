"""Executables that cargo made and modules that wasm-opt did, kept by what they were made from.

Both take minutes. No two compilations need give the same bytes: LLVM 22 unrolls loops in an order
that depends on the compiler's own addresses. What is made again, such as a model that is fetched
anew or one that takes turns with another, would be another executable each time, and all that was
measured with it would be measured again. What a user's own configuration of cargo sets, and other
versions of the linker and of libc at the same places, are not told apart.
"""

import contextlib
import hashlib
import json
import shutil
import sys
from pathlib import Path
from typing import Any

from scripts.common import cache, files
from scripts.common.errors import UserError

# How many lie in a target folder, those that were wanted last.
MOST = 32
# The digest of the file beside it, by name.
DIGEST = "sha256.json"


def embedded(file: Path) -> Path:
    """Return the cache's copy of a file that is to be embedded, named by its digest.

    Cargo judges by time alone, and what is compiled for minutes must not change meanwhile.

    Raises:
        UserError: the file cannot be read, or changed while it was copied.
    """
    try:
        digest = files.sha256(file)
        path = cache.cache_dir() / "embedded" / digest / file.name
        if not path.is_file() or files.sha256(path) != digest:
            with open(file, "rb") as stream, files.atomic_write(path, "wb") as out:
                shutil.copyfileobj(stream, out)
    except OSError as error:
        raise UserError(f"cannot take {file} into the cache: {error.strerror}") from error
    if files.sha256(path) != digest:
        path.unlink()
        raise UserError(f"{file} changed while it was read; run again")
    return path


def folder(target: Path, parts: list[Any]) -> Path:
    """Return the folder, in a target folder, of what is made from these parts, in JSON's types."""
    key = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
    return target / "kept" / key[:16]


def take(made: Path, out: Path) -> bool:
    """Copy what a folder keeps by the name of `out`; tell whether it is there, as it was kept."""
    try:
        if files.read_json(made / DIGEST) != {out.name: files.sha256(made / out.name)}:
            return False
    except (OSError, UserError):
        return False
    with contextlib.suppress(OSError):  # a cache that is read alone
        made.touch()  # the oldest go first
    copy(made / out.name, out)
    print(f"made before: {made}")
    return True


def keep(made: Path, path: Path, most: int = MOST) -> None:
    """Copy a file into a folder, whole or not at all; the oldest of the folders beside it go.

    Where the cache cannot take it, a line says so: what was made in minutes is there all the same.
    """
    part = made.with_name(f"{made.name}{files.UNFINISHED}")
    try:
        for leftover in (part, made):
            shutil.rmtree(leftover, ignore_errors=True)
        others = [folder for folder in part.parent.glob("*") if folder.is_dir()]
        others.sort(key=lambda folder: folder.stat().st_mtime)
        for old in others[: -(most - 1)]:
            shutil.rmtree(old)
        part.mkdir(parents=True)
        shutil.copy(path, part / path.name)
        files.write_json(part / DIGEST, {path.name: files.sha256(part / path.name)})
        part.rename(made)
    except OSError as error:
        shutil.rmtree(part, ignore_errors=True)
        print(f"not kept in the cache: {error}", file=sys.stderr)


def copy(source: Path, target: Path) -> None:
    """Copy an executable, whole or not at all."""
    with open(source, "rb") as built, files.atomic_write(target, "wb") as out:
        shutil.copyfileobj(built, out)
    if not target.suffix:
        target.chmod(0o755)
