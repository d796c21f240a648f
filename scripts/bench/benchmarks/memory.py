"""Memory: the peak resident memory of one fresh process."""

from scripts.bench import settings
from scripts.bench.benchmark import Benchmark, Value
from scripts.bench.harness import Contender, Harness
from scripts.bench.kernel import account


def measure(harness: Harness, contender: Contender) -> list[Value]:
    """Run a contender once."""
    run = harness.run(contender)
    return [("peak_rss", "MiB", run.peak_rss), *account([run])]


BENCHMARK = Benchmark(
    measure=measure,
    title="Memory",
    label="peak memory",
    what=(
        "Peak resident memory of one run, by the kernel's account, which is of one process, the "
        "largest of several: browsers, whose memory is that of many, are left out here and in "
        "*Memory of all processes*, where that is measured. References run under Python, which "
        "is part of their memory; those in JavaScript are left out."
    ),
    settings=settings.rounds(),
    metrics={"peak_rss": "peak RSS"},
    headline="peak_rss",
    leaves_out=frozenset({"later-start", "handed", "browser"}),
    place=4,
)
