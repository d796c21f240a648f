"""Cargo's calls for the classifier, and the target folders that clones share.

The folders live in the cache, one for each compiler, set of flags and runtime, so that no set is
compiled twice, whichever clone or model asks for it.
"""

import hashlib
import json
import platform
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scripts.build import kept
from scripts.common import cache, cpu, examples, files

# The features that an example needs besides.
FEATURES = {examples.SERVICE: ["http"]}
HOST_CPU = "target-cpu=native"
# What vectors of 128 bits are called, by the processor's architecture.
LANES_128 = {"x86_64": "sse2", "aarch64": "neon", "arm64": "neon"}
# What cargo compiles of a package.
SOURCES = ("Cargo.toml", "Cargo.lock", "build.rs", "src/**/*.rs", "examples/**/*.rs")
CLASSIFIER = Path(__file__).resolve().parents[2] / "classifier"


def profile_arguments(profile: dict[str, Any]) -> list[str]:
    """Return cargo arguments that set keys of the release profile, values as TOML."""
    return [f"--config=profile.release.{key}={json.dumps(value)}" for key, value in profile.items()]


def target_dir(record: dict[str, Any], settings: dict[str, Any]) -> Path:
    """Return the cargo target folder for a compiler, a target, a set of flags and a runtime."""
    # One cargo at a time works in a folder: the packed builds, whose dependencies are few, must not
    # wait for the minutes that tract's take. The other features are the classifier's own.
    keys = ("target", "rustflags", "profile", "runtime", "tract")
    flags = [settings[key] for key in keys if key in settings]
    # What is compiled for one processor, build scripts' findings included, is no other's.
    host = cpu.key() if HOST_CPU in " ".join(settings["rustflags"]) else None
    key = hashlib.sha256(
        json.dumps([record["compiler"], record["wasm"], flags, host]).encode()
    ).hexdigest()
    return cache.cache_dir() / "target" / f"{settings['target']}-{key[:12]}"


def sources_key(folder: Path) -> str:
    """Return a short name of what cargo compiles in a package's folder."""
    paths = [path for pattern in SOURCES for path in folder.glob(pattern)]
    digests = [[str(path.relative_to(folder)), files.sha256(path)] for path in sorted(paths)]
    return hashlib.sha256(json.dumps(digests).encode()).hexdigest()[:12]


@contextmanager
def claimed(target: Path, package: Path | None = None) -> Iterator[str]:
    """Keep a target folder of the cache to one cargo call; give the name of a package's sources.

    Cargo judges by time alone: from a folder that clones share it would give one clone what it
    compiled of another's. So what is known of the classifier is forgotten where the sources differ;
    the dependencies stay.
    """
    with cache.locked(target):
        stamp, key = target / "sources", sources_key(package or CLASSIFIER)
        if not stamp.exists() or stamp.read_text() != key:
            stamp.unlink(missing_ok=True)
            for pattern in ("*/.fingerprint/mobilenet-oc-*", "*/*/.fingerprint/mobilenet-oc-*"):
                for known in target.glob(pattern):
                    shutil.rmtree(known)
            target.mkdir(parents=True, exist_ok=True)
            stamp.write_text(key)
        yield key


def release_folder(record: dict[str, Any], settings: dict[str, Any], target: Path) -> Path:
    """Return where cargo puts what it optimised."""
    folder = target / record["wasm"]["target"] if settings["target"] == "wasm" else target
    return folder / "release"


def lanes(settings: dict[str, Any]) -> str:
    """Return a build's lanes as the crate knows them."""
    if settings["lanes"] != "128":
        return settings["lanes"]
    return "simd128" if settings["target"] == "wasm" else LANES_128[platform.machine()]


def model_environment(model: dict[str, Any], file: Path) -> dict[str, str]:
    """Return the variables that hand the model's file to the classifier's build script."""
    low, high = model["input_range"]
    return {
        "MOBILENET_MODEL": str(kept.embedded(file)),
        "MOBILENET_LABELS": str(kept.embedded(file.parent / "labels.txt")),
        "MOBILENET_SIZE": str(model["size"]),
        "MOBILENET_INPUT_RANGE": f"{low:g},{high:g}",
        "MOBILENET_INPUT": model["input"],
        "MOBILENET_OUTPUT": model["output"],
    }


def features(settings: dict[str, Any], example: str = examples.COMMAND) -> list[str]:
    """Return the classifier's features: the action's ABI, the model's form, a snapshot, HTTP."""
    form = "graph"
    if settings["runtime"] == "packed":
        form = "packed" if settings["numbers"] == "f32" else "integers"
    snapshot = ["snapshot"] if settings["snapshot"] else []
    return ["wasm", form, *snapshot, *FEATURES.get(example, [])]


def cargo_command(
    record: dict[str, Any],
    settings: dict[str, Any],
    target: Path,
    jobs: int,
    example: str = examples.COMMAND,
    package: Path | None = None,
) -> list[str]:
    """Return the cargo call of a build's example that takes `jobs` cores at most."""
    manifest = (package or CLASSIFIER) / "Cargo.toml"
    here = ["--manifest-path", str(manifest), "--target-dir", str(target)]
    arguments = cargo_arguments(record, settings, example)
    return [record["path"], *arguments, "--jobs", str(jobs), *here]


def cargo_arguments(
    record: dict[str, Any], settings: dict[str, Any], example: str = examples.COMMAND
) -> list[str]:
    """Return what decides of the cargo call what is compiled."""
    arguments = ["build", "--release", "--locked", "--example", example]
    arguments += ["--no-default-features", "--features", ",".join(features(settings, example))]
    arguments += profile_arguments(settings["profile"])
    if settings["target"] == "wasm":
        arguments += ["--target", record["wasm"]["target"], *record["wasm"]["cargo_args"]]
    return arguments
