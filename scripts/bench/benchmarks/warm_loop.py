"""Warm loop: fresh processes one after another, as a user would run them."""

from scripts.bench import runs, settings
from scripts.bench.benchmark import Benchmark, Value
from scripts.bench.harness import Contender, Harness
from scripts.bench.kernel import account


def measure(harness: Harness, contender: Contender) -> list[Value]:
    """Run a block of fresh processes; the mean run of it."""
    block = harness.loop(contender, harness.settings["runs_per_block"])
    mean = runs.mean_times(block)
    # Called as the original's `time` calls it: it was measured with that.
    mean["real"] = mean.pop("wall")
    return [(name, "s", value) for name, value in mean.items()] + account(block)


BENCHMARK = Benchmark(
    measure=measure,
    title="Warm loop",
    label="warm loop",
    what="Fresh processes one after another, engines with their default caches; the mean run.",
    settings=settings.blocks(),
    metrics={"real": "wall time", "user": "CPU, user", "sys": "CPU, kernel"},
    headline="real",
    place=5,
    has_blocks=True,
    prepare=runs.fill_default_cache,
)
