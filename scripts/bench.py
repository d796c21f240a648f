"""Rule script: measure one benchmark of one mode, its contenders interleaved; keep all samples."""

import argparse
import csv
import os
import random
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import errors
import estimates
import files
from benchmarks import BENCHMARKS, Benchmark, Harness
from errors import UserError
from rounds import Limits, Rounds
from spawn import RunError, Spawner

COLUMNS = (
    "model", "weights", "build", "engine", "mode", "contender", "benchmark", "metric", "unit",
    "round", "position", "warmup", "value",
)  # fmt: skip


def admitted(plan: dict[str, Any], benchmark: Benchmark) -> tuple[dict, dict[str, str]]:
    """Return the contenders that take part, and why each other one does not."""
    contenders, skipped = {}, {}
    for record in plan["contenders"]:
        verdict = files.read_json(record["gate"]) if record["gate"] else {"passed": True}
        if not verdict["passed"]:
            skipped[record["contender"]] = f"failed the oracle: {verdict['reason']}"
        elif not (benchmark.needs_answer and record["build"] == "noop"):
            contenders[record["contender"]] = record
    if plan["baseline"] not in contenders:
        raise UserError(f"the baseline {plan['baseline']} {skipped[plan['baseline']]}")
    return contenders, skipped


def limits(benchmark: Benchmark, settings: dict[str, Any], confidence: float) -> Limits:
    """Return when a benchmark stops; blocks go on to the end of the budget, if there are enough."""
    if benchmark.headline is None:
        return Limits(0, 1, 1, 0.0, 0.0)
    if benchmark.blocks:
        rounds = -(-settings["runs"] // settings["runs_per_block"])
        enough = min(rounds, estimates.fewest(confidence))
        return Limits(0, enough, rounds, 0.0, settings["budget_seconds"])
    return Limits(**{key: settings[key] for key in Limits.__annotations__})


def prepare_cache(record: dict[str, Any], harness: Harness) -> None:
    """Empty a contender's engine cache; fill it where later runs are what is measured."""
    if record["cache_dir"]:
        shutil.rmtree(record["cache_dir"], ignore_errors=True)
        Path(record["cache_dir"]).mkdir(parents=True)
    if record["mode"] == "jit-cached":
        harness.run(record)


def measure(plan: dict[str, Any], spawner: Spawner) -> tuple[list[dict], dict[str, Any]]:
    """Run a plan; return its samples and how it went."""
    benchmark = BENCHMARKS[plan["benchmark"]]
    contenders, skipped = admitted(plan, benchmark)
    harness = Harness(spawner, files.read_json(plan["request"]), plan["settings"])
    load_start, started = os.getloadavg()[0], time.monotonic()
    for name, record in list(contenders.items()):
        try:
            prepare_cache(record, harness)
        except RunError as error:
            skipped[name] = str(error)
            del contenders[name]
    rounds = Rounds(
        contenders=contenders,
        measure=lambda record: benchmark.measure(harness, record),
        headline=benchmark.headline,
        baseline=plan["baseline"],
        confidence=plan["confidence"],
        limits=limits(benchmark, plan["settings"], plan["confidence"]),
        order=random.Random(f"{plan['seed']} {plan['mode']} {plan['benchmark']}"),
    )
    reason = rounds.run()
    meta = {
        "benchmark": plan["benchmark"],
        "mode": plan["mode"],
        "stopped_because": reason,
        "rounds": 1 + max(row["round"] for row in rounds.samples),
        "seconds": round(time.monotonic() - started, 1),
        "load_start": load_start,
        "load_end": os.getloadavg()[0],
        "settings": plan["settings"],
        "skipped": [
            {"reason": why, **identity(plan, name)}
            for name, why in (skipped | rounds.failed).items()
        ],
    }
    return rounds.samples, meta


def identity(plan: dict[str, Any], name: str) -> dict[str, str]:
    """Return the columns that name a contender and what it ran."""
    record = next(row for row in plan["contenders"] if row["contender"] == name)
    names = {key: record[key] for key in ("contender", "build", "engine", "mode")}
    return {**names, **{key: plan[key] for key in ("model", "weights", "benchmark")}}


def main(argv: list[str] | None = None) -> int:
    """Write the samples and, beside them, how the job went."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plan", required=True)
    parser.add_argument("--spawn", required=True, help="the spawner's executable")
    parser.add_argument("--out", required=True)
    parser.add_argument("--meta", required=True)
    args = parser.parse_args(argv)
    plan = files.read_json(args.plan)
    with tempfile.TemporaryDirectory() as folder:
        try:
            samples, meta = measure(plan, Spawner(args.spawn, Path(folder)))
        except RunError as error:
            raise UserError(f"{plan['benchmark']} ({plan['mode']}): {error}") from error
    names = {row["contender"]: identity(plan, row["contender"]) for row in samples}
    with files.atomic_write(args.out) as stream:
        writer = csv.DictWriter(stream, COLUMNS)
        writer.writeheader()
        writer.writerows(names[row["contender"]] | row for row in samples)
    files.write_json(args.meta, meta)
    return 0


if __name__ == "__main__":
    errors.run(main)
