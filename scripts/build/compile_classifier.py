"""Rule script: compile the classifier, the model embedded, as one build of the config."""

import argparse
import json
import subprocess
from pathlib import Path

from scripts.build import crate
from scripts.common import errors, files
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
    model = files.read_json(args.model)
    is_wasm = settings["target"] == "wasm"
    target = crate.target_dir(record, settings)
    variables = crate.model_environment(model, args.file)
    variables |= {"MOBILENET_LANES": crate.lanes(settings)}
    environment = rust.cargo_environment(record, is_wasm, settings["rustflags"]) | variables
    command = crate.cargo_command(record, settings, target, args.jobs, args.service)
    names = [f"{name}{'.wasm' * is_wasm}" for name in crate.examples(settings, args.service)]
    with crate.claimed(target):
        made = crate.finished(target, settings, args.service, variables)
        if made.is_dir():
            print(f"compiled before: {made}")
        else:
            if subprocess.run(command, env=environment, check=False).returncode != 0:
                raise UserError(f"build {settings['build']} failed; cargo's messages stand above")
            folder = (target / record["wasm"]["target"] if is_wasm else target) / "release"
            crate.keep(made, [folder / "examples" / name for name in names])
        for name in names:
            crate.copy(made / name, args.out_dir)
    files.write_json(
        args.out_dir / ("service.json" if args.service else "build.json"),
        {**settings, "rustc": record["version"], "source": record["source"], "cargo": command[1:]},
    )
    return 0


if __name__ == "__main__":
    errors.run(main)
