"""Rule script: compile one module ahead of time with one engine; record seconds and bytes."""

import argparse
import json
import subprocess
import time
from pathlib import Path

import engines
import errors
import files
from errors import UserError


def main(argv: list[str] | None = None) -> int:
    """Write the artefact and its record {build, engine, version, seconds, bytes, options}."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("module")
    parser.add_argument("--build", required=True)
    parser.add_argument("--engine", required=True)
    parser.add_argument("--tool", required=True, help="record of the engine")
    parser.add_argument("--options", type=json.loads, default=[], help="JSON list for the compiler")
    parser.add_argument("--out", required=True, type=Path)
    args = parser.parse_args(argv)
    tool = files.read_json(args.tool)
    # The engines look at the file's name, so the temporary one keeps its ending.
    work = args.out.with_name(f".{args.out.name}.work{args.out.suffix}")
    command = engines.engine(args.engine).compile(
        tool["path"], args.module, str(work), args.options
    )
    started = time.monotonic()
    try:
        if subprocess.run(command, check=False).returncode != 0:
            raise UserError(f"{args.engine} could not compile {args.module}; see above")
        seconds = time.monotonic() - started
        work.replace(args.out)
    finally:
        work.unlink(missing_ok=True)
    record = {
        "build": args.build,
        "engine": args.engine,
        "version": tool["version"],
        "seconds": round(seconds, 3),
        "bytes": args.out.stat().st_size,
        "options": args.options,
    }
    files.write_json(f"{args.out}.json", record)
    return 0


if __name__ == "__main__":
    errors.run(main)
