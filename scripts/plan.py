"""Rule script: what one benchmark job measures: its contenders, their gates and its settings."""

import argparse
import json
from typing import Any

import errors
import files

NOOP = {
    "contender": "noop",
    "build": "noop",
    "engine": "none",
    "mode": "self-check",
    "command": ["results/build/measure/noop"],
    "noop_command": ["results/build/measure/noop"],
    "env": {},
    "gate": None,
    "artifacts": {},
}


def plan(
    settings: dict[str, Any],
    model: dict[str, Any],
    records: list[dict[str, Any]],
    gates: dict[str, str],
) -> dict[str, Any]:
    """Return the plan; the baseline enters twice and the no-op once, as the harness's self-check.

    Args:
        settings: benchmark, mode, seed, baseline, confidence and the benchmark's own settings.
        model: the model's record.
        records: the contenders, as `describe_contender` writes them.
        gates: path of the oracle's verdict, by contender.
    """
    rows = [{"cache_dir": None, **record, "gate": gate_of(record, gates)} for record in records]
    baseline = next(row for row in rows if row["contender"] == settings["baseline"])
    twin = {**baseline, "contender": f"{baseline['contender']}#2", "mode": "self-check"}
    return {
        **settings,
        "model": model["name"],
        "weights": model["weights"],
        "request": "results/input.json",
        "contenders": [*rows, twin, {"cache_dir": None, **NOOP}],
    }


def gate_of(record: dict[str, Any], gates: dict[str, str]) -> str:
    """Return the verdict on a contender; later runs from the cache share the one of `jit`."""
    return gates[record["contender"].removesuffix("-cached")]


def main(argv: list[str] | None = None) -> int:
    """Write results/plan/{mode}/{benchmark}.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--settings", required=True, type=json.loads)
    parser.add_argument("--model", required=True)
    parser.add_argument("--contenders", required=True, nargs="+")
    parser.add_argument("--gates", required=True, nargs="+")
    parser.add_argument("--out", required=True)
    args = parser.parse_args(argv)
    records = [files.read_json(path) for path in args.contenders]
    gates = {files.read_json(path)["contender"]: path for path in args.gates}
    files.write_json(args.out, plan(args.settings, files.read_json(args.model), records, gates))
    return 0


if __name__ == "__main__":
    errors.run(main)
