"""Find a Rust compiler that builds natively and for the wasm target, one and the same for both.

rustup's is taken where it suits and has, or can get, the target; else the distribution's
compiler, which builds the standard library for wasm from source.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from scripts.common import files
from scripts.common.errors import UserError
from scripts.tools import location, pins


def find(pin: dict[str, Any], log: str | Path) -> dict[str, Any]:
    """Return the record of the compiler.

    Beside {name, version, path, source, sha256} it has `rustc`, whose digest that is; `compiler`,
    what `rustc -vV` says; `env`, variables for every cargo call; and `wasm`, what a wasm build
    adds: {target, cargo_args, rustflags, env}.

    Raises:
        UserError: no suitable compiler; the line says what to do.
    """
    ways = {"rustup": lambda: from_rustup(pin, log), "distribution": lambda: from_debian(pin)}
    asked = os.environ.get(location.RUST_VARIABLE, "")
    if asked and asked not in ways:
        raise UserError(
            f"{location.RUST_VARIABLE} is {asked!r}; it may be {' or '.join(ways)}, or unset"
        )
    for name, way in ways.items():
        if asked in ("", name) and (record := way()):
            return record | {"sha256": files.sha256(record["rustc"])}
    return fail(pin, asked)


def from_rustup(pin: dict[str, Any], log: str | Path) -> dict[str, Any] | None:
    """Use the active toolchain, or the pinned one, if it has or can get the wasm target."""
    if not shutil.which("rustup"):
        return None
    active = pins.version_of("rustc")
    toolchain = None if pins.suits(active, pin) else pin["install"]["rustup"]
    select = ["--toolchain", toolchain] if toolchain else []
    with open(log, "a", encoding="utf-8") as stream:
        if toolchain:
            command = ["rustup", "toolchain", "install", toolchain, "--profile", "minimal"]
            command += ["--component", "clippy", "--component", "rustfmt"]
            subprocess.run(command, stdout=stream, stderr=stream, check=False)
        command = ["rustup", "target", "add", pin["target"], *select]
        if subprocess.run(command, stdout=stream, stderr=stream, check=False).returncode != 0:
            return None
    rustc, cargo = (rustup_which(name, select) for name in ("rustc", "cargo"))
    version = pins.version_of(rustc) if rustc else None
    if not pins.suits(version, pin):
        return None
    return {
        "name": "rust",
        "version": version,
        "path": cargo,
        "source": "rustup",
        "rustc": rustc,
        "compiler": described(rustc),
        "env": compiler_environment(rustc),
        "wasm": {"target": pin["target"], "cargo_args": [], "rustflags": [], "env": {}},
    }


def described(rustc: str) -> str:
    """Return what a compiler says of itself: release, commit, host, LLVM."""
    return subprocess.run([rustc, "-vV"], capture_output=True, text=True, check=True).stdout


def rustup_which(command: str, select: list[str]) -> str | None:
    """Return the file behind rustup's proxy for `command`."""
    done = subprocess.run(
        ["rustup", "which", *select, command], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or None


def from_debian(pin: dict[str, Any]) -> dict[str, Any] | None:
    """Use the distribution's compiler with std built from source."""
    debian = pin["debian"]
    version = pins.version_of(debian["rustc"])
    startup = Path(debian["libc"]) / "crt1-command.o"
    if not pins.suits(version, pin) or not startup.exists() or not shutil.which(debian["linker"]):
        return None
    link = ["linker-flavor=wasm-ld", "link-self-contained=no", f"linker={debian['linker']}"]
    link += [f"link-arg=-L{debian['libc']}", f"link-arg={startup}", "link-arg=-lc"]
    return {
        "name": "rust",
        "version": version,
        "path": debian["cargo"],
        "source": "the distribution's packages, std built from source for wasm",
        "rustc": debian["rustc"],
        "compiler": described(debian["rustc"]),
        "env": compiler_environment(debian["rustc"]),
        "wasm": {
            "target": pin["target"],
            "cargo_args": ["-Zbuild-std=std,panic_abort"],
            "rustflags": [flag for option in link for flag in ("-C", option)],
            "env": {"RUSTC_BOOTSTRAP": "1"},
        },
    }


def fail(pin: dict[str, Any], asked: str) -> dict[str, Any]:
    """Say what is missing and what to do."""
    packages = "cargo-web rustc-web rust-web-src wasi-libc lld-19"
    advice = {
        "rustup": f"`rustup toolchain install {pin['install']['rustup']} --target {pin['target']}`",
        "distribution": f"as root `apt-get install --yes {packages}`",
    }
    raise UserError(
        f"no Rust compiler {pin['suits']} that builds for {pin['target']}"
        + (f", the way {location.RUST_VARIABLE}={asked} asks for" if asked else "")
        + f"; type {advice[asked] if asked else ', or '.join(advice.values())}"
    )


# What a shell may set that chooses another compiler or other flags than the record and the config.
FOREIGN = (
    "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTUP_TOOLCHAIN", "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER", "CARGO_INCREMENTAL",
)  # fmt: skip
FOREIGN_PREFIXES = ("CARGO_BUILD_", "CARGO_PROFILE_", "CARGO_TARGET_")


# What a shell may set of the C compiler that some crates call.
C_COMPILER = re.compile(r"(HOST_|TARGET_)?(CC|CFLAGS|AR|ARFLAGS)(_.*)?")


def c_compiler() -> dict[str, str]:
    """Return the variables that choose the C compiler and its flags."""
    return {name: value for name, value in os.environ.items() if C_COMPILER.fullmatch(name)}


def compiler_environment(rustc: str) -> dict[str, str]:
    """Return the variables that hold every cargo call to one compiler.

    A crate that ships a `rust-toolchain.toml` makes rustup's proxies choose another compiler for
    it, unless the toolchain, here its folder, is named. Outside rustup nobody reads it.
    """
    return {"RUSTC": rustc, "RUSTUP_TOOLCHAIN": str(Path(rustc).parent.parent)}


def cargo_environment(record: dict[str, Any], wasm: bool, rustflags: list[str]) -> dict[str, str]:
    """Return the environment for a cargo call with `rustflags` added to what the target needs.

    The compiler is the record's for whatever asks for one, build scripts too. What the caller's
    shell says of compilers and flags is dropped: what is not in the config must not change a build.
    """
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in FOREIGN and not name.startswith(FOREIGN_PREFIXES)
    }
    path = [str(Path(record["rustc"]).parent), *filter(None, [os.environ.get("PATH")])]
    extra = record["wasm"] if wasm else {"rustflags": [], "env": {}}
    flags = "\x1f".join([*extra["rustflags"], *rustflags])
    return (
        inherited
        | {"PATH": os.pathsep.join(path), "CARGO_ENCODED_RUSTFLAGS": flags}
        | record["env"]
        | extra["env"]
    )
