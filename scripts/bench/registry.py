"""Every benchmark, by the name of its file in `benchmarks/`."""

from functools import cache

from scripts.bench import benchmarks
from scripts.bench.benchmark import Benchmark
from scripts.common import plugins


def module(name: str) -> str:
    """Return the dotted name of the module that a benchmark is written in."""
    return plugins.module(benchmarks, name)


@cache
def benchmark(name: str) -> Benchmark:
    """Return one benchmark; raise `ModuleNotFoundError` where there is none of this name."""
    return plugins.load(benchmarks, name, "BENCHMARK")


@cache
def every() -> dict[str, Benchmark]:
    """Return all benchmarks by name, in the order of the report."""
    known = {name: benchmark(name) for name in plugins.names(benchmarks)}
    return dict(sorted(known.items(), key=lambda item: (item[1].place, item[0])))


def ranked() -> dict[str, Benchmark]:
    """Return the benchmarks by whose headlines contenders are compared."""
    return {name: found for name, found in every().items() if found.is_ranked}


def headlines() -> dict[str, str]:
    """Return the headline of each benchmark that contenders are compared by."""
    return {name: found.headline for name, found in ranked().items() if found.headline}
