"""Start of a host: from nothing to its first answer."""

import time

from scripts.deployment import settings
from scripts.deployment.bench import Bench, Benchmark, Contender, Value


def measure(bench: Bench, contender: Contender) -> list[Value]:
    """Start a host with one worker, and have it answer twice."""
    case = bench.cases[0]
    ends = []
    with bench.host(contender, workers=1) as served:
        for _ in range(2):
            served.answered(case.body())
            ends.append(time.monotonic_ns())
    first, second = ends
    return [
        ("to_listening", "ms", (served.listening - served.started) / 1e6),
        ("to_first_answer", "ms", (first - served.started) / 1e6),
        ("first_activation", "ms", (first - served.listening) / 1e6),
        ("second_activation", "ms", (second - first) / 1e6),
    ]


BENCHMARK = Benchmark(
    measure=measure,
    title="Start of a host",
    what=(
        "A host with one worker, from its process's start until it listens with the action loaded, "
        "and until its first answer; what the first activation takes, and the second."
    ),
    settings={"rounds": settings.rounds(8)},
    columns={
        "to_first_answer": "to the first answer",
        "to_listening": "to listening",
        "first_activation": "the first activation",
        "second_activation": "the second",
    },
)
