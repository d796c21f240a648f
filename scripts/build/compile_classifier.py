"""Rule script: compile a program of the classifier, the model embedded, as the config builds it."""

import argparse
import json
import subprocess
from pathlib import Path
from typing import Any

from scripts.build import crate, kept, library
from scripts.common import errors, files
from scripts.common.code_digest import code_digest
from scripts.common.errors import UserError
from scripts.tools import rust


def main(argv: list[str] | None = None) -> int:
    """Write the example's executable, and how it was built."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--settings", required=True, type=json.loads, help="the build, as JSON")
    parser.add_argument("--rust", required=True, help="results/tools/rust.json")
    parser.add_argument("--model", required=True, help="the model's record")
    parser.add_argument("--file", required=True, type=Path, help="the model's file, to be embedded")
    parser.add_argument("--jobs", type=int, default=1, help="compilers that may run at once")
    parser.add_argument(
        "--out", required=True, type=Path, help="the executable, named as cargo does"
    )
    parser.add_argument("--json-out", required=True)
    args = parser.parse_args(argv)
    settings, record = args.settings, files.read_json(args.rust)
    target = crate.target_dir(record, settings)
    package = library.package(record, settings.get("tract", ""))
    variables = crate.model_environment(files.read_json(args.model), args.file)
    variables |= {"MOBILENET_LANES": crate.lanes(settings)}
    name = args.out.name
    # Builds that differ in what is done with them afterwards are compiled once.
    recipe = {key: value for key, value in settings.items() if key != "build"}
    parts = [recipe, name, variables, record["sha256"], rust.c_compiler()]
    parts.append(code_digest("scripts.build.compile_classifier"))
    with crate.claimed(target, package) as sources:
        made = kept.folder(target, [sources, *parts])
        if not kept.take(made, args.out):
            call_cargo(args, record, package, variables)
            if crate.sources_key(package) != sources:
                raise UserError("the classifier's sources changed meanwhile; run again")
            built = crate.release_folder(record, settings, target) / "examples" / name
            kept.copy(built, args.out)
            kept.keep(made, built)
    files.write_json(
        args.json_out,
        {
            **settings,
            "rustc": record["version"],
            "source": record["source"],
            "lock": library.lock_digest(package),
            "cargo": crate.cargo_arguments(record, settings, args.out.stem),
        },
    )
    return 0


def call_cargo(
    args: argparse.Namespace, record: dict[str, Any], package: Path, variables: dict[str, str]
) -> None:
    """Compile a package in its target folder; raise `UserError` where cargo fails."""
    settings = args.settings
    target = crate.target_dir(record, settings)
    is_wasm = settings["target"] == "wasm"
    environment = rust.cargo_environment(record, is_wasm, settings["rustflags"]) | variables
    command = crate.cargo_command(record, settings, target, args.jobs, args.out.stem, package)
    if subprocess.run(command, env=environment, check=False).returncode != 0:
        raise UserError(f"build {settings['build']} failed; cargo's messages stand above")


if __name__ == "__main__":
    errors.run(main)
