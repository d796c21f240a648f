"""One benchmark job: who takes part, until when, the samples, and how it went."""

import os
import random
import shutil
import time
from pathlib import Path
from typing import Any

from scripts.bench import registry
from scripts.bench.benchmark import Benchmark
from scripts.bench.harness import Harness
from scripts.bench.rounds import Limits, Rounds
from scripts.bench.spawning import RunError, Spawner
from scripts.common import busy
from scripts.common.errors import UserError
from scripts.contenders import gate
from scripts.contenders.runner import CACHED
from scripts.stats import intervals


def admitted(plan: dict[str, Any], benchmark: Benchmark) -> tuple[dict, dict[str, str]]:
    """Return the contenders that take part, and why each other one does not."""
    contenders, skipped = {}, {}
    for record in plan["contenders"]:
        if not record["gate"]["passed"]:
            skipped[record["contender"]] = gate.refusal(record["gate"])
        elif not (benchmark.needs_answer and record["build"] == "noop"):
            contenders[record["contender"]] = record
    if plan["baseline"] not in contenders:
        raise UserError(f"the baseline {plan['baseline']} {skipped[plan['baseline']]}")
    return contenders, skipped


def limits(benchmark: Benchmark, settings: dict[str, Any], confidence: float) -> Limits:
    """Return when a benchmark stops; blocks go on to the end of the budget, if there are enough.

    That is enough for the self-check to fail, one of as many tests as there are benchmarks.
    """
    if benchmark.headline is None:
        return Limits(0, 1, 1, 0.0, 0.0)
    if benchmark.has_blocks:
        rounds = -(-settings["runs"] // settings["runs_per_block"])
        enough = min(rounds, intervals.fewest(confidence, len(registry.headlines())))
        return Limits(0, enough, rounds, 0.0, settings["budget_seconds"])
    return Limits(**{key: settings[key] for key in Limits.__annotations__})


def prepare_cache(record: dict[str, Any], harness: Harness) -> None:
    """Empty a contender's engine cache; fill it where later runs are what is measured."""
    if record["cache_dir"]:
        shutil.rmtree(record["cache_dir"], ignore_errors=True)
        Path(record["cache_dir"]).mkdir(parents=True)
    if CACHED in record["traits"]:
        harness.run(record)


def measure(
    plan: dict[str, Any], spawner: Spawner, request: dict[str, Any]
) -> tuple[list[dict], dict[str, Any]]:
    """Run a plan; return its samples and how it went."""
    benchmark = registry.benchmark(plan["benchmark"])
    contenders, skipped = admitted(plan, benchmark)
    harness = Harness(spawner, request, plan["settings"], plan["programs"])
    # Else the first round's estimate does, on the core that the second round is to have.
    intervals.load()
    load_start, busy_start = os.getloadavg()[0], busy.cores()
    started = time.monotonic()
    for name, record in list(contenders.items()):
        try:
            prepare_cache(record, harness)
            if benchmark.prepare:
                benchmark.prepare(harness, record)
        except RunError as error:
            skipped[name] = str(error)
            del contenders[name]
    if plan["baseline"] not in contenders:
        why = f"the baseline {plan['baseline']} {skipped[plan['baseline']]}"
        skipped |= dict.fromkeys(contenders, why)
        contenders = {}
    rounds = Rounds(
        contenders=contenders,
        measure=lambda record: benchmark.measure(harness, record),
        headline=benchmark.headline,
        baseline=plan["baseline"],
        confidence=plan["confidence"],
        limits=limits(benchmark, plan["settings"], plan["confidence"]),
        order=random.Random(seed(plan, request)),
    )
    reason = rounds.run() if contenders else "nothing could be measured"
    meta = {
        "model": plan["model"],
        "benchmark": plan["benchmark"],
        "mode": plan["mode"],
        "stopped_because": reason,
        "rounds": len({row["round"] for row in rounds.samples}),
        "seconds": round(time.monotonic() - started, 1),
        "busy_start": busy_start,
        "load_start": load_start,
        "load_end": os.getloadavg()[0],
        "settings": plan["settings"],
        "counted": sorted(harness.counted),
        "skipped": [
            {"reason": why, **identity(plan, name)}
            for name, why in (skipped | rounds.failed).items()
        ],
    }
    return rounds.samples, meta


def seed(plan: dict[str, Any], request: dict[str, Any]) -> str:
    """Return what a job's orders are drawn from.

    Its own of each model and photograph: their rounds are told together, and are independent of one
    another only where their orders are.
    """
    job = " ".join(str(plan[name]) for name in ("seed", "mode", "benchmark", "model"))
    return f"{job} {request['image']}"


def identity(plan: dict[str, Any], name: str) -> dict[str, str]:
    """Return the columns that name a contender and what it ran."""
    record = next(row for row in plan["contenders"] if row["contender"] == name)
    names = {key: record[key] for key in ("contender", "build", "engine", "mode")}
    return {**names, **{key: plan[key] for key in ("model", "weights", "benchmark")}}
