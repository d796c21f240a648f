"""Rule script: a module whose model is made ready already (Wizer, as `wasmtime wizer` has it)."""

import argparse
import subprocess
import tempfile
from pathlib import Path

from scripts.common import errors, files
from scripts.common.errors import UserError
from scripts.contenders import registry
from scripts.tools import location


def main(argv: list[str] | None = None) -> int:
    """Write the module as it is after its export `wizer-initialize` ran."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("module")
    parser.add_argument("--wasmtime", required=True, help="record of the tool")
    parser.add_argument("--threads", type=int, default=1, help="cores it may take")
    parser.add_argument("--out", required=True)
    args = parser.parse_args(argv)
    wasmtime = location.locate(files.read_json(args.wasmtime))
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder) / "snapshot.wasm"
        # Rust's standard library asks the system for random bytes while the model is loaded.
        # What serves HTTP imports that, which nobody calls before there is a request.
        command = [wasmtime, "wizer", "-S", "cli=y", "-W", "unknown-imports-trap=y"]
        command += [args.module, "-o", str(work)]
        environment = registry.runner("wasmtime").limited(args.threads)
        if subprocess.run(command, check=False, env=environment).returncode != 0:
            raise UserError(f"no snapshot of {args.module}; wasmtime's messages stand above")
        with files.atomic_write(args.out, "wb") as stream:
            stream.write(work.read_bytes())
    return 0


if __name__ == "__main__":
    errors.run(main)
