"""Rule script: a component of the service's module, compiled for `wasmtime serve`."""

import argparse
import json
import os
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from scripts.common import errors, files
from scripts.common.errors import UserError
from scripts.contenders import registry
from scripts.tools import location


def call(command: list[str], what: str, env: dict[str, str]) -> None:
    """Run a program whose messages go where this script's go; raise `UserError` where it fails."""
    if subprocess.run(command, check=False, env=env).returncode != 0:
        raise UserError(f"{what}; see the messages above")


def main(argv: list[str] | None = None) -> int:
    """Write the component and what wasmtime compiles of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("module", help="made ready and optimised")
    parser.add_argument("--compiled", required=True, help="the module as cargo wrote it")
    parser.add_argument("--maker", required=True, help="what makes components")
    parser.add_argument("--wasmtime", required=True, help="record of the tool")
    parser.add_argument("--options", required=True, type=json.loads, help="those it serves with")
    parser.add_argument("--threads", type=int, default=1, help="cores it may take")
    parser.add_argument("--component", required=True, type=Path)
    parser.add_argument("--out", required=True, type=Path)
    args = parser.parse_args(argv)
    wasmtime = location.locate(files.read_json(args.wasmtime))
    runner = registry.runner("wasmtime")
    with TemporaryDirectory(files.UNFINISHED, ".service.", args.out.parent) as folder:
        component, code = Path(folder, args.component.name), Path(folder, args.out.name)
        maker = [os.path.abspath(args.maker), args.module, args.compiled, str(component)]
        call(maker, f"{args.module} makes no component", runner.limited(1))
        compiling = runner.compile(wasmtime, str(component), str(code), args.options, args.threads)
        call(compiling, f"wasmtime compiles no {component.name}", runner.limited(args.threads))
        component.replace(args.component)
        code.replace(args.out)
    return 0


if __name__ == "__main__":
    errors.run(main)
