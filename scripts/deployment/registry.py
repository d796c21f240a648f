"""Every benchmark of the deployment, by the name of its file in `benchmarks/`."""

import importlib
import pkgutil
from functools import cache

from scripts.deployment import benchmarks
from scripts.deployment.bench import Benchmark


def module(name: str) -> str:
    """Return the dotted name of the module that a benchmark is written in."""
    return f"{benchmarks.__name__}.{name}"


@cache
def every() -> dict[str, Benchmark]:
    """Return all benchmarks by name."""
    names = [found.name for found in pkgutil.iter_modules(benchmarks.__path__)]
    return {name: importlib.import_module(module(name)).BENCHMARK for name in names}
