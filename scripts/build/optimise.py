"""Rule script: wasm-opt and wasm-strip on one module."""

import argparse
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from scripts.common import errors, files
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
    parser.add_argument("module")
    parser.add_argument("--wasm-opt", required=True, help="record of the tool")
    parser.add_argument("--wasm-strip", required=True, help="record of the tool")
    parser.add_argument("--out", required=True)
    parser.add_argument(
        "--options", type=json.loads, default=[], help="JSON list for wasm-opt; none: no wasm-opt"
    )
    parser.add_argument("--threads", type=int, default=1, help="cores wasm-opt may take")
    args = parser.parse_args(argv)
    wasm_opt = location.locate(files.read_json(args.wasm_opt))
    wasm_strip = location.locate(files.read_json(args.wasm_strip))
    environment = os.environ | {"BINARYEN_CORES": str(args.threads)}
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder) / "module.wasm"
        if args.options:
            call([wasm_opt, *args.options, *FEATURES, args.module, "-o", str(work)], environment)
        else:
            shutil.copyfile(args.module, work)
        call([wasm_strip, str(work)], environment)
        with files.atomic_write(args.out, "wb") as stream:
            stream.write(work.read_bytes())
    return 0


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
