"""Rule script: compile one module ahead of time with one engine; record seconds and bytes.

An engine that cannot compile it, or that is missing, is no error here: the artefact is empty, and a
file of its own says why, `null` else. The oracle reads that one, as the record's seconds are others
each time.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from scripts.common import busy, complaints, errors, files
from scripts.contenders import registry
from scripts.tools import location


def compile_module(
    args: argparse.Namespace, tools: list[dict[str, Any]]
) -> tuple[float, str | None]:
    """Write the artefact; return the seconds that it took, and why it is empty, if it is."""
    runner = registry.runner(args.runner)
    program, *needed = map(location.locate, tools)
    with TemporaryDirectory(files.UNFINISHED, f".{args.out.name}.", args.out.parent) as folder:
        # The engines look at the file's name, so the unfinished one has the same.
        work = Path(folder) / args.out.name
        command = runner.compile(
            program, args.module, str(work), args.options, args.threads, *needed
        )
        started = time.monotonic()
        environment = runner.limited(args.threads)
        done = subprocess.run(command, check=False, env=environment, stderr=subprocess.PIPE)
        seconds = time.monotonic() - started
        sys.stderr.buffer.write(done.stderr)
        if done.returncode != 0:
            work.write_bytes(b"")
        work.replace(args.out)
    if done.returncode == 0:
        return seconds, None
    return seconds, complaints.complaint(done.stderr) or f"exit code {done.returncode}"


def main(argv: list[str] | None = None) -> int:
    """Write the artefact, why there is none, and its record: how it was made, seconds, bytes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("module")
    parser.add_argument("--model", required=True, help="whose build it is")
    parser.add_argument("--build", required=True)
    parser.add_argument("--engine", required=True)
    parser.add_argument("--runner", required=True, help="what knows how it compiles")
    parser.add_argument(
        "--tool", required=True, nargs="+", help="records: the engine's, and of what it needs"
    )
    parser.add_argument("--options", type=json.loads, default=[], help="JSON list for the compiler")
    parser.add_argument("--threads", type=int, default=1, help="cores it may take")
    parser.add_argument("--out", required=True, type=Path)
    args = parser.parse_args(argv)
    tools = list(map(files.read_json, args.tool))
    if why := location.missing(args.tool):
        seconds, before = 0.0, None
        with files.atomic_write(args.out):
            pass
    else:
        before = busy.cores()
        seconds, why = compile_module(args, tools)
    record = {
        "model": args.model,
        "build": args.build,
        "engine": args.engine,
        "version": location.version(tools),
        "threads": args.threads,
        "seconds": round(seconds, 3),
        "busy_start": before,
        "bytes": args.out.stat().st_size,
        "options": args.options,
    }
    files.write_json(f"{args.out}.refusal.json", why)
    files.write_json(f"{args.out}.json", record)
    return 0


if __name__ == "__main__":
    errors.run(main)
