"""Size: the bytes of the files that make a contender."""

from pathlib import Path

from scripts.bench import page_cache
from scripts.bench.benchmark import Benchmark, Value
from scripts.bench.harness import Contender, Harness
from scripts.contenders.runner import CACHED


def measure(harness: Harness, contender: Contender) -> list[Value]:
    """Return the bytes of each file of a contender; of what is compiled into a folder, of all."""
    files = {metric: [path] for metric, path in contender["artifacts"].items()}
    if CACHED in contender["traits"]:
        files["aot"] = page_cache.cached_by(contender)
    return [
        (metric, "B", float(sum(Path(path).stat().st_size for path in paths)))
        for metric, paths in files.items()
    ]


BENCHMARK = Benchmark(
    measure=measure,
    title="Size",
    label="size",
    what="The files that make a contender, once: sizes do not vary.",
    settings={},
    metrics={
        "binary": "native binary",
        "wasm": "wasm as compiled",
        "wasm_optimised": "wasm optimised",
        "aot": "compiled ahead of time",
    },
    place=8,
    is_ranked=False,
    has_own_section=True,
    needs_answer=True,
    base_metrics={"wasm_optimised": "binary", "aot": "binary"},
    figure="size",
)
