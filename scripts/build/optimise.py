"""Rule script: wasm-opt and wasm-strip on one module."""

import argparse
import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import wasmtime

from scripts.build import kept
from scripts.common import cache, errors, files
from scripts.common.code_digest import code_digest
from scripts.common.errors import UserError
from scripts.tools import location

# How many optimised modules the cache keeps, of all builds together: 25 MB each.
MOST = 128
# Named one by one: `--all-features` of older binaryens writes types that the engines refuse.
FEATURES = (
    "--enable-bulk-memory",
    "--enable-sign-ext",
    "--enable-nontrapping-float-to-int",
    "--enable-mutable-globals",
    "--enable-multivalue",
    "--enable-reference-types",
    "--enable-simd",
)


def main(argv: list[str] | None = None) -> int:
    """Write the optimised, stripped module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("module", type=Path)
    parser.add_argument("--wasm-opt", required=True, help="record of the tool")
    parser.add_argument("--wasm-strip", required=True, help="record of the tool")
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument(
        "--options", type=json.loads, default=[], help="JSON list for wasm-opt; none: no wasm-opt"
    )
    parser.add_argument("--threads", type=int, default=1, help="cores wasm-opt may take")
    args = parser.parse_args(argv)
    wasm_opt = location.locate(files.read_json(args.wasm_opt))
    wasm_strip = location.locate(files.read_json(args.wasm_strip))
    with tempfile.TemporaryDirectory() as folder:
        # What is read once is what the cache knows it by, whatever becomes of the file meanwhile.
        module = Path(folder) / "module.wasm"
        shutil.copyfile(args.module, module)
        if args.options:
            command = [wasm_opt, *args.options]
            take_or_optimise(module, command, args.threads, wasm_strip, args.out)
        else:
            strip(module, wasm_strip)
            kept.copy(module, args.out)
    return 0


def take_or_optimise(
    module: Path, command: list[str], threads: int, wasm_strip: str, out: Path
) -> None:
    """Write what a command of wasm-opt makes of a module, from the cache if it was made before."""
    wasm_opt, *options = command
    loaded = programs([wasm_opt, wasm_strip])
    folder = cache.cache_dir() / "optimised"
    code = code_digest("scripts.build.optimise")
    made = kept.folder(folder, [files.sha256(module), options, loaded, out.name, code])
    with cache.locked(folder):
        if kept.take(made, out):
            return
    optimised = module.with_name(out.name)
    environment = os.environ | {"BINARYEN_CORES": str(threads)}
    call([*command, *FEATURES, str(module), "-o", str(optimised)], environment)
    strip(optimised, wasm_strip)
    if programs([wasm_opt, wasm_strip]) != loaded:
        raise UserError("wasm-opt or wasm-strip was replaced meanwhile; run again")
    with cache.locked(folder):
        # Another clone may have been sooner; one answer for all.
        if not kept.take(made, out):
            kept.copy(optimised, out)
            kept.keep(made, optimised, MOST)


def programs(paths: list[str]) -> list[str]:
    """Return the digests of programs and of the libraries that they load."""
    found = []
    for path in paths:
        done = subprocess.run(["ldd", path], capture_output=True, text=True, check=False)
        libraries = re.findall(r"(/\S+) \(0x", done.stdout)
        found += [files.sha256(file) for file in (path, *libraries)]
    return found


def strip(module: Path, wasm_strip: str) -> None:
    """Strip a module in place.

    Raises:
        UserError: it is no whole module. On a full disk both tools can end with 0.
    """
    call([wasm_strip, str(module)], dict(os.environ))
    try:
        wasmtime.Module.validate(wasmtime.Engine(), module.read_bytes())
    except wasmtime.WasmtimeError as error:
        raise UserError(f"wasm-strip left no valid module ({error}); is a disk full?") from error


def call(command: list[str], environment: dict[str, str]) -> None:
    """Run a tool; its messages go where this script's go."""
    try:
        subprocess.run(command, check=True, env=environment)
    except OSError as error:
        hint = "type `snakemake --cores 4 tools --forcerun find_tool`"
        raise UserError(f"cannot run {command[0]} ({error.strerror}); {hint}") from error
    except subprocess.CalledProcessError as error:
        raise UserError(f"{Path(command[0]).name} failed; its messages stand above") from error


if __name__ == "__main__":
    errors.run(main)
