"""Activation latency: what one request takes on a host that has room, and where that goes."""

import numpy as np

from scripts.deployment import settings
from scripts.deployment.answers import Answer
from scripts.deployment.bench import Bench, Benchmark, Contender, Value, percentiles_of
from scripts.deployment.service import NO_PARTS


def measure(bench: Bench, contender: Contender) -> list[Value]:
    """Send load that leaves room, to a host that has answered before."""
    wanted = bench.settings
    with bench.host(contender) as served:
        rate = wanted["share"] * bench.capacity(contender, served)
        (judged,) = bench.attacks(served, [(rate, wanted["seconds"])])
    median = float(np.median([answer.latency for answer in judged.right])) / 1e6
    return [("p50", "ms", median), *parts(judged.right), *percentiles_of(judged)]


def parts(answers: list[Answer]) -> list[Value]:
    """Return the median of each part as the host told it, and of what it did not tell, `outside`.

    Medians, each by itself, so that they need not add up. Of a host that tells none there is one
    row, without a value.
    """
    if not any(answer.parts for answer in answers):
        return [(NO_PARTS, "ms", float("nan"))]
    names = list(dict.fromkeys(name for answer in answers for name in answer.parts))
    told = {name: [answer.parts.get(name, 0.0) for answer in answers] for name in names}
    told["outside"] = [answer.latency / 1e6 - sum(answer.parts.values()) for answer in answers]
    return [(f"part_{name}", "ms", float(np.median(values))) for name, values in told.items()]


BENCHMARK = Benchmark(
    measure=measure,
    what=(
        "Latency of one activation under a load that leaves room. The policies `fresh`, "
        "`snapshot`, `serve` and `process` start anew for each, `warm`, `serve-kept` and `loop` "
        "keep what answered before. The parts are the host's own account; `outside` is the "
        "generator, the loopback and HTTP. `wasmtime serve` tells none."
    ),
    settings={
        "rounds": settings.rounds(8),
        "seconds": settings.seconds(15),
        "share": settings.share(settings.UNLOADED),
    },
    pooled=frozenset({"latency"}),
)
