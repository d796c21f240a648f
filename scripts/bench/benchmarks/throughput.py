"""Throughput: full runs a second, with 1, 2, ... processes side by side."""

from scripts.bench import concurrency, runs, settings
from scripts.bench.benchmark import Benchmark, Value
from scripts.bench.harness import Contender, Harness
from scripts.bench.kernel import account

CONCURRENCY = {
    "description": (
        "Processes side by side, each number of them a figure of its own; none - 1, 2, 4, ... up "
        "to the cores, and the cores."
    ),
    "type": "array",
    "items": {"type": "integer", "minimum": 1},
    "uniqueItems": True,
    "default": [],
}


def measure(harness: Harness, contender: Contender) -> list[Value]:
    """Run a block at each concurrency.

    `runs_per_second` and the kernel's account are those of the highest concurrency, `scaling` is
    what this does of the runs that one process after another does.
    """
    rates = {}
    for level in concurrency.levels(harness.settings["concurrency"]):
        block = harness.loop(contender, harness.settings["runs_per_block"], level)
        rates[level] = concurrency.rate(block)
    highest = max(rates)
    rows = [("runs_per_second", "1/s", rates[highest])]
    rows += [(concurrency.metric(level), "1/s", value) for level, value in rates.items()]
    if 1 in rates and highest > 1:
        rows.append(("scaling", "1", rates[highest] / rates[1]))
    return rows + account(block)


BENCHMARK = Benchmark(
    measure=measure,
    title="Throughput",
    label="runs a second",
    what=(
        "Full runs, process start to end, per second, with as many processes side by side as "
        "were measured at the most; the table by concurrency has the other numbers, if there "
        "are any. Engines have their default caches, filled before. The processes share the "
        "cores with the program that starts them, which sleeps while they run."
    ),
    settings=settings.blocks() | {"concurrency": CONCURRENCY},
    metrics={"runs_per_second": "runs a second"},
    headline="runs_per_second",
    place=6,
    is_more_better=True,
    has_blocks=True,
    prepare=runs.fill_default_cache,
)
