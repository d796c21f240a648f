"""Rule script: compile the classifier's examples, the model embedded, as one build of the config.

Cargo's target folders live in the cache, one for each compiler and set of flags, so that no set is
compiled twice, whichever clone or model asks for it.
"""

import argparse
import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import errors
import files
import rust
import tools
from errors import UserError

EXAMPLES = ("mobilenet-oc-l", "mobilenet-oc")
CLASSIFIER = Path(__file__).resolve().parent.parent / "classifier"


def profile_arguments(profile: dict[str, Any]) -> list[str]:
    """Return cargo arguments that set keys of the release profile, values as TOML."""
    return [f"--config=profile.release.{key}={json.dumps(value)}" for key, value in profile.items()]


def target_dir(record: dict[str, Any], settings: dict[str, Any]) -> Path:
    """Return the cargo target folder for a compiler, a target and a set of flags."""
    compiler = subprocess.run(
        [record["rustc"], "-vV"], capture_output=True, text=True, check=True
    ).stdout
    # The classifier's features are its own: the dependencies are compiled the same without them.
    flags = [settings[key] for key in ("target", "rustflags", "profile")]
    key = hashlib.sha256(json.dumps([compiler, record["wasm"], flags]).encode()).hexdigest()
    return tools.cache_dir() / "target" / f"{settings['target']}-{key[:12]}"


def model_environment(model: dict[str, Any], file: Path) -> dict[str, str]:
    """Return the variables that hand the model's file to the classifier's build script."""
    low, high = model["input_range"]
    return {
        "MOBILENET_MODEL": str(file.resolve()),
        "MOBILENET_LABELS": str((file.parent / "labels.txt").resolve()),
        "MOBILENET_SIZE": str(model["size"]),
        "MOBILENET_INPUT_RANGE": f"{low:g},{high:g}",
        "MOBILENET_INPUT": model["input"],
        "MOBILENET_OUTPUT": model["output"],
    }


def features(settings: dict[str, Any]) -> list[str]:
    """Return the classifier's features: the action's ABI, the model's form, a snapshot."""
    form = "packed" if settings["runtime"] == "packed" else "graph"
    return ["wasm", form, *(["snapshot"] if settings["snapshot"] else [])]


def cargo_command(record: dict[str, Any], settings: dict[str, Any], target: Path) -> list[str]:
    """Return the cargo call of a build."""
    command = [record["path"], "build", "--release", "--locked", "--examples"]
    command += ["--no-default-features", "--features", ",".join(features(settings))]
    command += ["--manifest-path", str(CLASSIFIER / "Cargo.toml"), "--target-dir", str(target)]
    command += profile_arguments(settings["profile"])
    if settings["target"] == "wasm":
        command += ["--target", record["wasm"]["target"], *record["wasm"]["cargo_args"]]
    return command


def main(argv: list[str] | None = None) -> int:
    """Write the examples' executables and build.json into the build's folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--settings", required=True, type=json.loads, help="the build, as JSON")
    parser.add_argument("--rust", required=True, help="results/tools/rust.json")
    parser.add_argument("--model", required=True, help="results/model/model.json")
    parser.add_argument("--file", required=True, type=Path, help="the model's file, to be embedded")
    parser.add_argument("--out-dir", required=True, type=Path)
    args = parser.parse_args(argv)
    settings, record = args.settings, files.read_json(args.rust)
    model = files.read_json(args.model)
    is_wasm = settings["target"] == "wasm"
    target = target_dir(record, settings)
    environment = rust.cargo_environment(record, is_wasm, settings["rustflags"])
    environment |= model_environment(model, args.file)
    command = cargo_command(record, settings, target)
    with tools.locked(target):
        if subprocess.run(command, env=environment, check=False).returncode != 0:
            raise UserError(f"build {settings['build']} failed; cargo's messages stand above")
        folder = target / record["wasm"]["target"] if is_wasm else target
        for example in EXAMPLES:
            copy(folder / "release" / "examples" / example, args.out_dir, ".wasm" * is_wasm)
    files.write_json(
        args.out_dir / "build.json",
        {**settings, "rustc": record["version"], "source": record["source"], "cargo": command[1:]},
    )
    return 0


def copy(source: Path, folder: Path, suffix: str) -> None:
    """Copy an executable into `folder`, whole or not at all."""
    with (
        open(f"{source}{suffix}", "rb") as built,
        files.atomic_write(folder / f"{source.name}{suffix}", "wb") as out,
    ):
        shutil.copyfileobj(built, out)
    if not suffix:
        (folder / source.name).chmod(0o755)


if __name__ == "__main__":
    errors.run(main)
