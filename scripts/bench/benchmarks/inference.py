"""Warm inference: one process loads the model once and classifies many times."""

import math

import numpy as np

from scripts.bench import settings
from scripts.bench.benchmark import Benchmark, Value
from scripts.bench.harness import Contender, Harness
from scripts.bench.kernel import account
from scripts.bench.spawning import Run, RunError
from scripts.contenders.runner import COMPILING
from scripts.stats import percentiles

PILOT = 3
# The share of its seconds that a process takes which cannot make all its inferences in them: they
# will not carry the far percentiles, and the median needs no more.
SLOW_SHARE = 0.5
OWN_SETTINGS = {
    "iterations": {
        "description": (
            "The most inferences of one process that count; percentiles are of those of all "
            "rounds, and p90, p99, p99.9 need 100, 1000, 10000."
        ),
        "type": "integer",
        "minimum": 1,
        "default": 125,
    },
    "seconds_per_process": {
        "description": (
            "A contender of which so many take longer than this makes what fits in half of it."
        ),
        "type": "number",
        "exclusiveMinimum": 0,
        "default": 5,
    },
    "discard": {
        "description": "Inferences before those, not counted.",
        "type": "integer",
        "minimum": 1,
        "default": 3,
    },
    "compiling_seconds": {
        "description": (
            "Nor are those counted that a process makes in about so many seconds, where its engine "
            "compiles: it may replace code beside the first of them."
        ),
        "type": "number",
        "minimum": 0,
        "default": 0,
    },
}


def measure(harness: Harness, contender: Contender) -> list[Value]:
    """Classify many times in one process, each timed inside.

    The process's median and rate are values of the round; the single inferences are kept for the
    percentiles, which need those of all rounds. Engines keep their default caches.
    """
    run, seconds = inferences(harness, contender, iterations(harness, contender))
    kept = 1e3 * seconds
    rows = [
        ("p50", "ms", float(np.median(kept))),
        ("inferences_per_second", "1/s", 1e3 / float(kept.mean())),
        *account([run]),
    ]
    return rows + [("inference", "ms", float(value)) for value in kept]


def iterations(harness: Harness, contender: Contender) -> int:
    """Return how many inferences of a process count: all, or as many as a slow one is given.

    A first short process shows what one takes undisturbed; every later one makes the same number.
    """
    name, wanted = contender["contender"], harness.settings
    if name not in harness.paces:
        harness.paces[name] = float(inferences(harness, contender, PILOT)[1].min())
    pace, seconds = harness.paces[name], wanted["seconds_per_process"]
    if pace * wanted["iterations"] <= seconds:
        return wanted["iterations"]
    return max(1, int(SLOW_SHARE * seconds / pace))


def inferences(harness: Harness, contender: Contender, count: int) -> tuple[Run, np.ndarray]:
    """Run one process; return it and the seconds of `count` inferences, without those discarded."""
    discard = discarded(harness, contender)
    (run,) = harness.loop(contender, 1, iterations=count + discard)
    times = harness.answer("inference_ns")
    if len(times) != count + discard:
        raise RunError(f"{len(times)} inferences were answered, {count + discard} were asked for")
    return run, np.array(times[discard:]) / 1e9


def discarded(harness: Harness, contender: Contender) -> int:
    """Return how many inferences come before those that count, at the pace of a first process."""
    wanted, pace = harness.settings, harness.paces.get(contender["contender"])
    if pace is None or COMPILING not in contender["traits"]:
        return wanted["discard"]
    return max(wanted["discard"], math.ceil(wanted["compiling_seconds"] / pace))


BENCHMARK = Benchmark(
    measure=measure,
    title="Warm inference",
    label="warm inference",
    what=(
        "One process loads the model once and classifies as often as its seconds allow, a slow "
        "contender's once, each timed inside after some that do not count; one thread. The "
        "references (`litert`, `onnxruntime`, `tensorflow`) are what a user would pick instead, on "
        "the same network, checked by the same oracle. The median is of the processes' medians; "
        "percentiles are of all inferences, without an interval, where at least "
        f"{percentiles.BEYOND} lie beyond them."
    ),
    settings=settings.rounds(warmup=0, fewest=8, most=12) | OWN_SETTINGS,
    metrics={
        "p50": "median",
        "p90": "90th percentile",
        "p99": "99th percentile",
        "p99.9": "99.9th percentile",
        "inferences_per_second": "inferences a second",
    },
    headline="p50",
    leaves_out=frozenset({"later-start"}),
    place=3,
    needs_answer=True,
    pooled="inference",
    figure="distribution",
)
