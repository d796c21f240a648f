"""The Rust crate: format, clippy and its own tests, with the compiler that the workflow found.

tract is compiled for one set of flags alone; all other ways are those of the packed form. What is
compiled as the quick run compiles it comes last: where nothing is built, that has its folder.
"""

import os
import pty
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import tracked

from scripts.build import crate
from scripts.common import cache
from scripts.tools import rust

# After the subcommand: clippy hands on only what follows its name.
TINY = ("--config", "tests/data/tiny.toml")
TINY_PACKED = (*TINY, "--config", "tests/data/tiny-16.toml")
PACKED = ("--no-default-features", "--features", "integers,wasm,snapshot")
# What cargo keeps to compile part of the classifier anew costs time and half of a folder.
COMPILED_ONCE = {"CARGO_INCREMENTAL": "0"}
# An action's module without a snapshot, as the tests run it.
PACKED_WASM = ("--no-default-features", "--features", "integers,wasm")
ARM, ARM_LINKER, ARM_EMULATOR = (
    "aarch64-unknown-linux-gnu",
    "aarch64-linux-gnu-gcc",
    "qemu-aarch64",
)
ARM_ROOT = "/usr/aarch64-linux-gnu"
WASM_FLAGS = {
    "relaxed": ["-Ctarget-feature=+simd128,+relaxed-simd"],
    "simd128": ["-Ctarget-feature=+simd128"],
    "scalar": [],
}


def mirrored(source, names, target):
    """Make a folder hold those files of another one; what is the same stays as old as it is.

    So cargo compiles what changed since the last time, where in a new clone it would all of it.
    """
    for path in sorted(target.rglob("*"), reverse=True):  # what is in a folder before the folder
        if path.is_file() and str(path.relative_to(target)) not in names:
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()
    for name in names:
        original, copy = source / name, target / name
        if not copy.is_file() or copy.read_bytes() != original.read_bytes():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(original, copy)
    return target


def test_a_mirror_holds_what_is_there_now(tmp_path):
    """What is the same stays as old as it is; what changed is new, and what is gone goes."""
    source = tmp_path / "source"
    (source / "folder").mkdir(parents=True)
    (source / "gone").mkdir()
    names = ["same", "folder/changed", "gone/file"]
    for name in names:
        (source / name).write_text(name)
    mirror = mirrored(source, names, tmp_path / "mirror")
    for path in mirror.rglob("*"):
        os.utime(path, (0, 0))
    shutil.rmtree(source / "gone")
    (source / "gone").write_text("a file where a folder was")
    (source / "folder/changed").write_text("anew")
    names[-1] = "gone"
    mirrored(source, names, mirror)
    found = {str(path.relative_to(mirror)) for path in mirror.rglob("*") if path.is_file()}
    assert found == set(names)
    assert (mirror / "folder/changed").read_text() == "anew"
    assert (mirror / "folder/changed").stat().st_mtime > (mirror / "same").stat().st_mtime == 0


def with_dependencies(folder, other):
    """Let a target folder begin with what another one has compiled without optimising.

    Cargo takes what is the same, all packages of others, and compiles the classifier.
    """
    made, begun = folder / "debug", folder / "begun"
    with cache.locked(folder):
        if made.exists() or not (other / "debug").is_dir():
            return folder
        shutil.rmtree(begun, ignore_errors=True)
        with cache.locked(other):
            unneeded = shutil.ignore_patterns("incremental", "examples")
            shutil.copytree(other / "debug", begun, symlinks=True, ignore=unneeded)
        # What the other one knows of the classifier is not of the sources that this one names.
        (folder / "sources").unlink(missing_ok=True)
        begun.rename(made)
    return folder


@pytest.fixture(scope="module")
def cargo(root, record):
    """A function that runs cargo on the crate and returns its output; fails the test on error."""

    sources = root / "classifier"
    names = tracked(sources)

    def run(subcommand: str, *arguments: str, target="native", flags=(), folder=None, **extra):
        settings = {"target": target, "rustflags": list(flags), "profile": {}, "runtime": "tract"}
        target_dir = crate.target_dir(record, settings)
        if lanes := extra.get("MOBILENET_LANES"):
            # In one folder those of one name would be compiled over those of another, every time.
            lanes_dir = target_dir.with_name(f"{target_dir.name}-{lanes}")
            target_dir = with_dependencies(lanes_dir, target_dir)
        environment = rust.cargo_environment(record, target == "wasm", list(flags))
        command = [record["path"], subcommand, *arguments]
        if target == "wasm":
            command += ["--target", record["wasm"]["target"], *record["wasm"]["cargo_args"]]
        with crate.claimed(target_dir):
            done = subprocess.run(
                command,
                cwd=folder or mirrored(sources, names, target_dir / "tested"),
                env=environment | COMPILED_ONCE | {"CARGO_TARGET_DIR": str(target_dir)} | extra,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
        assert done.returncode == 0, done.stdout
        return done.stdout

    return run


def needs(record, command):
    """Skip a test where the compiler comes without a command of cargo's."""
    program = Path(record["path"]).with_name(f"cargo-{command}")
    if not program.exists():
        pytest.skip(f"the compiler, {record['source']}, comes without cargo {command}")


def test_format(record, root):
    needs(record, "fmt")
    done = subprocess.run(
        [record["path"], "fmt", "--all", "--check"],
        cwd=root / "classifier",
        env=rust.cargo_environment(record, wasm=False, rustflags=[]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("flags", WASM_FLAGS.values(), ids=WASM_FLAGS)
def test_as_wasm(cargo, wasmtime, flags):
    runner = {"CARGO_TARGET_WASM32_WASIP1_RUNNER": f"{wasmtime} run -C cache=n"}
    options = [*TINY, *PACKED_WASM, "--release", "--locked", "--test", "classifier"]
    said = cargo("test", *options, target="wasm", flags=flags, **runner)
    assert "packed::a_nan_in_any_layer_reaches_the_answer ... ok" in said
    assert "integers::every_layer_is_as_numpy_computes_it ... ok" in said


@pytest.mark.parametrize("flags", WASM_FLAGS.values(), ids=WASM_FLAGS)
def test_clippy_for_wasm(cargo, record, flags):
    needs(record, "clippy")
    wasm = ["--target", record["wasm"]["target"], "--lib", "--examples", "--test", "classifier"]
    checked = ["clippy", *TINY, *PACKED, *wasm, "--release", "--locked"]
    cargo(*checked, "--", "-D", "warnings", flags=flags)


def test_clippy(cargo, record):
    needs(record, "clippy")
    flags = ["--workspace", "--all-targets", "--all-features", "--release", "--locked"]
    cargo("clippy", *TINY, *flags, "--", "-D", "warnings")


def test_cargo_test(cargo, root):
    # The package `component` has no tests, and minutes of dependencies.
    component = (root / "classifier/component").rglob("*.rs")
    assert not any("#[test]" in path.read_text() for path in component)
    packages = ["--workspace", "--exclude", "component"]
    cargo("test", *TINY, *packages, "--all-features", "--release", "--locked")


def test_with_debug_assertions(cargo):
    # The one test among the sources does not need them: `test_cargo_test` runs it. The tests run
    # the examples, which `--test` does not build.
    cargo("build", *TINY_PACKED, *PACKED, "--locked", "--examples")
    cargo("test", *TINY_PACKED, *PACKED, "--locked", "--test", "classifier")


def test_a_terminal_gets_the_usage(cargo):
    """Nobody has to guess that a silent program waits for a request."""
    here, terminal = pty.openpty()
    with os.fdopen(here, "rb"), os.fdopen(terminal, "rb") as stdin:
        program = cargo_program(cargo)
        done = subprocess.run([program], stdin=stdin, capture_output=True, text=True, timeout=600)
    assert done.returncode == 1
    assert done.stderr.startswith("Usage: mobilenet-oc-l < request.json")
    assert done.stdout == ""


def cargo_program(cargo):
    """Build the command as `test_with_debug_assertions` does; return its path."""
    said = cargo(
        "build", *TINY_PACKED, *PACKED, "--locked", "--example", "mobilenet-oc-l",
        "--message-format=json-render-diagnostics",
    )  # fmt: skip
    (path,) = {part for part in said.split('"') if part.endswith("/examples/mobilenet-oc-l")}
    return path


def test_compiles_for_arm(cargo, record):
    """NEON's lanes, wherever rustup has the target: checking needs no linker."""
    if record["source"] != "rustup":
        pytest.skip("needs rustup for the target's standard library")
    added = subprocess.run(["rustup", "target", "add", ARM], capture_output=True, check=False)
    if added.returncode != 0:
        pytest.skip(f"rustup has no {ARM}")
    cargo("check", *TINY_PACKED, *PACKED, "--lib", "--locked", "--target", ARM)


def test_on_arm(cargo, record):
    for needed in (ARM_LINKER, ARM_EMULATOR):
        if not shutil.which(needed):
            pytest.skip(f"needs {needed} (Debian: gcc-aarch64-linux-gnu, qemu-user)")
    if record["source"] != "rustup":
        pytest.skip("needs rustup for the target's standard library")
    added = subprocess.run(["rustup", "target", "add", ARM], capture_output=True, check=False)
    if added.returncode != 0:
        pytest.skip(f"rustup has no {ARM}")
    arm = {
        "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER": ARM_LINKER,
        "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER": f"{ARM_EMULATOR} -L {ARM_ROOT}",
    }
    options = [*TINY, *PACKED_WASM, "--release", "--locked", "--target", ARM]
    said = cargo("test", *options, "--test", "classifier", "packed::", **arm)
    assert "packed::a_nan_in_any_layer_reaches_the_answer ... ok" in said


@pytest.mark.parametrize("lanes", ["portable", "sse2"])
def test_lanes_by_name(cargo, record, root, lanes):
    """A build with named lanes uses them: the program says so, and gives right answers.

    Not optimised, which takes long: `test_cargo_test` tries that, with all lanes there are.
    """
    if lanes == "sse2" and os.uname().machine != "x86_64":
        pytest.skip("SSE2 is of x86-64")
    said = cargo(
        "test", *TINY_PACKED, *PACKED, "--locked", "--test", "classifier", "packed::",
        MOBILENET_LANES=lanes,
    )  # fmt: skip
    assert "test packed::tensorflow_gives_the_same_probabilities ... ok" in said
    arguments = ["run", *TINY_PACKED, *PACKED, "--locked", "--example"]
    said = cargo(*arguments, "mobilenet-oc-l", "--", "--version", MOBILENET_LANES=lanes)
    assert f"(lanes of packed models: {lanes})" in said


def test_lanes_that_the_target_does_not_have(cargo):
    with pytest.raises(AssertionError, match="MOBILENET_LANES: simd128 needs a target of wasm32"):
        cargo("build", *TINY_PACKED, *PACKED, "--lib", MOBILENET_LANES="simd128")


def test_a_library_needs_no_model(cargo, root, tmp_path):
    crate = shutil.copytree(root / "classifier", tmp_path / "classifier")
    for subcommand in (["check", "--lib"], ["doc", "--no-deps", "--lib"]):
        cargo(*subcommand, *PACKED, "--release", "--locked", folder=crate)
    with pytest.raises(AssertionError, match=r"there is no model in .*run `snakemake"):
        cargo("check", "--examples", *PACKED, "--release", "--locked", folder=crate)
