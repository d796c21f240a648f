"""Rule script: measure one benchmark of one mode, its contenders interleaved; keep all samples."""

import argparse
import csv
import json
import tempfile
from pathlib import Path
from typing import Any

from scripts.bench import one_core
from scripts.bench.job import identity, measure
from scripts.bench.plan import plan
from scripts.bench.spawning import RunError, Spawner
from scripts.common import busy, errors, files, host
from scripts.common.errors import UserError
from scripts.contenders import records
from scripts.contenders.runner import BROWSER
from scripts.tools import location

COLUMNS = (
    "model", "weights", "build", "engine", "mode", "contender", "benchmark", "metric", "unit",
    "round", "position", "warmup", "value",
)  # fmt: skip


def read_plan(args: argparse.Namespace) -> dict[str, Any]:
    """Return the plan from the script's arguments and the files that they name."""
    programs = location.programs(args.tools)
    gates = {record["contender"]: record for record in map(files.read_json, args.gates)}
    contenders = [records.record(row, programs) for row in args.contenders]
    return plan(args.settings, files.read_json(args.model), contenders, gates, programs)


def main(argv: list[str] | None = None) -> int:
    """Write the samples and, beside them, how the job went, where and with what."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--settings", required=True, type=json.loads, help="see plan.py; JSON")
    parser.add_argument(
        "--contenders",
        required=True,
        type=json.loads,
        help="JSON, see contenders/records.py",
    )
    parser.add_argument("--tools", nargs="*", default=[], help="records of the engines")
    parser.add_argument("--gates", nargs="+", required=True, help="of each, see oracle/check.py")
    parser.add_argument("--model", required=True, help="its record")
    parser.add_argument("--request", required=True, help="results/input.json")
    parser.add_argument("--spawn", required=True, help="the spawner's executable")
    parser.add_argument("--out", required=True)
    parser.add_argument("--meta", required=True)
    args = parser.parse_args(argv)
    job, where = read_plan(args), host.facts()
    others = busy.Others()
    is_kept = job["mode"] in job["settings"].get("one_core", ())
    with tempfile.TemporaryDirectory() as folder, one_core.kept(is_kept) as core:
        try:
            spawner = Spawner(args.spawn, Path(folder))
            samples, meta = measure(job, spawner, files.read_json(args.request))
        except RunError as error:
            raise UserError(f"{job['benchmark']} ({job['mode']}): {error}") from error
    names = {row["contender"]: identity(job, row["contender"]) for row in samples}
    with files.atomic_write(args.out) as stream:
        writer = csv.DictWriter(stream, COLUMNS)
        writer.writeheader()
        writer.writerows(names[row["contender"]] | row for row in samples)
    facts = {"core": core, "host": where, "tools": location.used(args.tools)}
    # Nobody waits for a browser's processes: they would pass for others.
    is_alone = all(BROWSER not in row["traits"] for row in job["contenders"])
    facts["busy_others"] = others.cores() if is_alone else None
    files.write_json(args.meta, meta | facts)
    return 0


if __name__ == "__main__":
    errors.run(main)
