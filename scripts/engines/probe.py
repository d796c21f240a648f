"""Rule script: what one engine can do, found out by running small modules on it."""

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from scripts.common import errors, files
from scripts.engines import modules, probing
from scripts.engines.subject import MODULES
from scripts.tools import location


def probed(args: argparse.Namespace, tools: list[dict[str, Any]]) -> list[probing.Row]:
    """Return what an engine that is there can do."""
    program, *needed = map(location.locate, tools)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        modules.write(args.sources, folder / MODULES)
        return probing.probed(args.engine, program, folder, tuple(needed))


def main(argv: list[str] | None = None) -> int:
    """Write results/engines/{engine}.json; exit code 0 whatever the engine cannot do."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", nargs="+", type=Path, help="the modules' text")
    parser.add_argument("--engine", required=True, type=json.loads, help="JSON, see probing.py")
    parser.add_argument("--tool", required=True, nargs="+", help="records: its program's first")
    parser.add_argument("--licence", required=True)
    parser.add_argument("--out", required=True)
    args = parser.parse_args(argv)
    tools = list(map(files.read_json, args.tool))
    why = location.missing(args.tool)
    rows = probing.missing(why) if why else probed(args, tools)
    record = {"engine": args.engine["name"], "version": location.version(tools)}
    files.write_json(args.out, record | {"licence": args.licence, "probes": rows})
    return 0


if __name__ == "__main__":
    errors.run(main)
