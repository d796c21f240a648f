"""Rule script: find or install one tool and write its record."""

import argparse
from typing import Any

from scripts.common import errors, files
from scripts.common.errors import UserError
from scripts.tools import installers, pins, rust


def cargo(record: str, jobs: int) -> installers.Cargo:
    """Return the cargo of a compiler's record; what it builds is native."""
    compiler = files.read_json(record)
    environment = rust.cargo_environment(compiler, wasm=False, rustflags=[])
    return installers.Cargo(compiler["path"], environment, jobs)


def found(name: str, compiler: installers.Cargo | None, log: str) -> dict[str, Any]:
    """Return a tool's record; where it cannot be had and `may_be_missing`, one that says why."""
    try:
        return installers.find(name, compiler, log)
    except (UserError, OSError) as error:
        if not pins.pins()[name].get("may_be_missing"):
            raise
        print(f"{name} is left out: {error}")
        record = {"name": name, "version": "", "source": "not to be had", "sha256": ""}
        again = "once it can be had, `--forcerun find_tool` looks again"
        return record | {"missing": f"{error}; {again}"}


def main(argv: list[str] | None = None) -> int:
    """Write results/tools/{tool}.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tool", required=True)
    parser.add_argument("--rust", help="record of the compiler that builds what is missing")
    parser.add_argument("--jobs", type=int, default=1, help="compilers that may run at once")
    parser.add_argument("--log", required=True, help="file for the installers' output")
    parser.add_argument("--out", required=True)
    parser.add_argument("--state", required=True, help="JSON of `tools.state`")
    parser.add_argument("--state-out", required=True, help="file for it")
    args = parser.parse_args(argv)
    if args.tool == "rust":
        record = rust.find(pins.pins()["rust"], args.log)
    else:
        compiler = cargo(args.rust, args.jobs) if args.rust else None
        record = found(args.tool, compiler, args.log)
    with files.atomic_write(args.state_out) as stream:
        stream.write(args.state)
    files.write_json(args.out, record)
    return 0


if __name__ == "__main__":
    errors.run(main)
