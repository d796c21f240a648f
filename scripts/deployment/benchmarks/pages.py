"""Pages: how many of them one activation touches anew, and how many of an instance it dirties."""

import json
import os

from scripts.action import policies
from scripts.common import memory
from scripts.deployment import service, settings
from scripts.deployment.bench import Bench, Benchmark, Contender, Value
from scripts.deployment.probing import probe

# Where every activation has an instance of its own, as the probe has.
ANEW = ("fresh", "snapshot")
PAGE = os.sysconf("SC_PAGE_SIZE")


def measure(bench: Bench, contender: Contender) -> list[Value]:
    """Have a host with one worker answer several times; look at one instance by itself."""
    rows = [("minor_faults", "1", faults(bench, contender))]
    if contender["policy"] in ANEW:
        parameters = json.dumps(bench.cases[0].value).encode()
        found = probe(bench, contender, stdin=parameters)
        rows += [
            ("dirtied_pages", "1", (found["after"] - found["before"]) / PAGE),
            ("memory_pages", "1", found["bytes"] / PAGE),
        ]
    return rows


def faults(bench: Bench, contender: Contender) -> float:
    """Return the minor faults of the workers for each activation but the first."""
    body, count = bench.cases[0].body(), bench.settings["activations"]
    with bench.host(contender, workers=1) as served:
        served.answered(body)
        before = memory.minor_faults(memory.family(served.workers()))
        for _ in range(count):
            served.answered(body)
        after = memory.minor_faults(memory.family(served.workers()))
    return (after - before) / count


BENCHMARK = Benchmark(
    measure=measure,
    title="Pages",
    what=(
        "Minor faults of a worker, and of what it starts, for one activation after the first; a "
        "fault maps one page or several. And of an instance's memory, from outside any host, the "
        "pages that one activation makes private copies of: that copying is what instantiation "
        "leaves for later."
    ),
    columns={
        "minor_faults": "minor faults",
        "dirtied_pages": "private copies of an instance's",
        "memory_pages": "of the instance in all",
    },
    settings={
        "rounds": settings.rounds(8),
        "activations": {
            "description": "Activations that count, one after another.",
            "type": "integer",
            "minimum": 1,
            "default": 20,
        },
    },
    policies=frozenset((*policies.WASM, *policies.NATIVE)),
    without=dict.fromkeys(service.POLICIES, service.ONE_PROCESS),
)
