"""Memory of all processes: what those of one run hold together, sampled."""

from scripts.bench import settings
from scripts.bench.benchmark import Benchmark, Value
from scripts.bench.harness import Contender, Harness
from scripts.bench.sampling import Sampled


def measure(harness: Harness, contender: Contender) -> list[Value]:
    """Run a contender once, watched."""
    seen = Sampled()
    harness.run(contender, watched=seen.watching)
    return [
        ("sampled_pss", "MiB", seen.peak),
        ("processes", "1", float(seen.processes)),
        ("looks", "1", float(seen.looks)),
    ]


BENCHMARK = Benchmark(
    measure=measure,
    title="Memory of all processes",
    label="sampled memory of all processes",
    what=(
        "The most that all processes of one run were seen to hold together: the sum of their "
        "proportional set sizes (PSS), in which what several map counts by shares, sampled every "
        "few milliseconds, for a browser with its helpers as for a single process. Samples miss "
        "what lasts shorter, and pages shared with other programs count in part: not to be "
        "compared byte by byte with the kernel's maximum that *Memory* reports."
    ),
    settings=settings.rounds(),
    metrics={
        "sampled_pss": "sampled peak of summed PSS",
        "processes": "processes at that peak",
        "looks": "samples of a run",
    },
    headline="sampled_pss",
    place=4,
    needs_answer=True,
)
