"""Rule script: wasm-opt and wasm-strip on one module."""

import argparse
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from scripts.build import kept
from scripts.common import cache, errors, files
from scripts.common.code_digest import code_digest
from scripts.common.errors import UserError
from scripts.tools import location

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
    tools = [files.read_json(args.wasm_opt), files.read_json(args.wasm_strip)]
    parts = [files.sha256(args.module), args.options, tools, args.out.name]
    folder = cache.cache_dir() / "optimised"
    made = kept.folder(folder, [*parts, code_digest("scripts.build.optimise")])
    with cache.locked(folder):
        if kept.take(made, args.out):
            return 0
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary) / args.out.name
        optimise(args.module, args.options, args.threads, tools, work)
        with cache.locked(folder):
            kept.keep(made, work)
        kept.copy(work, args.out)
    return 0


def optimise(
    module: Path, options: list[str], threads: int, tools: list[dict[str, Any]], out: Path
) -> None:
    """Write a module that wasm-opt, where it has options, and wasm-strip went over."""
    wasm_opt, wasm_strip = map(location.locate, tools)
    environment = os.environ | {"BINARYEN_CORES": str(threads)}
    if options:
        call([wasm_opt, *options, *FEATURES, str(module), "-o", str(out)], environment)
    else:
        shutil.copyfile(module, out)
    call([wasm_strip, str(out)], environment)


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
