"""Cold start: one fresh process from start to end, its files in the page cache."""

from scripts.bench import page_cache, runs, settings
from scripts.bench.benchmark import Benchmark, Value
from scripts.bench.harness import Contender, Harness
from scripts.bench.kernel import account


def measure(harness: Harness, contender: Contender) -> list[Value]:
    """Run a contender once, after its files are read: they may have left memory since its last."""
    page_cache.fill(contender)
    run = harness.run(contender)
    return [*runs.times(run), *account([run])]


BENCHMARK = Benchmark(
    measure=measure,
    title="Cold start",
    label="cold start",
    what=(
        "One fresh process, start to end, its files in the page cache. `jit` starts with the "
        "engine's cache empty or off and compiles; `jit-cached` are later starts, from the "
        "engine's own cache. References run under Python, whose start and imports are part of "
        "theirs; those in JavaScript are left out."
    ),
    settings=settings.rounds(),
    metrics=runs.LABELS,
    headline="wall",
    leaves_out=frozenset({"handed"}),
    place=1,
    figure="drift",
)
