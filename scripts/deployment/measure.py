"""Rule script: measure one benchmark of the deployment, its hosts in turns; keep all samples."""

import argparse
import csv
import json
import os
import random
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from scripts.bench.rounds import Limits, Rounds
from scripts.common import busy, errors, files, host
from scripts.contenders import gate
from scripts.deployment import command, cores, registry
from scripts.deployment.bench import Bench, Benchmark, Contender
from scripts.deployment.service import Wasmtime
from scripts.tools import location

COLUMNS = (
    "model", "weights", "build", "policy", "contender", "benchmark", "metric", "unit", "round",
    "position", "value",
)  # fmt: skip


def admitted(hosts: list[Contender], benchmark: Benchmark) -> tuple[dict, dict[str, str]]:
    """Return the hosts that take part, and why each other one that might does not."""
    taking = [row for row in hosts if row["policy"] in benchmark.policies]
    gates = {row["contender"]: files.read_json(row["gate"]) for row in taking}
    skipped = {name: gate.refusal(found) for name, found in gates.items() if not found["passed"]}
    skipped |= {
        row["contender"]: benchmark.without[row["policy"]]
        for row in hosts
        if row["policy"] in benchmark.without
    }
    return {row["contender"]: row for row in taking if row["contender"] not in skipped}, skipped


def measure(bench: Bench, benchmark: Benchmark, hosts: dict[str, Contender], seed: str) -> Rounds:
    """Measure every host in each round, in a random order; one that fails is left out from then."""
    count = bench.settings["rounds"]
    rounds = Rounds(
        contenders=hosts,
        measure=lambda row: benchmark.measure(bench, row),
        headline=None,
        baseline="",
        confidence=0.0,
        limits=Limits(0, count, count, 0.0, 0.0),
        order=random.Random(seed),
    )
    for number in range(count):
        rounds.one_round(number)
        print(f"round {number + 1} of {count}", file=sys.stderr, flush=True)
    return rounds


def serves(args: argparse.Namespace) -> Wasmtime:
    """Return how `wasmtime serve` serves, where any host is that."""
    program = location.locate(files.read_json(args.wasmtime)) if args.wasmtime else ""
    return Wasmtime(program, tuple(args.serve["options"]), args.serve["uses"])


def main(argv: list[str] | None = None) -> int:
    """Write the samples and, beside them, how the job went, where and with what."""
    parser = command.parser(__doc__)
    parser.add_argument("--benchmark", required=True, choices=list(registry.every()))
    parser.add_argument("--settings", required=True, type=json.loads, help="the benchmark's own")
    parser.add_argument("--hosts", required=True, type=json.loads, help="JSON, see hosts.py")
    parser.add_argument("--workers", required=True, type=int, help="of a host; 0: its cores")
    parser.add_argument("--queue", required=True, type=int, help="activations that may wait")
    parser.add_argument("--seed", required=True, type=int)
    parser.add_argument("--ceiling", required=True, help="what measure_ceiling.py found")
    parser.add_argument("--model", required=True, help="its record")
    parser.add_argument("--serve", required=True, type=json.loads, help="JSON: options, uses")
    parser.add_argument("--wasmtime", default="", help="record of what serves with these")
    parser.add_argument("--meta", required=True)
    args = parser.parse_args(argv)
    benchmark, where, split = registry.every()[args.benchmark], host.facts(), cores.split()
    ceiling, model = files.read_json(args.ceiling), files.read_json(args.model)
    hosts, skipped = admitted(args.hosts, benchmark)
    load_start, busy_start = os.getloadavg()[0], busy.cores()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(
            generator=command.generator(args),
            cases=command.photographs(args),
            settings=args.settings,
            workers=args.workers or len(split.host),
            queue=args.queue,
            cores=split,
            ceiling=ceiling["requests_per_second"],
            folder=Path(folder),
            wasmtime=serves(args),
        )
        rounds = measure(bench, benchmark, hosts, f"{args.seed} {args.benchmark}")
    named = {"model": model["name"], "weights": model["weights"], "benchmark": args.benchmark}
    write(args.out, rounds.samples, {row["contender"]: named | row for row in args.hosts})
    files.write_json(
        args.meta,
        named
        | {
            "hosts": args.hosts,
            "settings": args.settings,
            "workers": bench.workers,
            "queue": args.queue,
            "late_ms": args.late_ms,
            "photographs": len(bench.cases),
            "serve": asdict(serves(args)),
            "cores": split.told(),
            "ceiling": ceiling,
            "seconds": round(time.monotonic() - started, 1),
            "busy_start": busy_start,
            "load_start": load_start,
            "load_end": os.getloadavg()[0],
            "skipped": skipped | rounds.failed,
            "host": where,
            "tools": location.used([args.vegeta]),
        },
    )
    return 0


def write(path: str, samples: list[dict[str, Any]], names: dict[str, dict[str, str]]) -> None:
    """Write the samples, a row each."""
    with files.atomic_write(path) as stream:
        writer = csv.DictWriter(stream, COLUMNS, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(names[row["contender"]] | row for row in samples)


if __name__ == "__main__":
    errors.run(main)
