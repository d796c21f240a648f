"""The Rust crate: format, clippy and its own tests, with the compiler that the workflow found."""

import subprocess

import build
import pytest
import rust
import tools

# After the subcommand: clippy hands on only what follows its name.
TINY = ("--config", "tests/data/tiny.toml")
PLAIN = {"target": "native", "rustflags": [], "profile": {}, "features": []}


@pytest.fixture(scope="module")
def cargo(root, tmp_path_factory):
    """A function that runs cargo on the crate and returns its output; fails the test on error."""
    record = rust.find(tools.pins()["rust"], tmp_path_factory.mktemp("log") / "log")
    target = build.target_dir(record, PLAIN)
    environment = rust.cargo_environment(record, wasm=False, rustflags=[])

    def run(subcommand: str, *arguments: str) -> None:
        command = [record["path"], subcommand, *arguments]
        with tools.locked(target):
            done = subprocess.run(
                command,
                cwd=root / "classifier",
                env=environment | {"CARGO_TARGET_DIR": str(target)},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
        assert done.returncode == 0, done.stdout

    return run


def test_format(cargo):
    cargo("fmt", "--all", "--check")


def test_clippy(cargo):
    flags = ["--workspace", "--all-targets", "--all-features", "--release", "--locked"]
    cargo("clippy", *TINY, *flags, "--", "-D", "warnings")


def test_cargo_test(cargo):
    cargo("test", *TINY, "--workspace", "--all-features", "--release", "--locked")
