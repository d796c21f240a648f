"""Rule script: how one contender is run: its command, environment and files, as JSON.

The oracle and the benchmarks run contenders from this record, so both run the same thing.
"""

import argparse
import sys
from typing import Any

import contenders
import engines
import errors
import files
from contenders import Contender


def command(contender: Contender, tool: str | None, options: list[str]) -> list[str]:
    """Return the command that classifies one request from stdin."""
    return _run(contender, contenders.artifact(contender), tool, options)


def noop_command(contender: Contender, tool: str | None, options: list[str]) -> list[str]:
    """Return the command that starts the same engine in the same mode and does nothing."""
    if contender.mode == contenders.NATIVE_MODE:
        return ["results/build/measure/noop"]
    if contender.mode == engines.AOT:
        return _run(contender, contenders.aot_artifact("noop", contender.engine), tool, options)
    return _run(contender, contenders.module("noop"), tool, options)


def _run(contender: Contender, path: str, tool: str | None, options: list[str]) -> list[str]:
    if contender.mode == contenders.NATIVE_MODE:
        return [path]
    if contender.mode == contenders.REFERENCE_MODE:
        command = [sys.executable, "scripts/run_reference.py", "--runtime", contender.build]
        return [*command, "--graph", path, "--model", "results/model/model.json"]
    if contender.mode == contenders.ACTION_MODE:
        return [sys.executable, "scripts/openwhisk_host.py", path]
    return engines.engine(contender.engine).run[contender.mode](tool, path, options)


def artifacts(contender: Contender) -> dict[str, str]:
    """Return the files whose sizes belong to a contender, by metric."""
    build = contender.build
    if contender.mode == contenders.NATIVE_MODE:
        return {"binary": contenders.artifact(contender)}
    found = {
        "wasm": f"results/build/{build}/mobilenet-oc-l.wasm",
        "wasm_optimised": contenders.module(build),
    }
    if contender.mode == engines.AOT:
        found["aot"] = contenders.artifact(contender)
    return found


def describe(contender: Contender, tool: str | None, options: list[str]) -> dict[str, Any]:
    """Return the record of one contender."""
    record = {**contender.columns(), "command": command(contender, tool, options), "env": {}}
    if contender.mode not in (contenders.ACTION_MODE, contenders.REFERENCE_MODE):
        record["noop_command"] = noop_command(contender, tool, options)
        record["artifacts"] = artifacts(contender)
    if contender.mode in (engines.JIT, engines.CACHED):
        # Each contender has an engine cache of its own; a benchmark empties it before it starts.
        record["cache_dir"] = f"results/engine-cache/{contender.id}"
        record["env"] = engines.environment(contender.engine, record["cache_dir"])
        default = engines.engine(contender.engine).run[engines.CACHED]
        record["default_command"] = default(tool, contenders.module(contender.build), options)
    return record


def main(argv: list[str] | None = None) -> int:
    """Write results/contenders/{contender}.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True)
    parser.add_argument("--engine", required=True)
    parser.add_argument("--mode", required=True)
    parser.add_argument("--tool", help="record of the engine")
    parser.add_argument("--out", required=True)
    parser.add_argument("options", nargs="*", help="after `--`: the engine's run options")
    args = parser.parse_args(argv)
    tool = files.read_json(args.tool)["path"] if args.tool else None
    contender = Contender(args.build, args.engine, args.mode)
    files.write_json(args.out, describe(contender, tool, args.options))
    return 0


if __name__ == "__main__":
    errors.run(main)
