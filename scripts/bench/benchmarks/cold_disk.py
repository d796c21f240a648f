"""Cold start, cold on disk: one fresh process whose files have left the page cache."""

from scripts.bench import page_cache, runs, settings
from scripts.bench.benchmark import Benchmark, Value
from scripts.bench.harness import Contender, Harness
from scripts.bench.kernel import account


def measure(harness: Harness, contender: Contender) -> list[Value]:
    """Drop a contender's files from the page cache and run it once."""
    run = harness.run(contender, evict=page_cache.files_of(contender))
    resident = [] if run.resident is None else [("resident", "%", run.resident)]
    return [*runs.times(run), *resident, *account([run])]


def try_eviction(harness: Harness, contender: Contender) -> None:
    """Raise `RunError` where a contender's files do not leave the page cache."""
    command, evict = contender["noop_command"], page_cache.files_of(contender)
    request = harness.request_file()
    (run,) = harness.spawner.run(command, contender["env"], request, evict=evict)
    page_cache.must_be_empty(run)


BENCHMARK = Benchmark(
    measure=measure,
    title="Cold start, cold on disk",
    label="cold on disk",
    what=(
        "A cold start with the program, the module or artefact, and the engine's cache dropped "
        "from the page cache before each run, as after a reboot. Shared libraries, the file "
        "system's metadata, and the caches of the disk and of a virtual machine's host stay warm. "
        "What compiles first is left out: that takes so long that the disk does not show."
    ),
    settings=settings.rounds(),
    metrics=runs.LABELS,
    headline="wall",
    leaves_out=frozenset({"compiling", "reference"}),
    place=2,
    prepare=try_eviction,
)
