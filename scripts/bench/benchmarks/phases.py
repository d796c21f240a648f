"""Phases: where the time of one fresh process goes."""

from scripts.bench import settings
from scripts.bench.benchmark import Benchmark, Value
from scripts.bench.harness import Contender, Harness
from scripts.bench.kernel import account

# What the classifier answers of its own phases.
INNER = {
    "read": "read_ns",
    "decode": "decode_ns",
    "load_model": "load_ns",
    "infer": "infer_ns",
}


def measure(harness: Harness, contender: Contender) -> list[Value]:
    """Run a module that does nothing, then a contender that tells what it spends its time with.

    The process reports what it did between its entry of `main` and its answer; what lies before and
    after is the difference to the outside. `engine` is what the same engine takes to run a module
    that does nothing, `load` the rest of the start: compile or load, and instantiate.
    """
    empty = harness.spawner.run(
        contender["noop_command"], contender["env"], harness.request_file()
    )[0]
    run = harness.run(contender, phases=True)
    inside = harness.answer("phases")
    start = inside["entered_ns"] - run.started
    engine = min(empty.wall * 1e9, start)
    ns = {"engine": engine, "load": start - engine}
    ns |= {name: inside[key] for name, key in INNER.items()}
    ns["exit"] = run.ended - inside["finished_ns"]
    unaccounted = run.wall - sum(ns.values()) / 1e9
    rows = [(name, "ms", value / 1e6) for name, value in ns.items()]
    rows.append(("wall", "ms", run.wall * 1e3))
    return [*rows, ("unaccounted", "%", 100 * unaccounted / run.wall), *account([run])]


BENCHMARK = Benchmark(
    measure=measure,
    title="Where a cold start goes",
    label="phases",
    what=(
        "Where the time of one fresh process goes, in milliseconds: medians, each by itself, so "
        "they need not add up. *Engine starts* is what the same engine takes for a module that "
        "does nothing, and *compile or load, instantiate* whatever else passes before `main`; the "
        "phases inside are the classifier's own account, and *unaccounted* is what they leave of "
        "the time from `main` to the answer. *Decode and resize* is not like with like: the JPEG "
        "decoder has kernels for the processor's vectors natively and none for wasm's, and "
        "resizing has AVX2 natively, whatever the build's lanes, and none in a wasm build without "
        "SIMD."
    ),
    settings=settings.rounds(),
    metrics={
        "engine": "engine starts",
        "load": "compile or load, instantiate",
        "read": "read the request",
        "decode": "decode and resize",
        "load_model": "load the model",
        "infer": "infer",
        "exit": "exit",
    },
    headline="wall",
    leaves_out=frozenset({"reference"}),
    place=7,
    is_ranked=False,
    has_own_section=True,
    needs_answer=True,
    figure="phases",
)
