"""Fixtures: the scripts on the import path, a copy of the checkout, the mirror for tests."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder beside the checkout with real weights and photographs; tests skip without it."""
    folder = ROOT.parent / "shared"
    if not (folder / "models").is_dir():
        pytest.skip("needs the folder `shared` with trained weights beside the checkout")
    return folder


def copy_checkout(target: Path) -> Path:
    """Copy what git tracks or would track, as a fresh clone of the working tree."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


@pytest.fixture(scope="session")
def checkout(tmp_path_factory) -> Path:
    """A copy of the checkout, for tests that run the workflow."""
    return copy_checkout(tmp_path_factory.mktemp("checkout"))


def build_measure(folder: Path) -> Path:
    """Compile the harness's programs into a folder, as the workflow does."""
    import build_measure
    import files
    import rust
    import tools

    record = folder / "rust.json"
    files.write_json(record, rust.find(tools.pins()["rust"], folder / "rust.log"))
    build_measure.main(["--rust", str(record), "--out-dir", str(folder)])
    return folder


def snakemake(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    """Run Snakemake in a checkout, as a user with the environment active does."""
    return subprocess.run(
        ["snakemake", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | environment,
        timeout=4800,
    )
