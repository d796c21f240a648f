"""Rule script: compile an action with the host's library and configuration; record digests."""

import argparse
import os
import time
from dataclasses import asdict
from pathlib import Path

import wasmtime

from scripts.action.artifact import Record, made_for
from scripts.common import errors, files
from scripts.common.errors import UserError
from scripts.runners import abi


def compiled(path: str) -> bytes:
    """Return the code for a module.

    Raises:
        UserError: it is no module, or no action.
    """
    try:
        module = wasmtime.Module.from_file(abi.engine(), path)
        abi.check(module.exports, path)
        return bytes(module.serialize())
    except (wasmtime.WasmtimeError, OSError) as error:
        raise UserError(f"cannot compile {path}: {error}") from error


def main(argv: list[str] | None = None) -> int:
    """Write the artefact and its record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("module")
    parser.add_argument("--threads", type=int, default=1, help="cores it may take")
    parser.add_argument("--out", required=True, type=Path)
    args = parser.parse_args(argv)
    # The compiler takes Rayon's pool.
    os.environ["RAYON_NUM_THREADS"] = str(args.threads)
    started = time.monotonic()
    code = compiled(args.module)
    seconds = time.monotonic() - started
    with files.atomic_write(args.out, "wb") as stream:
        stream.write(code)
    record = Record(
        module=args.module,
        module_digest=files.sha256(args.module),
        artifact=str(args.out),
        artifact_digest=files.sha256(args.out),
        made_for=made_for(),
    )
    about = {"seconds": round(seconds, 3), "bytes": len(code)}
    files.write_json(f"{args.out}.json", asdict(record) | about)
    return 0


if __name__ == "__main__":
    errors.run(main)
