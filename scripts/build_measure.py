"""Rule script: compile the tiny programs through which, and against which, all is measured."""

import argparse
import subprocess
from pathlib import Path

import build
import errors
import files
import rust
import tools
from errors import UserError

PROGRAMS = ("spawn", "noop", "burn")


def main(argv: list[str] | None = None) -> int:
    """Write the programs into the folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rust", required=True, help="results/tools/rust.json")
    parser.add_argument("--out-dir", required=True, type=Path)
    args = parser.parse_args(argv)
    record = files.read_json(args.rust)
    target = tools.cache_dir() / "target" / f"measure-{record['version']}"
    command = [record["path"], "build", "--release", "--locked", "--package", "measure"]
    command += ["--manifest-path", str(build.CLASSIFIER / "Cargo.toml")]
    command += ["--target-dir", str(target)]
    with tools.locked(target):
        environment = rust.cargo_environment(record, wasm=False, rustflags=[])
        if subprocess.run(command, env=environment, check=False).returncode != 0:
            raise UserError("the harness's programs do not build; cargo's messages stand above")
        for program in PROGRAMS:
            build.copy(target / "release" / program, args.out_dir, suffix="")
    return 0


if __name__ == "__main__":
    errors.run(main)
