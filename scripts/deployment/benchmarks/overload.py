"""Overload: more than a host can do, for a while, and how long it takes to recover."""

import numpy as np

from scripts.bench.spawning import RunError
from scripts.deployment import settings
from scripts.deployment.answers import Answer
from scripts.deployment.bench import Bench, Benchmark, Contender, Value, percentiles_of

# Recovered: the median of a window is no more than so many times the one before the overload.
FACTOR, WINDOW_NS = 2.0, 1_000_000_000


def measure(bench: Bench, contender: Contender) -> list[Value]:
    """Send little, then too much, then little again, without a pause."""
    wanted = bench.settings
    with bench.host(contender) as served:
        capacity = bench.capacity(contender, served)
        little = (settings.UNLOADED * capacity, wanted["seconds_around"])
        much = (wanted["share"] * capacity, wanted["seconds"])
        before, during, after = bench.attacks(served, [little, much, little], may_refuse=True)
    if before.refused:
        raise RunError("the host refused requests before there were too many")
    if not during.right:
        raise RunError("the host answered nothing while there were too many requests")
    usual = float(np.median([answer.latency for answer in before.right]))
    ended = max(answer.sent for answer in during.right + during.refused)
    late = recovery(after.right, after.refused, ended, FACTOR * usual)
    rows = [
        ("offered", "1/s", much[0]),
        ("done", "1/s", during.per_second(1e9 / much[0])),
        ("refused", "%", during.refused_share),
        ("recovery", "s", late / 1e9),
        *percentiles_of(during),
    ]
    return rows + [("refusal", "ms", answer.latency / 1e6) for answer in during.refused]


def recovery(right: list[Answer], refused: list[Answer], ended: int, usual: float) -> int:
    """Return how long after the overload every second's median latency is usual again, in ns.

    Args:
        right: what was answered after the overload.
        refused: what was not.
        ended: when the overload's last request left, Unix ns.
        usual: the most that is usual, ns.
    """
    seen: dict[int, list[float]] = {}
    for latency, answer in [
        *((float(answer.latency), answer) for answer in right),
        *((float("inf"), answer) for answer in refused),
    ]:
        seen.setdefault(max(0, answer.sent - ended) // WINDOW_NS, []).append(latency)
    slow = [window for window, values in seen.items() if np.median(values) > usual]
    return (max(slow) + 1) * WINDOW_NS if slow else 0


BENCHMARK = Benchmark(
    measure=measure,
    title="Overload and recovery",
    what=(
        "More requests than the host can answer: what it answers meanwhile, every answer checked, "
        "what it refuses and how fast, and how many seconds after the last of them the median "
        "latency of each second is within twice the one before again (whole seconds; 0: at once)."
    ),
    settings={
        "rounds": settings.rounds(1),
        "seconds": settings.seconds(60),
        "share": settings.share(2),
        "seconds_around": {
            "description": "Seconds of little load before and after.",
            "type": "number",
            "minimum": 1,
            "maximum": 600,
            "default": 10,
        },
    },
    columns={
        "done": "right answers",
        "offered": "offered",
        "refused": "refused",
        "p50_refusal": "refused within, median",
        "p99_refusal": "p99 of refusals",
        "p50_latency": "answered within, median",
        "p99_latency": "p99 of answers",
        "recovery": "recovered after",
    },
    pooled=frozenset({"latency", "refusal"}),
)
