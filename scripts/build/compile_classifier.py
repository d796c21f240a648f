"""Rule script: compile the classifier, the model embedded, as one build of the config."""

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
    """Write the examples' executables into the build's folder, and how they were built."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--settings", required=True, type=json.loads, help="the build, as JSON")
    parser.add_argument("--rust", required=True, help="results/tools/rust.json")
    parser.add_argument("--model", required=True, help="the model's record")
    parser.add_argument("--file", required=True, type=Path, help="the model's file, to be embedded")
    parser.add_argument("--jobs", type=int, default=1, help="compilers that may run at once")
    parser.add_argument("--service", action="store_true", help="what serves HTTP, and it alone")
    parser.add_argument("--out-dir", required=True, type=Path)
    args = parser.parse_args(argv)
    settings, record = args.settings, files.read_json(args.rust)
    target = crate.target_dir(record, settings)
    package = library.package(record, settings.get("tract", ""))
    variables = crate.model_environment(files.read_json(args.model), args.file)
    variables |= {"MOBILENET_LANES": crate.lanes(settings)}
    suffix = ".wasm" if settings["target"] == "wasm" else ""
    names = [f"{name}{suffix}" for name in crate.examples(settings, args.service)]
    parts = [settings, args.service, variables, record["sha256"], rust.c_compiler()]
    parts.append(code_digest("scripts.build.compile_classifier"))
    with crate.claimed(target, package) as sources:
        made = kept.folder(target, [sources, *parts])
        if kept.is_whole(made, names):
            print(f"compiled before: {made}")
        else:
            call_cargo(args, record, package, variables)
            if crate.sources_key(package) != sources:
                raise UserError("the classifier's sources changed meanwhile; run again")
            folder = crate.release_folder(record, settings, target) / "examples"
            kept.keep(made, [folder / name for name in names])
        for name in names:
            kept.copy(made / name, args.out_dir)
    files.write_json(
        args.out_dir / ("service.json" if args.service else "build.json"),
        {
            **settings,
            "rustc": record["version"],
            "source": record["source"],
            "lock": library.lock_digest(package),
            "cargo": crate.cargo_arguments(record, settings, args.service),
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
    command = crate.cargo_command(record, settings, target, args.jobs, args.service, package)
    if subprocess.run(command, env=environment, check=False).returncode != 0:
        raise UserError(f"build {settings['build']} failed; cargo's messages stand above")


if __name__ == "__main__":
    errors.run(main)
