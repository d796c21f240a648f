"""Every benchmark of the deployment, by the name of its file in `benchmarks/`."""

from functools import cache

from scripts.common import plugins
from scripts.deployment import benchmarks
from scripts.deployment.bench import Benchmark


def module(name: str) -> str:
    """Return the dotted name of the module that a benchmark is written in."""
    return plugins.module(benchmarks, name)


@cache
def every() -> dict[str, Benchmark]:
    """Return all benchmarks by name."""
    names = plugins.names(benchmarks)
    return {name: plugins.load(benchmarks, name, "BENCHMARK") for name in names}
