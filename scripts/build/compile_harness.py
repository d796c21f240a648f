"""Rule script: compile the small programs of a package beside the classifier.

`measure` has those through which, and against which, all is measured, `component` the one that
makes components.
"""

import argparse
import subprocess
from pathlib import Path

from scripts.build import crate, kept
from scripts.common import cache, errors, files
from scripts.common.errors import UserError
from scripts.tools import rust

PROGRAMS = {"measure": ("spawn", "noop", "burn", "peak"), "component": ("component",)}


def main(argv: list[str] | None = None) -> int:
    """Write the programs into the folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--package", choices=list(PROGRAMS), default="measure")
    parser.add_argument("--rust", required=True, help="results/tools/rust.json")
    parser.add_argument("--jobs", type=int, default=1, help="compilers that may run at once")
    parser.add_argument("--out-dir", required=True, type=Path)
    args = parser.parse_args(argv)
    record = files.read_json(args.rust)
    # Cargo judges by time alone: in one folder it would give a checkout the programs of another.
    sources = crate.sources_key(crate.CLASSIFIER / args.package)
    target = cache.cache_dir() / "target" / f"{args.package}-{record['version']}-{sources}"
    command = [record["path"], "build", "--release", "--locked", "--package", args.package]
    command += ["--jobs", str(args.jobs)]
    command += ["--manifest-path", str(crate.CLASSIFIER / "Cargo.toml")]
    command += ["--target-dir", str(target)]
    with cache.locked(target):
        environment = rust.cargo_environment(record, wasm=False, rustflags=[])
        if subprocess.run(command, env=environment, check=False).returncode != 0:
            raise UserError(f"package {args.package} does not build; cargo's messages stand above")
        for program in PROGRAMS[args.package]:
            kept.copy(target / "release" / program, args.out_dir / program)
    return 0


if __name__ == "__main__":
    errors.run(main)
