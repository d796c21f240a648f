"""Throughput and latency over the arrival rate, and where they stop to follow it."""

import numpy as np

from scripts.deployment import knee, settings
from scripts.deployment.bench import (
    Bench,
    Benchmark,
    Contender,
    Value,
    at,
    percentiles_of,
    unanswered,
)

# A latency of so many times that of the least load is what somebody notices.
FACTOR = 2.0


def measure(bench: Bench, contender: Contender) -> list[Value]:
    """Send load at every share of the saturation, the least first."""
    wanted = bench.settings
    shares = sorted(wanted["shares"])
    with bench.host(contender) as served:
        capacity = bench.capacity(served)
        phases = [(share * capacity, wanted["seconds"]) for share in shares]
        judged = bench.attacks(served, phases, may_refuse=True)
    offered = [rate for rate, _ in phases]
    done = [found.per_second(1e9 / rate) for found, rate in zip(judged, offered, strict=True)]
    latency = [float(np.median([a.latency for a in found.right])) / 1e6 for found in judged]
    fastest = max(offered)
    waited = [unanswered(found, served, fastest) for found in judged]
    rows = [
        ("saturation", "1/s", capacity),
        ("knee", "1/s", knee.reached(offered, done)),
        ("rate_of_double_latency", "1/s", knee.crossing(offered, latency, FACTOR)),
    ]
    for place, share in enumerate(shares):
        rows += [
            (at("offered", share), "1/s", offered[place]),
            (at("done", share), "1/s", done[place]),
            (at("refused", share), "%", judged[place].refused_share),
            (at("p50", share), "ms", latency[place]),
            *((at(name, share), unit, value) for name, unit, value in waited[place]),
            *percentiles_of(judged[place], at("latency", share)),
        ]
    return rows


BENCHMARK = Benchmark(
    measure=measure,
    title="Throughput and latency over the arrival rate",
    what=(
        "Right answers a second, refusals and latency at arrival rates that are shares of what the "
        "host does at saturation (each worker busy, one request waiting for it). The `knee` is "
        "where the answers stop to follow the arrivals, the c of the best fit by min(offered, c); "
        "`rate_of_double_latency` is where the median latency first is twice that at the least; "
        "beyond the knee requests queue, and latency depends on how long the load lasts. "
        "Requests arrive evenly: where they come at random, they wait at lower rates already."
    ),
    settings={
        "rounds": settings.rounds(8),
        "seconds": settings.seconds(3),
        "shares": settings.levels(
            "Arrival rates, as shares of what the host does at saturation.",
            {"type": "number", "exclusiveMinimum": 0},
            [0.2, 0.5, 0.8, 1, 1.25, 1.5, 2],
        ),
    },
    figure="What a host answers at each arrival rate, and how late; on the line it answers all.",
    columns={
        "knee": "knee",
        "saturation": "at saturation",
        "rate_of_double_latency": "rate of double latency",
    },
    levelled={
        "done": "right answers at a share of the saturation",
        "refused": "refused at a share of the saturation",
        "unanswered": "given up at a share of the saturation",
        "p50": "median latency at a share of the saturation",
        "p99_latency": "p99 of the latency at a share of the saturation",
    },
    pooled=frozenset({"latency"}),
)
