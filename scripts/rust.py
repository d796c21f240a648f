"""Find a Rust compiler that builds natively and for the wasm target, one and the same for both.

rustup's is taken where it suits and has, or can get, the target; else the distribution's
compiler, which builds the standard library for wasm from source.
"""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import tools
from errors import UserError


def find(pin: dict[str, Any], log: str | Path) -> dict[str, Any]:
    """Return the record of the compiler: {name, version, path, source, rustc, env, wasm}.

    `env` holds variables for every cargo call; `wasm` what a wasm build adds:
    {target, cargo_args, rustflags, env}.

    Raises:
        UserError: no suitable compiler; the line says what to do.
    """
    return from_rustup(pin, log) or from_debian(pin) or fail(pin)


def from_rustup(pin: dict[str, Any], log: str | Path) -> dict[str, Any] | None:
    """Use the active toolchain, or the pinned one, if it has or can get the wasm target."""
    if not shutil.which("rustup"):
        return None
    active = tools.version_of("rustc")
    toolchain = None if tools.suits(active, pin) else pin["install"]["rustup"]
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
    version = tools.version_of(rustc) if rustc else None
    if not tools.suits(version, pin):
        return None
    return {
        "name": "rust",
        "version": version,
        "path": cargo,
        "source": "rustup",
        "rustc": rustc,
        "env": {"RUSTC": rustc},
        "wasm": {"target": pin["target"], "cargo_args": [], "rustflags": [], "env": {}},
    }


def rustup_which(command: str, select: list[str]) -> str | None:
    """Return the file behind rustup's proxy for `command`."""
    done = subprocess.run(
        ["rustup", "which", *select, command], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or None


def from_debian(pin: dict[str, Any]) -> dict[str, Any] | None:
    """Use the distribution's compiler with std built from source."""
    debian = pin["debian"]
    version = tools.version_of(debian["rustc"])
    startup = Path(debian["libc"]) / "crt1-command.o"
    if not tools.suits(version, pin) or not startup.exists() or not shutil.which(debian["linker"]):
        return None
    link = ["linker-flavor=wasm-ld", "link-self-contained=no", f"linker={debian['linker']}"]
    link += [f"link-arg=-L{debian['libc']}", f"link-arg={startup}", "link-arg=-lc"]
    return {
        "name": "rust",
        "version": version,
        "path": debian["cargo"],
        "source": "the distribution's packages, std built from source for wasm",
        "rustc": debian["rustc"],
        "env": {"RUSTC": debian["rustc"]},
        "wasm": {
            "target": pin["target"],
            "cargo_args": ["-Zbuild-std=std,panic_abort"],
            "rustflags": [flag for option in link for flag in ("-C", option)],
            "env": {"RUSTC_BOOTSTRAP": "1"},
        },
    }


def fail(pin: dict[str, Any]) -> dict[str, Any]:
    """Say what is missing and what to do."""
    advice = f"rustup toolchain install {pin['install']['rustup']} --target {pin['target']}"
    packages = "cargo-web rustc-web rust-web-src wasi-libc lld-19"
    raise UserError(
        f"no Rust compiler {pin['suits']} that builds for {pin['target']}; "
        f"type `{advice}`, or as root: apt-get install --yes {packages}"
    )


def cargo_environment(record: dict[str, Any], wasm: bool, rustflags: list[str]) -> dict[str, str]:
    """Return the environment for a cargo call with `rustflags` added to what the target needs.

    Flags of the caller's shell are dropped: what is not in the config must not change a build.
    """
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in ("RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET")
        and not name.startswith("CARGO_PROFILE_")
    }
    extra = record["wasm"] if wasm else {"rustflags": [], "env": {}}
    flags = "\x1f".join([*extra["rustflags"], *rustflags])
    return inherited | record["env"] | extra["env"] | {"CARGO_ENCODED_RUSTFLAGS": flags}
