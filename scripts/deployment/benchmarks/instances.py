"""Instances a second: how fast instances of an action come and go."""

from scripts.action import policies
from scripts.deployment import service, settings
from scripts.deployment.bench import Bench, Benchmark, Contender, Value
from scripts.deployment.probing import probe


def measure(bench: Bench, contender: Contender) -> list[Value]:
    """Make instances and give them back, one after another, for a while."""
    found = probe(bench, contender, "--seconds", str(bench.settings["seconds"]))
    return [
        ("instances_per_second", "1/s", found["instances_per_second"]),
        ("instantiate", "us", found["instantiate_ns"] / 1e3),
    ]


BENCHMARK = Benchmark(
    measure=measure,
    title="Instances a second",
    what=(
        "Instances of the action that one thread makes and gives back a second, none of them used, "
        "and the median of what instantiating one takes. The pages that an activation writes to "
        "are copied later: see `pages`."
    ),
    settings={"rounds": settings.rounds(8), "seconds": settings.seconds(2)},
    columns={"instances_per_second": "instances", "instantiate": "instantiating one"},
    policies=frozenset(policies.WASM) - {"warm"},
    without={service.FRESH: service.NO_PROBE},
)
