"""Overload: more than a host can do, for a while, and how long it takes to recover."""

import numpy as np

from scripts.bench.spawning import RunError
from scripts.deployment import settings
from scripts.deployment.answers import Answer
from scripts.deployment.bench import (
    Bench,
    Benchmark,
    Contender,
    Value,
    percentiles_of,
    unanswered,
)

# Recovered: the median of a window is no more than so many times the one before the overload.
FACTOR, WINDOW_NS = 2.0, 1_000_000_000


def measure(bench: Bench, contender: Contender) -> list[Value]:
    """Send little, then too much, then little again as soon as all of that is answered."""
    wanted = bench.settings
    with bench.host(contender) as served:
        capacity = bench.capacity(served)
        little = (settings.UNLOADED * capacity, wanted["seconds_around"])
        much = (wanted["share"] * capacity, wanted["seconds"])
        phases = [little, much, little]
        before, during, after = bench.attacks(served, phases, may_refuse=True)
    if before.refused:
        raise RunError("the host refused requests before there were too many")
    if not during.right:
        raise RunError("the host answered nothing while there were too many requests")
    if before.late:
        raise RunError("the host let requests wait for too long before there were too many")
    usual = float(np.median([answer.latency for answer in before.right]))
    sent = during.right + during.refused + during.late
    ended = max(answer.sent for answer in sent)
    # The load after it begins when the last of these is answered.
    drained = max(answer.done for answer in sent) - ended
    late = np.maximum(
        drained, recovery(after.right, after.refused + after.late, ended, FACTOR * usual)
    )
    if during.late:
        late = float("nan")  # When the last ones would have been answered is not known.
    rows = [
        ("offered", "1/s", much[0]),
        ("done", "1/s", during.per_second(1e9 / much[0])),
        ("refused", "%", during.refused_share),
        ("recovery", "s", late / 1e9),
        *unanswered(during, served, max(rate for rate, _ in phases)),
        *percentiles_of(during),
    ]
    return rows + [("refusal", "ms", answer.latency / 1e6) for answer in during.refused]


def recovery(right: list[Answer], refused: list[Answer], ended: int, usual: float) -> float:
    """Return how long after the overload every second's median latency is usual again, in ns.

    NaN where that of the last second is not.

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
    if slow and max(slow) == max(seen):
        return float("nan")
    return (max(slow) + 1) * WINDOW_NS if slow else 0


BENCHMARK = Benchmark(
    measure=measure,
    title="Overload and recovery",
    what=(
        "More requests than the host can answer: what it answers meanwhile, every answer checked, "
        "what it refuses and how fast, and how many seconds after the last of them was sent all "
        "are answered and the median latency of each second is within twice the one before again: "
        "what waits in a bounded queue, at the least, and then whole seconds. "
        "`wasmtime serve` refuses nothing: requests wait there, and those not answered after "
        "`patience`, 30 s or less so that 1000 wait at the most, or whose connection is reset (100 "
        "wait to be accepted), are `unanswered`."
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
        "unanswered": "given up",
        "p50_refusal": "refused within, median",
        "p99_refusal": "p99 of refusals",
        "p50_latency": "answered within, median",
        "p99_latency": "p99 of answers",
        "recovery": "recovered after",
    },
    pooled=frozenset({"latency", "refusal"}),
)
