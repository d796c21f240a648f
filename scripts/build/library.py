"""The classifier with another version of tract than the one it is locked to.

Authors of tract compare two versions as two builds. The package that such a build compiles is a
copy of the classifier's, whose manifest asks for that version and whose lock is resolved from the
classifier's own: all else that both depend on stays as it is.
"""

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from scripts.build import crate
from scripts.common import cache, files
from scripts.common.errors import UserError
from scripts.tools import rust

LIBRARY = "tract-tensorflow"


def package(record: dict[str, Any], version: str) -> Path:
    """Return the folder of the package that a build compiles: the classifier's own, or a copy.

    Args:
        record: of the compiler.
        version: of tract; empty for the one that the classifier is locked to.

    Raises:
        UserError: there is no such version, or nothing fits it.
    """
    if not version:
        return crate.CLASSIFIER
    key = hashlib.sha256(f"{crate.sources_key(crate.CLASSIFIER)} {version}".encode()).hexdigest()
    folder = cache.cache_dir() / "packages" / f"{LIBRARY}-{version}-{key[:12]}"
    with cache.locked(folder):
        if not folder.exists():
            folder.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(files.UNFINISHED, dir=folder.parent) as unfinished:
                copied = Path(unfinished) / "classifier"
                shutil.copytree(crate.CLASSIFIER, copied, ignore=shutil.ignore_patterns("target"))
                ask_for(record, copied, version)
                copied.rename(folder)
    return folder


def ask_for(record: dict[str, Any], copied: Path, version: str) -> None:
    """Write a version into a copy's manifest and lock."""
    manifest = ["--manifest-path", str(copied / "Cargo.toml")]
    environment = rust.cargo_environment(record, wasm=False, rustflags=[])
    calls = [
        ["add", f"{LIBRARY}@={version}", "--optional", "--quiet", *manifest],
        # Adds what is missing in the lock, and takes nothing else anew.
        ["update", "--workspace", *manifest],
    ]
    for call in calls:
        done = subprocess.run(
            [record["path"], *call], env=environment, check=False, capture_output=True, text=True
        )
        if done.returncode != 0:
            raise UserError(
                f"cannot take {LIBRARY} {version}: cargo {call[0]}: {done.stderr.strip()}"
            )


def lock_digest(folder: Path) -> str:
    """Return the digest of a package's lock, which names every version that is compiled."""
    return files.sha256(folder / "Cargo.lock")
