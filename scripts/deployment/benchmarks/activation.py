"""Activation latency: what one request takes on a host that has room, and where that goes."""

from collections import defaultdict

import numpy as np

from scripts.deployment import settings
from scripts.deployment.answers import Answer
from scripts.deployment.bench import Bench, Benchmark, Contender, Value, percentiles_of

# What the action tells of itself where it is asked to.
PHASES = ("read", "decode", "load", "infer")
# What the parts are called, in the order in which they come.
PARTS = {
    "part_queue": "queue",
    "part_instantiate": "instantiate",
    "part_read": "read",
    "part_decode": "decode and resize",
    "part_load": "load",
    "part_infer": "infer",
    "part_run": "run",
    "part_rest": "rest of the run",
    "part_reply": "reply",
    "part_outside": "outside",
}


def measure(bench: Bench, contender: Contender) -> list[Value]:
    """Send load that leaves room to a host that has answered before; each action times itself."""
    wanted = bench.settings
    with bench.host(contender) as served:
        rate = wanted["share"] * bench.capacity(served)
        cases = [case.with_phases() for case in bench.cases]
        (judged,) = bench.attacks(served, [(rate, wanted["seconds"])], cases=cases)
    median = float(np.median([answer.latency for answer in judged.right])) / 1e6
    rows = [("p50", "ms", median), ("offered", "1/s", rate)]
    return [*rows, *parts(judged.right), *percentiles_of(judged)]


def parts(answers: list[Answer]) -> list[Value]:
    """Return the median of each part as host and action told it, and of what neither did.

    Medians, each by itself, so that they need not add up.
    """
    told: dict[str, list[float]] = defaultdict(list)
    for answer in answers:
        for name, milliseconds in account(answer).items():
            told[name].append(milliseconds)
    return [(f"part_{name}", "ms", float(np.median(values))) for name, values in told.items()]


def account(answer: Answer) -> dict[str, float]:
    """Return where one activation's time went, in ms.

    What the action tells of itself is taken out of the host's `run`, of which `rest` is left; what
    the host does not know of is `outside`.
    """
    host, phases = dict(answer.parts), answer.told().get("phases", {})
    inside = {name: phases[f"{name}_ns"] / 1e6 for name in PHASES if f"{name}_ns" in phases}
    outside = answer.latency / 1e6 - sum((host or inside).values())
    if inside and "run" in host:
        inside["rest"] = host.pop("run") - sum(inside.values())
    return host | inside | {"outside": outside}


BENCHMARK = Benchmark(
    measure=measure,
    title="Activation latency",
    what=(
        "Latency of one activation under a load that leaves room. The policies `fresh`, "
        "`snapshot`, `serve` and `process` start anew for each, `warm`, `serve-kept` and `loop` "
        "keep what answered before. The parts are the host's and the action's own account: "
        "*instantiate* is the instance or the process's start, of `warm` what tells it its "
        "arguments; *rest of the run* the way into the "
        "action and out again, with what a process takes until `main`; *outside* is the generator, "
        "the loopback and HTTP, and of `wasmtime serve`, which tells nothing, all that the action "
        "does not. They are medians, each by itself, and need not add up. Requests arrive evenly: "
        "where they come at random, some find others before them."
    ),
    settings={
        "rounds": settings.rounds(8),
        "seconds": settings.seconds(15),
        "share": settings.share(settings.UNLOADED),
    },
    figure="Where the time of one activation goes: medians, part by part.",
    columns={
        "p50": "median",
        "p90_latency": "p90",
        "p99_latency": "p99",
        "p99.9_latency": "p99.9",
        "offered": "at",
        **PARTS,
    },
    pooled=frozenset({"latency"}),
)
