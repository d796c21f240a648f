"""The benchmarks: what a round measures of a contender. A new one is an entry in `BENCHMARKS`."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from spawn import Run, RunError, Spawner

Contender = dict[str, Any]
Value = tuple[str, str, float]  # metric, unit, value


@dataclass(frozen=True)
class Harness:
    """What a benchmark measures with.

    Attributes:
        spawner: starts the processes.
        request: the request that every contender answers, as a dict.
        settings: the benchmark's own settings.
    """

    spawner: Spawner
    request: dict[str, Any]
    settings: dict[str, Any]

    def request_file(self, **keys: Any) -> Path:
        """Return a file with the request and these keys added to it."""
        name = "-".join(f"{key}{value}" for key, value in keys.items())
        path = self.spawner.folder / f"request-{name}.json"
        if not path.exists():
            path.write_text(json.dumps(self.request | keys), encoding="utf-8")
        return path

    def run(self, contender: Contender, **keys: Any) -> Run:
        """Run a contender once; engine caches are as its record says."""
        request = self.request_file(**keys)
        return self.spawner.run(contender["command"], contender["env"], request)[0]

    def loop(self, contender: Contender, count: int, slot: int = 0, **keys: Any) -> list[Run]:
        """Run a contender `count` times with its engine's defaults, as a user would."""
        command = contender.get("default_command", contender["command"])
        request = self.request_file(**keys)
        return self.spawner.run(command, contender["env"], request, count, slot)

    def answer(self) -> dict[str, Any]:
        """Return what the last run answered."""
        try:
            return json.loads(self.spawner.stdout().read_text(encoding="utf-8"))
        except ValueError as error:
            raise RunError(f"the answer is no JSON: {error}") from error


def cold_start(harness: Harness, contender: Contender) -> list[Value]:
    """One fresh process from start to end."""
    run = harness.run(contender)
    return [("wall", "s", run.wall), ("user", "s", run.user), ("sys", "s", run.sys)]


def memory(harness: Harness, contender: Contender) -> list[Value]:
    """Peak resident memory of one fresh process."""
    return [("peak_rss", "MiB", harness.run(contender).peak_rss)]


def warm_loop(harness: Harness, contender: Contender) -> list[Value]:
    """A block of fresh processes one after another: the mean run of it."""
    runs = harness.loop(contender, harness.settings["runs_per_block"])
    mean = {name: float(np.mean([getattr(run, name) for run in runs])) for name in RUN_TIMES}
    return [(metric, "s", mean[name]) for name, metric in RUN_TIMES.items()]


RUN_TIMES = {"wall": "real", "user": "user", "sys": "sys"}


def throughput(harness: Harness, contender: Contender) -> list[Value]:
    """Full runs a second over a block, `concurrency` processes side by side."""
    side_by_side = harness.settings["concurrency"]
    count = max(1, harness.settings["runs_per_block"] // side_by_side)
    with ThreadPoolExecutor(side_by_side) as pool:
        blocks = list(
            pool.map(lambda slot: harness.loop(contender, count, slot), range(side_by_side))
        )
    runs = [run for block in blocks for run in block]
    elapsed = max(run.ended for run in runs) - min(run.started for run in runs)
    return [("runs_per_second", "1/s", len(runs) / (elapsed / 1e9))]


def size(harness: Harness, contender: Contender) -> list[Value]:
    """Bytes of the files that make a contender."""
    return [
        (metric, "B", float(Path(path).stat().st_size))
        for metric, path in contender["artifacts"].items()
    ]


def inference(harness: Harness, contender: Contender) -> list[Value]:
    """One process loads once and classifies many times, each timed inside.

    Engines keep their default caches: how a module came to be compiled does not change its code.
    """
    settings = harness.settings
    harness.loop(contender, 1, iterations=settings["iterations"] + settings["discard"])
    kept = np.array(harness.answer()["inference_ns"][settings["discard"] :]) / 1e6
    quantiles = dict(zip(("p50", "p90", "p99"), np.percentile(kept, (50, 90, 99)), strict=True))
    rows = [(name, "ms", float(value)) for name, value in quantiles.items()]
    rows.append(("inferences_per_second", "1/s", 1e3 / float(kept.mean())))
    return rows + [("inference", "ms", float(value)) for value in kept]


INNER_PHASES = {
    "read": "read_ns",
    "decode": "decode_ns",
    "load_model": "load_ns",
    "infer": "infer_ns",
}


def phases(harness: Harness, contender: Contender) -> list[Value]:
    """Where the time of one fresh process goes.

    The process reports what it did between its entry of `main` and its answer; what lies before and
    after is the difference to the outside. `engine` is what the same engine takes to run a module
    that does nothing, `load` the rest of the start: compile or load, and instantiate.
    """
    empty = harness.spawner.run(
        contender["noop_command"], contender["env"], harness.request_file()
    )[0]
    run = harness.run(contender, phases=True)
    inside = harness.answer()["phases"]
    start = inside["entered_ns"] - run.started
    engine = min(empty.wall * 1e9, start)
    ns = {"engine": engine, "load": start - engine}
    ns |= {name: inside[key] for name, key in INNER_PHASES.items()}
    ns["exit"] = run.ended - inside["finished_ns"]
    unaccounted = run.wall - sum(ns.values()) / 1e9
    rows = [(name, "ms", value / 1e6) for name, value in ns.items()]
    rows.append(("wall", "ms", run.wall * 1e3))
    return [*rows, ("unaccounted", "%", 100 * unaccounted / run.wall)]


@dataclass(frozen=True)
class Benchmark:
    """How a benchmark is run.

    Attributes:
        measure: takes one contender's values in one round.
        headline: the metric whose ratio decides whether more rounds are needed; None for one round.
        needs_answer: the program that does nothing cannot take part.
        blocks: rounds are blocks of `runs` in all.
    """

    measure: Callable[[Harness, Contender], list[Value]]
    headline: str | None
    needs_answer: bool = False
    blocks: bool = False


BENCHMARKS = {
    "cold_start": Benchmark(cold_start, "wall"),
    "warm_loop": Benchmark(warm_loop, "real", blocks=True),
    "memory": Benchmark(memory, "peak_rss"),
    "size": Benchmark(size, None, needs_answer=True),
    "throughput": Benchmark(throughput, "runs_per_second", blocks=True),
    "inference": Benchmark(inference, "p50", needs_answer=True),
    "phases": Benchmark(phases, "wall", needs_answer=True),
}
